"""The geometry of our pictures: numbers in, coordinates out. templates/danchieu/charts.html draws them as SVG."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from datasette import hookimpl
from jinja2 import Environment

from pipelines.reading.places import best_states

WIDTH = 560  # user units of every chart; the page scales them
TIMELINE_HEIGHT = 150
BASELINE = TIMELINE_HEIGHT - 24
LAG_LEFT, LAG_ROW = 140, 22
TILE, CLASSES = 62, 5
CELL, WEEKS = 13, 52
YEAR = 44  # what a year takes under an axis, in the large letters of a phone
Month = tuple[str, int, int]
DAY = re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """The charts, for templates to call."""
    env.globals |= {
        "timeline_chart": timeline,
        "volume_chart": volume,
        "lag_chart": lags,
        "tile_map": tile_map,
        "calendar_chart": calendar,
        "line_chart": lines,
        "best_states": best_states,
    }


def timeline(months: Sequence[Month], breaks: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Bars of citations by month and, darker, the clusters among them; lines where a version or sites began."""
    top = max((citations for _, citations, _ in months), default=0)
    if not top:
        return {}
    bars = [
        {**bar, "citations": citations, "clusters": clusters, "dark": height(min(clusters, citations), top)}
        for bar, (_, citations, clusters) in zip(month_bars(months, 1, top), months, strict=True)
    ]
    at = {bar["month"]: bar["x"] for bar in bars}
    lines = [{**one, "x": at[one["month"]]} for one in breaks if one["month"] in at]
    return {**frame(bars, top), "breaks": lines}


def volume(months: Sequence[Month]) -> dict[str, Any]:
    """Bars of articles by month and a line of citations on the same scale; months are (month, citations, articles)."""
    top = max((max(citations, articles) for _, citations, articles in months), default=0)
    if not top:
        return {}
    bars = [
        {**bar, "citations": citations, "articles": articles}
        for bar, (_, citations, articles) in zip(month_bars(months, 2, top), months, strict=True)
    ]
    points = [f"{bar['x'] + bar['width'] / 2:.1f},{BASELINE - height(bar['citations'], top):.1f}" for bar in bars]
    return {**frame(bars, top), "path": " ".join(points)}


def month_bars(months: Sequence[Month], column: int, top: int) -> list[dict[str, Any]]:
    """A bar for each month, as high as that column; a short history is not drawn as fat bars."""
    step = min((WIDTH - 40) / len(months), 28)
    return [
        {
            "x": round(40 + i * step, 1),
            "width": round(max(1, step - 2), 1),
            "month": month[0],
            "height": height(int(month[column]), top),
        }
        for i, month in enumerate(months)
    ]


def frame(bars: Sequence[dict[str, Any]], top: int) -> dict[str, Any]:
    """The size, scale and years of a picture of monthly bars."""
    years = [bar for i, bar in enumerate(bars) if i == 0 or bar["month"].endswith("-01")]
    if len(years) > 1 and years[1]["x"] - years[0]["x"] < YEAR:
        del years[0]
    return {
        "width": WIDTH,
        "height": TIMELINE_HEIGHT,
        "baseline": BASELINE,
        "top": top,
        "bars": bars,
        "ticks": [{"x": bar["x"], "label": bar["month"][:4]} for bar in years],
    }


def height(value: int, top: int) -> float:
    """The height of a bar, in user units, where ``top`` is the highest."""
    return round((BASELINE - 16) * value / top, 1)


def lags(spread: Sequence[Any]) -> dict[str, Any]:
    """A dot for each unit at the days between issue and first citation; censored and undated units are only counted."""
    shown = sorted((one for one in spread if one.lag_days is not None and not one.censored), key=lambda o: o.lag_days)
    censored = sum(1 for one in spread if one.censored)
    left_out = {"censored": censored, "undated": len(spread) - len(shown) - censored}
    if not shown:
        return {**left_out, "dots": []}
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
        **left_out,
    }


def nice_ticks(low: float, high: float) -> list[int]:
    """About five whole numbers from low to high at steps of 1, 2 or 5 times a power of ten."""
    rough = max(1.0, (high - low) / 5)
    power = 10 ** math.floor(math.log10(rough))
    step = int(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough))
    first = math.ceil(low / step) * step
    return list(range(first, int(high) + step, step))


