"""What needs attention first, on admin's front page: sentences that each part of the portal gives for itself.

A source takes the person and returns what it has to say to them; it looks at a bounded number of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from governance import guards

Source = Callable[[Any], Iterable["Note"]]

_sources: list[Source] = []

# Counted up to here; more is "500+".
MOST = 500


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to see to: in a sentence, where, and whether it cannot wait."""

    says: str
    link: str = ""
    goes_to: str = ""
    now: bool = False


def register(source: Source) -> Source:
    """Add a source; the packages above register theirs when Django loads their admin."""
    if source not in _sources:
        _sources.append(source)
    return source


def notes_for(person: Any) -> list[Note]:
    """Everything there is to say, what cannot wait first."""
    said = [note for source in _sources for note in source(person)]
    return sorted(said, key=lambda note: not note.now)


def counted(rows: Any) -> tuple[int, str]:
    """How many rows, and as words: counted up to a limit."""
    number = rows.order_by()[: MOST + 1].count()
    return number, f"{MOST}+" if number > MOST else str(number)


@register
def _guards(person: Any) -> Iterable[Note]:
    """The database's own refusals, without which a raw statement could rewrite history."""
    if person.has_perm("governance.view_ledgerentry") and (gone := guards.missing(connection)):
        says = _("The database's guards are not all there (%(names)s): run manage.py migrate.")
        yield Note(says % {"names": ", ".join(gone[:3]) + ("…" if len(gone) > 3 else "")}, now=True)
