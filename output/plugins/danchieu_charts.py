"""The geometry of our pictures: numbers in, coordinates out. templates/danchieu/charts.html draws them as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from datasette import hookimpl
from jinja2 import Environment

WIDTH = 720  # user units of every chart; the page scales them
TIMELINE_HEIGHT = 150
BASELINE = TIMELINE_HEIGHT - 24
LAG_LEFT, LAG_ROW = 150, 22


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    env.globals |= {"timeline_chart": timeline, "lag_chart": lags}


def timeline(months: Sequence[tuple[str, int, int]], breaks: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Bars of citations by month with, darker, the clusters among them; ticks at years; lines where a version began."""
    top = max((citations for _, citations, _ in months), default=0)
    if not top:
        return {}
    step = min((WIDTH - 40) / len(months), 28)  # a short history is not drawn as fat bars
    at = {month: 40 + i * step for i, (month, _, _) in enumerate(months)}

    def height(value: int) -> float:
        return round((BASELINE - 16) * value / top, 1)

    return {
        "width": WIDTH,
        "height": TIMELINE_HEIGHT,
        "baseline": BASELINE,
        "top": top,
        "bars": [
            {
                "x": round(at[month], 1),
                "width": round(max(1, step - 2), 1),
                "month": month,
                "citations": citations,
                "clusters": clusters,
                "height": height(citations),
                "dark": height(min(clusters, citations)),
            }
            for month, citations, clusters in months
        ],
        "ticks": [
            {"x": round(x, 1), "label": month[:4]} for month, x in at.items() if month.endswith("-01") or x == 40
        ],
        "breaks": [
            {"x": round(at[one["started"][:7]], 1), "label": one["version"]}
            for one in list(breaks)[1:]
            if one["started"][:7] in at
        ],
    }


def lags(spread: Sequence[Any]) -> dict[str, Any]:
    """A dot for each unit at the days between issue and first citation; censored and undated units are only counted."""
    shown = sorted((one for one in spread if one.lag_days is not None and not one.censored), key=lambda o: o.lag_days)
    if not shown:
        return {}
    low, high = min(0, shown[0].lag_days), max(1, shown[-1].lag_days)
    ticks = nice_ticks(low, high)
    scale = (WIDTH - LAG_LEFT - 60) / (max(high, ticks[-1]) - low)
    return {
        "width": WIDTH,
        "height": len(shown) * LAG_ROW + 34,
        "left": LAG_LEFT,
        "ticks": [{"x": round(LAG_LEFT + (tick - low) * scale, 1), "label": tick} for tick in ticks],
        "dots": [
            {
                "x": round(LAG_LEFT + (one.lag_days - low) * scale, 1),
                "y": 12 + i * LAG_ROW,
                "unit": one.unit,
                "name": one.name,
                "days": one.lag_days,
                "n": one.n,
            }
            for i, one in enumerate(shown)
        ],
        "censored": sum(1 for one in spread if one.censored),
        "undated": sum(1 for one in spread if one.lag_days is None and not one.censored),
    }


def nice_ticks(low: float, high: float) -> list[int]:
    """About five whole numbers from low to high at steps of 1, 2 or 5 times a power of ten."""
    rough = max(1.0, (high - low) / 5)
    power = 10 ** math.floor(math.log10(rough))
    step = int(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough))
    first = math.ceil(low / step) * step
    return list(range(first, int(high) + step, step))
