"""What older rules read and no page says any more, once every page was understood again: spellings and regulations."""

from __future__ import annotations

from pipelines.corpus.changes import write_in_steps
from pipelines.store import Store

# An earlier text may cite what no text does now: the page of the regulation is where that leads.
_CITED_BEFORE = """
SELECT cited.value ->> '$.regulation' FROM revisions, json_each(revisions.mentions) cited
WHERE cited.value ->> '$.regulation' IS NOT NULL
"""
_UNSAID = f"""
(source = 'mention' AND NOT EXISTS (
  SELECT 1 FROM mentions m WHERE m.regulation_in_page = regulation_aliases.regulation
  AND one_line(m.surface) = regulation_aliases.alias
) OR source = 'text' AND NOT EXISTS (
  SELECT 1 FROM mentions m WHERE m.regulation_in_page = regulation_aliases.regulation
)) AND regulation NOT IN ({_CITED_BEFORE})
"""  # noqa: S608 - our own names
_UNCITED = " AND ".join(
    f"NOT EXISTS (SELECT 1 FROM {table} t WHERE t.{column} = regulations.id)"  # noqa: S608 - our own names
    for table, columns in (
        ("mentions", ("regulation", "regulation_in_page")),
        ("relations", ("subject", "object")),
        ("regulation_links", ("subject", "object")),
        ("regulation_aliases", ("regulation",)),
    )
    for column in columns
)


def drop_unsaid(store: Store) -> int:
    """How many spellings of regulations were removed that no page has; to be called before the corpus steps."""
    store.connection.create_function("one_line", 1, lambda text: " ".join(text.split()), deterministic=True)
    rows = store.rows(f"SELECT alias, regulation FROM regulation_aliases WHERE {_UNSAID}")  # noqa: S608 - ours
    return write_in_steps(store, "DELETE FROM regulation_aliases WHERE (alias, regulation) = (?, ?)", rows)


def drop_uncited(store: Store) -> int:
    """How many regulations were removed that nothing names; to be called after the corpus steps."""
    select = f"SELECT id FROM regulations WHERE {_UNCITED} AND id NOT IN ({_CITED_BEFORE})"  # noqa: S608 - ours
    delete = f"DELETE FROM regulations WHERE id = ? AND {_UNCITED}"  # noqa: S608 - a crawl may cite it meanwhile
    return write_in_steps(store, delete, store.rows(select))
