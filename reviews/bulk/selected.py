"""VERB: decide_selected. One verdict on many actions, each for itself: its own transaction, digest and refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from actions.models import Action
from governance.actors import Actor
from governance.errors import DeadlinePassed, MalformedBody, NotEligible, NotYours, ReasonRequired, Refusal
from governance.models import Level, Person
from reviews.models import Verdict, Vote
from reviews.vote import cast_vote

MOST = 50
# What may be approved without each being opened, where its route says so, too.
BULK_LEVELS = ("low", "medium")


@dataclass(frozen=True)
class Chosen:
    """An action, and the digest of the content its row showed."""

    action_id: int
    digest: str


@dataclass(frozen=True)
class Done:
    """What became of one: the vote, or why there is none."""

    action_id: int
    vote: Vote | None = None
    refusal: Refusal | None = None


def may_approve_together(action: Action) -> bool:
    """Whether it may be approved from a list: its route allows it, and neither score nor rules are a worry."""
    return action.way.bulk_approve and action.risk_level in BULK_LEVELS and not action.degraded


def decide_selected(
    chosen: Sequence[Chosen], *, actor: Actor, person: Person, verdict: str, reason: str = ""
) -> list[Done]:
    """Cast the same vote on each, in the order given; what is refused stops none of the others.

    An approval is taken only if every one of them may be approved together; otherwise none is.

    Raises, with nothing decided: MalformedBody for none, for more than MOST or for one named twice, ReasonRequired for
    a rejection without a reason.
    """
    if verdict not in Verdict.values:
        raise MalformedBody(
            _("The verdict is neither approve nor reject. Nothing was decided. Use one of the buttons.")
        )
    if not chosen:
        raise MalformedBody(_("No action was selected. Nothing was decided. Tick the ones you mean."))
    if len(chosen) > MOST:
        raise MalformedBody(
            _("{count} actions were selected; {most} is the most. Nothing was decided.").format(
                count=len(chosen), most=MOST
            )
        )
    if len({one.action_id for one in chosen}) < len(chosen):
        raise MalformedBody(_("An action was selected twice. Nothing was decided. Reload the page."))
    if verdict == Verdict.REJECT and not reason.strip():
        raise ReasonRequired
    if verdict == Verdict.APPROVE and (refused := _not_together(chosen, person)):
        return refused
    said = {"verdict": verdict, "reason": reason, "bulk_of": len(chosen)}
    return [_decide(one, actor=actor, person=person, **said) for one in chosen]


def _decide(one: Chosen, *, actor: Actor, person: Person, **said: Any) -> Done:
    try:
        vote = cast_vote(one.action_id, actor=actor, person=person, digest=one.digest, **said)
    except (Refusal, DeadlinePassed) as refused:
        return Done(one.action_id, refusal=refused)
    return Done(one.action_id, vote)


def _not_together(chosen: Sequence[Chosen], person: Person) -> list[Done]:
    """Why these are not approved together; empty when they may be. Level and route of an action never change."""
    wanted = [one.action_id for one in chosen]
    found = {action.pk: action for action in Action.objects.visible_to(person).filter(pk__in=wanted)}
    why: dict[int, Refusal] = {}
    for pk in wanted:
        if pk not in found:
            why[pk] = NotYours()
        elif not may_approve_together(found[pk]):
            why[pk] = NotEligible(
                _("A {level} action, or one of this route, is approved on its own page only.").format(
                    level=str(Level(found[pk].risk_level).label).lower()
                )
            )
    if not why:
        return []
    other = NotEligible(_("Nothing was approved, because of the others selected with it. Select it without them."))
    return [Done(pk, refusal=why.get(pk, other)) for pk in wanted]
