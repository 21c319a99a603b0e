"""Addresses: what a link leads to, how it is fetched, and the one key that all its duplicate forms share."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from tldextract import TLDExtract

MAX_LENGTH = 4096  # portals put state of some 700 characters into an address; nothing real comes near this
DEFAULT_PORTS = {"http": 80, "https": 443}

# Written out because courlan's list also drops parameters that tell pages apart ("cid", "gallery", "source").
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_[ce]id|_ga|_gl|_openstat"
    r"|mkt_tok|vero_\w+|zarsrc|gidzl|zalo_\w+|spm|ref_src|s_cid)",
    re.IGNORECASE,
)
_SESSION = re.compile(r"(?:phpsessid|jsessionid|aspsessionid\w*|session_?id|sessid|cfid|cftoken)", re.IGNORECASE)
_SHORT_SESSION = re.compile(r"sid=[0-9a-z]{16,}", re.IGNORECASE)  # a short "sid" is as often a section
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/?#;]*|/\([a-z]\([0-9a-z]+\)\)(?=/)|;+$", re.IGNORECASE)  # Java, ASP.NET
# Liferay writes how a portlet is drawn beside which page it shows; only p_p_id and the page number tell pages apart.
_LIFERAY_STATE = re.compile(
    r"p_p_(?:lifecycle|state|mode|col_id|col_count|col_pos|auth)|p_auth|p_l_back_url|p_r_p_\w*|inheritredirect|redirect"
    r"|_\w+_(?:redirect|backurl|keywords|advancedsearch|andoperator|delta|resetcur)",
    re.IGNORECASE,
)
_ANY_LIFERAY = re.compile(r"p_\w+|_\w+|inheritredirect|redirect", re.IGNORECASE)
_OTHER_VIEW = re.compile(
    r"(?:print|amp|mobile)(?:=(?:1|true|yes))?|(?:output|view|format)=(?:amp|print)", re.IGNORECASE
)

# Hosts seen to serve the same paths as the bare host: m. and mb.btv.org.vn, amp.baonghean.vn, demo.baosonla.org.vn,
# beta.baoninhbinh.org.vn, mysql.baothaibinh.com.vn. A language edition ("en.") is another site.
_MIRRORS = frozenset({"www", "m", "mb", "mobile", "wap", "amp", "demo", "beta", "mysql"})
_SAME_PAGE = frozenset({"amp", "print", "pop_up", "index.html", "index.htm", "index.php"})  # as the end of a path
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")
_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SURROGATE = re.compile(r"[\ud800-\udfff]")  # half a letter, which cannot be encoded
_STRAY_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")
_RESERVED = re.compile(r"%(?=2[356bBfF]|3[bBdDfF]|5[cC])")  # escapes of # % & + / ; = ? \ must not be undone
_SAFE = "/%:@!$'()*,;=~+&?-._"


def resolve(base: str, href: str) -> str | None:
    """The address that ``href`` on the page ``base`` leads to, cleaned for fetching; None if it is no web address."""
    link = re.sub(r"[\t\r\n]", "", href).strip("".join(map(chr, range(33))) + "\u00a0\u200b\ufeff")
    scheme = _SCHEME.match(link)
    if len(link) > MAX_LENGTH or (scheme and scheme[1].lower() not in DEFAULT_PORTS):
        return None
    path, mark, rest = link.partition("?")
    try:
        return clean(urljoin(base, path.replace("\\", "/") + mark + rest))
    except ValueError:
        return None


@lru_cache(maxsize=256)  # every question about an address asks this first, several in a row about the same one
def clean(url: str) -> str | None:
    """The address as it should be fetched, or None if it is no web address.

    Without fragment, user, default port, dot segments, tracking and session parameters; scheme, host, path and the
    order of the query stay what the site wrote.
    """
    try:
        parts = urlsplit(url.strip())
        netloc = _netloc(parts)
    except ValueError:
        return None
    if netloc is None or len(url) > MAX_LENGTH:
        return None
    path = _without_dots(_SESSION_IN_PATH.sub("", _encode(parts.path)))
    query = "&".join(p for p in _parameters(parts.query) if not _is_noise(p, path))
    return f"{parts.scheme}://{netloc}{path}" + (f"?{query}" if query else "")


def canonical(url: str) -> str:
    """The key shared by all forms of a web address; any other address (``file:``) unchanged.

    https, no www. or mirror host, no default port, sorted query without state, path decoded, in NFC without Vietnamese
    marks and encoded again, no trailing slash, no ``index.php/``, ``/amp`` or ``/print``. An ASP.NET path is in lower
    case since its server takes any case; WebSphere's ``/!ut/`` token, another on every visit, is cut off.
    """
    cleaned = clean(url)
    if cleaned is None:
        return url
    parts = urlsplit(cleaned)
    path = _canonical_path(parts.path)
    aspx = ".aspx" in path
    parameters = {_canonical_parameter(p, lower=aspx) for p in _parameters(parts.query)}
    kept = sorted(p for p in parameters if p and not _LIFERAY_STATE.fullmatch(p.partition("=")[0]))
    query = "&".join(p for p in kept if not _OTHER_VIEW.fullmatch(p))
    netloc = _without_mirror(re.sub(r":(?:80|443)$", "", parts.netloc))
    return f"https://{netloc}{path}" + (f"?{query}" if query else "")


def host_port(url: str) -> str:
    """``host:port`` of a web address, the port always written; "" for any other."""
    cleaned = clean(url)
    if cleaned is None:
        return ""
    parts = urlsplit(cleaned)
    return parts.netloc if parts.port else f"{parts.netloc}:{DEFAULT_PORTS[parts.scheme]}"


def registered_domain(host: str) -> str:
    """The domain somebody registered ("dailoc.quangnam.gov.vn:443" gives "quangnam.gov.vn"), else the host itself."""
    name = re.sub(r":\d+$", "", host)
    return _suffixes()(name).top_domain_under_public_suffix or name


@cache  # the list of public suffixes that tldextract carries: read once, never fetched
def _suffixes() -> TLDExtract:
    return TLDExtract(suffix_list_urls=(), cache_dir=None)


def _netloc(parts: SplitResult) -> str | None:
    """Host and port in lower-case ASCII, None for what no request can be sent to. Raises ``ValueError``."""
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in DEFAULT_PORTS:
        return None
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    if ":" in host:
        host = f"[{host}]"
    if not _HOST.fullmatch(host):
        return None
    return host if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f"{host}:{parts.port}"


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _encode(text: str) -> str:
    return quote(_SURROGATE.sub("\ufffd", _STRAY_PERCENT.sub("%25", text)), safe=_SAFE)


def _parameters(query: str) -> list[str]:
    """The parameters of a query, encoded; a separator escaped twice ("&amp;amp;") is one all the same."""
    return [_encode(p) for p in re.sub(r"&(?:amp;)+", "&", query).split("&") if p]


def _is_noise(parameter: str, path: str) -> bool:
    """Whether it names how the reader came or who he is, or draws a Liferay page that its path already names."""
    name = parameter.partition("=")[0]
    if _TRACKING.fullmatch(name) or _SESSION.fullmatch(name) or _SHORT_SESSION.fullmatch(parameter):
        return True
    return "/-/" in path and _ANY_LIFERAY.fullmatch(name) is not None


def _decode(text: str) -> str:
    """Escapes undone where that keeps the meaning; NFC; bytes that are not UTF-8 as surrogates."""
    decoded = unquote(_RESERVED.sub("%25", text), errors="surrogateescape")
    pieces = re.split(r"(%[0-9a-fA-F]{2})", decoded)  # a mark must not be composed with the last digit of an escape
    return "".join(unicodedata.normalize("NFC", piece) for piece in pieces)


def _quote(text: str) -> str:
    encoded = quote(text, safe=_SAFE, errors="surrogateescape")
    return re.sub(r"%[0-9a-f]{2}", lambda escape: escape[0].upper(), encoded, flags=re.IGNORECASE)


def _canonical_path(path: str) -> str:
    decoded = unicodedata.normalize("NFD", _decode(path.partition("/!ut/")[0]).replace("đ", "d").replace("Đ", "D"))
    bare = unicodedata.normalize("NFC", re.sub(r"[\u0300-\u036f]", "", decoded))
    plain = "/".join(segment.rstrip(";") for segment in bare.split("/"))
    segments = [segment for segment in _without_dots(plain).split("/") if segment.strip()]
    while segments and (segments[0].lower() in {"index.php", "amp"} or segments[0].startswith("dev~")):
        del segments[0]
    while segments and segments[-1].lower() in _SAME_PAGE:
        del segments[-1]
    joined = "/" + "/".join(segments)
    return _quote(joined.lower() if ".aspx" in joined.lower() else joined)


def _canonical_parameter(parameter: str, *, lower: bool) -> str:
    """A parameter with its value stripped of padding, "" when it has a name and no value."""
    name, equals, value = parameter.partition("=")
    name = _decode(name).strip()
    value = " ".join(_decode(value.replace("+", " ")).split())
    if equals and not value:
        return ""
    return _quote((name.lower() if lower else name) + equals + value).replace("%20", "+")


def _without_mirror(netloc: str) -> str:
    while True:
        label, _, rest = netloc.partition(".")
        host = re.sub(r":\d+$", "", rest)
        if label not in _MIRRORS or "." not in host or _suffixes()(host).suffix == host:
            return netloc
        netloc = rest
