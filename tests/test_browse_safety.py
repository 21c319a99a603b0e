"""Words of the web never run: hostile text is shown as text, and every answer carries a policy that would stop it."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from browsing import browsing, page, words
from world import RULE_96, Cite, World

INJECTIONS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '" onfocus="alert(1)" autofocus="',
    "javascript:alert(1)",
    "{{ 7*7 }}",
    "{% raw %}<b>",
    "]]><script>alert(1)</script>",
    "<!--<script>alert(1)</script>-->",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<style>*{display:none}</style>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<a href=javascript:alert(1)>x</a>",
    "<form action=//evil.example><button>x</form>",
    "<math><mtext><script>alert(1)</script>",
    "<details open ontoggle=alert(1)>",
    "[x](javascript:alert(1))",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script\n>alert(1)</script\n>",
    "\u2028<script>alert(1)</script>",
    "<textarea></textarea><script>alert(1)</script>",
    "<title></title><script>alert(1)</script>",
    "<noscript><p title='</noscript><script>alert(1)</script>'>",
    "<a\tonclick=alert(1)>",
    "data:text/html,<script>alert(1)</script>",
]
FOREIGN_ELEMENTS = {"script", "style", "img", "iframe", "base", "math", "textarea", "noscript", "object", "embed", "b"}


def hostile_paths(article: int, regulation: str) -> list[str]:
    """Every page of ours that shows words of the web."""
    return [
        f"/hostile/article/{article}",
        f"/hostile/regulation/{quote(regulation)}",
        f"/hostile/article/{article}/revision/1",
        f"/hostile/compare?regulation={quote(regulation)}",
        "/hostile/site/bad",
        "/hostile/site",
        "/hostile/home",
        "/hostile/unit/gia-lai-2025",
        f"/hostile/question/cited_together?regulation={quote(regulation)}",
        "/hostile/question/unresolved_mentions",
    ]


def hostile_world(path: Path, hostile: str) -> tuple[int, str]:
    """A database that holds the words wherever a page can bring them in: the article's number, the regulation."""
    name = f"vn/org/x/y/-/{hostile}"
    cite, unknown = Cite(hostile, name, {"pinpoint": hostile}), Cite(hostile, None)
    columns = dict.fromkeys(("url", "author", "title", "source_name", "published", "published_raw"), hostile)
    paragraphs = [
        ("title", [hostile]),
        ("body", [hostile, " ", cite, " ", unknown]),
        ("row", [hostile]),
        ("item", [hostile]),
    ]
    with World(path) as made:
        made.ground()
        made.insert("sites", id="bad", name=hostile, kind="party", level="province")
        made.insert("regulations", id=name, label=hostile, system="org", subject=hostile, issuer=hostile)
        number = made.article("a", paragraphs, site="bad", **columns)
        made.insert("notes", article=number, kind=hostile, text=hostile)
        kept = dict.fromkeys(("changed_at", "title", "published", "author"), hostile) | {"text": f"{hostile} cũ"}
        made.insert("revisions", article=number, revision=1, text_sha256="0" * 64, mentions=[], **kept)
        made.insert("regulation_aliases", alias=hostile, folded=hostile, regulation=name, source="text")
    return number, name


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_hostile_text_is_shown_as_text(tmp_path: Path, hostile: str) -> None:
    number, name = hostile_world(tmp_path / "hostile.db", hostile)
    with browsing(tmp_path / "hostile.db") as get:
        for path in hostile_paths(number, name):
            response = get(path)
            shown = page(response)
            assert not {one.tag for one in shown.iter()} & FOREIGN_ELEMENTS, path
            attributes = [(key, value) for one in shown.iter() for key, value in one.items()]
            assert not [key for key, _ in attributes if key.startswith("on") or key == "style"], path
            links = [value for key, value in attributes if key in ("href", "src", "action")]
            assert not [link for link in links if not link.startswith(("/", "#", "?", "https://", "http://"))], links
            policy = response.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'")
            assert not {"script-src", "unsafe"} & set(re.split(r"[ ;'-]+", policy))
            if path in hostile_paths(number, name)[:5]:
                assert " ".join(hostile.split()) in words(shown), f"{hostile!r} is not shown on {path}"


ODDITIES = ["", "\x00", "%00", "../../etc/passwd", "9" * 400, "-1", "'; DROP TABLE articles; --"]
ASKED = [
    "search?q={}",
    "search?q=a&page={}",
    "search?lang={}&q=a",
    "compare?regulation={}&regulation={}&unit={}",
    "unit?scheme={}",
    "unit/{}",
    "site/{}",
    "regulation/{}",
    f"regulation/{RULE_96}?page={{}}&every={{}}",
    "feed/{}",
    "article/{}",
    "question/{}",
    "question/who_took_it_up_first?regulation={}",
    "question/most_cited_by_unit_since?unit={}&since={}",
    "home?lang={}",
    "home?{}={}",
]


@pytest.mark.parametrize("asked", ASKED)
def test_hostile_addresses_are_answered_plainly(tmp_path: Path, asked: str) -> None:
    with World(tmp_path / "w.db") as made:
        made.ground()
        made.article("a")
    with browsing(tmp_path / "w.db") as get:
        for hostile in [*INJECTIONS, *ODDITIES]:
            response = get(f"/w/{asked.replace('{}', quote(hostile, safe=''))}")
            assert response.status_code in (200, 302, 404), (response.status_code, hostile)
            if response.text and "html" in response.headers["content-type"]:
                shown = page(response, response.status_code)
                assert not {one.tag for one in shown.iter()} & FOREIGN_ELEMENTS, hostile
                assert not [key for one in shown.iter() for key in one.keys() if key.startswith("on")], hostile  # noqa: SIM118 - an element is no dictionary


@pytest.mark.parametrize("path", ["/w", "/w/articles", "/w?sql=select+1", "/w/articles?_facet=site"])
def test_stock_pages_run_only_their_own_scripts(tmp_path: Path, path: str) -> None:
    with World(tmp_path / "w.db") as made:
        made.ground()
    with browsing(tmp_path / "w.db") as get:
        response = get(path)
    policy = response.headers["content-security-policy"]
    scripts = re.findall(r"<script>(.*?)</script>", response.text, re.DOTALL)
    assert scripts
    for script in scripts:
        known = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{known}'" in policy, f"a script of its own would not run: {script[:80]}"
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
