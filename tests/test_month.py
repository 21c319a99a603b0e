"""A month of nights over five sites, with a virtual clock: the real queue, outcomes, understanding and judgement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from crawler import frontier
from crawler.exchange import Exchange, FetchError
from crawler.health import Verdict, finish
from crawler.health.judging import Finished
from crawler.outcomes import after_error, after_exchange
from crawler.plan import Plan
from crawler.refusing import Doorkeeper
from crawler.sites import Site
from crawler.visit import Lease, Understanding, Visit
from crawler.work import Task, work
from crawler.writer.keeping import Keeper
from crawler.writer.opening import open_run, territory
from entries import entry, load
from pipelines.store import Store

pytestmark = pytest.mark.slow  # starts many crawls

NIGHTS = 30
FIRST = datetime(2026, 9, 6, 19, 30, tzinfo=UTC)  # half past two on Monday the 7th in Vietnam
BACKLOG = 8  # articles a site has when it is first crawled
LISTED = 24  # articles on a front page
BUDGET = 45  # requests to a site in a night; the busiest has 14 new articles, 20 due again and its front page

PAGE = """<!doctype html><html lang="vi"><head><title>{title}</title></head><body><nav>Trang chủ</nav>
<h1>{title}</h1><p class="date">{day:%d/%m/%Y} 08:00</p><span class="views">Lượt xem: {views}</span>
<div class="content"><p>Ủy ban nhân dân xã số {k} của {site} phổ biến Quy định số {n}-QĐ/TW, ngày 02 tháng 02 năm 2023
của Bộ Chính trị tới toàn thể cán bộ, đảng viên và người dân trên địa bàn.</p>
<p>Buổi làm việc có mặt đông đủ đại biểu, ghi lại {k} ý kiến góp ý, {edit}sẽ được trả lời trước cuối tháng
tới.</p></div></body></html>"""
EDIT = "trong đó có ý kiến vừa được bổ sung sau khi đăng, tất cả "


@dataclass
class Piece:
    """An article: when it appeared, and on which night it is edited or taken down, if ever."""

    k: int
    night: int
    edited: int = 99
    deleted: int = 99


@dataclass
class Paper:
    """One site of the month: how many articles a night brings, and what befalls it."""

    name: str
    a_night: Callable[[int], int]
    down: range = range(0)
    redesigned: range = range(0)
    moves: int = 99
    pieces: list[Piece] = field(default_factory=list)

    def appear(self, night: int) -> None:
        """The articles of a night; one in four is edited, one in nine taken down, each before its last visits."""
        for _ in range(self.a_night(night) if night else BACKLOG):
            k = 1000 + len(self.pieces)
            soon = night + 2 + k % 3
            self.pieces.append(
                Piece(k, night, edited=soon if k % 4 == 0 and soon < 18 else 99, deleted=soon if k % 9 == 1 else 99)
            )

    def host(self, night: int) -> str:
        return f"{self.name}{'-moi' if night >= self.moves else ''}.vn"

    def answer(self, url: str, night: int) -> tuple[int, str]:
        """Status and page (or the target of a redirect) of an address."""
        host, _, path = url.removeprefix("https://").partition("/")
        if host != self.host(night):
            return 301, f"https://{self.host(night)}/{path}"
        if not path:
            return 200, self._front(night)
        piece = next((p for p in self.pieces if path == f"tin-post{p.k}.html"), None)
        if piece is None or night >= piece.deleted:
            return 404, "<html><body>404</body></html>"
        return 200, self._page(piece, night)

    def _front(self, night: int) -> str:
        form = "/ban-tin/{}" if night in self.redesigned else "/tin-post{}.html"
        shown = [piece for piece in self.pieces if night < piece.deleted][-LISTED:]
        links = "".join(
            f'<li><a href="{form.format(p.k)}">Bản tin thứ {p.k} của {self.name}</a></li>' for p in shown[::-1]
        )
        return f"<!doctype html><html><head><title>{self.name}</title></head><body><ul>{links}</ul></body></html>"

    def _page(self, piece: Piece, night: int) -> str:
        return PAGE.format(
            title=f"Xã số {piece.k} của {self.name} phổ biến quy định mới",
            day=FIRST + timedelta(days=piece.night - 1),
            views=night // 6,
            k=piece.k,
            site=self.name,
            n=piece.k % 300,
            edit=EDIT if night >= piece.edited else "",
        )


def papers() -> dict[str, Paper]:
    weekly = (4, 4, 4, 5, 4, 1, 1)
    made = [
        Paper("bao", lambda night: weekly[night % 7]),
        Paper("cong", lambda night: 3, redesigned=range(12, 15)),
        Paper("dang", lambda night: 2, down=range(8, 11)),
        Paper("dai", lambda night: 3, moves=18),
        Paper("so", lambda night: 4 if night < 22 else 0),
    ]
    return {paper.name: paper for paper in made}


TROUBLE = {
    "cong": (range(12, 15), "matches the article expression"),
    "dang": (range(8, 11), "no page answered: nothing listens"),
    "dai": (range(18, 20), "it leads to another site"),
    "so": (range(22, 30), "0 new articles, where about "),
}


def caught(paper: Paper, piece: Piece) -> int:
    """The first night on which the article can be seen."""
    bad = TROUBLE.get(paper.name, (range(0), ""))[0] if paper.name != "so" else range(0)
    return next(night for night in range(piece.night, NIGHTS) if night not in bad)


def catalogue(folder: Path, *, moved: bool) -> dict[str, Site]:
    """The entries; ``moved`` once somebody has written down where "dai" went."""

    def one(name: str) -> str:
        domains = [f"{name}-moi.vn", f"{name}.vn"] if moved and name == "dai" else [f"{name}.vn"]
        return entry(
            id=f'"{name}"',
            domains=str(domains),
            start=f'["https://{domains[0]}/"]',
            article=rf"'^https://{name}(-moi)?\.vn/tin-post(?P<id>\d+)\.html$'",
        )

    return load(folder, *map(one, papers()))


@dataclass
class Month:
    """The nights, one after the other, on one database."""

    store: Store
    folder: Path
    papers: Mapping[str, Paper] = field(default_factory=papers)
    now: float = 0.0
    verdicts: list[Verdict] = field(default_factory=list)
    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    understood: dict[tuple[str, bytes], Understanding] = field(default_factory=dict)

    def run(self) -> None:
        for night in range(NIGHTS):
            for paper in self.papers.values():
                paper.appear(night)
            self.verdicts.append(self._night(night))

    def _night(self, night: int) -> Verdict:
        self.now = (FIRST + timedelta(days=night)).timestamp()
        sites = catalogue(self.folder, moved=night >= 20)
        ground, name = territory(sites.values()), f"night {night:02}"
        plan = Plan(self.store.path, name, sites)
        keeper, door = Keeper(plan, self.now, lambda: self.now), Doorkeeper()
        open_run(self.store, plan, ground, owner=name, started=self.now)
        keeper.look_back(self.store)
        for lease in self._leases(ground, name):
            visit = self._visit(lease, sites[lease.site], night)
            understanding = door.judged(visit, self._understand(visit, sites[lease.site]))
            with self.store.write() as tx:
                keeper.keep(tx, name, visit, understanding, None)
        return finish(self.store, Finished(name, "finished", self.now), sites)

    def _leases(self, ground: frontier.Territory, owner: str) -> Iterator[Lease]:
        while True:
            with self.store.write() as tx:
                leases = frontier.lease(tx, ground, owner=owner, now=self.now, limit=16)
            for lease in leases:
                self.now = max(self.now, lease.due)
                yield lease
            ahead = frontier.outlook(self.store.connection, ground, owner=owner, now=self.now)
            if not leases:
                if not ahead.more:
                    return
                self.now = max(self.now + 0.5, ahead.wake_at or 0)

    def _visit(self, lease: Lease, site: Site, night: int) -> Visit:
        paper = self.papers[lease.site]
        self.requests[lease.site, night] += 1
        if night in paper.down:
            return after_error(lease, FetchError("refused", "nothing listens", permanent=False), self.now)
        status, body = paper.answer(lease.fetch_url, night)
        header = (b"location", body.encode()) if status == 301 else (b"content-type", b"text/html; charset=utf-8")
        at = datetime.fromtimestamp(self.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        said = Exchange(lease.fetch_url, "GET", (), status, "", "1.1", (header,), body.encode(), at)
        return after_exchange(lease, said, site, self.now)

    def _understand(self, visit: Visit, site: Site) -> Understanding:
        """As the pool would; a page that has not changed is not understood again."""
        if visit.page is None:
            return Understanding()
        key = (visit.page.url, visit.page.body)
        if key not in self.understood:
            self.understood[key] = work(Task(visit.page, visit.lease.kind, site))
        return self.understood[key]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    folder = tmp_path_factory.mktemp("month")
    with Store.open(folder / "month.db") as store:
        month = Month(store, folder)
        month.run()
        yield month


def test_every_article_is_caught_once(month: Month) -> None:
    for paper in month.papers.values():
        stored = Counter(
            int(row["url"].partition("-post")[2].removesuffix(".html"))
            for row in month.store.rows("SELECT url FROM articles WHERE site = ?", [paper.name])
        )
        lasted = [piece.k for piece in paper.pieces if caught(paper, piece) < piece.deleted]
        assert stored == Counter(lasted), paper.name


def test_every_edit_is_caught_once(month: Month) -> None:
    for paper in month.papers.values():
        rows = month.store.rows(
            "SELECT a.url, a.revision FROM articles a WHERE a.site = ? AND a.revision > 1", [paper.name]
        )
        revised = {int(row["url"].partition("-post")[2].removesuffix(".html")): row["revision"] for row in rows}
        edited = {p.k: 2 for p in paper.pieces if caught(paper, p) < p.edited < min(p.deleted, NIGHTS)}
        assert edited, paper.name
        assert revised == edited, paper.name
    assert month.store.value("SELECT count(*) FROM revisions") == month.store.value(
        "SELECT count(*) FROM articles WHERE revision = 2"
    )


def test_what_was_taken_down_is_kept_and_known_to_be_gone(month: Month) -> None:
    gone = month.store.value("SELECT count(*) FROM urls WHERE state = 'gone' AND cause = 'not-found'")
    assert isinstance(gone, int)
    assert gone > 10
    assert month.store.value("SELECT count(*) FROM urls u JOIN articles a USING (url) WHERE u.state = 'gone'") == gone


def test_no_night_is_silent_and_no_alarm_is_false(month: Month) -> None:
    for night, verdict in enumerate(month.verdicts):
        said = {site.site: site.stage for site in verdict.sites if site.verdict != "ok"}
        wrong = {name: words for name, (nights, words) in TROUBLE.items() if night in nights}
        assert set(said) == set(wrong), f"night {night}: {said}"
        for name, words in wrong.items():
            assert words in (said[name] or ""), f"night {night}, {name}: {said[name]}"
        assert verdict.exit_code == (3 if wrong else 0), f"night {night}"


def test_every_day_of_every_site_is_covered(month: Month) -> None:
    states = {
        name: Counter(row["state"] for row in month.store.rows("SELECT state FROM coverage WHERE site = ?", [name]))
        for name in month.papers
    }
    before = 30  # the horizon of a first run
    assert states["bao"] == {"observed": NIGHTS, "backfilled": before}
    assert states["cong"] == states["dang"] == {"observed": NIGHTS - 3, "backfilled": before + 3}
    assert states["dai"] == {"observed": NIGHTS - 2, "backfilled": before + 2}
    assert states["so"] == {"observed": 22, "partial": 8, "backfilled": before}


def test_requests_stay_within_the_budget(month: Month) -> None:
    dearest = max(month.requests, key=partial(dict.__getitem__, month.requests))
    assert month.requests[dearest] <= BUDGET, f"{dearest}: {month.requests[dearest]}"
    assert all(month.requests[name, night] >= 1 for name in month.papers for night in range(NIGHTS))
