"""Our pages in a real browser: nothing breaks, nothing runs, it fits a phone, and axe finds no serious fault."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from crawler.verbs.browse import datasette_over
from world import DECREE_30, LAND_LAW, RULE_96, Cite, World

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium found: install one (Debian: apt install chromium)"
)

PATHS = {
    "home": "/",
    "article": "/w/article/{article}",
    "regulation": f"/w/regulation/{RULE_96}",
    "regulation by name": f"/w/regulation/{LAND_LAW}",
    "units": "/w/unit",
    "former units": "/w/unit?scheme=gso63",
    "unit": "/w/unit/gia-lai-2025",
    "sites": "/w/site",
    "site": "/w/site/baogialai",
    "search": "/w/search?q=quy+dinh+96",
    "compare": "/w/compare?regulation=96-QD/TW&regulation=luat+dat+dai&unit=gia-lai-2025&unit=hue",
    "questions": "/w/question",
    "question": "/w/question/most_cited_by_unit_since?unit=gia-lai-2025&since=2023-01-01",
    "answer": "/w/question/who_took_it_up_first?regulation=96-QD/TW",
    "missing": "/w/article/1",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """The address of a server over a generated world, and the number of its article."""
    path = tmp_path_factory.mktemp("chromium") / "w.db"
    with World(path) as made:
        number = populate(made)
    datasette = datasette_over([path])
    server = uvicorn.Server(
        uvicorn.Config(datasette.app(), port=0, log_level="critical", lifespan="off", loop="asyncio")
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", number
    server.should_exit = True
    thread.join()
    datasette.executor.shutdown()
    for database in datasette.databases.values():
        database.close()


def populate(world: World) -> int:
    """Articles of several units and months with every kind of thing a page can show."""
    world.ground()
    number = world.article("first", url="javascript:alert(1)", author="<script>document.title='ran'</script>")
    world.insert("notes", article=number, kind="leak", text="Could not create SSL/TLS secure channel.")
    world.insert("notes", article=number, kind="lost_reference", text="12-NQ/TW")
    world.insert("relations", article=number, subject=RULE_96, relation="based_on", object=DECREE_30, start=0, end=9)
    world.insert("relations", article=number, subject=LAND_LAW, relation="amends", object=RULE_96, start=0, end=9)
    for field, value in (("date", "2023-02-02"), ("date", "2023-02-20"), ("issuer", "Bộ Chính trị")):
        world.insert("claims", regulation=RULE_96, field=field, value=value, n_clusters=1, first_article=number)
    write_articles(world)
    observe(world)
    return number


def write_articles(world: World) -> None:
    """Thirty articles of three sites over nine months, and the summary of two regulations."""
    places = [
        {"site": "baohue", "unit": "hue", "province": "hue"},
        {"site": "tinhuyquangnam", "unit": "quang-nam", "province": "da-nang-2025"},
        {"site": "baobinhdinh", "unit": "binh-dinh", "province": "gia-lai-2025"},
    ]
    cites = Cite("Luật Đất đai", LAND_LAW), Cite("Quy định số 96-QĐ/TW")
    for nth in range(30):
        text = [("title", [f"Bài số {nth}"]), ("body", ["Theo ", cites[nth % 2], " và quy định khác."])]
        world.article(f"a{nth}", text, published=f"2023-{nth % 9 + 3:02d}-11", **places[nth % 3])
    for nth, unit in enumerate(("gia-lai-2025", "hue", "da-nang-2025", "nghe-an")):
        counts = {"n": 4, "n_own": 3, "n_clusters": 2, "lag_days": 18 + 90 * nth, "censored": int(nth == 3)}
        for regulation in (RULE_96, LAND_LAW):
            world.insert("regulation_units", regulation=regulation, unit=unit, first_cited="2023-02-20", **counts)


def observe(world: World) -> None:
    """A site in trouble, with a month of every state of coverage."""
    site, states = "baogialai", ("observed", "partial", "down", "backfilled", "not_started")
    for day in range(1, 29):
        world.insert("coverage", site=site, day=f"2023-02-{day:02d}", state=states[day % 5])
    world.insert("site_status", site=site, verdict="failed", stage="no links on the listing page", audit_recall=0.98)
    world.insert("site_runs", run="r1", site=site, fetched=12, failed=2, new=3, verdict="failed")
    address = {"url": "u", "fetch_url": "u", "host": "h", "kind": "article", "first_seen": "x", "state": "gone"}
    world.insert("urls", site=site, cause="http_404", **address)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def opened(page: Page, served: tuple[str, int], name: str, language: str = "vi") -> list[str]:
    """Opens a page of ours; what the browser complained of."""
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    path = PATHS[name].format(article=served[1])
    page.goto(f"{served[0]}{path}{'&' if '?' in path else '?'}lang={language}")
    return [one for one in complaints if "404" not in one or name != "missing"]


def serious(page: Page) -> list[str]:
    """What axe finds wrong with a page that is serious or critical."""
    report = Axe().run(page).response
    assert len(report["passes"]) > 10, "axe did not look"
    return [
        f"{fault['id']}: {fault['help']}: {[node['html'][:160] for node in fault['nodes'][:3]]}"
        for fault in report["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("name", PATHS)
def test_axe_finds_no_serious_fault_and_the_console_is_silent(page: Page, served: tuple[str, int], name: str) -> None:
    complaints = opened(page, served, name)
    assert serious(page) == []
    assert complaints == []


@pytest.mark.parametrize("name", PATHS)
def test_every_page_fits_a_phone(page: Page, served: tuple[str, int], name: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    opened(page, served, name, "en")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("name", ["home", "article", "regulation", "unit"])
def test_contrast_holds_by_night_too(page: Page, served: tuple[str, int], name: str) -> None:
    page.emulate_media(color_scheme="dark")
    opened(page, served, name)
    found = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
    assert [node["html"][:160] for fault in found for node in fault["nodes"]] == []


def test_marked_references_lead_to_their_regulation(page: Page, served: tuple[str, int]) -> None:
    opened(page, served, "article")
    mark = page.locator("article mark a").first
    assert mark.inner_text() == "Quy định số 96-QĐ/TW"
    assert "nhận ra từ số và ký hiệu" in (mark.get_attribute("title") or "")
    mark.click()
    assert page.locator("h1").inner_text() == "Quy định 96-QĐ/TW (2023)"
    page.locator("ol.articles a.title").last.click()
    assert page.url.endswith("#m0")


def test_hostile_text_does_not_run(page: Page, served: tuple[str, int]) -> None:
    opened(page, served, "article")
    assert "ran" not in page.title()
    assert page.locator(".byline").inner_text() == "<script>document.title='ran'</script>"
    assert page.locator("dd.address a").count() == 0, "a javascript: address is no link"
    with pytest.raises(Exception, match=r"Content Security Policy"):
        page.add_script_tag(content="document.title = 'ran'")


STOCK = ["/w", "/w/articles", "/w/articles?_facet=site&_search=quy", "/w/mentions?_facet=kind", "/w?sql=select+1"]
STOCK += ["/w/who_took_it_up_first", "/w/runs/r1"]


@pytest.mark.parametrize("path", STOCK)
def test_stock_pages_work_under_their_policy_and_axe_finds_no_serious_fault(
    page: Page, served: tuple[str, int], path: str
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(served[0] + path)
    assert complaints == []
    assert serious(page) == []


def test_the_sql_editor_is_there(page: Page, served: tuple[str, int]) -> None:
    page.goto(served[0] + "/w")
    assert page.locator(".CodeMirror textarea").get_attribute("aria-label") == "SQL"


def test_search_from_the_keyboard_alone(page: Page, served: tuple[str, int]) -> None:
    opened(page, served, "home")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Đến nội dung"
    page.locator("#q-home").focus()
    page.keyboard.type("quy dinh 96")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    assert page.locator("mark").first.inner_text() == "Quy định"
