"""``danchieu explain URL``: why a page is or is not there, from everything the database and the catalogue know."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crawler.addresses import canonical, clean, host_port
from crawler.causes import in_words
from crawler.discovery.traps import trap
from crawler.middlewares.robots import Rules
from crawler.sites import Site, owner
from pipelines.instants import instant
from pipelines.store import Store
from pipelines.store.articles import article_id, sha256

HOPS = 5  # redirects and finders followed back, at most
Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer in a sentence, and the facts it rests on, each with its name."""

    verdict: str
    facts: tuple[Fact, ...]

    def __str__(self) -> str:
        width = max((len(name) for name, _ in self.facts), default=0)
        return "\n".join([self.verdict, *(f"  {name:<{width}}  {fact}" for name, fact in self.facts)])


@dataclass(frozen=True, slots=True)
class _Address:
    """An address as asked for, and all that is found under it: its key, its row of the queue, its article."""

    asked: str
    key: str
    site: Site | None
    row: sqlite3.Row | None
    article: sqlite3.Row | None
    forgotten: sqlite3.Row | None


def explain_address(store: Store, sites: Mapping[str, Site], url: str) -> Explanation:
    """Why the page at ``url``, in whatever form, is or is not in the database."""
    found = _look_up(store, sites, url if "://" in url or url.startswith("file:") else f"https://{url}")
    facts = [*_forms(store, found), *_site(found), *_queue(store, found), *_fetches(store, found)]
    return Explanation(_verdict(found), (*facts, *_article(store, found), *_robots(store, found)))


def _look_up(store: Store, sites: Mapping[str, Site], url: str) -> _Address:
    site = owner(sites, url)
    key = canonical(url)
    for _ in range(HOPS):
        identity = (site.identity(key) if site else None) or key
        target = store.value("SELECT url FROM url_aliases WHERE alias IN (?, ?) AND url <> ?", [key, identity, key])
        if target is None:
            break
        key = str(target)
    row = _one(store, "SELECT * FROM urls WHERE url = ?", key)
    article = _one(store, "SELECT * FROM articles WHERE id = ?", article_id(key)) or _one(
        store, "SELECT a.* FROM articles a JOIN fetches f ON f.id = a.fetch WHERE f.url = ?", key
    )
    forgotten = _one(store, "SELECT * FROM forgotten WHERE url_sha256 = ?", sha256(key))
    return _Address(url, key, site, row, article, forgotten)


def _one(store: Store, sql: str, parameter: object) -> sqlite3.Row | None:
    return next(iter(store.rows(sql, [parameter])), None)


def _verdict(found: _Address) -> str:
    if found.forgotten is not None:
        return f"It was forgotten on {found.forgotten['at']}: {found.forgotten['reason']}"
    if found.article is not None:
        return f"It is there: article {found.article['id']}."
    if found.row is None:
        return f"It is not there: {_why_unknown(found)}."
    state, cause = found.row["state"], found.row["cause"]
    if state == "leased":
        return "It is being fetched just now."
    if state == "new":
        return "It is not there yet: it waits in the queue" + (f", since {in_words(cause)}." if cause else ".")
    if state == "done" and cause in (None, "no-links", "no-match"):
        led = in_words(cause) if cause else "that leads to articles and is none"
        return f"It was read as a {found.row['kind']}: {led}."
    return f"It is not there: {in_words(cause or state)}."


def _why_unknown(found: _Address) -> str:
    if clean(found.asked) is None:
        return "this is no web address"
    if found.site is None:
        return "no site of the catalogue has this host"
    if (reason := trap(found.asked)) is not None:
        return f"its address looks like one of an endless series ({reason})"
    if not found.site.matches_article(found.asked):
        return f"the article expression of {found.site.id} does not match it, so links to it are not followed"
    if found.site.guessed:
        return f"the entry {found.site.id} rests on a guess and is crawled only when it is named"
    return "no listing, feed or sitemap that was read has led to it, or only with a day outside --since and --until"


def _forms(store: Store, found: _Address) -> Iterator[Fact]:
    yield "asked for", found.asked
    if found.key != found.asked:
        yield "kept under", found.key
    if found.row is not None and found.row["fetch_url"] not in (found.key, found.asked):
        yield "fetched as", found.row["fetch_url"]
    for row in store.rows("SELECT alias FROM url_aliases WHERE url = ? ORDER BY alias", [found.key]):
        yield "also as", row["alias"]


