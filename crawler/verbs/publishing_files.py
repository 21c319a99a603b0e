"""What stands beside the database of a release: data card, changes, citation, licence."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from pipelines.store.publishing import EXCERPT, SHARE

TITLE = "Citations of regulations in Vietnam's provincial news"


@dataclass(frozen=True, slots=True)
class Release:
    """A release: its name, when and by which program it was made, whether it holds texts, rows by table."""

    name: str
    made: datetime
    program: str
    with_texts: bool
    contact: str | None
    rows: Mapping[str, int]

    def facts(self) -> dict[str, object]:
        """What the manifest says of it."""
        facts = asdict(self) | {"release": self.name, "made": self.made.strftime("%Y-%m-%dT%H:%M:%SZ")}
        del facts["name"]
        return facts | {"excerpt_characters": EXCERPT, "licence": "CC-BY-4.0"}

    @property
    def take_down(self) -> str:
        """The line that says whom to write to."""
        whom = self.contact or "whoever gave you this copy (it names no address)"
        return (
            f"Questions, corrections and take-down: {whom}. Name the address of the page; it is removed from the next"
            " release, and its address is kept only as a digest so that it does not come back."
        )


def citation(release: Release) -> str:
    """The text of CITATION.cff (version 1.2.0 of that format)."""
    return yaml.safe_dump(
        {
            "cff-version": "1.2.0",
            "message": "If you use this data, please cite it as below, and name the release.",
            "type": "dataset",
            "title": TITLE,
            "authors": [{"name": "danchieu contributors"}],
            "version": release.name,
            "date-released": release.made.date().isoformat(),
            "license": "CC-BY-4.0",
            "keywords": ["Vietnam", "regulations", "citation", "local news", "provinces"],
        },
        allow_unicode=True,
        sort_keys=False,
    )


def licence(release: Release) -> str:
    """The text of LICENSE.md."""
    texts = (
        "\nThe texts, leads and bylines in it belong to the newspapers. Whoever made this release said that they have"
        " the right to publish them; that right does not pass to you.\n"
        if release.with_texts
        else "\nThe excerpts are quotations from newspapers, which own them; their texts are not in it.\n"
    )
    return (
        "# Licence\n\nThe annotations (citations, identities of regulations, relations, offsets, counts, coverage) are"
        " under the Creative Commons Attribution 4.0 International licence (CC BY 4.0):"
        f" <https://creativecommons.org/licenses/by/4.0/legalcode>. Cite them as CITATION.cff says.\n{texts}"
        f"\n{release.take_down}\n"
    )


def data_card(release: Release, connection: sqlite3.Connection) -> str:
    """The text of README.md: what is in the release, what is not, how it came about, its known gaps."""
    first, last = connection.execute(
        "SELECT min(substr(published, 1, 10)), max(substr(published, 1, 10)) FROM articles"
    ).fetchone()
    sites = connection.execute("SELECT count(DISTINCT site) FROM articles").fetchone()[0]
    undated = connection.execute("SELECT count(*) FROM articles WHERE published IS NULL").fetchone()[0]
    unresolved = connection.execute("SELECT count(*) FROM mentions WHERE regulation IS NULL").fetchone()[0]
    versions = [row[0] for row in connection.execute("SELECT DISTINCT version FROM articles ORDER BY 1")]
    states = dict(connection.execute("SELECT state, count(*) FROM coverage GROUP BY state").fetchall())
    rows = release.rows
    return f"""# {TITLE}: release {release.name}

Made on {release.made.date().isoformat()} by danchieu {release.program}. `danchieu.db` is one SQLite file (rollback
journal, vacuumed); `datasette -i danchieu.db --inspect-file inspect-data.json` serves it, from a read-only disk too.
`manifest.json` has the digest of every file; `CHANGES.md` says what is new.

## What is in it

{rows["articles"]} articles from {sites} of {rows["sites"]} sites, published from {first or "?"} to {last or "?"};
{rows["mentions"]} citations of {rows["regulations"]} regulations; {rows["relations"]} relations between them;
{rows["coverage"]} days of coverage by site.

{_texts(release)}

Personal data: identity-card and telephone numbers, e-mail addresses and birth dates are replaced by "█" in titles,
excerpts and subjects, character by character. Bylines, IP addresses, earlier versions and whatever was removed from
pages are not in it. Articles that were withdrawn, are gone from their site, or that its robots.txt closes by now are
left out.

## How to read it

- Offsets are Unicode code points into the text with that `text_sha256`. `danchieu rehydrate` puts the texts back.
- Zero is not "not observed": `coverage` says of each site and day whether anybody looked.
- A reprint is not local talk: count `coalesce(cluster, id)` for texts, `origin = 'own'` for what a site wrote itself.
- `unit` is the province of the publication date, `province` the present one (merger of 1 July 2025).

## Known gaps

- {undated} articles have no date; {unresolved} citations name no regulation that could be told.
- Days by state of observation: {", ".join(f"{name} {n}" for name, n in sorted(states.items())) or "none recorded"}.
- Versions of the rules by which the articles were understood: {", ".join(versions) or "none"}.

## Licence and take-down

Annotations: CC BY 4.0, see LICENSE.md. {release.take_down}
"""


def _texts(release: Release) -> str:
    if release.with_texts:
        return (
            "The texts of the articles are in it, with leads and bylines, as they were read: nothing in them is masked."
        )
    return (
        "The texts are not, but every article has its address and the digest of its text. The table `excerpts` holds at"
        f" most {EXCERPT} characters round a citation, of one article together at most 1/{SHARE} of its text."
    )


_NEW_AND_GONE = """
SELECT (SELECT count(*) FROM main.{0} WHERE {1} NOT IN (SELECT {1} FROM before.{0})),
  (SELECT count(*) FROM before.{0} WHERE {1} NOT IN (SELECT {1} FROM main.{0}))
"""
_CHANGED = """
SELECT count(*) FROM main.articles a JOIN before.articles b ON b.id = a.id WHERE b.text_sha256 <> a.text_sha256
"""


def changes(release: Release, path: Path, before: Path | None, earlier: Mapping[str, Any] | None, past: str) -> str:
    """The text of CHANGES.md: this release against the one before, above what was written then."""
    head = f"## {release.name} ({release.made.date().isoformat()})\n\n"
    if before is None or earlier is None:
        held = f"{release.rows['articles']} articles, {release.rows['mentions']} citations"
        return f"# Changes\n\n{head}- The first release: {held}.\n"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ATTACH ? AS before", [str(before)])
        articles = connection.execute(_NEW_AND_GONE.format("articles", "id")).fetchone()
        regulations = connection.execute(_NEW_AND_GONE.format("regulations", "id")).fetchone()
        changed = connection.execute(_CHANGED).fetchone()[0]
    lines = [
        f"- Since release {earlier['release']}: {articles[0]} articles are new, {articles[1]} are gone, {changed} have"
        " another text.",
        f"- {regulations[0]} regulations are new, {regulations[1]} are gone.",
        f"- Citations: {earlier['rows']['mentions']} before, {release.rows['mentions']} now.",
    ]
    if earlier["program"] != release.program:
        lines.append(f"- Made by danchieu {release.program}; the one before by {earlier['program']}.")
    return f"# Changes\n\n{head}" + "\n".join(lines) + "\n" + past.removeprefix("# Changes\n")
