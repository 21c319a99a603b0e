"""Datasette over given databases, configured by ``output/``: descriptions, pages, settings, static files."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn
from datasette.app import Datasette

from pipelines.errors import InputError
from pipelines.store import bring_up_to_date, reading

CONFIGURATION = Path(__file__).parents[2] / "output"


def datasette_over(databases: Sequence[Path], configuration: Path = CONFIGURATION) -> Datasette:
    """A Datasette over exactly these files.

    ``datasette output/`` would add every database of that folder, so its parts are named one by one here.
    """
    return Datasette(
        [str(path) for path in databases],
        template_dir=str(configuration / "templates"),
        plugins_dir=str(configuration / "plugins"),
        static_mounts=[("static", str(configuration / "static"))],
        settings=json.loads((configuration / "settings.json").read_text(encoding="utf-8")),
    )


def serve(db: Path | None, port: int, say: Callable[[str], None]) -> None:
    """Nothing; serves one database, or all of ``output/``, on this machine until it is stopped.

    Raises ``InputError`` when there is nothing to serve or the port is taken.
    """
    databases = [db] if db is not None else sorted(CONFIGURATION.glob("*.db"))
    if not databases:
        raise InputError(f"there is no database in {CONFIGURATION}: run `danchieu demo` first")
    for database in databases:
        bring_up_to_date(database, say)
        with reading(database):
            pass
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise InputError(f"port {port} is in use: stop what runs there, or give another one with --port")
    datasette = datasette_over(databases)
    asyncio.run(datasette.invoke_startup())
    say(f"http://127.0.0.1:{port}/ shows {', '.join(str(database) for database in databases)}; Ctrl-C ends it")
    uvicorn.run(datasette.app(), host="127.0.0.1", port=port, lifespan="on", log_level="warning")
