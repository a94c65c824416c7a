"""VERB: cast_vote. A person's verdict on a pending action: lock, look, write, ledger entry last."""

from __future__ import annotations

import hmac

from django.db import transaction
from django.utils import timezone

from actions import lifecycle
from actions.expire import expire_locked
from actions.models import Action, DecidedVia, State
from governance import ledger
from governance.actors import Actor
from governance.errors import DeadlinePassed, MalformedBody, NotYours, ReasonRequired, StaleContent
from governance.models import Person
from reviews.eligibility import refusal
from reviews.models import Verdict, Vote

_TARGET = {Verdict.APPROVE: State.APPROVED, Verdict.REJECT: State.REJECTED}
_ENTRY = {Verdict.APPROVE: "action.approved", Verdict.REJECT: "action.rejected"}
MAX_REASON = 4000


def cast_vote(action_id: int, *, actor: Actor, person: Person, verdict: str, digest: str, reason: str = "") -> Vote:
    """Record a verdict ("approve" or "reject") on exactly the content whose digest was shown.

    Raises, with nothing decided: MalformedBody for another verdict, ReasonRequired for a rejection or a critical
    approval without one, NotYours, StaleContent when the digest differs, NotPending naming who was first,
    DeadlinePassed, NotEligible.
    """
    verdict, reason = _checked(verdict, reason)
    with transaction.atomic(durable=True):
        action = (
            Action.objects.visible_to(person)
            .select_for_update(of=("self",))
            .select_related("agent", "principal")
            .filter(pk=action_id)
            .first()
        )
        if action is None:
            raise NotYours
        expired = expire_locked(action)
        if not expired:
            _look(action, person=person, verdict=verdict, digest=digest, reason=reason)
            return _write(action, actor=actor, person=person, verdict=verdict, digest=digest, reason=reason)
    # Raised after the commit, so that the expiry this vote came too late for stays recorded.
    raise DeadlinePassed


def _checked(verdict: str, reason: str) -> tuple[Verdict, str]:
    if verdict not in Verdict.values:
        raise MalformedBody("The verdict is neither approve nor reject. Nothing was decided. Use one of the buttons.")
    reason = reason.strip().replace("\r\n", "\n")
    if len(reason) > MAX_REASON:
        raise MalformedBody(f"The reason is longer than {MAX_REASON} characters. Nothing was decided. Shorten it.")
    if "\x00" in reason:
        raise MalformedBody("The reason contains the character NUL. Nothing was decided. Remove it.")
    return Verdict(verdict), reason


def _look(action: Action, *, person: Person, verdict: Verdict, digest: str, reason: str) -> None:
    """Every condition, on the locked row: whatever was true when the page was drawn may not be any more."""
    if refused := refusal(person, action):
        raise refused
    if not hmac.compare_digest(digest.encode(), action.digest.encode()):
        raise StaleContent
    if not reason and (verdict == Verdict.REJECT or action.risk_level == "critical"):
        raise ReasonRequired


def _write(action: Action, *, actor: Actor, person: Person, verdict: Verdict, digest: str, reason: str) -> Vote:
    now = timezone.now()
    vote = Vote(action=action, person=person, verdict=verdict, reason=reason, digest=digest, created_at=now)
    vote.save(force_insert=True)
    lifecycle.settle(
        action,
        _TARGET[verdict],
        via=DecidedVia.PERSON,
        at=now,
        reason=reason,
        by=person,
        by_name=person.shown_name,
    )
    vote.entry = ledger.append(  # type: ignore[attr-defined]
        _ENTRY[verdict],
        actor=actor,
        stream=action.stream,
        subject={"kind": "action", "id": str(action.pk), "digest": action.digest},
        data={
            "from": str(State.PENDING),
            "to": str(_TARGET[verdict]),
            "reason": reason or "no reason given",
            "stage": vote.stage,
            "level": person.approval_level,
            "waited_s": int((now - action.created_at).total_seconds()),
        },
        risk={
            "score": f"{action.risk_score:.1f}",
            "level": action.risk_level,
            "rulebook": action.rulebook_version,
        },
        at=now,
        action_id=action.pk,
        team_id=action.team_id,
    )
    return vote
