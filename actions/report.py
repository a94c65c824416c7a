"""VERB: report_outcome. What the agent says happened; idempotent, and an alarm when it was never approved."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.utils import timezone

from actions import lifecycle
from actions.entries import record
from actions.models import Action, Agent, Outcome, State
from actions.redaction import redact
from governance import ledger
from governance.actors import Actor
from governance.errors import NotYours, ReportConflict, ReportRefused
from governance.ledger.canonical import canonical, sha256

logger = logging.getLogger(__name__)

_TARGET = {Outcome.Kind.COMPLETED: State.EXECUTED, Outcome.Kind.FAILED: State.FAILED}
_ENTRY = {Outcome.Kind.COMPLETED: "action.executed", Outcome.Kind.FAILED: "action.failed"}
_REPORTED = (State.EXECUTED, State.FAILED)
# Facts of the moment of sending, different in every retry of one report.
_VOLATILE = ("completed_at", "failed_at", "action_id", "status")


def report_outcome(action_id: int, *, agent: Agent, kind: Outcome.Kind, report: dict[str, Any], actor: Actor) -> Action:
    """Record that an approved action was executed, or failed.

    The same kind of report again is answered like the first. Raises NotYours for another's action, ReportConflict
    when the other outcome was reported before, ReportRefused when the action was not approved; the last two are in
    the ledger as alarms.
    """
    said = redact({name: value for name, value in report.items() if name not in _VOLATILE})
    text = canonical(said)
    with transaction.atomic(durable=True):
        action = Action.objects.for_agent(agent).select_for_update(of=("self",)).filter(pk=action_id).first()
        if action is None:
            raise NotYours
        if action.state == State.APPROVED:
            _accept(action, kind, text, report, actor)
            return action
        if action.state in _REPORTED and action.state == _TARGET[kind]:
            return action
        state = action.get_state_display().lower()
        _record(action, "report.refused", actor, {"outcome": str(kind), "state": state, "digest": _digest(text)})
    # Raised after the commit: the refusal itself must stay on record.
    logger.warning("Report %s for action %s (%s) was refused.", kind, action_id, state)
    if action.state in _REPORTED:
        raise ReportConflict(
            f"Action {action_id} was already reported as {state}; the first report stands. This one was recorded."
        )
    raise ReportRefused(
        f"Action {action_id} is {state}, not approved, so no outcome can be reported for it."
        " The report was recorded as an alarm."
    )


def report_ungoverned(claimed_id: str, *, kind: Outcome.Kind, report: dict[str, Any], actor: Actor) -> None:
    """Record a report for an action this portal never saw.

    The published client invents ids (`fail_open_…`) when it proceeds without an answer (wire-contract 3.3); this is
    the one trace such an execution leaves.
    """
    with transaction.atomic(durable=True):
        ledger.append(
            "execution.ungoverned",
            actor=actor,
            stream=f"ungoverned:{actor.id}",
            subject={"kind": "ungoverned", "id": claimed_id},
            data={
                "outcome": str(kind),
                "claimed_id": claimed_id,
                "digest": _digest(canonical(redact(report))),
            },
            team_id=None,
        )
    logger.warning("%s executed %s without an answer from the portal.", actor.name, claimed_id)


def _accept(action: Action, kind: Outcome.Kind, text: str, report: dict[str, Any], actor: Actor) -> None:
    now = timezone.now()
    outcome = Outcome(
        action=action,
        kind=kind,
        report=text,
        digest=_digest(text),
        duration_ms=_duration(report.get("duration_ms")),
        reported_at=now,
    )
    outcome.save(force_insert=True)
    lifecycle.advance(action, _TARGET[kind], at=now)
    _record(
        action,
        _ENTRY[kind],
        actor,
        {"from": str(State.APPROVED), "to": str(_TARGET[kind]), "digest": outcome.digest},
    )


def _duration(value: Any) -> int | None:
    """Milliseconds, where the agent sent a number that can be any."""
    return int(value) if type(value) in (int, float) and 0 <= value < 2**53 else None


def _record(action: Action, entry: str, actor: Actor, data: dict[str, Any]) -> None:
    record(action, entry, actor=actor, data=data)


def _digest(text: str) -> str:
    return sha256("foureyes/report/v1", text)