def _site(found: _Address) -> Iterator[Fact]:
    if found.site is None:
        yield "site", f"none of the catalogue has {host_port(found.asked) or 'such an address'}"
        return
    matched = found.site.matches_article(found.asked)
    identity = found.site.identity(found.asked)
    says = f"matches, number {identity.partition(':')[2]}" if identity else "matches" if matched else "does not match"
    yield "site", f"{found.site.id} ({found.site.name}); its article expression {says}"


def _queue(store: Store, found: _Address) -> Iterator[Fact]:
    row = found.row
    if row is None:
        yield "queue", "unknown"
        return
    parts = [f"{row['kind']}, {row['state']}", f"first seen {row['first_seen']}"]
    if row["tries"]:
        parts.append(f"tried {row['tries']} times")
    if row["next_at"]:
        parts.append(f"next look on {instant(row['next_at'])}")
    yield "queue", "; ".join(parts)
    if row["cause"]:
        yield "cause", in_words(row["cause"])
    finder = row["found_on"]
    for _ in range(HOPS):
        if finder is None:
            break
        yield "found on", finder
        finder = store.value("SELECT found_on FROM urls WHERE url = ?", [finder])


def _fetches(store: Store, found: _Address) -> Iterator[Fact]:
    for row in store.rows("SELECT * FROM fetches WHERE url = ? ORDER BY fetched_at, id", [found.key]):
        yield "fetch", f"{row['fetched_at']}: {'; '.join(_fetch_in_words(row))}"


def _fetch_in_words(row: sqlite3.Row) -> Iterator[str]:
    if row["status"] is None:
        yield "imported" if row["error_class"] is None else "no answer"
    else:
        yield f"answered {row['status']}"
    if row["error_class"]:
        yield in_words(row["error_class"])
    if row["page_kind"]:
        yield f"{row['page_kind']}, {row['bytes'] or 0:,} bytes"
    if row["tls_version"]:
        verified = "certificate verified" if row["tls_verified"] else "certificate NOT verified"
        yield f"{row['tls_version']} by way of {row['tls_profile']}, {verified}"
    elif row["tls_path"]:
        yield f"tried {', '.join(json.loads(row['tls_path']))}"
    if row["final_url"] and row["final_url"] != row["url"]:
        yield f"at {row['final_url']}"
    if row["warc_file"]:
        yield f"archived in {row['warc_file']} at {row['warc_offset']}"


def _article(store: Store, found: _Address) -> Iterator[Fact]:
    row = found.article
    if row is None:
        return
    yield "article", f"{row['title'] or 'without a title'} ({row['url']})"
    date = f"published {row['published']} (from {row['published_source']})" if row["published"] else "without a date"
    yield "holds", f"{date}; {row['n_words']} words; {row['n_mentions']} references; unit {row['unit'] or 'unknown'}"
    if (lost := (row["audit_page"] or 0) - (row["audit_kept"] or 0)) > 0:
        yield "lost", f"{lost} references of the page are not in its text"
    for old in store.rows(
        "SELECT revision, changed_at FROM revisions WHERE article = ? ORDER BY revision", [row["id"]]
    ):
        yield "revision", f"{old['revision']} was replaced on {old['changed_at']}"
    for note in store.rows("SELECT kind, text FROM notes WHERE article = ? ORDER BY id", [row["id"]]):
        yield "note", f"{note['kind']}: {note['text'][:200]}"


def _robots(store: Store, found: _Address) -> Iterator[Fact]:
    address = found.row["fetch_url"] if found.row else found.asked
    row = _one(store, "SELECT * FROM hosts WHERE host = ?", host_port(address))
    if row is None or row["robots"] is None:
        yield "robots", "not asked yet"
    elif row["robots"] == "unreachable":
        yield "robots", f"could not be asked on {row['robots_checked']}: nothing is fetched meanwhile"
    else:
        open_to_us = Rules(row["robots"], 0.0, row["robots_text"] or "").allows(address)
        yield "robots", f"{'allows' if open_to_us else 'closes'} it (asked on {row['robots_checked']})"
