"""VERB: cast_vote. A person's verdict on a pending action: lock, look, write, ledger entry last."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from actions import lifecycle
from actions.entries import record
from actions.expire import expire_locked
from actions.models import Action, DecidedVia, State
from governance.actors import Actor
from governance.errors import (
    DeadlinePassed,
    MalformedBody,
    NotYours,
    ReasonRequired,
    Refusal,
    StaleContent,
    StepUpRequired,
)
from governance.models import Delegation, LedgerEntry, Person
from governance.routing import Route, Standing
from reviews.canaries import reveal
from reviews.eligibility import JOINED, VOTES, Seat, asks_password, seat_for
from reviews.models import Assignment, Claim, Verdict, Vote
from reviews.pace import check_pace
from reviews.seats import refresh
from reviews.suspension import block_when_rejected_again

MAX_REASON = 4000
MAX_CONDITIONS = 10
MAX_CONDITION = 300


def cast_vote(
    action_id: int,
    *,
    actor: Actor,
    person: Person,
    verdict: str,
    digest: str,
    reason: str = "",
    conditions: Sequence[str] = (),
    opened: datetime | None = None,
    bulk_of: int | None = None,
) -> Vote:
    """Record a verdict ("approve" or "reject") on exactly the content whose digest was shown.

    It settles the action when it completes the route, or when enough people have rejected; `vote.settled` says so.
    `conditions` are what an approver asks the agent to keep to. Somebody with no seat of their own votes on behalf of
    the person whose delegate they are. `bulk_of` says with how many rows of a queue it was cast at one press.

    Raises, with nothing decided: MalformedBody for another verdict or an unusable text, ReasonRequired for a rejection
    or a critical approval without one, StepUpRequired for a critical approval without a fresh password, NotYours,
    StaleContent when the digest differs, NotPending naming who was first, DeadlinePassed, NotEligible, TooFast when the
    page was `opened` too short a while ago.
    """
    vote = None
    verdict, reason, conditions = _checked(verdict, reason, conditions)
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        if not expire_locked(action):
            # Read again behind the lock: a right taken away is taken away from the next vote on (I19).
            person = Person.objects.get(pk=person.pk)
            seat = look(action, person=person, digest=digest)
            if not reason and (verdict == Verdict.REJECT or action.risk_level == "critical"):
                raise ReasonRequired
            if verdict == Verdict.APPROVE and asks_password(action) and not actor.is_confirmed(timezone.now()):
                raise StepUpRequired
            if verdict == Verdict.APPROVE:
                check_pace(action, opened)
            vote = write_vote(
                action, seat, actor=actor, verdict=verdict, reason=reason, conditions=conditions, opened=opened,
                bulk_of=bulk_of,
            )  # fmt: skip
    if vote is None:
        # Raised after the commit, so that the expiry this vote came too late for stays recorded.
        raise DeadlinePassed
    if verdict == Verdict.REJECT:
        block_when_rejected_again(action.principal_id)
    return vote


def locked(action_id: int, person: Person) -> Action:
    """The action, its row locked until the transaction ends. Raises NotYours for one the person does not see."""
    action = (
        Action.objects.visible_to(person)
        .select_for_update(of=("self",))
        .select_related(*JOINED)
        .filter(pk=action_id)
        .first()
    )
    if action is None:
        raise NotYours
    prefetch_related_objects([action], *VOTES)
    return action


def look(action: Action, *, person: Person, digest: str) -> Seat:
    """Every condition, on the locked row: whatever was true when the page was drawn may not be any more."""
    # Lent seats are locked before they are counted: the vote and the end of the delegation take turns (I19).
    list(Delegation.objects.active().filter(delegate=person).select_for_update(of=("self",)).order_by("pk"))
    seat = seat_for(person, action)
    if isinstance(seat, Refusal):
        raise seat
    check_digest(action, digest)
    return seat


def check_digest(action: Action, digest: str) -> None:
    """Raise StaleContent unless this is the digest of what is stored."""
    if not hmac.compare_digest(digest.encode(), action.digest.encode()):
        raise StaleContent


def _checked(verdict: str, reason: str, conditions: Sequence[str]) -> tuple[Verdict, str, list[str]]:
    if verdict not in Verdict.values:
        raise MalformedBody(
            _("The verdict is neither approve nor reject. Nothing was decided. Use one of the buttons.")
        )
    wanted = [text for text in (checked_text(one, "condition", MAX_CONDITION) for one in conditions) if text]
    if len(wanted) > MAX_CONDITIONS:
        raise MalformedBody(
            _("At most {max_conditions} conditions. Nothing was decided. Put some of them together.").format(
                max_conditions=MAX_CONDITIONS
            )
        )
    if wanted and verdict == Verdict.REJECT:
        raise MalformedBody(_("A rejection has no conditions. Nothing was decided. Say it in the reason."))
    return Verdict(verdict), checked_text(reason, "reason", MAX_REASON), wanted


# What people type, and what then was not done.
_WHAT = {
    "reason": pgettext_lazy("what is typed", "reason"),
    "note": pgettext_lazy("what is typed", "note"),
    "comment": pgettext_lazy("what is typed", "comment"),
    "condition": pgettext_lazy("what is typed", "condition"),
}
_DONE = {
    "decided": pgettext_lazy("nothing was", "decided"),
    "written": pgettext_lazy("nothing was", "written"),
    "changed": pgettext_lazy("nothing was", "changed"),
}


def checked_text(text: str, what: str, most: int, *, done: str = "decided") -> str:
    """What a person typed, in its normal form. Raises MalformedBody for one too long, or with a NUL.

    `done` is the word for what was not done then.
    """
    text = text.strip().replace("\r\n", "\n")
    said = {"what": _WHAT.get(what, what), "done": _DONE.get(done, done), "most": most}
    if len(text) > most:
        raise MalformedBody(
            _("The {what} is longer than {most} characters. Nothing was {done}. Shorten it.").format(**said)
        )
    if "\x00" in text:
        raise MalformedBody(_("The {what} contains the character NUL. Nothing was {done}. Remove it.").format(**said))
    return text


def reason_of(text: str, *, most: int = MAX_REASON, done: str = "decided") -> str:
    """A reason, where there has to be one. Raises ReasonRequired without it, MalformedBody for an unusable one."""
    reason = checked_text(text, "reason", most, done=done)
    if not reason:
        raise ReasonRequired
    return reason


def write_vote(
    action: Action,
    seat: Seat,
    *,
    actor: Actor,
    verdict: Verdict,
    reason: str,
    conditions: Sequence[str] = (),
    opened: datetime | None = None,
    bulk_of: int | None = None,
) -> Vote:
    """The vote, what it settles, and the entry, on a locked row that was looked at."""
    at, route = timezone.now(), action.way
    ballot = seat.ballot(action, action.stage)
    vote = Vote(
        action=action,
        person=seat.person,
        identity=ballot.person,
        on_behalf_of=seat.on_behalf_of,
        verdict=verdict,
        stage=action.stage,
        groups=sorted(ballot.groups),
        level=ballot.level,
        in_team=ballot.in_team,
        reason=reason,
        conditions=list(conditions),
        digest=action.digest,
        opened_at=opened,
        bulk_of=bulk_of,
        created_at=at,
    )
    vote.save(force_insert=True)
    prefetch_again(action)
    now = refresh(action)
    target = _settled_by(action, route, now)
    if target is not None:
        _settle(action, target, last=vote)
    _let_go(action, vote, settled=target is not None)
    vote.settled = target is not None  # type: ignore[attr-defined]
    vote.entry = _record(action, vote, route, now, target, actor)  # type: ignore[attr-defined]
    reveal(action, actor=actor, at=at)
    return vote


def prefetch_again(action: Action) -> None:
    """Read the votes again: one was added."""
    action._prefetched_objects_cache.clear()  # type: ignore[attr-defined]
    prefetch_related_objects([action], *VOTES)


def _settled_by(action: Action, route: Route, now: Standing) -> State | None:
    if now.complete:
        return State.APPROVED
    rejections = sum(vote.verdict == Verdict.REJECT for vote in action.votes.all())
    return State.REJECTED if rejections >= route.rejections_needed else None


def _settle(action: Action, target: State, *, last: Vote) -> None:
    verdict = Verdict.APPROVE if target == State.APPROVED else Verdict.REJECT
    votes = sorted((vote for vote in action.votes.all() if vote.verdict == verdict), key=lambda vote: vote.pk)
    if target == State.APPROVED:
        action.conditions = conditions_of(action)
    lifecycle.settle(
        action,
        target,
        via=DecidedVia.PERSON,
        at=last.created_at,
        reason="\n".join(dict.fromkeys(vote.reason for vote in votes if vote.reason)),
        by=last.person,
        by_name=", ".join(voter_name(vote) for vote in votes)[:255],
    )


def conditions_of(action: Action) -> list[str]:
    """What those who approved asked the agent to keep to, in the order of their votes."""
    approvals = sorted(
        (vote for vote in action.votes.all() if vote.verdict == Verdict.APPROVE), key=lambda vote: vote.pk
    )
    return list(dict.fromkeys(text for vote in approvals for text in vote.conditions))


def _let_go(action: Action, vote: Vote, *, settled: bool) -> None:
    """Nobody need be at an action that is settled, or be asked for it; nor whoever voted, or was voted for."""
    away = vote.on_behalf_of
    done = [vote.identity, *([away.identity] if away else [])]
    theirs = Q() if settled else Q(person__in=done) | Q(person__same_as__in=done)
    Claim.objects.filter(theirs, action=action).delete()
    Assignment.objects.filter(theirs, action=action).delete()


def voter_name(vote: Vote) -> str:
    """Who voted, and for whom."""
    name = vote.person.shown_name
    return f"{name} for {vote.on_behalf_of.shown_name}" if vote.on_behalf_of else name


def _record(action: Action, vote: Vote, route: Route, now: Standing, target: State | None, actor: Actor) -> LedgerEntry:
    approving = vote.verdict == Verdict.APPROVE
    settled = {State.APPROVED: "action.approved", State.REJECTED: "action.rejected"}
    kind = settled[target] if target else "vote.approved" if approving else "vote.rejected"
    data: dict[str, Any] = {
        "verdict": str(vote.verdict),
        "reason": vote.reason or "no reason given",
        "stage": vote.stage,
        "stages": len(route.stages),
        "level": vote.level,
        "identity": str(vote.identity),
        "groups": vote.groups,
        "in_team": vote.in_team,
        "on_behalf_of": (
            {"id": str(vote.on_behalf_of_id), "name": vote.on_behalf_of.shown_name} if vote.on_behalf_of else None
        ),
        "conditions": vote.conditions,
        "given": sum(one.verdict == vote.verdict for one in action.votes.all()),
        "needed": route.needed if approving else route.rejections_needed,
        "waited_s": int((vote.created_at - action.created_at).total_seconds()),
        "read_s": int((vote.created_at - vote.opened_at).total_seconds()) if vote.opened_at else None,
        "bulk_of": vote.bulk_of,
    }
    if target is not None:
        data |= {"from": str(State.PENDING), "to": str(target)}
    return record(
        action,
        kind,
        actor=actor,
        data=data,
        judged=True,
        at=vote.created_at,
    )
