"""Which actions a number of the dashboard counts, said once: for the numbers, and for the listing they link to.

`decision`, `age`, `reminded` and `hour` are parameters of the listing; each is here as the rows it stands for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.db.models import F, Q

from actions.models import DecidedVia, State

# A canary counts like any action while it waits, or it could be told apart; once settled it was a test.
REAL = Q(is_canary=False) | Q(state=State.PENDING)
# What an approval may have become since.
APPROVED = (State.APPROVED, State.EXECUTING, State.EXECUTED, State.FAILED, State.OUTCOME_UNKNOWN)
# Only what waited for people ever had a deadline.
_SENT = Q(deadline__isnull=False)

DECISIONS: dict[str, Q] = {
    "submitted": Q(),
    "at_once": Q(deadline__isnull=True),
    "sent": _SENT,
    "settled": _SENT & ~Q(state=State.PENDING),
    "decided": _SENT & Q(state__in=(*APPROVED, State.REJECTED, State.CHANGES_REQUESTED)),
    "approved": _SENT & Q(state__in=APPROVED),
    "rejected": _SENT & Q(state=State.REJECTED),
    "sent_back": _SENT & Q(state=State.CHANGES_REQUESTED),
    "expired": _SENT & Q(state=State.EXPIRED),
    "withdrawn": _SENT & Q(state=State.CANCELLED),
    "other": _SENT & Q(state__in=(State.CHANGES_REQUESTED, State.CANCELLED)),
    "waiting": Q(state=State.PENDING),
    # Rejected by whomever, the rules among them: the guide's rejection rate counts both.
    "refused": Q(state=State.REJECTED),
}
TIMED = DECISIONS["decided"] & Q(decided_via=DecidedVia.PERSON)
LATE = DECISIONS["decided"] & Q(decided_at__gt=F("escalate_at"))
# Rules that could not be evaluated make an action wait, so only those that waited are looked into.
DEGRADED = _SENT & ~Q(verdict__degraded=[])

_HOUR = timedelta(hours=1)
AGES: dict[str, tuple[timedelta, timedelta | None]] = {
    "under-1h": (timedelta(0), _HOUR),
    "1h-4h": (_HOUR, 4 * _HOUR),
    "4h-24h": (4 * _HOUR, 24 * _HOUR),
    "over-24h": (24 * _HOUR, None),
}


def decision(name: str) -> Q:
    """The actions of which this became; tests that are settled are not among them."""
    return REAL & DECISIONS[name]


def age(name: str, now: datetime) -> Q:
    """The actions submitted so long ago: at least the one length, less than the other."""
    least, most = AGES[name]
    old_enough = Q(created_at__lte=now - least) if least else Q()
    return old_enough & Q(created_at__gt=now - most) if most else old_enough


def reminded(now: datetime) -> Q:
    """What still waits though its reminder is due or was given. A reminder that was given leaves no time behind."""
    given = Q(remind_at__isnull=True, route__remind_after__gt=0)
    return Q(state=State.PENDING) & (Q(remind_at__lte=now) | given)


def hour(text: str) -> Q | None:
    """The actions submitted in that hour, written as 2026-11-24T10 in UTC; None when it is no hour."""
    try:
        begins = datetime.strptime(text, "%Y-%m-%dT%H").replace(tzinfo=UTC)
        return Q(created_at__gte=begins, created_at__lt=begins + _HOUR)
    except (ValueError, OverflowError):
        return None


def asked(given: Mapping[str, str], now: datetime) -> Q:
    """The rows these parameters of the listing ask for together. What is no such word asks for nothing that exists."""
    rows, nothing = Q(), Q(pk__in=())
    if "decision" in given:
        rows &= decision(given["decision"]) if given["decision"] in DECISIONS else nothing
    if "age" in given:
        rows &= age(given["age"], now) if given["age"] in AGES else nothing
    if "reminded" in given:
        rows &= reminded(now)
    if "hour" in given:
        found = hour(given["hour"])
        rows &= nothing if found is None else found
    return rows


def hour_named(moment: datetime) -> str:
    """The hour of a moment as `hour` reads it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H}"
