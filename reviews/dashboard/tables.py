"""The numbers as tables: each number with the rows behind it, each table with what it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.models import Level
from reviews.dashboard import rows_behind
from reviews.dashboard.cells import Cell, Line, Links, Table, number, rate, took
from reviews.dashboard.numbers import REST, TIMED, Counts, Numbers, Times
from reviews.dashboard.span import Span
from reviews.rendering import plain


def day_name(first: date, last: date) -> str:
    """The days of a column in few characters."""
    form = _("j M")
    name = date_format(first, form)
    return name if first == last else f"{name} – {date_format(last, form)}"


Linker = Callable[..., str]


def _load_cells(counts: Counts, link: Linker) -> tuple[Cell, ...]:
    names = ("submitted", "at_once", "sent", "decided", "expired", "withdrawn")
    cells = [number(counts[name], link(decision=name)) for name in names]
    return (*cells, number(counts["waiting"], link(state="waiting")))


def load(numbers: Numbers) -> Table:
    """What came in, and where it went: today, and in the range."""
    links, scope = Links(numbers.scope), numbers.scope
    today = Line(_("Today"), _load_cells(numbers.today, lambda **more: links.within(scope.today, **more)))
    span = Line(span_name(scope.span), _load_cells(numbers.total, links.within))
    return Table(
        "load",
        _("Load"),
        (
            "",
            _("Submitted"),
            _("By the rules"),
            _("To people"),
            _("Decided"),
            _("Expired"),
            _("Withdrawn"),
            _("Waiting"),
        ),
        (today,) if scope.span == scope.today else (today, span),
        (
            _("Every number is of actions submitted in those days, whenever they were decided."),
            _("By the rules: settled at once, without a person; standing approvals are among them."),
            _("To people = decided + expired + withdrawn + waiting."),
            _("Decided by people: approved, rejected or sent back."),
        ),
    )


def span_name(span: Span) -> str:
    """The range in words."""
    first, last = (date_format(day, _("j M Y")) for day in (span.first, span.last))
    return first if span.first == span.last else f"{first} – {last}"


def ages() -> dict[str, str]:
    """How old what waits is, in words."""
    return {
        "under-1h": _("Under 1 h"),
        "1h-4h": _("1–4 h"),
        "4h-24h": _("4–24 h"),
        "over-24h": _("Over a day"),
    }


def waiting(numbers: Numbers) -> Table:
    """What waits now, by level and age."""
    links, found = Links(numbers.scope), numbers.waiting

    def cells(rows: Iterable[Counts], **more: object) -> tuple[Cell, ...]:
        rows = list(rows)
        by_age = (
            number(sum(row[name] for row in rows), links.ever(state="waiting", age=name, **more))
            for name in rows_behind.AGES
        )
        return (*by_age, number(sum(row["all"] for row in rows), links.ever(state="waiting", **more)))

    levels = [level for level in reversed(Level.values) if level in found]
    return Table(
        "waiting",
        _("Waiting now"),
        (_("Risk"), *ages().values(), _("In all")),
        (
            *(Line(str(Level(level).label), cells([found[level]], level=level)) for level in levels),
            Line(_("In all"), cells(found.values()), is_total=True),
        ),
        (_("Whatever day it was submitted. The age is the time since submission."),),
    )


def outcomes(numbers: Numbers) -> Table:
    """What became of what people were asked, over time."""
    links, span = Links(numbers.scope), numbers.scope.span
    columns = zip(span.columns, numbers.by_column, strict=True)
    lines = []
    for index, ((first, last), counts) in enumerate(columns):
        here = Span(first, last, span.zone)
        timed = _time_cells(_timed(numbers, "column", index), links, span=here)[1:]
        lines.append(Line(day_name(first, last), (*_fates(counts, links.within, span=here), *timed)))
    timed = _time_cells(_timed(numbers, "all", None), links)[1:]
    total = Line(_("In all"), (*_fates(numbers.total, links.within), *timed), is_total=True)
    return Table(
        "outcomes",
        _("Decisions over time"),
        (_("Submitted"), *_fate_heads(), *_time_heads()),
        (*lines, total) if len(lines) > 1 else tuple(lines),
        _rate_notes(),
    )


def _time_heads() -> tuple[str, str]:
    return _("Median"), _("95 of 100 within")


def _fate_heads() -> tuple[str, ...]:
    return (
        _("All"), _("By the rules"), _("To people"),
        _("Approved"), _("Rejected"), _("Expired"), _("Other"), _("Waiting"),
        _("Approved %"), _("Rejected %"), _("Expired %"),
    )  # fmt: skip


def _rate_notes() -> tuple[str, ...]:
    return (
        _("Rates are shares of what was sent to people and does not wait any more."),
        _("Approved: whatever came after, and break-glass. Other: sent back, withdrawn or revoked."),
        _("Tests of vigilance that are settled are not counted."),
    )


def _fates(counts: Counts, within: Linker, **more: object) -> tuple[Cell, ...]:
    def link(name: str) -> str:
        return within(**more, decision=name)

    names = ("submitted", "at_once", "sent", "approved", "rejected", "expired")
    return (
        *(number(counts[name], link(name)) for name in names),
        number(counts["other"], link("other")),
        number(counts["waiting"], link("waiting")),
        *(rate(counts[name], counts["settled"], link(name)) for name in ("approved", "rejected", "expired")),
    )


def times(numbers: Numbers) -> Table:
    """How long people took, in all and by level."""
    links, found = Links(numbers.scope), numbers.times
    by_level = found["level"]
    levels = [level for level in reversed(Level.values) if level in by_level]
    lines = [Line(str(Level(level).label), _time_cells(by_level[level], links, level=level)) for level in levels]
    total = Line(_("In all"), _time_cells(found["all"].get(None, Times()), links), is_total=True)
    return Table(
        "times",
        _("Decision time of people"),
        (_("Risk"), _("Decisions"), *_time_heads()),
        (*lines, total),
        (
            *_timed_in_part(numbers),
            _("From submission to the decision by people; revoked approvals and break-glass are left out."),
            _(
                "Median and 95 of 100 by nearest rank: half, and 95 of 100, were decided within that time."
                " In the file, seconds."
            ),
        ),
    )


def _timed_in_part(numbers: Numbers) -> tuple[str, ...]:
    if not numbers.is_timed_in_part:
        return ()
    return (_("Of the latest %(count)s decisions of these days.") % {"count": number(TIMED).text},)


def _time_cells(found: Times, links: Links, **more: Any) -> tuple[Cell, ...]:
    href = links.within(decision="decided", via="person", **more)
    return (number(found.count, href), took(found.p50, href), took(found.p95, href))


def by_agent(numbers: Numbers) -> Table:
    """The busiest agents."""
    links, names = Links(numbers.scope), numbers.names(key for key in numbers.by_agent if key is not REST)
    lines = [
        Line(
            names.get(key, "?"),
            (
                *_fates(counts, links.within, agent=key),
                *_time_cells(_timed(numbers, "agent", key), links, agent=key)[1:],
            ),
            href=reverse("agent", args=[key]),
        )
        for key, counts in numbers.by_agent.items()
        if key is not REST
    ]
    return _broken_down(numbers, "agents", _("By agent"), _("Agent"), lines, numbers.by_agent.get(REST), "agent")


def by_type(numbers: Numbers) -> Table:
    """The most frequent types of action."""
    links = Links(numbers.scope)
    lines = [
        Line(
            plain(key, limit=100),
            (*_fates(counts, links.within, type=key), *_time_cells(_timed(numbers, "type", key), links, type=key)[1:]),
        )
        for key, counts in numbers.by_type.items()
        if key is not REST
    ]
    return _broken_down(numbers, "types", _("By type of action"), _("Type"), lines, numbers.by_type.get(REST), "type")


def _timed(numbers: Numbers, group: str, key: Any) -> Times:
    return numbers.times[group].get(key, Times())


def _broken_down(
    numbers: Numbers, slug: str, title: str, label: str, lines: list[Line], rest: Counts | None, group: str
) -> Table:
    """The table of some breakdown. The rest of it has no one page of rows, so its numbers are no links."""
    if rest is not None:
        timed = _timed(numbers, group, REST)
        cells = (*_fates(rest, lambda **_more: ""), took(timed.p50), took(timed.p95))
        lines = [*lines, Line(_("All others"), cells, is_total=True)]
    return Table(slug, title, (label, *_fate_heads(), *_time_heads()), tuple(lines), _rate_notes())


def breaches(numbers: Numbers) -> Table:
    """Where people were too late."""
    links, total = Links(numbers.scope), numbers.total
    reminded = sum(row["reminded"] for row in numbers.waiting.values())
    lines = (
        (
            _("Expired undecided"),
            number(total["expired"], links.within(decision="expired")),
            _("Nobody decided before the deadline, so it was denied; submitted in these days."),
        ),
        (
            _("Decided after escalation"),
            number(numbers.late, links.within(decision="decided", late=1)),
            _("Decided after the moment at which it was, or would have been, escalated; submitted in these days."),
        ),
        (
            _("Waiting past its reminder"),
            number(reminded, links.ever(state="waiting", reminded=1)),
            _("Waits now though its reminder is due or was given, whatever day it was submitted."),
        ),
    )
    return Table(
        "breaches",
        _("Too late"),
        ("", _("Actions"), _("What is counted")),
        tuple(Line(label, (cell, Cell(words, words, look="says"))) for label, cell, words in lines),
    )
