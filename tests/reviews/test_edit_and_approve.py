"""Edit and approve: the edited content is a new action, judged anew; the old one is sent back; both are linked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from actions.agents import block_agent
from actions.kill_switch import switch_all
from actions.models import Action, DecidedVia, State
from governance.errors import (
    BodyTooLarge,
    Conflict,
    DeadlinePassed,
    MalformedBody,
    NotEligible,
    NotYours,
    ReasonRequired,
    Refusal,
    StaleContent,
    UnknownField,
)
from governance.models import LedgerEntry, Person, Policy
from governance.rule_changes import change_rule
from reviews.models import Vote
from tests.reviews.edits import WHY, changed, edit, press
from tests.reviews.pages import pay, row, text_of
from tests.reviews.routes import member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP
from tests.support.threads import failures, together

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def rule(effect: str, condition: str) -> None:
    change_rule(
        Policy(name=f"{effect} {condition}", condition=condition, effect=effect, reason="For the test."),
        actor=SETUP,
        reason="For the test.",
    )


# -- What comes of it ------------------------------------------------------------------------------------------------


def test_it_works(api: Api, reviewer: Person) -> None:
    old = pay(api, 5)
    new, refused = edit(old, reviewer)
    old, new = row(old.pk), row(new.pk)
    assert refused is None
    assert (new.agent, new.principal, new.key, new.team) == (old.agent, old.principal, old.key, old.team)
    assert (new.supersedes, new.edited_by, new.state) == (old, reviewer, State.APPROVED)
    assert (new.decided_via, new.decided_by, new.reason) == (DecidedVia.PERSON, reviewer, WHY)
    assert new.payload["action_details"] == {"amount": 4, "currency": "EUR", "recipient": "ACME GmbH"}
    assert new.digest != old.digest
    assert old.state == State.CHANGES_REQUESTED
    [vote] = Vote.objects.all()
    assert (vote.action, vote.person, vote.digest, vote.verdict) == (new, reviewer, new.digest, "approve")


def test_what_the_agent_reads(api: Api, reviewer: Person) -> None:
    old = pay(api, 5)
    new, _ = edit(old, reviewer)
    told = api.status(old.pk)
    assert (told["status"], told["decision"], told["execution_allowed"]) == ("rejected", "denied", False)
    assert told["metadata"]["raw_status"] == "requires_modification"
    assert told["reason"] == f"A reviewer edited this action; the edited one is action {new.pk}. {WHY}"
    assert told["superseded_by"] == new.pk
    changes = [{"path": "/action_details/amount", "before": 5, "after": 4}]
    assert told["changes"] == changes
    seen = api.status(new.pk)
    assert (seen["status"], seen["execution_allowed"], seen["approved_by"]) == ("approved", True, "rita")
    assert (seen["supersedes"], seen["changes"], seen["superseded_by"]) == (old.pk, changes, None)
    assert api.get(f"/api/v1/actions/{new.pk}")["action_details"]["amount"] == 4
    assert api.post(f"/api/agent-action/{old.pk}/complete", {"status": "completed"}).status == 409
    assert api.post(f"/api/agent-action/{new.pk}/complete", {"status": "completed"}).status == 200


def test_both_streams_of_the_ledger_tell_it(api: Api, reviewer: Person) -> None:
    old = pay(api, 5)
    new, _ = edit(old, reviewer)

    def story(action: Action) -> list[tuple[str, str, dict[str, Any]]]:
        entries = LedgerEntry.objects.filter(action_id=action.pk).order_by("seq")
        return [(entry.type, entry.actor_name, json.loads(entry.body)["data"]) for entry in entries]

    [_, (kind, who, data)] = story(old)
    assert (kind, who, data["superseded_by"], data["reason"]) == ("action.edited", "rita", str(new.pk), WHY)
    assert (data["from"], data["to"], data["digest_after"]) == ("pending", "changes_requested", new.digest)
    [(kind, who, data), (then, by, _)] = story(new)
    assert (kind, who, data["supersedes"], data["edited_by"]) == (
        "action.submitted",
        "rita",
        str(old.pk),
        str(reviewer.pk),
    )
    assert (then, by) == ("action.approved", "rita")


def test_the_rules_judge_it_anew_and_may_deny_it(api: Api, reviewer: Person) -> None:
    old = pay(api, 5)
    rule("deny", "action.details.amount > 100")
    new, refused = edit(old, reviewer, changed(old, amount=101))
    assert (new.state, new.decided_via, refused) == (State.REJECTED, DecidedVia.RULES, None)
    assert row(old.pk).state == State.CHANGES_REQUESTED
    assert not Vote.objects.exists()
    assert api.status(new.pk)["status"] == "rejected"


@pytest.mark.parametrize("block", ["the kill switch", "a blocked agent"])
def test_what_blocks_agents_blocks_edits(api: Api, reviewer: Person, block: str) -> None:
    old = pay(api, 5)
    if block == "the kill switch":
        switch_all(blocked=True, actor=SETUP, reason="A drill.")
    else:
        block_agent(old.agent_id, actor=SETUP, reason="A drill.")
    new, _ = edit(old, reviewer)
    assert new.state == State.REJECTED
    assert "A drill." in api.status(new.pk)["reason"]


def test_what_the_rules_would_let_pass_is_approved_by_its_editor(api: Api, reviewer: Person) -> None:
    old = pay(api, 5)
    milder = json.dumps({**old.payload, "action_type": "query"})
    new, refused = edit(old, reviewer, milder)
    assert (new.verdict["outcome"], refused) == ("approved", None)
    assert (new.state, new.decided_via, new.decided_by) == (State.APPROVED, DecidedVia.PERSON, reviewer)
    assert Vote.objects.get().action == new


def test_somebody_who_sits_there_by_their_group_approves_it_too(api: Api) -> None:
    new_route(stages=[stage((1, "Compliance", 1))])
    carla = member("carla", "Compliance")
    old = pay(api, 5)
    new, refused = edit(old, carla, json.dumps({**old.payload, "action_type": "query"}))
    assert (new.state, refused) == (State.APPROVED, None)


def test_where_two_are_wanted_the_editor_is_one(api: Api, reviewer: Person, second_reviewer: Person) -> None:
    new_route(stages=[stage((2, None, 1))])
    old = pay(api, 5)
    new, refused = edit(old, reviewer)
    assert (new.state, refused) == (State.PENDING, None)
    assert api.status(new.pk)["status"] == "pending_approval"
    assert api.status(new.pk)["changes"]
    with pytest.raises(NotEligible, match="already voted"):
        lifecycles.decide(new.pk, "approve", by=reviewer)
    lifecycles.decide(new.pk, "approve", by=second_reviewer)
    assert row(new.pk).state == State.APPROVED


def test_what_became_graver_waits_for_somebody_of_a_higher_level(
    api: Api, reviewer: Person, senior: Person, sign_in: SignIn
) -> None:
    old = pay(api, 5)
    graver = json.dumps({**old.payload, "action_type": "system_operation"})
    answer = press(sign_in(reviewer), old, content=graver)
    assert answer.status_code == 302
    new = Action.objects.get(supersedes=old)
    assert (new.state, new.risk_score > 85, Vote.objects.count()) == (State.PENDING, True, 0)
    text = text_of(sign_in(reviewer).get(f"/actions/{old.pk}/"))
    assert f"Superseded by action #{new.pk}, pending." in text
    lifecycles.decide(new.pk, "approve", by=senior)
    assert row(new.pk).state == State.APPROVED


# -- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "error", "sentence"),
    [
        ('{"a": 1,\n "b": }', MalformedBody, r"The edited content is not JSON at line 2, column 7"),
        ('{"a": {"b": 1, "b": 2}}', MalformedBody, "not acceptable at /a: duplicate key"),
        ('{"a": [1, NaN]}', MalformedBody, "not acceptable at /a/1: NaN"),
        ('{"a": "\\u0000"}', MalformedBody, "not acceptable at /a: the character NUL"),
        ('{"a": "\\ud800"}', MalformedBody, "not acceptable at /a: a lone surrogate"),
        ("[1]", MalformedBody, "is not a JSON object"),
        ("[" * 100, MalformedBody, "not JSON"),
        ("{}", MalformedBody, "leaves agent_id, agent_name as the agent sent it"),
    ],
)
def test_unusable_content(
    api: Api, reviewer: Person, nothing_written: Any, content: str, error: type[Refusal], sentence: str
) -> None:
    old = pay(api, 5)
    with nothing_written(), pytest.raises(error, match=sentence) as refused:
        edit(old, reviewer, content)
    assert "Nothing was written" in refused.value.sentence


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"agent_id": "another"}, MalformedBody, "An edit leaves agent_id"),
        ({"agent_name": "Another"}, MalformedBody, "An edit leaves agent_name"),
        ({"supersedes": 1}, MalformedBody, "An edit leaves supersedes"),
        ({"parameters": {"amount": 1}}, MalformedBody, "An edit leaves parameters"),
        ({"idempotency_key": "k"}, MalformedBody, "An edit leaves idempotency_key"),
        ({"status": "approved"}, UnknownField, "Only the server sets status"),
        ({"superseded_by": 1}, UnknownField, "Only the server sets superseded_by"),
        ({"action_details": [1]}, MalformedBody, "wrong type at /action_details"),
        ({"context": {"x": "y" * 70_000}}, BodyTooLarge, "larger than 64 KiB"),
        ({}, MalformedBody, "Nothing was edited"),
    ],
)
def test_edits_that_are_none(
    api: Api, reviewer: Person, nothing_written: Any, change: dict[str, Any], error: type[Refusal], sentence: str
) -> None:
    old = pay(api, 5)
    with nothing_written(), pytest.raises(error, match=sentence):
        edit(old, reviewer, json.dumps({**old.payload, **change}))
    assert row(old.pk).state == State.PENDING


def test_who_may_not(api: Api, auditor: Person, owner: Person, outsider: Person, nothing_written: Any) -> None:
    old = pay(api, 5)
    for person, error in ((auditor, NotEligible), (owner, NotEligible), (outsider, NotYours)):
        with nothing_written(), pytest.raises(error):
            edit(old, person)


def test_what_else_is_refused(api: Api, reviewer: Person, nothing_written: Any) -> None:
    old = pay(api, 5)
    with nothing_written(), pytest.raises(ReasonRequired):
        edit(old, reviewer, reason=" ")
    with nothing_written(), pytest.raises(StaleContent):
        edit(old, reviewer, digest="0" * 64)
    assert old.deadline is not None
    with time_machine.travel(old.deadline, tick=False), pytest.raises(DeadlinePassed):
        edit(old, reviewer)
    with nothing_written(), pytest.raises(Conflict):
        edit(old, reviewer)


def test_a_route_may_forbid_it(api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any) -> None:
    new_route(stages=[stage((1, None, 1))], edit_allowed=False)
    old = pay(api, 5)
    assert "Edit and approve" not in text_of(sign_in(reviewer).get(f"/actions/{old.pk}/"))
    with nothing_written(), pytest.raises(NotEligible, match="allows no edits"):
        edit(old, reviewer)


# -- At once ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_edit_and_a_vote_have_one_winner(api: Api, reviewer: Person, second_reviewer: Person) -> None:
    for number in range(8):
        old = pay(api, 5, resource=f"r{number}")
        results = together(
            lambda a=old: edit(a, reviewer),
            lambda a=old: lifecycles.decide(a.pk, "approve", by=second_reviewer),
        )
        [loser] = failures(results)
        assert isinstance(loser, Conflict)
        edited = results[1] is loser
        assert row(old.pk).state == (State.CHANGES_REQUESTED if edited else State.APPROVED)
        assert Action.objects.filter(supersedes=old).count() == edited
        may_execute = Action.objects.filter(resource=f"r{number}", state=State.APPROVED)
        assert may_execute.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_edits_have_one_winner(api: Api, reviewer: Person, second_reviewer: Person) -> None:
    for number in range(8):
        old = pay(api, 5, resource=f"r{number}")
        results = together(lambda a=old: edit(a, reviewer), lambda a=old: edit(a, second_reviewer))
        assert len(failures(results)) == 1
        assert Action.objects.filter(supersedes=old).count() == 1
