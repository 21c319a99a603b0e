"""Sentences cut into words, their references marked: what the formats of computational linguistics share."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from operator import itemgetter
from typing import TextIO
from unicodedata import normalize

from pipelines.export.articles import Article, Row
from pipelines.models import Sentence

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_VOWELS = [written for pair in ("oa", "oe", "uy") for written in (pair, pair.capitalize(), pair.upper())]

# From "hòa" to "hoà": PhoBERT was trained on the output of VnCoreNLP 1.2, which writes the mark over the second vowel.
_NEW_TONES = {
    normalize("NFC", pair[0] + tone + pair[1]): normalize("NFC", pair + tone) for pair, tone in product(_VOWELS, _TONES)
}
_OLD_TONE = re.compile("|".join(_NEW_TONES))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence: its span, and the mention it is part of, if it is."""

    start: int
    end: int
    mention: Row | None = None
    begins: bool = False

    @property
    def bio(self) -> str:
        """``B-REF`` for the first word of a reference, ``I-REF`` for its others, else ``O``."""
        if self.mention is None:
            return "O"
        return "B-REF" if self.begins else "I-REF"


def tagged_sentences(article: Article) -> Iterator[tuple[Sentence, list[Word]]]:
    """The sentences of an article in order, each with its words.

    A word belongs to the first mention that it shares a character with.
    """
    waiting = deque(sorted(article.mentions, key=itemgetter("start")))
    reached: list[Row] = []  # mentions that have begun and may not have ended
    for sentence in article.sentences:
        words: list[Word] = []
        before: Row | None = None
        for start, end in article.words(sentence):
            while waiting and waiting[0]["start"] < end:
                reached.append(waiting.popleft())
            reached = [mention for mention in reached if mention["end"] > start]
            mention = reached[0] if reached else None
            words.append(Word(start, end, mention, mention is not before))
            before = mention
        yield sentence, words


def new_tones(text: str) -> str:
    """The text with tone marks where PhoBERT expects them: "hoà", "khoẻ", "thuỷ"."""
    return _OLD_TONE.sub(lambda found: _NEW_TONES[found[0]], text)


def to_segmented(articles: Iterable[Article], out: TextIO, *, bio: bool = False) -> int:
    """The number of rows written below the header: tab-separated, one sentence each.

    ``text`` is what PhoBERT, fastText and topic models read: words parted by a space, the syllables of a word joined
    by "_", tone marks in the new style. With ``bio`` there are ``tokens``, the same words as the source spells them,
    and ``bio``, a tag for each.
    """
    out.write("\t".join(("article", "sentence", "start", "end", "text", *(("tokens", "bio") if bio else ()))) + "\n")
    n = 0
    for article in articles:
        for i, (sentence, words) in enumerate(tagged_sentences(article)):
            cells = [str(article.row["id"]), str(i), str(sentence.start), str(sentence.end)]
            cells.append(_cell(new_tones(sentence.segmented)))
            if bio:
                cells += [_cell(sentence.segmented), " ".join(word.bio for word in words)]
            out.write("\t".join(cells) + "\n")
            n += 1
    return n


def _cell(text: str) -> str:
    """A cell that both readers of plain lines and of quoted ones understand: these take a first '"' for a quotation."""
    return '"' + text.replace('"', '""') + '"' if text.startswith('"') else text
