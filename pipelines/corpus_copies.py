"""Which articles are near copies of one another: a release printed by ten papers is one cluster.

A text's sketch is the MinHash of its shingles of three syllables; the share of equal values in two sketches estimates
how many shingles of both texts are common (Broder 1997). Nothing is deleted: a cluster is a number beside an article.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from datasketch import MinHash

from pipelines.corpus_changes import write_in_steps
from pipelines.folding import fold
from pipelines.store import Store

SIMILAR = (
    0.7  # of all shingles: a reprint with another headline and lead has 0.8 and more, two reports of one event 0.3
)
SHINGLE = 3
SHORTEST = 30  # shingles: a caption and a byline are alike everywhere
BANDS, BAND_VALUES = 25, 5  # finds 99 % of the pairs at SIMILAR, and one in 4,000 at a tenth
VALUES = 128
TEXTS_AT_ONCE = 200

_SYLLABLE = re.compile(r"\w+")
_FAMILY = MinHash(num_perm=VALUES, seed=1, scheme="affine32")  # one family of hashes for all texts, read-only


def sketch(text: str) -> bytes:
    """The MinHash of a text, 4 bytes a value; empty for a text too short to compare."""
    syllables = _SYLLABLE.findall(text.lower())
    if len(syllables) - SHINGLE + 1 < SHORTEST:
        return b""
    codes = np.fromiter(map(_code, syllables), dtype=np.uint64, count=len(syllables))
    mixed = (codes[:-2] * np.uint64(0x9E3779B1) + codes[1:-1] * np.uint64(0x85EBCA77) + codes[2:]) >> np.uint64(16)
    hashed = MinHash(VALUES, hashfunc=int, permutations=_FAMILY.permutations, scheme="affine32")
    hashed.update_batch(np.unique(mixed.astype(np.uint32)))
    return bytes(hashed.hashvalues.astype("<u4").tobytes())


@lru_cache(maxsize=100_000)  # Vietnamese has some 7,000 syllables; the bound holds names and numbers off
def _code(syllable: str) -> int:
    return zlib.crc32(fold(syllable).text.encode())


def similarity(one: bytes, other: bytes) -> float:
    """The estimated share of common shingles, 0 to 1; 0 where a text is too short to compare."""
    if not one or not other:
        return 0.0
    return float(np.mean(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")))


def first_of_each(sketches: Iterable[tuple[int, bytes]]) -> dict[int, int]:
    """The first article of the cluster of each article; ``sketches`` in order of publication.

    An article joins the earliest head that is similar to it, else it is a head itself, so the answer depends on the
    set of articles alone. Only heads are looked up, by bands of their values (datasketch's own index takes ten times as
    long to fill, and would have to be filled every night).
    """
    heads: dict[int, int] = {}
    known: dict[int, tuple[int, bytes]] = {}
    index: dict[tuple[int, bytes], list[int]] = {}
    for nth, (article, values) in enumerate(sketches):
        bands = _bands(values)
        near = sorted({head for band in bands for head in index.get(band, ())})
        alike = next((head for head in near if similarity(known[head][1], values) >= SIMILAR), None)
        if alike is not None:
            heads[article] = known[alike][0]
            continue
        heads[article] = article
        known[nth] = (article, values)
        for band in bands:
            index.setdefault(band, []).append(nth)
    return heads


def _bands(values: bytes) -> list[tuple[int, bytes]]:
    size = 4 * BAND_VALUES
    return [(nth, values[nth * size : (nth + 1) * size]) for nth in range(BANDS)] if values else []


def keep_sketches(store: Store) -> int:
    """How many texts were new or changed and have been sketched."""
    missing = store.rows(_MISSING)
    for start in range(0, len(missing), TEXTS_AT_ONCE):
        batch = missing[start : start + TEXTS_AT_ONCE]
        texts = [(row["id"], row["text_sha256"], sketch(_text(store, row["id"]))) for row in batch]
        write_in_steps(store, _KEEP, texts)
    return len(missing)


def _text(store: Store, article: int) -> str:
    return str(store.value("SELECT text FROM texts WHERE article = ?", [article]) or "")


def keep_clusters(store: Store) -> int:
    """How many articles were given another cluster."""
    rows = store.rows(_IN_ORDER)
    heads = first_of_each((row["article"], row["minhash"]) for row in rows)
    changed = [(row["article"], heads[row["article"]]) for row in rows if heads[row["article"]] != row["cluster"]]
    return write_in_steps(store, "UPDATE articles SET cluster = ?2 WHERE id = ?1", changed)


_MISSING = """
SELECT a.id, a.text_sha256 FROM articles a LEFT JOIN sketches s ON s.article = a.id
WHERE s.text_sha256 IS NOT a.text_sha256 ORDER BY a.id
"""
_KEEP = """
INSERT INTO sketches(article, text_sha256, minhash) VALUES (?, ?, ?)
ON CONFLICT(article) DO UPDATE SET text_sha256 = excluded.text_sha256, minhash = excluded.minhash
"""
_IN_ORDER = """
SELECT s.article, s.minhash, a.cluster FROM sketches s JOIN articles a ON a.id = s.article
ORDER BY a.published IS NULL, a.published, a.id
"""
