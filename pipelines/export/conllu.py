"""Articles as CoNLL-U without syntax: words with their offsets, references marked in MISC.

A file is valid for ``udvalidate --lang vi --level 2``. There are no lemmas, no parts of speech beyond punctuation and
no trees: the first word is the root and all others hang on it.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import TextIO

from pipelines.export.articles import Article
from pipelines.export.words import Word, tagged_sentences


def to_conllu(articles: Iterable[Article], out: TextIO) -> int:
    """The number of sentences written.

    MISC has ``start_char`` and ``end_char`` (code points into the text of the article), ``SpaceAfter=No``, and on the
    words of a reference ``Ref=B`` or ``Ref=I``, with ``RefId``, its row in ``mentions``, and ``Regulation``.
    """
    n = 0
    for article in articles:
        ends = [paragraph["end"] for paragraph in article.paragraphs]
        before = -1
        for i, (sentence, words) in enumerate(tagged_sentences(article)):
            paragraph = bisect_right(ends, sentence.start)
            for line in _comments(article, i, words, paragraph if paragraph != before else None):
                out.write(f"# {line}\n")
            for number, word in enumerate(words, 1):
                out.write(_token(article.text, words, number, word) + "\n")
            out.write("\n")
            before = paragraph
            n += 1
    return n


def _comments(article: Article, i: int, words: list[Word], paragraph: int | None) -> Iterator[str]:
    """What stands above a sentence; ``paragraph`` is the number of the one that it opens."""
    name = article.row["id"]
    if i == 0:
        yield f"newdoc id = {name}"
        yield f"url = {article.row['url']}"
    if paragraph is not None:
        yield f"newpar id = {name}-p{paragraph}"
    yield f"sent_id = {name}-s{i}"
    yield f"text = {_joined(article.text, words)}"


def _token(text: str, words: list[Word], number: int, word: Word) -> str:
    form = _form(text, word)
    mark = all(unicodedata.category(character)[0] == "P" for character in form)
    head, relation = ("0", "root") if number == 1 else ("1", "punct" if mark else "dep")
    upos = "PUNCT" if mark else "X"
    return "\t".join((str(number), form, "_", upos, "_", "_", head, relation, "_", _misc(words, number, word)))


def _misc(words: list[Word], number: int, word: Word) -> str:
    pairs = [f"start_char={word.start}", f"end_char={word.end}"]
    if _touches(words, number):
        pairs.append("SpaceAfter=No")
    if word.mention is not None:
        pairs.append("Ref=B" if word.begins else "Ref=I")
        if word.begins:
            pairs.append(f"RefId={word.mention['i']}")
            pairs += [f"Regulation={word.mention['regulation']}"] if word.mention["regulation"] else []
    return "|".join(pairs)


def _touches(words: list[Word], number: int) -> bool:
    """Whether the next word follows without white space."""
    return number < len(words) and words[number].start == words[number - 1].end


def _joined(text: str, words: list[Word]) -> str:
    """The text of the sentence as its words give it: every white space between two is one space."""
    spaces = ("" if _touches(words, number) else " " for number in range(1, len(words) + 1))
    return "".join(_form(text, word) + space for word, space in zip(words, spaces, strict=True)).rstrip(" ")


def _form(text: str, word: Word) -> str:
    return " ".join(text[word.start : word.end].split())
