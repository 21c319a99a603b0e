"""Pages that look like articles and are none, told by what else the run has seen of their host."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from crawler.language import is_vietnamese
from crawler.visit import Refusal, Understanding, Visit
from pipelines.models import Document

ALIKE = 0.9  # share of the lines of the shorter page that both have
MOST_LINES = 2000

SAME_AS_NOWHERE = Refusal("gone", "soft-404", "soft_404")
NOT_VIETNAMESE = Refusal("rejected", "not-vietnamese", "error")


@dataclass
class Doorkeeper:
    """What one run knows of its hosts and sites: bounded by their number.

    A ``private`` site may be in any language: nobody can take its domain over.
    """

    private: frozenset[str] = frozenset()
    _nowhere: dict[str, frozenset[str]] = field(default_factory=dict)  # by host, the lines of its page for nothing
    _vietnamese: dict[str, bool] = field(default_factory=dict)  # by site, what its start pages are

    def know_nowhere(self, host: str, document: Document | None) -> None:
        """Remembers the page that a host shows under an address that cannot exist, if it looks like an article."""
        if document is not None and document.kind == "article" and (lines := _lines(document)):
            self._nowhere[host] = lines

    def judged(self, visit: Visit, understood: Understanding) -> Understanding:
        """The understanding, with a refusal where the page is no article after all."""
        lease, found, document = visit.lease, understood.found, understood.document
        if found is not None and found.vietnamese is not None and lease.depth == 0:
            self._vietnamese[lease.site] = found.vietnamese or self._vietnamese.get(lease.site, False)
        if document is None or document.kind != "article":
            return understood
        if self._is_nowhere(lease.host, document):
            return replace(understood, refusal=SAME_AS_NOWHERE)
        if lease.site in self.private:
            return understood
        seen_before = lease.interval is not None  # an article that turns up in another language was replaced
        vietnamese = self._vietnamese.get(lease.site, not seen_before)
        if not vietnamese and is_vietnamese(document.text) is False:
            return replace(understood, refusal=NOT_VIETNAMESE)
        return understood

    def _is_nowhere(self, host: str, document: Document) -> bool:
        nowhere = self._nowhere.get(host)
        if nowhere is None:
            return False
        lines = _lines(document)
        return len(lines & nowhere) >= ALIKE * max(1, min(len(lines), len(nowhere)))


def _lines(document: Document) -> frozenset[str]:
    return frozenset(line for line in document.text.splitlines()[:MOST_LINES] if line.strip())
