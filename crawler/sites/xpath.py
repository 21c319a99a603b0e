"""Whether an XPath expression of a catalogue entry can be evaluated on every page."""

from __future__ import annotations

import re

from lxml.etree import XPath, XPathError
from lxml.html import document_fromstring

# What may stand before a bracket in XPath 1.0: the core functions (section 4), node types (2.3) and operators (3.7).
_BEFORE_BRACKETS = frozenset(
    {
        *("last", "position", "count", "id", "local-name", "namespace-uri", "name"),
        *("string", "concat", "starts-with", "contains", "substring-before", "substring-after", "substring"),
        *("string-length", "normalize-space", "translate"),
        *("boolean", "not", "true", "false", "lang"),
        *("number", "sum", "floor", "ceiling", "round"),
        *("comment", "text", "processing-instruction", "node"),
        *("and", "or", "mod", "div"),
    }
)

_LITERAL = re.compile(r"""\"[^\"]*\"|'[^']*'""")
_VARIABLE = re.compile(r"\$\s*[\w.:-]+")
_PREFIX = re.compile(r"\b[\w.-]+:(?=[\w*])")
_CALL = re.compile(r"\b([\w.-]+)\s*\(")


def trouble_with(expression: str) -> str | None:
    """What is wrong with an expression, to be read behind it; None when it gives nodes of any page."""
    try:
        evaluate = XPath(expression)
        if unknown := _unknown_in(expression):
            return f"cannot be evaluated: {unknown} is not known"
        found = evaluate(document_fromstring("<p>a</p>"))
    except (XPathError, ValueError) as error:  # ValueError: a NUL in it
        return f"is not an XPath expression: {error}"
    return None if isinstance(found, list) else f"is an XPath expression that gives no elements, but {found!r}"


def _unknown_in(expression: str) -> str | None:
    """The first variable, prefix or function that lxml does not know.

    It says so itself only for a page that has what leads there: ``//time[foo()]`` is well on all others.
    """
    bare = _LITERAL.sub("''", expression)
    if variable := _VARIABLE.search(bare):
        return f"the variable {variable[0]}"
    if prefix := _PREFIX.search(bare):
        return f"the prefix {prefix[0]}"
    unknown = (call[1] for call in _CALL.finditer(bare) if call[1] not in _BEFORE_BRACKETS)
    return next((f"the function {name}()" for name in unknown), None)
