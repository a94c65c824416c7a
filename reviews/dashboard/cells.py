"""What the tables of the dashboard are made of: numbers, each as text, as a value for a file, and with its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from reviews import moments
from reviews.dashboard.numbers import Scope
from reviews.dashboard.span import Span

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Cell:
    """One number: as a reader sees it, as a file has it, and where its rows are."""

    text: str
    value: Any = ""
    href: str = ""
    look: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a table. Its label may be an agent's text."""

    label: str
    cells: tuple[Cell, ...]
    href: str = ""
    is_total: bool = False


@dataclass(frozen=True)
class Table:
    """A table: its place in the address of its CSV, its words, and what its numbers count."""

    slug: str
    title: str
    head: tuple[str, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """Its lines as values, for a file."""
        return [(line.label, *(cell.value for cell in line.cells)) for line in self.lines]


class Links:
    """Where the rows of a scope are: the listing of actions with its parameters."""

    def __init__(self, scope: Scope):
        self.scope = scope
        here = {"team": scope.team.pk if scope.team else None, "agent": scope.agent.pk if scope.agent else None}
        self._listing = reverse("actions")
        self._here = {name: str(pk) for name, pk in here.items() if pk is not None}

    def ever(self, **more: object) -> str:
        """Rows of any day."""
        return f"{self._listing}?{urlencode(self._here | {name: str(value) for name, value in more.items()})}"

    def within(self, span: Span | None = None, **more: object) -> str:
        """Rows of the range, or of another."""
        span = span or self.scope.span
        return self.ever(since=span.first, until=span.last, **more)


def number(value: int, href: str = "") -> Cell:
    """A count. Nothing is no link: there are no rows to see."""
    return Cell(f"{value:,}".replace(",", "\u202f"), value, href if value else "", "" if value else "nil")


def decimal(value: float) -> str:
    """A number with one decimal, as its reader writes it: 12.5, and 12,5 in German."""
    return str(number_format(f"{value:.1f}"))


def rate(part: int, whole: int, href: str = "") -> Cell:
    """A share of a whole in percent, as its column says; a dash where there is no whole."""
    if not whole:
        return Cell("–")
    return Cell(decimal(100 * part / whole), round(part / whole, 4), href if part else "", "" if part else "nil")


def took(value: timedelta | None, href: str = "") -> Cell:
    """A length of time; in a file its seconds."""
    if value is None:
        return Cell("–")
    text = moments.length(value) if value >= _MINUTE else _("< 1 min")
    return Cell(text, round(value.total_seconds()), href)
