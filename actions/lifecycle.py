"""The states an action goes through, and the only writer of them. The letters are those of ARCHITECTURE.md.

The same table is installed in the database as a trigger (actions/guards.py), so raw SQL keeps to it too.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from actions.models import Action, DecidedVia, State
from governance.errors import IllegalTransition
from governance.models import Person


class Arrow(NamedTuple):
    """One legal transition."""

    letter: str
    source: State
    target: State
    when: str


ARROWS = (
    Arrow("d", State.PENDING, State.APPROVED, "the route's stages are satisfied"),
    Arrow("e", State.PENDING, State.REJECTED, "a reviewer rejects"),
    Arrow("f", State.PENDING, State.EXPIRED, "the deadline passed"),
    Arrow("g", State.PENDING, State.CHANGES_REQUESTED, "a reviewer sends it back"),
    Arrow("h", State.PENDING, State.CANCELLED, "the agent withdraws"),
    Arrow("h", State.APPROVED, State.CANCELLED, "the agent withdraws or a person revokes, before a claim"),
    Arrow("i", State.APPROVED, State.EXECUTING, "claim"),
    Arrow("j", State.EXECUTING, State.EXECUTED, "report: completed"),
    Arrow("j", State.EXECUTING, State.FAILED, "report: failed"),
    Arrow("k", State.APPROVED, State.EXPIRED, "the grant's deadline passed unclaimed"),
    Arrow("l", State.EXECUTING, State.OUTCOME_UNKNOWN, "the lease passed without a report"),
    Arrow("l", State.OUTCOME_UNKNOWN, State.EXECUTED, "a person resolves it"),
    Arrow("l", State.OUTCOME_UNKNOWN, State.FAILED, "a person resolves it"),
    Arrow("m", State.APPROVED, State.EXECUTED, "report without a claim: completed"),
    Arrow("m", State.APPROVED, State.FAILED, "report without a claim: failed"),
)
TRANSITIONS = frozenset((arrow.source, arrow.target) for arrow in ARROWS)
INITIAL = frozenset({State.PENDING, State.APPROVED, State.REJECTED})
TERMINAL = frozenset(State) - {arrow.source for arrow in ARROWS}


def settle(
    action: Action,
    target: State,
    *,
    via: DecidedVia,
    at: datetime,
    reason: str,
    by: Person | None = None,
    by_name: str = "",
) -> None:
    """Decide a pending action, or take an approval back.

    The caller holds the row's lock; raises IllegalTransition where no arrow leads.
    """
    _check(action, target)
    action.state = target
    action.decided_via = via
    action.decided_at = action.updated_at = at
    action.decided_by = by
    action.decided_by_name = by_name
    action.reason = reason
    action.save(
        update_fields=[
            "state",
            "decided_via",
            "decided_at",
            "decided_by",
            "decided_by_name",
            "reason",
            "conditions",
            "updated_at",
        ]
    )


def allow_in_advance(action: Action, *, reason: str, by_name: str) -> None:
    """Let an action that is not stored yet be born approved instead of pending: people allowed it before.

    Raises IllegalTransition for one the rules did not leave to people.
    """
    if action.pk is not None or action.state != State.PENDING:
        raise IllegalTransition(
            _("This action is {state}; nothing can be allowed in advance.").format(
                state=action.get_state_display().lower()
            )
        )
    action.state = State.APPROVED
    action.decided_via = DecidedVia.STANDING
    action.decided_at = action.created_at
    action.decided_by_name = by_name[:255]
    action.reason = reason
    action.deadline = action.remind_at = action.escalate_at = None


def advance(action: Action, target: State, *, at: datetime) -> None:
    """Move a decided action on. The caller holds the row's lock; raises IllegalTransition where no arrow leads."""
    _check(action, target)
    action.state = target
    action.updated_at = at
    action.save(update_fields=["state", "updated_at"])


# Where an action goes when an agent acts on it. A canary was no agent's, so it never goes there.
_ACTED = frozenset({State.EXECUTING, State.EXECUTED, State.FAILED, State.OUTCOME_UNKNOWN})


def _check(action: Action, target: State) -> None:
    if action.is_canary and target in _ACTED:
        raise IllegalTransition(_("Action {action} is a test; it can never be executed.").format(action=action.pk))
    if (action.state, target) not in TRANSITIONS:
        here, there = action.get_state_display().lower(), State(target).label.lower()
        raise IllegalTransition(
            _("Action {action} is {here}; it cannot become {there}.").format(action=action.pk, here=here, there=there)
        )
