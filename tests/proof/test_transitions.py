"""The table of transitions over all pairs of states, and every verb tried from every state an action can be in.

The database's own refusal of the same pairs is held by tests/governance/test_guards.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions import lifecycle
from actions.cancel import cancel_action
from actions.models import Action, Agent, DecidedVia, Outcome, State
from actions.report import report_outcome
from governance.actors import command
from governance.errors import IllegalTransition, Refusal
from governance.models import Person
from reviews.assign import assign_action
from reviews.break_glass import break_glass
from reviews.claim import claim_action
from reviews.escalate import escalate_action
from reviews.extend import extend_deadline
from reviews.request_changes import request_changes
from reviews.revoke import revoke_approval
from reviews.vote import cast_vote
from tests.proof.test_mutants import undone
from tests.reviews.edits import edit
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.cast import AGENT_ID
from tests.support.people import person_called

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("source", State)
@pytest.mark.parametrize("target", State)
def test_the_only_writer_keeps_to_the_table(api: Api, source: State, target: State) -> None:
    """Both of its ways, settle and advance; nothing is written where no arrow leads."""
    stored = lifecycles.pending(api)
    for write in (
        lambda action: lifecycle.settle(action, target, via=DecidedVia.PERSON, at=action.created_at, reason="Because."),
        lambda action: lifecycle.advance(action, target, at=action.created_at),
    ):
        action = Action.objects.get(pk=stored)
        action.state = source
        if (source, target) in lifecycle.TRANSITIONS:
            lifecycle._check(action, target)
            continue
        with pytest.raises(IllegalTransition):
            write(action)
        assert action.state == source
    assert Action.objects.get(pk=stored).state == State.PENDING


def as_agent(verb: Callable[..., Any], **said: Any) -> Callable[[Action, Person], Any]:
    def call(action: Action, person: Person) -> Any:
        return verb(action.pk, agent=Agent.objects.get(agent_id=AGENT_ID), actor=command("the agent"), **said)

    return call


def as_person(
    verb: Callable[..., Any], *, seen: bool = False, reason: bool = True, **said: Any
) -> Callable[[Action, Person], Any]:
    def call(action: Action, person: Person) -> Any:
        given = said | ({"digest": action.digest} if seen else {})
        given |= {"reason": "Because nobody else can be asked."} if reason else {}
        return verb(action.pk, actor=lifecycles.actor_of(person), person=person, **given)

    return call


# Each verb, and the states it may leave; in all others it refuses with a sentence, and nothing changes.
VERBS: dict[str, tuple[Callable[[Action, Person], Any], set[str]]] = {
    "approve": (as_person(cast_vote, seen=True, verdict="approve"), {"pending"}),
    "reject": (as_person(cast_vote, seen=True, verdict="reject"), {"pending"}),
    "request changes": (as_person(request_changes, seen=True), {"pending"}),
    "edit": (edit, {"pending"}),
    "break glass": (as_person(break_glass, seen=True), {"pending"}),
    "escalate": (as_person(escalate_action), {"pending"}),
    "extend": (as_person(extend_deadline, minutes=30), {"pending"}),
    "claim": (as_person(claim_action, reason=False), {"pending"}),
    "assign": (as_person(assign_action, reason=False, to="rita"), {"pending"}),
    "revoke": (as_person(revoke_approval), {"approved"}),
    "withdraw": (as_agent(cancel_action), {"pending", "approved"}),
    "report done": (as_agent(report_outcome, kind=Outcome.Kind.COMPLETED, report={}), {"approved"}),
    "report failed": (as_agent(report_outcome, kind=Outcome.Kind.FAILED, report={}), {"approved"}),
}
# Said again, these are answered like the first time and change nothing. An escalation is not made twice.
AGAIN = {("cancelled", "withdraw"), ("executed", "report done"), ("failed", "report failed")}
NOT_TWICE = {("escalated", "escalate"), ("pending", "escalate")}


def rows() -> list[tuple[Any, ...]]:
    return list(Action.objects.order_by("pk").values_list("pk", "state", "deadline", "escalated", "updated_at"))


@pytest.mark.parametrize("way", lifecycles.ALL)
def test_every_verb_from_every_state(api: Api, way: str) -> None:
    person_called("rita")
    sina = person_called("sina")
    action = Action.objects.get(pk=lifecycles.ALL[way](api, action_details={"amount": 3}))
    before = rows()
    for name, (verb, may_leave) in VERBS.items():
        with undone():
            try:
                verb(action, sina)
            except Refusal as refused:
                assert action.state not in may_leave or (way, name) in NOT_TWICE, (way, name, refused.sentence)
                assert refused.sentence.endswith("."), (way, name)
                assert rows() == before, (way, name)
            else:
                assert action.state in may_leave or (way, name) in AGAIN, (way, name)
                assert ((way, name) in AGAIN) == (rows() == before) or name in ("claim", "assign"), (way, name)
        assert rows() == before
