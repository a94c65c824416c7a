"""Charts as SVG, drawn on the server: stacked bars and lines. Classes only, no style of their own. PURE.

The picture is one image with a summary; a chart's table says the same in numbers and has the links. The bars have
links as well, for the mouse alone, so that a keyboard does not meet every number twice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 560, 180
LEFT, RIGHT, TOP, BOTTOM = 40, 8, 10, 24
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
# The widest a bar gets, and how many labels stand below a chart.
_WIDEST, _LABELS = 28.0, 7
_TILE = 6
# What tells series apart besides their colour: a pattern in a bar, a shape on a line.
_MARKS = {
    "solid": "",
    "hatch": "M-1 1 1-1M0 6 6 0M5 7 7 5",
    "dots": "M2 3a1 1 0 1 0 2 0a1 1 0 1 0-2 0",
    "cross": "M0 3H6M3 0V6",
    "empty": "",
}
_SHAPES = {
    "circle": "M{0} {1}m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
    "square": "M{0} {1}m-3-3h6v6h-6z",
    "triangle": "M{0} {1}m0-4l4 7h-8z",
}


class Series(NamedTuple):
    """One kind of value: its name, the class that colours it, and its pattern (bars) or shape (lines)."""

    name: str
    tone: str
    mark: str


class Part(NamedTuple):
    """One part of a column: how much, in words, and the rows behind it."""

    value: float
    words: str = ""
    href: str = ""


class Column(NamedTuple):
    """One column of stacked bars, a part for each series."""

    label: str
    parts: Sequence[Part]


def ceiling(value: float) -> float:
    """The next round number, where the scale of a chart ends: 1, 2, 5, 10, 20, 50 ..."""
    if value <= 1:
        return 1
    magnitude = 10.0 ** math.floor(math.log10(value))
    return next(step * magnitude for step in (1, 2, 5, 10) if step * magnitude >= value)


def bars(name: str, summary: str, series: Sequence[Series], columns: Sequence[Column]) -> SafeString:
    """Stacked bars; `name` is unique on its page. The first series stands at the bottom."""
    top = ceiling(max((sum(part.value for part in column.parts) for column in columns), default=0))
    pitch = PLOT_WIDTH / max(1, len(columns))
    width = min(_WIDEST, pitch * 0.72)
    drawn: list[tuple[object, ...]] = []
    hits: list[tuple[object, ...]] = []
    for index, column in enumerate(columns):
        x, reached = LEFT + index * pitch + (pitch - width) / 2, 0.0
        for one, part in zip(series, column.parts, strict=True):
            if part.value <= 0:
                continue
            height = part.value / top * PLOT_HEIGHT
            reached += height
            place = (_at(x), _at(TOP + PLOT_HEIGHT - reached), _at(width), _at(height))
            drawn.append((one.tone, name, one.mark, one.tone, *place))
            if part.href:
                hits.append((part.href, part.words, *place))
    return format_html(
        '<svg class="bars" viewBox="0 0 {} {}"><defs>{}</defs><g role="img" aria-label="{}">{}{}{}</g>{}</svg>',
        WIDTH,
        HEIGHT,
        format_html_join("", "{}", ((_pattern(name, one),) for one in series)),
        summary,
        _grid(top, ""),
        format_html_join(
            "", '<rect class="bar {}" fill="url(#{}-{}-{})" x="{}" y="{}" width="{}" height="{}"/>', drawn
        ),
        _labels([column.label for column in columns], pitch, pitch / 2),
        format_html_join(
            "",
            '<a href="{}" tabindex="-1" aria-hidden="true"><title>{}</title>'
            '<rect class="hit" x="{}" y="{}" width="{}" height="{}"/></a>',
            hits,
        ),
    )


def line(
    summary: str,
    series: Sequence[Series],
    labels: Sequence[str],
    values: Sequence[Sequence[float | None]],
    *,
    top: float = 0,
    unit: str = "",
) -> SafeString:
    """A line for each series over the same labels. None is a gap: nothing was there to measure."""
    known = [value for one in values for value in one if value is not None]
    top = top or ceiling(max(known, default=0))
    pitch = PLOT_WIDTH / max(1, len(labels))
    lines = (
        (one.tone, _path(row, pitch, top), one.tone, _points(row, pitch, top, one.mark))
        for one, row in zip(series, values, strict=True)
    )
    return format_html(
        '<svg class="lines" viewBox="0 0 {} {}"><g role="img" aria-label="{}">{}{}{}</g></svg>',
        WIDTH,
        HEIGHT,
        summary,
        _grid(top, unit),
        format_html_join("", '<path class="line {}" d="{}"/><path class="points {}" d="{}"/>', lines),
        _labels(labels, pitch, pitch / 2),
    )


def swatch(name: str, one: Series) -> SafeString:
    """What a series looks like in the bars of that name, for the legend beside them."""
    return format_html(
        '<svg class="swatch" viewBox="0 0 14 14" aria-hidden="true">'
        '<rect class="bar {}" fill="url(#{}-{}-{})" x="1" y="1" width="12" height="12"/></svg>',
        one.tone,
        name,
        one.mark,
        one.tone,
    )


def line_swatch(one: Series) -> SafeString:
    """What a series looks like as a line."""
    return format_html(
        '<svg class="swatch wide" viewBox="0 0 28 14" aria-hidden="true">'
        '<path class="line {}" d="M1 7H27"/><path class="points {}" d="{}"/></svg>',
        one.tone,
        one.tone,
        _SHAPES[one.mark].format(14, 7),
    )


def _at(value: float) -> str:
    """A coordinate, to a hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _pattern(name: str, one: Series) -> SafeString:
    return format_html(
        '<pattern id="{}-{}-{}" class="{} {}" width="{}" height="{}" patternUnits="userSpaceOnUse">'
        '<rect class="ground" width="{}" height="{}"/><path class="mark" d="{}"/></pattern>',
        name,
        one.mark,
        one.tone,
        one.tone,
        one.mark,
        *[_TILE] * 4,
        _MARKS[one.mark],
    )