def tile_map(units: Sequence[Any], scheme: str) -> dict[str, Any]:
    """A square for each unit, shaded by its citations per 1,000 articles in five classes with as many units in each."""
    places = tiles()[scheme]
    rates = sorted(unit.rate for unit in units if unit.rate)
    breaks = sorted({round(rates[len(rates) * nth // CLASSES], 1) for nth in range(CLASSES)}) if rates else []
    columns, lines = (max(place[i] for place in places.values()) + 1 for i in (0, 1))
    return {
        "width": columns * TILE,
        "height": lines * TILE,
        "size": TILE - 4,
        "breaks": breaks,
        "tiles": [
            {
                "x": places[unit.slug][0] * TILE,
                "y": places[unit.slug][1] * TILE,
                "lines": two_lines(unit.name),
                "unit": unit,
                "shade": shade(unit, breaks),
            }
            for unit in units
            if unit.slug in places
        ],
    }


def shade(unit: Any, breaks: Sequence[float]) -> str:
    """The class of a tile: "unobserved", "shade0" for none cited, up to "shade5"."""
    if unit.rate is None:
        return "unobserved"
    return f"shade{min(CLASSES, sum(unit.rate >= at for at in breaks)) if unit.rate else 0}"


def two_lines(name: str) -> list[str]:
    """A unit's name for a tile: one line if it is short, else parted at the space nearest the middle."""
    spaces = [i for i, character in enumerate(name) if character == " "]
    if len(name) <= 6 or not spaces:
        return [name]
    middle = min(spaces, key=lambda i: abs(i - len(name) / 2))
    return [name[:middle], name[middle + 1 :]]


@cache  # a file of the checkout, read once a process
def tiles() -> dict[str, dict[str, list[int]]]:
    """Where each unit lies on the map, by scheme and slug: ``tiles.yaml``."""
    return yaml.safe_load((Path(__file__).parent.parent / "tiles.yaml").read_text(encoding="utf-8"))


def calendar(states: dict[str, str]) -> dict[str, Any]:
    """A year of days up to the last one known: a square each, weeks as columns from Monday down, by state."""
    days = {day: state for day, state in states.items() if DAY.fullmatch(day)}
    if not days:
        return {}
    last = date.fromisoformat(max(days))
    first = last - timedelta(days=7 * WEEKS + last.weekday())
    shown = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return {
        "width": (WEEKS + 1) * CELL,
        "height": 7 * CELL + 18,
        "size": CELL - 2,
        "cells": [
            {
                "x": (day - first).days // 7 * CELL,
                "y": day.weekday() * CELL,
                "day": day.isoformat(),
                "state": days.get(day.isoformat(), "unknown"),
            }
            for day in shown
        ],
        "ticks": [
            {"x": (day - first).days // 7 * CELL, "label": day.isoformat()[:7]}
            for day in shown
            if day.day == 1 and day.month % 2 and (last - day).days > 6 * 7  # none runs out of the picture
        ],
    }


def lines(series: Sequence[Sequence[tuple[str, int, int]]]) -> dict[str, Any]:
    """A line of monthly citations for each series, over the months that any of them has."""
    months = sorted({month for one in series for month, _, _ in one})
    top = max((citations for one in series for _, citations, _ in one), default=0)
    if not top or len(months) < 2:
        return {}
    step = (WIDTH - 50) / (len(months) - 1)

    def path(one: Sequence[tuple[str, int, int]]) -> str:
        known = {month: citations for month, citations, _ in one}
        points = [
            f"{40 + i * step:.1f},{BASELINE - (BASELINE - 16) * known.get(month, 0) / top:.1f}"
            for i, month in enumerate(months)
        ]
        return " ".join(points)

    years = {month[:4]: i for i, month in reversed(list(enumerate(months)))}
    return {
        "width": WIDTH,
        "height": TIMELINE_HEIGHT,
        "baseline": BASELINE,
        "top": top,
        "paths": [path(one) for one in series],
        "ticks": [{"x": round(40 + i * step, 1), "label": year} for year, i in sorted(years.items())],
    }
