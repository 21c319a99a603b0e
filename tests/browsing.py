"""Datasette over databases of a test, in process, and what a test asks of a page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from datasette.app import Datasette
from lxml import html

from crawler.verbs.browse import datasette_over

Get = Callable[..., httpx.Response]


@contextmanager
def browsing(*databases: Path) -> Iterator[Get]:
    """A function that gets a path of a Datasette over these databases, in one event loop."""
    datasette = datasette_over(databases)
    with asyncio.Runner() as runner:
        yield lambda path, **kwargs: runner.run(datasette.client.get(path, **kwargs))
    close(datasette)


def close(datasette: Datasette) -> None:
    for database in datasette.databases.values():
        database.close()
    datasette.executor.shutdown()


def page(response: httpx.Response, status: int = 200) -> html.HtmlElement:
    assert response.status_code == status, response.text[:600]
    return html.fromstring(response.text)


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())
