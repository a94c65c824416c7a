"""What somebody ought to look at: a sentence with its number, what it counts, and the rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions.models import Agent, KillSwitch
from reviews.bursts import BURST_TIMES, LEAST_BURST
from reviews.dashboard.cells import Cell, Line, Links, Table, decimal
from reviews.dashboard.numbers import WATCHED, Numbers, Scope, column_of
from reviews.dashboard.rows_behind import hour_named

# The guide: alert when more than one in ten is rejected. Of fewer actions than these a share says nothing.
REJECTION_RATE, LEAST_ACTIONS = 0.1, 10
# A burst is measured against the usual hour of so many days before, in so many of the latest hours.
USUAL_DAYS, BURST_HOURS = 7, 24
# So many lines of one kind of alert at most, the worst first.
MOST = 20
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Alert:
    """One of them. The subject is an agent, in its own words; empty where the portal speaks of itself."""

    sentence: str
    meaning: str
    count: int
    href: str
    subject: str = ""
    is_grave: bool = False


@dataclass(frozen=True)
class Elsewhere:
    """What other pages know: refused reports by kind with their rows, and the broken glasses that wait."""

    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    glass: int = 0
    glass_overdue: int = 0


@dataclass(frozen=True)
class Burst:
    """An hour in which an agent submitted far more than it usually does."""

    agent: int
    hour: datetime
    count: int
    usual: float


def alerts(numbers: Numbers, elsewhere: Elsewhere) -> list[Alert]:
    """All of them, the gravest first."""
    return [
        *_stopped(numbers.scope),
        *_glass(elsewhere),
        *_refused(elsewhere),
        *_degraded(numbers),
        *_rejected(numbers),
        *_bursts(numbers),
    ]


def _stopped(scope: Scope) -> Iterator[Alert]:
    if KillSwitch.objects.filter(blocked=True).exists():
        yield Alert(
            _("The kill switch is on: every agent is blocked."),
            _("Every submission is rejected until the switch is released."),
            1,
            f"{reverse('history')}?{urlencode({'kind': 'kill_switch.*'})}",
            is_grave=True,
        )
    blocked = Agent.objects.filter(blocked_at__isnull=False)
    if not scope.person.has_perm("actions.view_all_teams"):
        blocked = blocked.filter(team__in=scope.person.acts_for().values("pk"))
    blocked = blocked.filter(team=scope.team) if scope.team else blocked
    blocked = blocked.filter(pk=scope.agent.pk) if scope.agent else blocked
    for agent in blocked.order_by("-blocked_at", "pk")[:MOST]:
        since = f"{timezone.localtime(agent.blocked_at):%Y-%m-%d %H:%M %Z}"
        yield Alert(
            _("is blocked since %(since)s.") % {"since": since},
            _("Everything it submits is rejected until somebody releases it."),
            1,
            reverse("agent", args=[agent.pk]),
            subject=agent.agent_id,
        )


def _glass(elsewhere: Elsewhere) -> Iterator[Alert]:
    waits, overdue = elsewhere.glass, elsewhere.glass_overdue
    if not waits:
        return
    words = ngettext(
        "%(count)d approval by break-glass waits for somebody to look at it.",
        "%(count)d approvals by break-glass wait for somebody to look at them.",
        waits,
    ) % {"count": waits}
    if overdue:
        words += " " + ngettext("%(count)d of them is overdue.", "%(count)d of them are overdue.", overdue) % {
            "count": overdue
        }
    meaning = _("Of all your teams. Overdue: nobody looked within 24 hours.")
    yield Alert(words, meaning, waits, reverse("queue_of", args=["glass"]), is_grave=bool(overdue))


def _refused(elsewhere: Elsewhere) -> Iterator[Alert]:
    count, href = elsewhere.refused.get("report.refused", (0, ""))
    if count:
        words = ngettext(
            "%(count)d report of an outcome was refused.", "%(count)d reports of outcomes were refused.", count
        )
        meaning = _(
            "An agent reported to have acted without an approval, or reported twice; all your teams, these days."
        )
        yield Alert(words % {"count": count}, meaning, count, href, is_grave=True)
    count, href = elsewhere.refused.get("execution.ungoverned", (0, ""))
    if count:
        words = ngettext(
            "%(count)d action was carried out that this portal never saw.",
            "%(count)d actions were carried out that this portal never saw.",
            count,
        )
        meaning = _("An agent reported an action by a number that is none of ours; all teams, these days.")
        yield Alert(words % {"count": count}, meaning, count, href, is_grave=True)


def _degraded(numbers: Numbers) -> Iterator[Alert]:
    if not (count := numbers.degraded):
        return
    words = ngettext(
        "%(count)d action was scored though a rule could not be evaluated.",
        "%(count)d actions were scored though a rule could not be evaluated.",
        count,
    )
    meaning = _("Such an action waits for a person. Submitted in these days.")
    yield Alert(words % {"count": count}, meaning, count, Links(numbers.scope).within(decision="submitted", degraded=1))


def _rejected(numbers: Numbers) -> Iterator[Alert]:
    high = {key: row for key, row in numbers.watched.items() if is_high(row["refused"], row["submitted"])}
    worst = sorted(high.items(), key=lambda one: (-one[1]["refused"] / one[1]["submitted"], one[0]))[:MOST]
    names = numbers.names(key for key, _row in worst)
    for key, row in worst:
        yield Alert(
            _("%(rejected)d of %(all)d actions were rejected, %(rate)s %%.")
            % {
                "rejected": row["refused"],
                "all": row["submitted"],
                "rate": decimal(100 * row["refused"] / row["submitted"]),
            },
            _("More than 10 %% of at least %(least)d actions submitted in these days; rejected by people or rules.")
            % {"least": LEAST_ACTIONS},
            row["refused"],
            Links(numbers.scope).within(decision="refused", agent=key),
            subject=names.get(key, "?"),
        )


def is_high(rejected: int, submitted: int) -> bool:
    """Whether an agent's rejection rate is an alert: above one in ten, of enough actions to speak of a rate."""
    return submitted >= LEAST_ACTIONS and rejected > REJECTION_RATE * submitted