def _grid(top: float, unit: str) -> SafeString:
    steps = (0, top / 2, top) if top >= 2 else (0, top)
    rows = [(TOP + PLOT_HEIGHT - step / top * PLOT_HEIGHT, step) for step in steps]
    return format_html_join(
        "",
        '<path class="grid" d="M{} {}H{}"/><text class="scale" x="{}" y="{}">{}{}</text>',
        ((LEFT, _at(y), WIDTH - RIGHT, LEFT - 6, _at(y + 4), f"{step:g}", unit) for y, step in rows),
    )


def _labels(labels: Sequence[str], pitch: float, middle: float) -> SafeString:
    every = math.ceil(len(labels) / _LABELS) or 1
    shown = [(index, text) for index, text in enumerate(labels) if index % every == 0]
    return format_html_join(
        "",
        '<text class="label{}" x="{}" y="{}">{}</text>',
        (
            (" more" if place % 2 else "", _at(LEFT + index * pitch + middle), HEIGHT - 6, text)
            for place, (index, text) in enumerate(shown)
        ),
    )


def _place(index: int, value: float, pitch: float, top: float) -> tuple[str, str]:
    return _at(LEFT + index * pitch + pitch / 2), _at(TOP + PLOT_HEIGHT - value / top * PLOT_HEIGHT)


def _path(row: Sequence[float | None], pitch: float, top: float) -> str:
    parts, pen = [], "M"
    for index, value in enumerate(row):
        if value is None:
            pen = "M"
            continue
        x, y = _place(index, value, pitch, top)
        parts.append(f"{pen}{x} {y}")
        pen = "L"
    return "".join(parts)


def _points(row: Sequence[float | None], pitch: float, top: float, mark: str) -> str:
    places = (_place(index, value, pitch, top) for index, value in enumerate(row) if value is not None)
    return "".join(_SHAPES[mark].format(*place) for place in places)
