"""Datasette over given databases, configured by ``output/``: descriptions, pages, settings, static files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from datasette.app import Datasette

CONFIGURATION = Path(__file__).parent.parent / "output"


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
