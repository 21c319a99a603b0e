"""The named parts of the grammar of citations, as regular expressions over folded text (see ``pipelines.folding``).

Everything is lower case, unmarked and has plain dashes and slashes here; "\\n" is a line break. Repetitions are
bounded or possessive, so that matching is linear in the length of the text. docs/references.md shows each form with an
example.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def trie(words: Iterable[str]) -> str:
    """A regular expression for any of the words, longest first, that shares their beginnings.

    Shared beginnings let a scan leave a position after one letter; a plain alternation tries every word there.
    """
    branches: dict[str, list[str]] = {}
    for word in sorted(set(words)):
        branches.setdefault(word[:1], []).append(word[1:])
    ends = branches.pop("", None) is not None
    parts = [(_letter(first) + trie(rest)) for first, rest in branches.items()]
    if not parts:
        return ""
    body = parts[0] if len(parts) == 1 and not ends else f"(?:{'|'.join(parts)})"
    return body + ("?+" if ends else "")


def _letter(letter: str) -> str:
    if letter == " ":
        return SPACE  # a line may break inside a type word: "Nghị\nđịnh"
    return letter if letter.isalnum() else f"\\{letter}"


def one_of(phrases: str) -> str:
    """``trie`` of phrases separated by commas, no letter after them; a line may break between their words."""
    return trie(phrase.strip() for phrase in phrases.split(",")) + "(?![a-z])"


def headed(words: Iterable[str], others: Iterable[str] = ()) -> str:
    """``trie`` of whole words of two letters or more: no letter before the first, none after the last.

    The look-behind stands after the second letter, so that a scan skips by first letters and drops most of the rest at
    the second. A digit may stand before: footnote and list numbers are often glued on ("3Quyết định 595/QĐ-BHXH").
    ``others`` are expressions that begin with a character as it is: any else would end the skipping.
    """
    branches: dict[str, list[str]] = {}
    for word in sorted(set(words)):
        branches.setdefault(word[:2], []).append(word[2:])
    letters: dict[str, list[str]] = {}
    for two, rest in branches.items():
        letters.setdefault(two[0], []).append(f"{two[1]}(?<![a-z]{two}){trie(rest)}")
    heads = (f"{first}(?:{'|'.join(rest)})(?![a-z])" for first, rest in letters.items())
    return f"(?:{'|'.join([*heads, *others])})"


def headed_phrases(phrases: str) -> str:
    """``headed`` of phrases separated by commas: what a scan over a whole text looks for."""
    return headed(phrase.strip() for phrase in phrases.split(","))


UPPER = "A-Z" + "".join(letter for letter in map(chr, range(0xC0, 0x1F00)) if letter.isupper() and letter.isalpha())
NAME = rf"[{UPPER}][\w’']*"  # a capitalised word of the text as written
GAP = r"(?: {0,9}+(?:\n {0,9}+)?+)"  # between the words of a citation: spaces, at most one line break
SPACE = r"(?: {1,9}+(?:\n {0,9}+)?+|\n {0,9}+)"  # the same, but at least something
JOINT = r" {0,3}+\n?+ {0,3}+[-/_] {0,3}+\n?+ {0,3}+"  # "68- NQ/TW", "46 /QĐ-UBND", a break at any joint

# 18, 002, 30a, 66.7; not the rest of a longer number or of "1.000"
_BEHIND_DIGIT = r"(?<!\d\d)(?<!\d[.,]\d)\d{0,4}+(?!\d)(?:\.\d{1,3}+(?=[/-]))?+(?:[a-z](?![a-z0-9]))?+"
NUMBER = rf"\d{_BEHIND_DIGIT}"
NUMBERS = tuple(f"{digit}{_BEHIND_DIGIT}" for digit in "0123456789")  # the same, by the first digit
YEAR = r"(?:19|20)\d\d(?!\d)"
CODE = r"[a-z][a-z0-9&]{0,24}+(?:\.[a-z](?![a-z]))?+"  # NQ, TTg, BGD&ĐT, T.Ư
UNIT_IN_BRACKETS = r"\([a-z]\d{1,3}\)"  # 3259/QĐ-BCA(V28)
# what follows a number: /2022, /QĐ-UBND, -QĐ/TW, a space for the hyphen (84 QĐ/TWĐTN), nothing at all (02VBHN-VPQH)
LOOSE = r" {0,2}+(?=[a-z]{2,5} ?[-/] ?[a-z])"
YEAR_IN_SYMBOL = rf"(?:{JOINT}(?:{YEAR}|[89]\d(?=[/-][a-z])))?+"
CODES = rf"(?:{JOINT}|{LOOSE}){CODE}(?:{JOINT}{CODE}){{0,9}}+"
CODED_TAIL = rf"{YEAR_IN_SYMBOL}(?:{CODES}(?:{UNIT_IN_BRACKETS})?+|{UNIT_IN_BRACKETS})"
MARKER = r"(?:(?:mang |ky hieu )?so(?: hieu| van ban)?|no)[ .:]{0,4}+"  # số, Số:, số hiệu, No.

ROMAN = r"(?=[ivx])(?:x{0,3}(?:ix|iv|v?i{0,3}))(?![a-z])"
ORDINALS: Mapping[str, int] = {
    word: value
    for value, words in enumerate(
        (
            "nhat mot",
            "hai nhi",
            "ba",
            "tu bon",
            "nam",
            "sau",
            "bay",
            "tam",
            "chin",
            "muoi",
            "muoi+mot",
            "muoi+hai",
            "muoi+ba",
            "muoi+bon muoi+tu",
            "muoi+lam",
        ),
        start=1,
    )
    for word in (spelled.replace("+", " ") for spelled in words.split())
}
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10}


def ordinal(text: str) -> int | None:
    """The value of an ordinal as folded text writes it: "xiii", "13", "thu tu", "muoi mot"; None if it is none."""
    word = text.removeprefix("thu ").strip()
    if word.isdecimal():
        return int(word)
    if word in ORDINALS:
        return ORDINALS[word]
    values = [_ROMAN_VALUES.get(letter, 0) for letter in word]
    if not values or not all(values):
        return None
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))
