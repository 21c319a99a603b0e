"""What an answer, its absence, and what a page turned out to be mean for the queue: pure decisions on plain values."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from crawler import frontier
from crawler.addresses import canonical, host_port, resolve
from crawler.archive.provenance import fetch_of
from crawler.content import Content, TooLargeError, text, undo_content_coding
from crawler.exchange import Exchange, FetchError
from crawler.middlewares.cookie_stub import stub_cookie
from crawler.sites import Site
from crawler.visit import Candidate, Found, Lease, Next, Understanding, UrlState, Visit
from pipelines.instants import instant
from pipelines.models import Fetch, Page, PageKind

TRIES_A_RUN = 4  # then the address waits for the next run
TRIES = 12  # over all runs, before it is given up
BACKOFF_SECONDS = 4.0
NO_SUCH_HOST = "no-such-host"  # permanent for this run; a name that expired may be renewed by the next
NEXT_RUN_SECONDS = 3600.0  # beyond what a run waits for
BACKOFF_LIMIT = 3600.0
REDIRECTS = 5  # in a row
PRIORITIES = {"feed": 50, "seed": 40, "article": 30, "next": 20}  # newest first: a page before the next
BY_STATUS: dict[int, tuple[UrlState, str]] = {
    401: ("blocked", "login-required"),
    403: ("blocked", "forbidden"),
    404: ("gone", "not-found"),
    410: ("gone", "gone"),
    451: ("blocked", "legal"),
}
# What a page that answered 200 turned out to be, other than an article.
BY_KIND: dict[PageKind, tuple[UrlState, str]] = {
    "listing": ("rejected", "listing"),
    "error": ("rejected", "error-page"),
    "blocked": ("blocked", "block-page"),
    "soft_404": ("gone", "soft-404"),
    "login": ("rejected", "login"),
    "empty": ("rejected", "no-text"),
}
REVISITS = tuple(days * 86400.0 for days in (1, 3, 7, 30))  # then never unless asked
TRY_AGAIN = {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524}


def back_off(tries: int, *, base: float = BACKOFF_SECONDS) -> float:
    """Seconds to wait before the next try: exponential, with jitter so that pages do not come back together."""
    return min(BACKOFF_LIMIT, base * 2.0 ** min(tries - 1, 12)) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def try_again(
    lease: Lease, cause: str, now: float, *, after: float | None = None, host_failed: bool | None = None
) -> Next:
    """Back to the queue with a pause, later to the next run, and failed when it has been tried often enough."""
    if lease.tries >= TRIES:
        return Next("failed", cause=cause, host_failed=host_failed)
    last_of_run = lease.tries % TRIES_A_RUN == 0
    pause = NEXT_RUN_SECONDS if last_of_run else back_off(lease.tries % TRIES_A_RUN)
    return Next("new", cause=cause, retry_at=now + max(after or 0, pause), host_failed=host_failed)


def after_exchange(lease: Lease, exchange: Exchange, site: Site, now: float) -> Visit:
    """The visit of an answered request."""
    headers = tuple((text(name), text(value)) for name, value in exchange.headers)
    try:
        content = undo_content_coding(exchange.body, headers)
    except TooLargeError as error:
        too_large = FetchError("too-large", str(error), permanent=True, attempts=exchange.attempts, ip=exchange.ip)
        return after_error(lease, too_large, now)
    fetch = replace(
        fetch_of(exchange, url=lease.url, site=lease.site),
        body_sha256=hashlib.sha256(content.body).hexdigest(),
        bytes=len(content.body),
    )
    step = _judge(lease, exchange, content, site, now)
    if step.state == "done" and step.cause is None and exchange.status == 200:
        source = site.source()
        page = Page(exchange.url, content.body, exchange.status, headers, exchange.fetched_at, source)
        return Visit(lease, fetch, step, page, exchange)
    return Visit(lease, replace(fetch, error_class=step.cause), step, None, exchange)


def after_error(lease: Lease, error: FetchError, now: float) -> Visit:
    """The visit of a request that nothing answered."""
    fetch = Fetch(
        url=lease.url,
        site=lease.site,
        fetched_at=instant(now),
        attempts=error.attempts,
        error_class=error.error_class,
        error=error.message[:500],
        ip=error.ip,
        tls_path=error.path,
        certificate=error.certificate,
    )
    if error.permanent and error.error_class != NO_SUCH_HOST:
        return Visit(lease, fetch, Next("failed", cause=error.error_class), exchange=error.exchange)
    after = NEXT_RUN_SECONDS if error.permanent else error.retry_after
    step = try_again(lease, error.error_class, now, after=after, host_failed=True)
    return Visit(lease, fetch, step, exchange=error.exchange)


def refused(lease: Lease, cause: str, now: float, *, state: UrlState = "rejected") -> Visit:
    """The visit of an address that was not asked for at all, such as one that robots.txt closes."""
    fetch = Fetch(url=lease.url, site=lease.site, fetched_at=instant(now), attempts=0, error_class=cause)
    return Visit(lease, fetch, Next(state, cause=cause))


def after_understanding(visit: Visit, understood: Understanding, now: float) -> Next:
    """The state that a visit ends in, from what its page turned out to be."""
    step = visit.next
    if step.state != "done" or step.cause is not None:
        return step
    if understood.cause is not None and visit.lease.kind != "article":
        return try_again(visit.lease, understood.cause, now)  # a lost listing loses all behind it
    if understood.cause is not None:
        return replace(step, state="failed", cause=understood.cause)
    if understood.refusal is not None:
        return replace(step, state=understood.refusal.state, cause=understood.refusal.cause)
    document = understood.document
    if document is not None and document.kind != "article":
        state, cause = BY_KIND[document.kind]
        return replace(step, state=state, cause=cause, host_failed=document.kind == "blocked")
    if visit.lease.kind == "article":
        interval = _following(visit.lease.interval)
        return replace(step, retry_at=now + interval if interval else None, interval=interval)
    return replace(step, cause=_led_nowhere(understood.found))


def _following(passed: float | None) -> float | None:
    """The pause before the next look at an article, in seconds; None after the last."""
    return next((interval for interval in REVISITS if interval > (passed or 0)), None)


def _led_nowhere(found: Found | None) -> str | None:
    """Why a page that lists others led to no article and no sitemap, or None."""
    if found is None or any(candidate.kind != "listing" for candidate in found.candidates):
        return None
    return "no-match" if found.n_links else "no-links"


def _judge(lease: Lease, exchange: Exchange, content: Content, site: Site, now: float) -> Next:
    status = exchange.status
    if 300 <= status < 400 and status != 304:
        return _redirect(lease, exchange, site, now)
    if status in BY_STATUS:
        state, cause = BY_STATUS[status]
        return Next(state, cause=cause, host_failed=False)
    if status in TRY_AGAIN:
        after = _retry_after(exchange, now)
        step = try_again(lease, f"http-{status}", now, after=after, host_failed=True)
        return replace(step, host_rests=after)  # who names a time means the server, not this one page
    if status == 304:
        return Next("done", host_failed=False) if lease.conditional else try_again(lease, "unasked-304", now)
    if status != 200:
        return Next("failed", cause=f"http-{status}", host_failed=False)
    if "cut" in content.flags:
        return try_again(lease, "truncated", now)
    if stub_cookie(content.body) is not None:
        return Next("blocked", cause="cookie-stub", host_failed=False)
    etag, last_modified = _header(exchange, b"etag"), _header(exchange, b"last-modified")
    return Next("done", host_failed=False, etag=etag, last_modified=last_modified)


def _redirect(lease: Lease, exchange: Exchange, site: Site, now: float) -> Next:
    """A redirect settles its row and adds the target; one to another form of the address changes how it is fetched."""
    location = _header(exchange, b"location")
    target = resolve(exchange.url, location) if location else None
    if target is None:
        return Next("failed", cause="bad-redirect", host_failed=False)
    if not site.owns(target):
        return Next("rejected", cause="redirect-off-site", host_failed=False)
    key = canonical(target)
    if key == lease.url or _same_article(site, lease.fetch_url, target):
        if target == lease.fetch_url or lease.tries > REDIRECTS:
            return Next("failed", cause="redirect-loop", host_failed=False)
        return Next("new", retry_at=now, fetch_url=target, cause="redirect", host_failed=False)
    if lease.kind == "article" and site.matches_article(target) is None:
        # To the front page, a login or a listing: what was asked for is not there.
        home = urlsplit(target).path in ("", "/")
        return Next(
            "gone" if home else "rejected", cause="redirect-home" if home else "redirect-elsewhere", host_failed=False
        )
    if lease.depth >= (REDIRECTS if lease.kind == "article" else frontier.MAX_DEPTH):
        return Next("failed", cause="redirect-loop", host_failed=False)
    child = Candidate(
        url=key,
        fetch_url=target,
        site=lease.site,
        host=host_port(target),
        kind=lease.kind,
        priority=PRIORITIES["next"],
        depth=lease.depth + 1,
        stale=lease.stale,
    )
    return Next("done", cause="redirect", host_failed=False, children=(child,), alias_of=key)


def _same_article(site: Site, one: str, other: str) -> bool:
    """Whether two addresses bear the same number: a site that moves, or changes a headline, keeps its numbers."""
    identity = site.identity(one)
    return identity is not None and identity == site.identity(other)


def _header(exchange: Exchange, name: bytes) -> str | None:
    value = next((v for k, v in exchange.headers if k.lower() == name), None)
    return text(value).strip() if value is not None else None


def _retry_after(exchange: Exchange, now: float) -> float | None:
    """Seconds that the server asks for, in either form of RFC 9110 section 10.2.3, at most a day."""
    value = _header(exchange, b"retry-after")
    if value is None:
        return None
    try:
        seconds = float(value) if value.isdigit() else parsedate_to_datetime(value).timestamp() - now
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), 86400.0)