def _bursts(numbers: Numbers) -> Iterator[Alert]:
    found = bursts(numbers.scope)[:MOST]
    names = numbers.names(one.agent for one in found)
    for one in found:
        begins = timezone.localtime(one.hour)
        yield Alert(
            _("submitted %(count)d actions from %(from)s to %(to)s; its usual hour has %(usual)s.")
            % {
                "count": one.count,
                "from": f"{begins:%Y-%m-%d %H:%M}",
                "to": f"{begins + _HOUR:%H:%M %Z}",
                "usual": decimal(one.usual),
            },
            _(
                "An hour of the last %(hours)d with at least %(least)d submissions and more than %(times)d times the"
                " mean hour of the %(days)d days before."
            )
            % {"hours": BURST_HOURS, "least": LEAST_BURST, "times": BURST_TIMES, "days": USUAL_DAYS},
            one.count,
            Links(numbers.scope).ever(decision="submitted", agent=one.agent, hour=hour_named(one.hour)),
            subject=names.get(one.agent, "?"),
        )


def bursts(scope: Scope) -> list[Burst]:
    """The hours of the last day in which an agent submitted far above its usual, the largest first.

    Hours of the clock in UTC, the present one included. The usual is the mean over all hours of the week before them.
    """
    last = scope.now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    first = last - (BURST_HOURS - 1) * _HOUR
    edges = [first + index * _HOUR for index in range(1, BURST_HOURS + 1)]
    recent = scope.all_rows.filter(created_at__gte=first, created_at__lt=edges[-1])
    hours: Any = recent.annotate(column=column_of(edges)).values("agent_id", "column").annotate(count=Count("pk"))
    busy = list(hours.filter(count__gte=LEAST_BURST).order_by("-count", "agent_id", "column")[:WATCHED])
    if not busy:
        return []
    before: Any = scope.all_rows.filter(created_at__gte=first - timedelta(days=USUAL_DAYS), created_at__lt=first)
    before = before.filter(agent__in={row["agent_id"] for row in busy}).values("agent_id").annotate(count=Count("pk"))
    usual = {row["agent_id"]: row["count"] / (USUAL_DAYS * 24) for row in before}
    found = [
        Burst(row["agent_id"], first + row["column"] * _HOUR, row["count"], usual.get(row["agent_id"], 0.0))
        for row in busy
    ]
    return [one for one in found if one.count > BURST_TIMES * one.usual]


def as_table(found: list[Alert]) -> Table:
    """The alerts as a table, for a file."""
    lines = (
        Line(
            one.subject,
            (Cell(one.sentence, one.sentence), Cell(str(one.count), one.count), Cell(one.meaning, one.meaning)),
        )
        for one in found
    )
    return Table("alerts", _("Alerts"), (_("Agent"), _("Alert"), _("Number"), _("What is counted")), tuple(lines))
