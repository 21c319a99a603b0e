"""The pages of ours: one short view each, over the questions of ``pipelines.reading`` and the templates beside it."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode
from weakref import WeakKeyDictionary

import yaml
from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import sqlite_timelimit, tilde_decode, tilde_encode
from datasette.utils.asgi import Request, Response

from pipelines.reading import is_ours
from pipelines.reading.articles import article_page
from pipelines.reading.compare import compare
from pipelines.reading.excerpts import is_standoff
from pipelines.reading.feed import newest_citations
from pipelines.reading.overview import overview
from pipelines.reading.places import FORMER, PRESENT, unit_figures, unit_page
from pipelines.reading.questions import answer
from pipelines.reading.regulations import regulation_page
from pipelines.reading.revisions import revision_page
from pipelines.reading.searching import search_page
from pipelines.reading.stations import site_list, site_page

OUTPUT = Path(__file__).parent.parent
Answer = TypeVar("Answer")
LANGUAGES = ("vi", "en")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
KEPT_SECONDS = 30
# The home page reads every citation of a month; it is the page asked most and its answer changes slowly.
KEPT: WeakKeyDictionary[Database, tuple[float, Any]] = WeakKeyDictionary()
DATABASE = r"^/(?P<database>[^/]+)"


class MissingError(Exception):
    """There is no such database of ours, or nothing of that name in it."""


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """Our addresses and who answers them."""
    return [
        (r"^/$", home),
        (DATABASE + r"/home$", safely(database_home)),
        (DATABASE + r"/search$", safely(search)),
        (DATABASE + r"/compare$", safely(comparison)),
        (DATABASE + r"/question$", safely(questions)),
        (DATABASE + r"/question/(?P<name>[^/]+)$", safely(question)),
        (DATABASE + r"/unit$", safely(units)),
        (DATABASE + r"/unit/(?P<name>[^/]+)$", safely(unit)),
        (DATABASE + r"/site$", safely(sites)),
        (DATABASE + r"/site/(?P<name>[^/]+)$", safely(site)),
        (DATABASE + r"/feed/(?P<name>.+)$", safely(feed)),
        (DATABASE + r"/article/(?P<number>[^/]+)$", safely(article)),
        (DATABASE + r"/article/(?P<number>[^/]+)/revision/(?P<revision>[^/]+)$", safely(revision)),
        (DATABASE + r"/regulation/(?P<name>.+)$", safely(regulation)),
    ]


async def article(datasette: Datasette, request: Request) -> Response:
    """One article with its citations marked."""
    number = numbered(request, "number")
    page = await ask(datasette, request, lambda connection: article_page(connection, number))
    return await show(datasette, request, "article.html", page=page)


async def revision(datasette: Datasette, request: Request) -> Response:
    """An earlier version of an article, and what the next one changed."""
    number, which = numbered(request, "number"), numbered(request, "revision")
    page = await ask(datasette, request, lambda connection: revision_page(connection, number, which))
    return await show(datasette, request, "revision.html", page=page)


async def regulation(datasette: Datasette, request: Request) -> Response:
    """One regulation; ``?every=1`` lists copies too, ``?page=`` turns the pages."""
    name = unquote(request.url_vars["name"])
    every, number = request.args.get("every") == "1", positive(request.args.get("page"))
    page = await ask(datasette, request, lambda connection: regulation_page(connection, name, page=number, every=every))
    return await show(datasette, request, "regulation.html", page=page)


async def home(datasette: Datasette, request: Request) -> Response:
    """The home page of the one database of ours; a choice of several; what to do first when there is none."""
    names = [name for name, database in datasette.databases.items() if await readable(datasette, request, database)]
    if len(names) == 1:
        route = {"kwargs": {"database": tilde_encode(datasette.databases[names[0]].route)}}
        return await safely(database_home)(datasette, Request({**request.scope, "url_route": route}, request.receive))
    choice = [(name, datasette.urls.database(name)) for name in names]
    return await show(datasette, request, "choice.html", choice=choice)


async def database_home(datasette: Datasette, request: Request) -> Response:
    """The home page of one database."""
    database = await permitted(datasette, request)
    kept = KEPT.get(database)
    if kept is None or kept[0] < time.monotonic():
        answer = await ask(datasette, request, lambda connection: (overview(connection), unit_figures(connection)))
        kept = KEPT[database] = (time.monotonic() + KEPT_SECONDS, answer)
    page, figures = kept[1]
    return await show(datasette, request, "home.html", page=page, units=figures, scheme=PRESENT)


async def search(datasette: Datasette, request: Request) -> Response:
    """What answers ``?q=``; ``?page=`` turns the pages."""
    typed, number = request.args.get("q") or "", positive(request.args.get("page"))
    page = await ask(datasette, request, lambda connection: search_page(connection, typed, number))
    return await show(datasette, request, "search.html", query=typed, page=page)


async def comparison(datasette: Datasette, request: Request) -> Response:
    """Up to six regulations and six units side by side."""
    regulations = [text for text in request.args.getlist("regulation") if text.strip()]
    slugs = [slug for slug in request.args.getlist("unit") if slug]
    page, figures = await ask(
        datasette, request, lambda connection: (compare(connection, regulations, slugs), unit_figures(connection))
    )
    return await show(datasette, request, "compare.html", page=page, units=figures, asked=regulations, slugs=slugs)


async def questions(datasette: Datasette, request: Request) -> Response:
    """The ready questions."""
    await permitted(datasette, request)
    return await show(datasette, request, "questions.html", questions=ready_questions())


async def question(datasette: Datasette, request: Request) -> Response:
    """A ready question, with a form where it has parameters, and its answer once they are given."""
    name = unquote(request.url_vars["name"])
    asked = ready_questions().get(name)
    if asked is None:
        raise MissingError
    typed = {key: request.args.get(key) for key in request.args}
    page = await ask(datasette, request, lambda connection: answer(connection, asked["sql"], typed))
    return await show(datasette, request, "question.html", name=name, question=asked, page=page, typed=typed)


@cache  # a file of the checkout, read once a process
def ready_questions() -> dict[str, Any]:
    """The questions of ``queries.yaml`` by name."""
    return yaml.safe_load((OUTPUT / "queries.yaml").read_text(encoding="utf-8"))


async def units(datasette: Datasette, request: Request) -> Response:
    """The map and the figures of all units, ``?scheme=gso63`` of the former ones."""
    scheme = FORMER if request.args.get("scheme") == FORMER else PRESENT
    figures = await ask(datasette, request, lambda connection: unit_figures(connection, scheme))
    return await show(datasette, request, "units.html", units=figures, scheme=scheme)


async def unit(datasette: Datasette, request: Request) -> Response:
    """One unit."""
    name = unquote(request.url_vars["name"])
    page = await ask(datasette, request, lambda connection: unit_page(connection, name))
    return await show(datasette, request, "unit.html", page=page)


async def sites(datasette: Datasette, request: Request) -> Response:
    """The health of all sites."""
    listed = await ask(datasette, request, site_list)
    return await show(datasette, request, "sites.html", sites=listed)


async def site(datasette: Datasette, request: Request) -> Response:
    """One site."""
    name = unquote(request.url_vars["name"])
    page = await ask(datasette, request, lambda connection: site_page(connection, name))
    return await show(datasette, request, "site.html", page=page)


async def feed(datasette: Datasette, request: Request) -> Response:
    """New citations of a regulation as Atom (RFC 4287), newest seen first."""
    name = unquote(request.url_vars["name"])
    page = await ask(datasette, request, lambda connection: newest_citations(connection, name))
    path = f"/{request.url_vars['database']}"
    atom = await datasette.render_template(
        "danchieu/feed.xml", {"page": page, "root": datasette.absolute_url(request, datasette.urls.path(path))}
    )
    return Response(
        atom, content_type="application/atom+xml; charset=utf-8", headers={"content-security-policy": POLICY}
    )


def safely(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view, with a plain page in place of an error when something is missing, slow or unreadable."""

    async def guarded(datasette: Datasette, request: Request) -> Response:
        try:
            return await view(datasette, request)
        except MissingError:
            return await show(datasette, request, "missing.html", status=404)
        except sqlite3.DatabaseError as error:
            return await show(datasette, request, "unreadable.html", status=503, cause=str(error))

    return guarded


