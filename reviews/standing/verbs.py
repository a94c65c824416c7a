"""VERBS about standing approvals: propose_standing, vote_standing, revoke_standing.

A standing approval is given by the quorum it stands in for: the proposer's vote is the first, the others vote on the
same terms, and only then may an action pass under it.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.models import Action, StandingApproval, StandingVote
from governance import ledger
from governance.actors import Actor
from governance.errors import (
    Conflict,
    InvalidStanding,
    MalformedBody,
    NotEligible,
    NotPending,
    NotYours,
    ReasonRequired,
    Refusal,
    StaleContent,
)
from governance.frozen_words import number
from governance.models import Person
from reviews.eligibility import Seat, standing_of
from reviews.models import Verdict
from reviews.standing import terms
from reviews.vote import MAX_REASON, checked_text, locked, reason_of

_Status = StandingApproval.Status


def propose_standing(
    action_id: int,
    *,
    actor: Actor,
    person: Person,
    digest: str,
    condition: str,
    score_up_to: float,
    max_uses: int,
    days: int,
    reason: str,
) -> StandingApproval:
    """Propose to allow more actions like this one, whose content was shown, and vote for it at once.

    It covers the agent and type of the example, where `condition` (CEL) holds and the score is at most `score_up_to`,
    for `days` (1 to 30) and `max_uses` (1 to 1000). Where the example's route asks for one person, it is in force.

    Raises, with nothing written: NotYours, StaleContent, ReasonRequired, MalformedBody for an unusable text,
    InvalidStanding for the terms or the example, NotEligible, Conflict while another one has the same example.
    """
    condition = checked_text(condition, "condition", MAX_REASON)
    reason = reason_of(reason)
    with transaction.atomic(durable=True):
        example = locked(action_id, person)
        person = Person.objects.get(pk=person.pk)
        _same_digest(digest, example.digest)
        at = timezone.now()
        _check_example(example, at)
        standing = StandingApproval(
            example=example,
            agent=example.agent,
            action_type=example.action_type,
            condition=condition,
            score_up_to=score_up_to,
            reason=reason,
            max_uses=max_uses,
            valid_from=at,
            valid_until=at + timedelta(days=min(max(days, 0), terms.MAX_DAYS + 1)),
            route=example.route,
            proposed_by=person,
            proposed_at=at,
        )
        _check_terms(standing, days)
        seat = _seat(person, standing)
        standing.digest = terms.digest_of(standing)
        standing.save(force_insert=True)
        _record("standing.proposed", standing, actor, at, _terms_of(standing))
        _write_vote(standing, seat, actor=actor, verdict=Verdict.APPROVE, reason=reason, at=at)
    return standing


def vote_standing(
    standing_id: int, *, actor: Actor, person: Person, verdict: str, digest: str, reason: str = ""
) -> StandingApproval:
    """Vote ("approve" or "reject") on exactly the terms whose digest was shown. It is in force once its route is full.

    Raises, with nothing written: NotYours, MalformedBody, ReasonRequired for a rejection without one, NotPending,
    StaleContent, NotEligible.
    """
    if verdict not in Verdict.values:
        raise MalformedBody(
            _("The verdict is neither approve nor reject. Nothing was decided. Use one of the buttons.")
        )
    reason = checked_text(reason, "reason", MAX_REASON)
    with transaction.atomic(durable=True):
        standing = _locked(standing_id, person)
        person = Person.objects.get(pk=person.pk)
        at = timezone.now()
        if standing.status != _Status.PROPOSED:
            raise NotPending(_already(standing))
        if standing.valid_until <= at:
            raise NotPending(
                _("The time of standing approval {number} is over. Propose it again if it is needed.").format(
                    number=standing.pk
                )
            )
        seat = _seat(person, standing)
        _same_digest(digest, standing.digest)
        if verdict == Verdict.REJECT and not reason:
            raise ReasonRequired
        _write_vote(standing, seat, actor=actor, verdict=Verdict(verdict), reason=reason, at=at)
    return standing


def revoke_standing(standing_id: int, *, actor: Actor, person: Person, reason: str) -> StandingApproval:
    """End a standing approval, in force or only proposed: the next submission waits for people again.

    Raises, with nothing written: NotYours, ReasonRequired, MalformedBody, NotEligible, NotPending when it has ended.
    """
    reason = reason_of(reason)
    with transaction.atomic(durable=True):
        standing = _locked(standing_id, person)
        person = Person.objects.get(pk=person.pk)
        if not terms.may_revoke(person, standing):
            raise NotEligible(
                _("You may not revoke this: whoever may decide such actions may, and seniors and admins.")
            )
        if standing.status not in (_Status.PROPOSED, _Status.ACTIVE):
            raise NotPending(_already(standing))
        at = timezone.now()
        _end(standing, _Status.REVOKED, person, reason, at)
        _record("standing.revoked", standing, actor, at, {"reason": reason, "uses": standing.uses})
    return standing


def _status_of(standing: StandingApproval) -> str:
    """Where it stands, inside a sentence."""
    return standing.get_status_display().lower()


def _already(standing: StandingApproval) -> str:
    return _("Standing approval {number} is {status} already.").format(number=standing.pk, status=_status_of(standing))


def _locked(standing_id: int, person: Person) -> StandingApproval:
    found = terms.visible_to(person).select_for_update(of=("self",)).filter(pk=standing_id).first()
    if found is None:
        raise NotYours(_("Not Found: there is no such standing approval among yours."))
    return found


def _same_digest(shown: str, stored: str) -> None:
    if not hmac.compare_digest(shown.encode(), stored.encode()):
        raise StaleContent


def _seat(person: Person, standing: StandingApproval) -> Seat:
    seat = terms.seat_on(person, standing)
    if isinstance(seat, Refusal):
        raise seat
    return seat


def _check_example(example: Action, at: datetime) -> None:
    if why := terms.why_no_example(example):
        raise InvalidStanding(_("{why} Nothing was proposed.").format(why=why))
    if example.is_canary or (example.deadline and example.decided_at is None and example.deadline <= at):
        raise InvalidStanding(_("This action cannot be an example any more. Nothing was proposed."))
    others = StandingApproval.objects.filter(example=example, status__in=(_Status.PROPOSED, _Status.ACTIVE))
    other = others.filter(valid_until__gt=at, uses__lt=F("max_uses")).first()
    if other is not None:
        raise Conflict(
            _(
                "Standing approval {number} with this example is {status} already. Nothing was proposed."
                " Vote on that one, or revoke it first."
            ).format(number=other.pk, status=_status_of(other))
        )


def _check_terms(standing: StandingApproval, days: int) -> None:
    """The limits, whatever the form says; and the example must be among what it covers."""
    errors: dict[str, str] = {}
    if not 1 <= days <= terms.MAX_DAYS:
        errors["days"] = _("1 to {most} days.").format(most=terms.MAX_DAYS)
    if not 1 <= standing.max_uses <= terms.MAX_USES:
        errors["max_uses"] = _("1 to {most} uses.").format(most=terms.MAX_USES)
    if not 0 <= standing.score_up_to <= standing.example.risk_score:
        errors["score_up_to"] = _("At most the score of the example, {score}.").format(
            score=number(standing.example.risk_score)
        )
    trial = terms.try_terms(standing.example, standing.condition, standing.score_up_to)
    if trial.problem:
        errors["condition"] = trial.problem
    elif not errors and not trial.covers_example:
        errors["condition"] = _("The terms do not cover the example itself, so they cannot be meant.")
    if errors:
        raise InvalidStanding(_("{why} Nothing was proposed.").format(why=" ".join(errors.values())), errors=errors)


def _write_vote(
    standing: StandingApproval, seat: Seat, *, actor: Actor, verdict: Verdict, reason: str, at: datetime
) -> None:
    """The vote, what it settles, and the entry, on a locked row that was looked at."""
    before = terms.as_action(standing)
    stage = standing_of(before).stage
    ballot = seat.ballot(before, stage)
    StandingVote(
        standing=standing,
        person=seat.person,
        identity=ballot.person,
        on_behalf_of=seat.on_behalf_of,
        verdict=verdict,
        stage=stage,
        groups=sorted(ballot.groups),
        level=ballot.level,
        in_team=ballot.in_team,
        reason=reason,
        digest=standing.digest,
        created_at=at,
    ).save(force_insert=True)
    given = sum(vote.verdict == verdict for vote in terms.votes_of(standing))
    kind, needed = "standing.vote", standing.way.needed
    if verdict == Verdict.REJECT:
        needed = standing.way.rejections_needed
        if given >= needed:
            kind = "standing.declined"
            _end(standing, _Status.DECLINED, seat.person, reason, at)
    elif standing_of(terms.as_action(standing)).complete:
        kind = "standing.activated"
        standing.status = _Status.ACTIVE
        standing.save(update_fields=["status"])
    data = {
        "verdict": str(verdict),
        "reason": reason or "no reason given",
        "stage": stage,
        "level": ballot.level,
        "identity": str(ballot.person),
        "groups": sorted(ballot.groups),
        "in_team": ballot.in_team,
        "on_behalf_of": str(seat.on_behalf_of.pk) if seat.on_behalf_of else None,
        "given": given,
        "needed": needed,
    }
    _record(kind, standing, actor, at, data)


def _end(standing: StandingApproval, status: str, person: Person, reason: str, at: datetime) -> None:
    standing.status = status
    standing.ended_at, standing.ended_by, standing.ended_reason = at, person, reason
    standing.save(update_fields=["status", "ended_at", "ended_by", "ended_reason"])


def _terms_of(standing: StandingApproval) -> dict[str, Any]:
    return {
        "example": str(standing.example_id),
        "agent_id": standing.agent.agent_id,
        "action_type": standing.action_type,
        "condition": standing.condition,
        "score_up_to": f"{standing.score_up_to:g}",
        "max_uses": standing.max_uses,
        "valid_from": ledger.timestamp(standing.valid_from),
        "valid_until": ledger.timestamp(standing.valid_until),
        "until": f"{standing.valid_until:%Y-%m-%d %H:%M} UTC",
        "route": standing.route,
        "reason": standing.reason,
    }


def _record(kind: str, standing: StandingApproval, actor: Actor, at: datetime, data: dict[str, Any]) -> None:
    ledger.append(
        kind,
        actor=actor,
        stream=standing.stream,
        subject={"kind": "standing", "id": str(standing.pk), "digest": standing.digest},
        data=data,
        at=at,
        team_id=standing.example.team_id,
        opens_stream=kind == "standing.proposed",
    )
