"""The charts of the dashboard: the tables' numbers drawn, each with a summary in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reviews import charts
from reviews.charts import Column, Part, Series
from reviews.dashboard.cells import Links, decimal, took
from reviews.dashboard.numbers import Numbers, Times
from reviews.dashboard.span import Span
from reviews.dashboard.tables import day_name

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Picture:
    """A chart with its title and its legend."""

    title: str
    svg: SafeString
    legend: tuple[tuple[SafeString, str], ...]


def submitted(numbers: Numbers) -> Picture:
    """What came in, and what of it went to people."""
    kinds = {
        "at_once": Series(_("By the rules"), "tone-calm", "solid"),
        "sent": Series(_("To people"), "tone-accent", "hatch"),
    }
    return _bars("submitted", _("Submitted"), numbers, kinds)


def outcomes(numbers: Numbers) -> Picture:
    """What became of what people were asked."""
    kinds = {
        "approved": Series(_("Approved"), "tone-low", "solid"),
        "rejected": Series(_("Rejected"), "tone-critical", "hatch"),
        "expired": Series(_("Expired"), "tone-medium", "dots"),
        "other": Series(_("Other"), "tone-calm", "cross"),
        "waiting": Series(_("Waiting"), "tone-open", "empty"),
    }
    return _bars("outcomes", _("Sent to people, by what became of it"), numbers, kinds)


def rates(numbers: Numbers) -> Picture:
    """The rates, as lines."""
    kinds = {
        "approved": Series(_("Approval rate"), "tone-low", "circle"),
        "rejected": Series(_("Rejection rate"), "tone-critical", "square"),
        "expired": Series(_("Expiry rate"), "tone-medium", "triangle"),
    }
    values = [
        [100 * counts[name] / counts["settled"] if counts["settled"] else None for counts in numbers.by_column]
        for name in kinds
    ]
    total = numbers.total
    in_all = (
        f"{one.name} {decimal(100 * total[name] / total['settled'])} %"
        for name, one in kinds.items()
        if total["settled"]
    )
    title = _("Rates")
    svg = charts.line(
        f"{title}. {_('In all')}: {', '.join(in_all) or '–'}",
        list(kinds.values()),
        _labels(numbers),
        values,
        top=100,
        unit="%",
    )
    return Picture(title, svg, tuple((charts.line_swatch(one), one.name) for one in kinds.values()))


def times(numbers: Numbers) -> Picture:
    """How long people took, as lines."""
    kinds = [Series(_("Median"), "tone-accent", "circle"), Series(_("95 of 100 within"), "tone-medium", "triangle")]
    found = [numbers.times["column"].get(index, Times()) for index in range(len(numbers.by_column))]
    longest = max((one.p95 for one in found if one.p95), default=_HOUR)
    unit, length = ("h", _HOUR) if longest > 3 * _HOUR else ("min", _HOUR / 60)
    values = [
        [one.p50 / length if one.p50 else None for one in found],
        [one.p95 / length if one.p95 else None for one in found],
    ]
    title = _("Decision time of people")
    in_all = numbers.times["all"].get(None, Times())
    words = f"{title}. {_('In all')}: {kinds[0].name} {took(in_all.p50).text}, {kinds[1].name} {took(in_all.p95).text}"
    svg = charts.line(words, kinds, _labels(numbers), values, unit=f" {unit}")
    return Picture(title, svg, tuple((charts.line_swatch(one), one.name) for one in kinds))


def _labels(numbers: Numbers) -> list[str]:
    return [day_name(first, first) for first, _last in numbers.scope.span.columns]


def _bars(name: str, title: str, numbers: Numbers, kinds: dict[str, Series]) -> Picture:
    links, span = Links(numbers.scope), numbers.scope.span
    columns = []
    for (first, last), counts in zip(span.columns, numbers.by_column, strict=True):
        here, days = Span(first, last, span.zone), day_name(first, last)
        parts = [
            Part(counts[kind], f"{days}: {one.name} {counts[kind]}", links.within(here, decision=kind))
            for kind, one in kinds.items()
        ]
        columns.append(Column(day_name(first, first), parts))
    in_all = ", ".join(f"{one.name} {numbers.total[kind]}" for kind, one in kinds.items())
    svg = charts.bars(name, f"{title}. {_('In all')}: {in_all}", list(kinds.values()), columns)
    legend = tuple((charts.swatch(name, one), one.name) for one in kinds.values())
    return Picture(title, svg, legend)
