"""The ground floor: every value that passes from one step to the next, as frozen dataclasses.

Offsets are Python code points into a document's NFC text, and ``text[m.start:m.end] == m.surface`` for every mention.
Instants are ``YYYY-MM-DDTHH:MM:SSZ``, dates ``YYYY-MM-DD``, numbers and years of documents are text ("30a", "2023").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

PageKind = Literal["article", "listing", "error", "blocked", "soft_404", "login", "empty"]
ParagraphKind = Literal["title", "lead", "heading", "body", "item", "row", "caption"]
Zone = Literal["title", "lead", "body", "row", "caption"]
MentionKind = Literal["full", "short", "list", "anaphor", "named", "congress"]
DateRole = Literal["issued", "effective", "event", "partial"]
PlaceSource = Literal["issuer", "dateline", "page", "site"]
ResolvedBy = Literal["full", "page", "alias", "list", "anaphor", "named", "site", "term", "corpus"]
RelationKind = Literal["replaces", "amends", "repeals", "based_on", "implements", "guides", "inherits", "consolidates"]


@dataclass(frozen=True, slots=True)
class Rules:
    """Where a known template keeps its parts: XPath expressions of a catalogue entry's ``[site.rules]``."""

    container: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    date: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What understanding may know of the site a page comes from: the facts of its catalogue entry, no more."""

    site: str
    name: str
    kind: str = "newspaper"
    level: str = "province"
    unit: str | None = None  # slug of a present unit: "gia-lai-2025"
    former: tuple[str, ...] = ()  # slugs of the units it served before 1 July 2025
    domains: tuple[str, ...] = ()
    rules: Rules = Rules()


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a server, content encodings undone, or one file."""

    url: str
    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    fetched_at: str | None = None
    source: Source | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header whatever its case, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, list item, table row or caption of a document's text."""

    start: int
    end: int
    kind: ParagraphKind


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its words: ``segmented`` joins the syllables of a word by "_" and words by a space."""

    start: int
    end: int
    segmented: str


@dataclass(frozen=True, slots=True)
class Mention:
    """One citation of a regulation; ``regulation`` is what the page alone says it is."""

    start: int
    end: int
    surface: str
    kind: MentionKind
    type: str | None = None
    number: str | None = None
    year: str | None = None
    abbreviation: str | None = None
    symbol: str | None = None
    issuer_code: str | None = None
    issuer: str | None = None
    place: str | None = None
    place_by: PlaceSource | None = None
    date: str | None = None
    date_role: DateRole | None = None
    date_inferred: str | None = None
    pinpoint: str | None = None
    subject: str | None = None
    regulation: str | None = None
    resolved_by: ResolvedBy | None = None
    confidence: float = 0.0
    flags: tuple[str, ...] = ()
    paragraph: int | None = None
    zone: Zone = "body"
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Regulation:
    """A document that is cited, as one page knows it. ``id`` is ``vn/<system>/<issuer>/<type>/<period>/<number>``."""

    id: str
    label: str
    system: str
    level: str | None = None
    type: str | None = None
    number: str | None = None
    symbol: str | None = None
    issuer: str | None = None
    issuer_code: str | None = None
    unit: str | None = None
    issued: str | None = None
    issued_precision: Literal["day", "year"] | None = None
    year: str | None = None
    term: str | None = None
    subject: str | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """What one document does to another; the span is the words that say so."""

    subject: str
    relation: RelationKind
    object: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name that a text gives a document: "gọi tắt là Nghị quyết 35"."""

    alias: str
    regulation: str


@dataclass(frozen=True, slots=True)
class References:
    """All that the references of one text say."""

    text: str
    mentions: tuple[Mention, ...] = ()
    regulations: tuple[Regulation, ...] = ()
    relations: tuple[Relation, ...] = ()
    aliases: tuple[Alias, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """What was removed from a page or noticed in it: a leaked server error, an agency prefix, a lost reference."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Audit:
    """References outside the furniture of a page, how many of them the text kept, and those it lost."""

    page: int = 0
    kept: int = 0
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """The main text of a page: paragraphs in reading order (title and lead apart), and who found them."""

    paragraphs: tuple[tuple[ParagraphKind, str], ...]
    extractor: str
    audit: Audit = Audit()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of itself; None where it does not say."""

    title: str | None = None
    lead: str | None = None
    author: str | None = None
    section: str | None = None
    origin: str = "unknown"
    source_name: str | None = None
    genre: str = "unknown"
    published: str | None = None  # date, or instant with offset as printed
    published_raw: str | None = None
    published_source: str | None = None
    published_precision: Literal["day", "minute", "second"] | None = None
    modified: str | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A page understood. ``text`` is title, lead and body, NFC, paragraphs separated by one blank line."""

    url: str
    kind: PageKind
    text: str = ""
    metadata: Metadata = Metadata()
    site: str | None = None
    unit: str | None = None
    paragraphs: tuple[Paragraph, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    references: References = field(default_factory=lambda: References(""))
    notes: tuple[Note, ...] = ()
    audit: Audit = Audit()
    extractor: str | None = None
    canonical: str | None = None  # <link rel=canonical> or og:url, as printed
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """The leaf certificate a server showed; ``sha256`` in lower-case hex, dates as instants."""

    sha256: str
    subject: str
    issuer: str
    not_before: str
    not_after: str
    san: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """How one lease of an address ended: a row of ``fetches`` before it is archived and numbered.

    ``tls_path`` names every attempt in order.
    """

    url: str
    fetched_at: str
    site: str | None = None
    status: int | None = None
    final_url: str | None = None
    attempts: int = 1
    error_class: str | None = None
    error: str | None = None
    ip: str | None = None
    tls_profile: str | None = None
    tls_version: str | None = None
    tls_cipher: str | None = None
    tls_verified: bool | None = None
    tls_path: tuple[str, ...] = ()
    certificate: Certificate | None = None
    body_sha256: str | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where an exchange lies: the name of a file in the archive's folder, and its bytes there."""

    file: str
    offset: int
    length: int

    @property
    def end(self) -> int:
        """The offset of the byte after it."""
        return self.offset + self.length
