"""Charts: every bar and point inside its picture, heights in proportion, nothing from outside as markup."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import charts
from reviews.charts import Column, Part, Series

SERIES = [Series("Approved", "tone-low", "solid"), Series("Rejected", "tone-critical", "hatch")]
LINES = [Series("p50", "tone-low", "circle"), Series("p95", "tone-critical", "square")]
counts = st.integers(0, 10**7)
columns_of_two = st.lists(st.tuples(counts, counts), max_size=60)
gaps = st.lists(st.one_of(st.none(), st.floats(0, 10**6)), min_size=1, max_size=60)


def elements(svg: str, tag: str, look: str) -> list[ElementTree.Element]:
    """The elements of a picture with this tag and class; that it can be read at all is part of the test."""
    return [one for one in ElementTree.fromstring(svg).iter(tag) if look in one.get("class", "").split()]


def numbers(one: ElementTree.Element, *names: str) -> list[float]:
    return [float(one.get(name, "nan")) for name in names]


def drawn(values: list[tuple[int, int]]) -> str:
    columns = [
        Column(f"{index}.", [Part(value, "x", "/actions/") for value in row]) for index, row in enumerate(values)
    ]
    return charts.bars("test", "Decisions", SERIES, columns)


@given(columns_of_two)
def test_bars_stay_inside_and_are_in_proportion(values: list[tuple[int, int]]) -> None:
    bars = [numbers(one, "x", "y", "width", "height") for one in elements(drawn(values), "rect", "bar")]
    wanted = [value for row in values for value in row if value]
    assert len(bars) == len(wanted)
    top = charts.ceiling(max((sum(row) for row in values), default=0))
    for (x, y, width, height), value in zip(bars, wanted, strict=True):
        assert x >= charts.LEFT
        assert x + width <= charts.WIDTH
        assert y >= charts.TOP - 0.02
        assert y + height <= charts.TOP + charts.PLOT_HEIGHT + 0.02
        assert abs(height - value / top * charts.PLOT_HEIGHT) <= 0.01


@given(columns_of_two)
def test_every_bar_has_its_rows_for_the_mouse_alone(values: list[tuple[int, int]]) -> None:
    links = list(ElementTree.fromstring(drawn(values)).iter("a"))
    assert len(links) == sum(1 for row in values for value in row if value)
    assert all(one.get("tabindex") == "-1" and one.get("aria-hidden") == "true" for one in links)


@pytest.mark.parametrize("values", [[], [(0, 0)], [(0, 0)] * 30, [(5, 0)]], ids=["none", "zero", "zeros", "one day"])
def test_the_edges(values: list[tuple[int, int]]) -> None:
    picture = drawn(values)
    assert len(elements(picture, "rect", "bar")) == sum(1 for row in values for value in row if value)
    assert 'role="img" aria-label="Decisions"' in picture
    assert "nan" not in picture


@given(gaps, gaps)
def test_lines_stay_inside_and_break_at_gaps(first: list[float | None], second: list[float | None]) -> None:
    rows = [row[: min(len(first), len(second))] for row in (first, second)]
    labels = [str(index) for index in range(len(rows[0]))]
    paths = elements(charts.line("Times", LINES, labels, rows), "path", "line")
    for path, row in zip(paths, rows, strict=True):
        points = [tuple(map(float, pair)) for pair in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", path.get("d", ""))]
        assert len(points) == sum(1 for value in row if value is not None)
        assert all(charts.LEFT <= x <= charts.WIDTH and charts.TOP - 0.02 <= y <= charts.HEIGHT for x, y in points)
        starts = [value is not None and (not place or row[place - 1] is None) for place, value in enumerate(row)]
        assert path.get("d", "").count("M") == sum(starts)


@given(st.floats(0, 10**12))
def test_a_scale_ends_at_a_round_number_not_far_above(value: float) -> None:
    top = charts.ceiling(value)
    assert value <= top
    assert top <= max(1, 2.5 * value * 1.0001)
    assert f"{top:e}"[0] in "125"


def test_nothing_from_outside_becomes_markup() -> None:
    hostile = "\"><script>x</script>'&"
    columns = [Column(hostile, [Part(1, hostile, hostile), Part(0)])]
    for picture in (
        charts.bars("test", hostile, SERIES, columns),
        charts.line(hostile, LINES[:1], [hostile], [[1.0]], unit=hostile),
    ):
        assert "<script" not in picture
        assert "style=" not in picture
        assert hostile in {one.get("aria-label") for one in ElementTree.fromstring(picture).iter()}


def test_a_series_is_told_by_more_than_its_colour() -> None:
    picture = drawn([(1, 2)])
    patterns = {one.get("id"): one.find("path") for one in ElementTree.fromstring(picture).iter("pattern")}
    marks = {path.get("d") for path in patterns.values() if path is not None}
    assert len(marks) == len(SERIES)
    assert all(f"url(#{name})" in picture for name in patterns)
    swatches = "".join(charts.swatch("test", one) for one in SERIES)
    assert all(f"url(#{name})" in swatches for name in patterns)
    assert len({re.sub("tone-[a-z]+", "", charts.line_swatch(one)) for one in LINES}) == len(LINES)
