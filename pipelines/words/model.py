"""underthesea's word model, read from its files: weights by n-gram, dictionary, token pattern, spelling map.

The model is a CRF of CRFsuite's binary form ("lCRF", version 100; the layout is CRFsuite's ``crf1d_model.c``) with the
labels B-W and I-W. As only their difference decides, a weight here is weight(I-W) - weight(B-W).
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = "models/ws_crf_vlsp2013_20230727"
FILES = ("models.bin", "features.bin", "dictionary.bin")
TOKENS = "token pattern"
KNOWN = {
    TOKENS: "6341a7cb2696dd1f3f7e3bd07f68ef0c42eff5a073fc49524332813d4da95a3d",
    "models.bin": "c3a64c64349f1d73304f89babacaa8f8cd6078b1ec1a1b2c104e9e411ac1d2c3",
    "features.bin": "cf93263c7c7973bf50122b0be76a394443ff61be00c1368713dee1b7d5b8a435",
    "dictionary.bin": "ec8c62b3881c6682c18959988e1fe08800cc835777778845bded470ca02745d9",
}  # sha256 of what underthesea 9.5.0 has
ATTRIBUTE = re.compile(r"(T\[(-?\d)(?:,(-?\d))?\](?:\.(\w+))?)=(.*)", re.DOTALL)
LONGEST_SPELLING = 6  # underthesea looks no longer token up in its map of spellings ("hoà" is "hòa" to the model)
# What their pattern makes of letters before white space, found sooner. In its "Th.S" any letter does for the full stop.
FAST_WORD = r"(?!Th.[Ss])[^\W\d_]+(?![^\s,;)\"”])|"

Weights = Mapping[str, tuple[float, ...]]


class UnknownModelError(Exception):
    """The installed underthesea has another model than the one this reader was tested with."""


@dataclass(frozen=True, slots=True)
class WordModel:
    """The model.

    ``weights[n][function][value]`` has a weight for each place that an n-gram can have around a token, leftmost first;
    ``transitions`` has the weights of B-B, B-I, I-B and I-I.
    """

    weights: tuple[Mapping[str, Weights], ...]
    transitions: tuple[float, ...]
    dictionary: frozenset[str]
    pattern: re.Pattern[str]
    spelling: Mapping[str, str]


def read_model() -> WordModel:
    """The model of the installed underthesea; raises `UnknownModelError` when it is not the known one."""
    from joblib import load

    try:
        from underthesea.pipeline.text_normalize.text_normalizer import token_map
        from underthesea.pipeline.word_tokenize import __file__ as package
        from underthesea.pipeline.word_tokenize.regex_tokenize import regex_patterns
    except ImportError as error:
        raise UnknownModelError(str(error)) from error
    folder = Path(package).parent / FOLDER
    check(folder, regex_patterns)
    data = (folder / "models.bin").read_bytes()
    anonymous = (re.sub(r"\(\?P<\w+>", "(?:", part) for part in regex_patterns)  # no group is ever read
    return WordModel(
        weights=_weights(data, frozenset(load(folder / "features.bin"))),
        transitions=_transitions(data),
        dictionary=frozenset(load(folder / "dictionary.bin")),
        pattern=re.compile(FAST_WORD + "|".join(anonymous), re.VERBOSE),
        spelling={k: v for k, v in token_map.items() if len(k) <= LONGEST_SPELLING},
    )


def check(folder: Path, patterns: Sequence[str]) -> None:
    """Raise `UnknownModelError` unless the files of the model and the parts of the token pattern are the known ones."""
    found = {TOKENS: hashlib.sha256("|".join(patterns).encode()).hexdigest()}
    for name in FILES:
        try:
            found[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError as error:
            raise UnknownModelError(f"{folder / name}: {error.strerror}") from error
    for name, known in KNOWN.items():
        if found[name] != known:
            raise UnknownModelError(f"{name} has sha256 {found[name][:12]}..., not {known[:12]}...")


def _weights(data: bytes, templates: frozenset[str]) -> tuple[Mapping[str, Weights], ...]:
    begins, places = _begins(data), [_place(name, templates) for name in _names(data, 36)]
    tables: list[dict[str, dict[str, list[float]]]] = [defaultdict(dict) for _ in range(4)]
    for is_transition, attribute, label, weight in _features(data):
        if not is_transition and (place := places[attribute]):
            size, offset, function, value = place
            vector = tables[size][function].setdefault(value, [0.0] * (6 - size))
            vector[offset + 2] += -weight if label == begins else weight
    return tuple({name: {k: tuple(v) for k, v in table.items()} for name, table in of.items()} for of in tables)


def _transitions(data: bytes) -> tuple[float, ...]:
    begins, weights = _begins(data), [0.0] * 4
    for is_transition, source, target, weight in _features(data):
        if is_transition:
            weights[2 * (source != begins) + (target != begins)] = weight
    return tuple(weights)


def _place(attribute: str, templates: frozenset[str]) -> tuple[int, int, str, str] | None:
    """Length of the n-gram, offset of its first token, function and value of an attribute; None if it is not used."""
    found = ATTRIBUTE.fullmatch(attribute)
    if found is None or found[1] not in templates:
        return None
    first, last = int(found[2]), int(found[3] or found[2])
    return last - first + 1, first, found[4] or "", found[5]


def _begins(data: bytes) -> int:
    """The number of the label B-W."""
    return list(_names(data, 32)).index("B-W")


def _features(data: bytes) -> Iterator[tuple[int, int, int, float]]:
    """Whether a feature is a transition, the attribute or label it goes from, the label it goes to, and its weight."""
    (at,) = struct.unpack_from("<I", data, 28)
    (count,) = struct.unpack_from("<I", data, at + 8)
    return struct.iter_unpack("<3Id", data[at + 12 : at + 12 + 20 * count])


def _names(data: bytes, pointer: int) -> Iterator[str]:
    """The strings of the constant quark database whose offset stands at ``pointer``, in the order of their numbers."""
    (at,) = struct.unpack_from("<I", data, pointer)
    count, links = struct.unpack_from("<2I", data, at + 16)
    for (record,) in struct.iter_unpack("<I", data[at + links : at + links + 4 * count]):
        (size,) = struct.unpack_from("<I", data, at + record + 4)
        yield data[at + record + 8 : at + record + 7 + size].decode()
