"""From the database to a picture: how many days after its issue each unit first cited a regulation.

    pip install pandas matplotlib
    python docs/spread.py output/danchieu.db vn/party/tw/quy-dinh/2023/96 spread.svg

Censored units, whose true first citation may lie before we began to look, are left out and counted.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing

import pandas as pd

QUERY = """
SELECT u.name AS unit, t.lag_days, t.censored, t.n_clusters
FROM regulation_units t JOIN units u ON u.slug = t.unit
WHERE t.regulation = ? AND u.valid_to IS NULL
"""


def main(database: str, regulation: str, picture: str) -> None:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        spread = pd.read_sql_query(QUERY, connection, params=[regulation])
    shown = spread[(spread["censored"] == 0) & spread["lag_days"].notna()].sort_values("lag_days", ascending=False)
    if shown.empty:
        sys.exit(f"no unit has an exact first citation of {regulation}")
    axes = shown.plot.barh(x="unit", y="lag_days", legend=False, color="#8c2318", figsize=(7, 1 + 0.3 * len(shown)))
    axes.set(xlabel=f"days after issue ({len(spread) - len(shown)} units left out)", ylabel="", title=regulation)
    axes.figure.savefig(picture, bbox_inches="tight")


if __name__ == "__main__":
    main(*sys.argv[1:])