async def ask(
    datasette: Datasette, request: Request, question: Callable[[sqlite3.Connection], Answer | None]
) -> Answer:
    """The answer of a database of ours within Datasette's time limit and permissions; raises MissingError."""
    database = await permitted(datasette, request)

    def timed(connection: sqlite3.Connection) -> Answer | None:
        with sqlite_timelimit(connection, datasette.setting("sql_time_limit_ms")):
            return question(connection) if is_ours(connection) else None

    answer = await database.execute_fn(timed)
    if answer is None:
        raise MissingError
    return answer


async def permitted(datasette: Datasette, request: Request) -> Database:
    """The database of the address, if there is one and this reader may see it; raises MissingError or Forbidden."""
    database = attached(datasette, request)
    await datasette.ensure_permissions(request.actor, [("view-database", database.name), "view-instance"])
    return database


async def readable(datasette: Datasette, request: Request, database: Database) -> bool:
    """Whether a database is one of ours and this reader may see it."""
    allowed = await datasette.permission_allowed(request.actor, "view-database", resource=database.name, default=True)
    try:
        return allowed and await database.execute_fn(is_ours)
    except sqlite3.DatabaseError:
        return False


def attached(datasette: Datasette, request: Request) -> Database:
    """The database of the address; raises MissingError when none of that name is attached."""
    try:
        return datasette.get_database(route=tilde_decode(request.url_vars["database"]))
    except KeyError:
        raise MissingError from None


