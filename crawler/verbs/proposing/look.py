"""A look at a site for its entry: what is asked, one page after another, and what there is to say of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from crawler.discovery.feeds import read_items
from crawler.discovery.html import Anchor
from crawler.discovery.pages import next_pages
from crawler.language import is_vietnamese
from crawler.live.asking import Answer, Asker, NoPageError
from crawler.sites import Site, owner, site_of
from crawler.sites.read import Entry
from crawler.tables import counted
from crawler.tls.faults import all_faults
from crawler.verbs.proposing.entry import Front, as_toml, propose, provisional, read_front
from crawler.verbs.proposing.forms import HEADLINE, form_of, shared_form
from crawler.visit import Understanding, UrlKind
from crawler.work import Task
from pipelines.decode import decode
from pipelines.models import Page
from pipelines.workers import PageTimeout, PoolBroken, WorkerDied, Workers

MOST_FEEDS = 4  # of those that a site announces; some announce one for each section
ANY_LABEL = 1  # where no link is labelled like a headline; then the page must be seen to be an article
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Proposal:
    """An entry as TOML, what was seen or could not be told, and whether a crawl would get articles by it."""

    entry: str
    remarks: tuple[str, ...]
    tried: bool


@dataclass
class Look:
    """One look at a site: what it asks, and what there is to say."""

    asker: Asker
    workers: Workers[Task, Understanding]
    say: Say
    remarks: list[str] = field(default_factory=list)
    tried: bool = False
    needed: set[str] = field(default_factory=set)  # of what is permitted

    async def first(self, url: str) -> Answer:
        """The page that was named, by https where the site answers so; from then on redirects stay on its host."""
        try:
            answer = await self._by_https(url) or await self._page(url)
        except NoPageError as error:
            raise _with_hint(error, self.asker.site) from error
        if not self.asker.site.owns(answer.page.url):
            self.remarks.append(f"{url} leads to {answer.page.url}: the entry is for that site")
        old = self.asker.site
        moved = provisional(answer.page.url, allow=old.allow, private=old.private, delay=old.delay)
        asked = (await self.asker.rules(answer.page.url)).delay
        if asked > moved.delay:
            self.remarks.append(f"delay: robots.txt asks for {asked:g} s between two pages")
        self.asker = replace(self.asker, site=replace(moved, delay=max(moved.delay, asked)), strays=False)
        return answer

    async def proposal(self, first: Answer, catalogue: Mapping[str, Site]) -> Proposal:
        """The entry, as far as the site's own pages tell."""
        front, article = await self._front(first)
        fields = propose(front, self.asker.site)
        likely = fields if fields["examples"] else propose(front, self.asker.site, label=ANY_LABEL)
        if await self._try_article(_site(likely), article):
            fields = likely
        site = _site(fields)
        if article is not None and site.matches_article(article.url):
            fields["examples"] = list(dict.fromkeys([article.url, *site.examples]))
        self._judge_listing(site, front)
        fields["feeds"] = await self._answering(site, "feed", front.feeds)
        fields["sitemaps"] = await self._answering(site, "sitemap", await self._sitemaps(front.url))
        fields |= {"allow": sorted(self.needed)} | self._pace()
        self._unknown(front, fields, catalogue)
        return Proposal(as_toml(fields), tuple(dict.fromkeys(self.remarks)), self.tried and not site.guessed)

    def _pace(self) -> dict[str, object]:
        site = self.asker.site
        return {"private": True} if site.private else {"delay": site.delay} if site.delay > 2.0 else {}

    async def _by_https(self, url: str) -> Answer | None:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.port is not None:
            return None
        try:
            return await self._page(f"https:{url.partition(':')[2]}")
        except NoPageError as error:
            self.remarks.append(f"https: {error}")
            return None

    async def _front(self, first: Answer) -> tuple[Front, Page | None]:
        """The page that lists articles, and the article where one was named instead of a listing."""
        page, home = first.page, urljoin(first.page.url, "/")
        if read_items(decode(page.body, page.header("content-type")).text) is not None:
            front = read_front((await self._page(home)).page, self.asker.site)
            return replace(front, feeds=tuple(dict.fromkeys([page.url, *front.feeds]))), None
        named = read_front(page, self.asker.site)
        if not await self._is_article(named, page):
            return named, None
        self.remarks.append(f"{page.url} is an article: {home} was taken for the listing; sections make better ones")
        front = read_front((await self._page(home)).page, self.asker.site)
        links = (*front.anchors, *named.anchors)
        own = Anchor(page.url, page.url.ljust(HEADLINE))
        feeds = tuple(dict.fromkeys([*front.feeds, *named.feeds]))
        return replace(front, anchors=(own, *links) if links else (), feeds=feeds), page

    async def _is_article(self, named: Front, page: Page) -> bool:
        if named.anchors and form_of(page.url) is None:
            return False
        form = shared_form(named.anchors)
        if form.examples and not re.search(form.expression, page.url):
            return False
        understood = await self._understood(Task(page))
        return understood.document is not None and understood.document.kind == "article"

    async def _try_article(self, site: Site, article: Page | None) -> bool:
        """Whether a page is understood as an article: the one that was named, else the first example."""
        if article is None and not site.examples:
            self.remarks.append("article: too few links share a form: the expression is a guess")
            return False
        try:
            page = article or (await self._page(site.examples[0])).page
        except NoPageError as error:
            self.remarks.append(f"article: {error}")
            return False
        understood = await self._understood(Task(page, "article", site))
        document = understood.document
        if document is None or document.kind != "article":
            kind = document.kind if document else understood.cause
            self.remarks.append(f"article: {page.url} gave no article ({kind}): name its template in [site.rules]")
            return False
        if is_vietnamese(document.text) is False:
            self.remarks.append(f"article: {page.url} is not in Vietnamese: is this still the site's domain?")
            return False
        day = (document.metadata.published or "")[:10] or "without a date (name it in [site.rules])"
        self.remarks.append(f"article: tried {page.url}: {document.metadata.title or 'no title'}, {day}")
        self.tried = True
        return True

    def _judge_listing(self, site: Site, front: Front) -> None:
        others = shared_form(front.anchors).others
        for url, n in others:
            self.remarks.append(
                f"article: {counted(n, 'link')} of another form, such as {url}: add it if they are articles"
            )
        if site.matches_article(front.url):
            self.tried = False
            self.remarks.append("article: the expression matches the listing itself: make it narrower")
        if not next_pages(front.url, front.anchors)[0]:
            self.remarks.append("start: no link to a next page was recognised: a crawl sees what the first page shows")

    async def _sitemaps(self, url: str) -> Sequence[str]:
        rules = await self.asker.rules(url)
        return [named for named in rules.sitemaps if self.asker.site.owns(named)]

    async def _answering(self, site: Site, kind: UrlKind, urls: Sequence[str]) -> list[str]:
        """Those of the feeds or sitemaps that name articles."""
        answering = []
        if len(urls) > MOST_FEEDS:
            self.remarks.append(f"{kind}s: {len(urls) - MOST_FEEDS} more are announced and were not tried")
        for url in urls[:MOST_FEEDS]:
            try:
                answer = await self._page(url)
            except NoPageError as error:
                self.remarks.append(f"{kind}s: {url} is announced, but {error}")
                continue
            found = (await self._understood(Task(answer.page, kind, site))).found
            if found is not None and any(candidate.kind == "article" for candidate in found.candidates):
                answering.append(answer.page.url)
            else:
                n = found.n_links if found else 0
                self.remarks.append(f"{kind}s: {url} names no article ({counted(n, 'link')})")
        return answering

    def _unknown(self, front: Front, fields: Mapping[str, object], catalogue: Mapping[str, Site]) -> None:
        """What nobody but a person can tell."""
        known = owner(catalogue, front.url)
        if known is not None:
            self.remarks.append(f"the catalogue has this site already: {known.id}")
        elif fields["id"] in catalogue:
            self.remarks.append(f"id: {fields['id']} is taken by another site of the catalogue")
        if "unit" not in fields:
            self.remarks.append("unit: neither name nor host names a province: add unit, and former where it changed")
        else:
            self.remarks.append("unit, former, kind and level are read off its name and host: check them")
        if not fields["feeds"]:
            self.remarks.append("feeds: none is announced that answers")

    async def _page(self, url: str) -> Answer:
        self.say(f"asking {url}")
        answer = await self.asker.page(url)
        exchange = answer.exchange
        if exchange.tls is not None and not exchange.tls.verified:
            self.needed.add("unverified")
        if self.asker.answered_stub:
            self.needed.add("cookie-stub")
        if exchange.path and exchange.tls is None:
            self.needed.add("http")
        if exchange.tls is None and exchange.path:
            self.remarks.append("TLS: none works; it came over plain http")
        elif exchange.tls is not None and exchange.tls.profile != "strict":
            how = f"{exchange.tls.version} by the profile {exchange.tls.profile}"
            self.remarks.append(f"TLS: it speaks {how} only; a crawl finds that by itself")
        return answer

    async def _understood(self, task: Task) -> Understanding:
        try:
            return await self.workers.run(task)
        except (PageTimeout, PoolBroken, WorkerDied) as error:
            return Understanding(cause=str(error))


def _site(fields: Mapping[str, object]) -> Site:
    return site_of(Entry(Path("the proposal"), 1, {name: value for name, value in fields.items() if value}))


def _with_hint(error: NoPageError, site: Site) -> NoPageError:
    """The error with the option that permits what would help, if one would."""
    fault = all_faults().get(error.fault)
    option = {"cookie-stub": "--allow cookie-stub", "plain-http": "--allow http", "private-address": "--private"}.get(
        error.fault, "--allow unverified" if fault is not None and fault.kind == "certificate" else ""
    )
    if not option or option.rpartition(" ")[2] in site.allow:
        return error
    return NoPageError(error.result, f"{error.detail}; if you accept that, ask again with {option}", error.fault)
