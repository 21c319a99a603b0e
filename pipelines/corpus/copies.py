"""Which articles are near copies of one another: a release printed by ten papers is one cluster.

A text's sketch is the MinHash of its shingles of three syllables; the share of equal values in two sketches estimates
how many shingles of both texts are common (Broder 1997). Nothing is deleted: a cluster is a number beside an article.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray

from pipelines.corpus.changes import write_in_steps
from pipelines.folding import fold
from pipelines.store import Store

SIMILAR = 0.7  # of all shingles: a reprint under another headline and lead has 0.9, unrelated pages at most 0.05
SHINGLE = 3
SHORTEST = 30  # shingles: a caption and a byline are alike everywhere
BANDS, BAND_VALUES = 25, 5  # finds 99 % of the pairs at SIMILAR, and one in 4,000 at a tenth
VALUES = 128
_WEIGHTS = np.array([1, 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F], dtype=np.uint64)  # odd: they mix a band
TEXTS_AT_ONCE = 200

_FAMILY = MinHash(num_perm=VALUES, seed=1, scheme="affine32")  # one family of hashes for all texts, read-only


def sketch(text: str) -> bytes:
    """The MinHash of a text, 4 bytes a value; empty for a text too short to compare."""
    codes = np.fromiter(map(_code, text.split()), dtype=np.uint64)
    codes = codes[codes != 0]
    if len(codes) - SHINGLE + 1 < SHORTEST:
        return b""
    mixed = (codes[:-2] * np.uint64(0x9E3779B1) + codes[1:-1] * np.uint64(0x85EBCA77) + codes[2:]) >> np.uint64(16)
    hashed = MinHash(VALUES, hashfunc=int, permutations=_FAMILY.permutations, scheme="affine32")
    hashed.update_batch(mixed.astype(np.uint32))
    return bytes(hashed.hashvalues.astype("<u4").tobytes())


@lru_cache(maxsize=100_000)  # Vietnamese has some 7,000 syllables; the bound holds names and numbers off
def _code(word: str) -> int:
    """A number for a word whatever its marks, case and punctuation; 0 where it is nothing else."""
    letters = "".join(filter(str.isalnum, fold(word).text))
    return zlib.crc32(letters.encode()) if letters else 0


def similarity(one: bytes, other: bytes) -> float:
    """The estimated share of common shingles, 0 to 1; 0 where a text is too short to compare."""
    if not one or not other:
        return 0.0
    return np.count_nonzero(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")) / VALUES


def first_of_each(sketches: Sequence[tuple[int, bytes]]) -> dict[int, int]:
    """The first article of the cluster of each article; ``sketches`` in order of publication.

    An article joins the earliest head that is similar to it, else it is a head itself, so the answer depends on the
    set of articles alone. Heads are looked up by bands of their values; datasketch's own index does the same, and takes
    six times as long to fill, which it would be every night.
    """
    heads = {article: article for article, _ in sketches}
    known: dict[int, list[int]] = {}
    for nth, bands in _sharing(sketches):
        article, values = sketches[nth]
        near = sorted({head for band in bands for head in known.get(band, ())})
        alike = next((head for head in near if similarity(sketches[head][1], values) >= SIMILAR), None)
        if alike is not None:
            heads[article] = sketches[alike][0]
            continue
        for band in bands:
            known.setdefault(band, []).append(nth)
    return heads


def _sharing(sketches: Sequence[tuple[int, bytes]]) -> Iterator[tuple[int, list[int]]]:
    """The places of the sketches that have bands in common with another, each with those bands: most have none and are
    heads for certain."""
    places = np.array([nth for nth, (_, values) in enumerate(sketches) if values], dtype=np.int64)
    if len(places) < 2:
        return
    values = np.frombuffer(b"".join(values for _, values in sketches), "<u4").reshape(-1, VALUES)
    found = [_shared_in_band(values, band) for band in range(BANDS)]
    rows, bands = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(rows, kind="stable")
    rows, bands = rows[order], bands[order]
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    for row, shared in zip(rows[starts], np.split(bands, starts[1:]), strict=False):
        yield int(places[row]), shared.tolist()


def _shared_in_band(values: NDArray[np.uint32], band: int) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """The rows whose values of a band another row has too, and a number for that band with these values."""
    keys = values[:, band * BAND_VALUES : (band + 1) * BAND_VALUES].astype(np.uint64) @ _WEIGHTS
    order = np.argsort(keys)
    equal = np.diff(keys[order]) == 0
    shared = order[np.append(equal, False) | np.insert(equal, 0, False)]
    return shared, keys[shared] * np.uint64(BANDS) + np.uint64(band)


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
    values = dict(store.tuples("SELECT article, minhash FROM sketches"))
    kept = dict(store.tuples(_IN_ORDER))
    heads = first_of_each([(article, values.get(article, b"")) for article in kept])
    changed = sorted((article, head) for article, head in heads.items() if head != kept[article])
    return write_in_steps(store, "UPDATE articles SET cluster = ?2 WHERE id = ?1", changed)


_MISSING = """
SELECT a.id, a.text_sha256 FROM articles a LEFT JOIN sketches s ON s.article = a.id
WHERE s.text_sha256 IS NOT a.text_sha256 ORDER BY a.id
"""
_KEEP = """
INSERT INTO sketches(article, text_sha256, minhash) VALUES (?, ?, ?)
ON CONFLICT(article) DO UPDATE SET text_sha256 = excluded.text_sha256, minhash = excluded.minhash
"""
_IN_ORDER = "SELECT id, cluster FROM articles ORDER BY published IS NULL, published, id"