async def show(datasette: Datasette, request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page of ours in the reader's language; ``?lang=`` chooses it and a cookie remembers."""
    asked = request.args.get("lang")
    language = next((one for one in (asked, request.cookies.get("lang")) if one in LANGUAGES), LANGUAGES[0])
    database = request.url_vars.get("database")
    html = await datasette.render_template(
        f"danchieu/{template}",
        {
            **context,
            "language": language,
            "at": datasette.urls.path(f"/{database}") if database else None,
            "languages": [(one, with_argument(request, "lang", one)) for one in LANGUAGES],
            "standoff": await is_without_texts(datasette, request),
            "with_argument": lambda name, value: with_argument(request, name, value),
        },
        request=request,
    )
    response = Response.html(html, status=status, headers={"content-security-policy": POLICY})
    if asked == language:
        response.set_cookie("lang", language, max_age=31_536_000, samesite="lax")
    return response


async def is_without_texts(datasette: Datasette, request: Request) -> bool:
    """Whether the database of the address is a published copy without texts; every page of it says so."""
    if "database" not in request.url_vars:
        return False
    try:
        return await attached(datasette, request).execute_fn(is_standoff)
    except (MissingError, sqlite3.DatabaseError):
        return False


def with_argument(request: Request, name: str, value: object) -> str:
    """The query string of this page with one argument set anew."""
    kept = [(key, one) for key in request.args for one in request.args.getlist(key) if key != name]
    return "?" + urlencode([*kept, (name, value)])


def numbered(request: Request, name: str) -> int:
    """A number in the address; raises MissingError for what is none: Datasette would look for a table ``article``."""
    written = request.url_vars[name]
    if not re.fullmatch(r"[0-9]{1,16}", written):
        raise MissingError
    return int(written)


def positive(written: str | None) -> int:
    """A page number of the query string; 1 when it is none."""
    return max(1, int(written)) if written and re.fullmatch(r"[0-9]{1,6}", written) else 1
