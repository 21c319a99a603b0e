"""Text typed in the fonts of the time before Unicode (TCVN3 or "ABC", VNI), turned into Vietnamese."""

from __future__ import annotations

import itertools
import re
import unicodedata
from functools import lru_cache
from html import unescape

from viparse.normalize.encodings import CHARMAPS
from viparse.normalize.tables import Charmap, build_charmap, convert

# viparse's VNI table holds what its corpus showed; the font's own chart has three letters more.
VNI_MISSING = (("aú", "ẳ"), ("AÚ", "Ẳ"), ("î", "ỵ"), ("Î", "Ỵ"))
FONTS = {"tcvn3": CHARMAPS["tcvn3"], "vni": build_charmap("vni", [*CHARMAPS["vni"].pairs, *VNI_MISSING])}

# Signs of one of the fonts: letters that Vietnamese in Unicode never has, or the fonts' names.
SIGNS = "®µ¸¶¨©ª«¬\xad§øûïåäëü"
NAMED_SIGNS = (".Vn", ".VN", "VNI-", "&reg;", "&shy;", "&micro;", "&oslash;", "&ucirc;", "&#173;", "&#174;")
MIN_SIGNS = 4
MIN_WORDS = 5
MIN_SHARE = 0.75
MAX_SAMPLE = 20_000

_FONT_NAME = re.compile(r"\.vn[A-Za-z]")
_SIGN_IN_WORD = re.compile(f"[{SIGNS}](?<=[A-Za-z].)[a-z ]|[®§][a-z]")
_TAG = re.compile(r"(<[^<>]*>)")
_ENTITY = re.compile(r"&(?:#\d{2,3}|#x[0-9a-fA-F]{2}|[A-Za-z]{3,8});")
_LATIN1 = re.compile("[\xa1-\xff]")
_BEYOND = re.compile("[\u0100-\u024f\u0300-\u036f\u1e00-\u1eff]")
_WORD = re.compile(r"[^\W\d_]+")
# In these fonts a letter may be a sign such as "®" or a soft hyphen, so a word is what lies between spaces.
_RAW_WORD = re.compile(r"[^\s\d.,;:!?()\"'/<>&-]+")
_CAPITALS = re.compile(r"""font-family\s*:\s*["']?\.vn\w*h\b|\bface\s*=\s*["']?\.vn\w*h\b""", re.IGNORECASE)
_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))
_SYLLABLE = re.compile(
    r"(?:ngh?|[ckpt]?h|gh|gi|kh|nh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?"
    r"(?:uyê|iêu|yêu|ươi|ươu|uôi|oai|oay|oeo|uya|uyu|uây|oao|iê|yê|ươ|uô|uê|uơ|uy|oa|oă|oe|uâ|ia|ya|ưa|ua|"
    r"ai|ao|au|ay|âu|ây|eo|êu|iu|oi|ôi|ơi|ui|ưi|ưu|oo|[aăâeêioôơuưy])"
    r"(?:ch|ng|nh|[cmnpt])?",
    re.IGNORECASE,
)


def convert_legacy(text: str) -> tuple[str, str | None]:
    """The HTML text with every run typed in a legacy font converted, and the font family found ("tcvn3", "vni").

    A run is converted only when the page as a whole reads as Vietnamese afterwards, and the run holds no letter that
    only Unicode has: menus in Unicode around an old text stay as they are.
    """
    if not _has_signs(text):
        return text, None
    parts = _TAG.split(text)
    runs = {i: raw for i, raw in _text_runs(parts) if _LATIN1.search(raw) and not _BEYOND.search(raw)}
    sample = " ".join(run for run in runs.values() if raw_share(run) < MIN_SHARE)[:MAX_SAMPLE]
    if len(_RAW_WORD.findall(sample)) < MIN_WORDS:
        return text, None
    shares = {name: vietnamese_share(convert(sample, charmap)) for name, charmap in FONTS.items()}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < MIN_SHARE:
        return text, None
    _convert_runs(parts, runs, FONTS[best])
    return "".join(parts), best


def _has_signs(text: str) -> bool:
    """Whether a page is worth a closer look: fonts are named, or their letters stand among ASCII letters."""
    if any(name in text for name in NAMED_SIGNS) or _names_a_font(text):
        return True
    if sum(map(text.count, SIGNS)) < MIN_SIGNS:
        return False
    return sum(1 for _ in itertools.islice(_SIGN_IN_WORD.finditer(text), MIN_SIGNS)) == MIN_SIGNS


def _names_a_font(text: str) -> bool:
    """Whether ".vntime" or the like stands where a font does, and not ".vn" at the end of a host."""
    return any(text[match.start() - 1] in "\"' \t\n:=,;" for match in _FONT_NAME.finditer(text))


def _text_runs(parts: list[str]) -> list[tuple[int, str]]:
    """Index and unescaped text of the parts between tags that are not script or style."""
    runs, skipping = [], False
    for i, part in enumerate(parts):
        if i % 2:
            name = part[1:8].lower()
            if name.startswith(("script", "style")):
                skipping = True
            elif name.startswith(("/script", "/style")):
                skipping = False
        elif not skipping and part.strip():
            runs.append((i, _ENTITY.sub(_latin1_entity, part)))
    return runs


def _latin1_entity(match: re.Match[str]) -> str:
    char = unescape(match.group())
    return char if len(char) == 1 and "\xa1" <= char <= "\xff" else match.group()


def _convert_runs(parts: list[str], runs: dict[int, str], charmap: Charmap) -> None:
    for i, run in runs.items():
        converted = convert(run, charmap)
        if raw_share(run) < vietnamese_share(converted):
            parts[i] = converted.upper() if _set_in_capitals(parts, i) else converted


def _set_in_capitals(parts: list[str], i: int) -> bool:
    """Whether the nearest tag before a run that names a font names one of capitals: ".VnTimeH" has no small letters."""
    for tag in reversed(parts[max(0, i - 6) : i]):
        if ".vn" in tag.lower():
            return _CAPITALS.search(tag) is not None
    return False


def raw_share(text: str) -> float:
    """As ``vietnamese_share``, for text not converted: signs count as parts of their words."""
    words = [word for word in _RAW_WORD.findall(text) if _LATIN1.search(word)]
    return sum(map(_is_syllable, words)) / len(words) if words else 1.0


def vietnamese_share(text: str) -> float:
    """Share of the words with letters beyond ASCII that are well-formed Vietnamese syllables; 0 when there are none."""
    words = [word for word in _WORD.findall(unicodedata.normalize("NFC", text[:MAX_SAMPLE])) if not word.isascii()]
    return sum(map(_is_syllable, words)) / len(words) if words else 0.0


@lru_cache(maxsize=4096)
def _is_syllable(word: str) -> bool:
    """Bounded cache: a page repeats its words."""
    bare = unicodedata.normalize("NFC", unicodedata.normalize("NFD", word).translate(_TONES))
    return len(word) <= 7 and _SYLLABLE.fullmatch(bare) is not None
