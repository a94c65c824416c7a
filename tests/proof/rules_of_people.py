"""What people do in the state machine: votes, and everything else they may do with an action."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import rule

from actions.models import Action
from governance.delegations import delegate, end_delegation
from governance.models import Delegation, Person
from reviews import queues
from reviews.assign import assign_action
from reviews.break_glass import break_glass
from reviews.claim import claim_action
from reviews.comment import add_comment
from reviews.edit import edit_and_approve
from reviews.escalate import escalate_action
from reviews.extend import extend_deadline
from reviews.request_changes import request_changes
from reviews.revoke import revoke_approval
from reviews.standing import terms
from reviews.standing.verbs import propose_standing, vote_standing
from reviews.vote import cast_vote
from tests.proof.ledger_model import must
from tests.proof.machine import PEOPLE, USERNAMES, World
from tests.support.lifecycles import actor_of

WHY = "Because nobody else can be asked now."
# Content-bound moves that decide: the owner makes none of them, and nobody makes one on other content.
DECISIVE = ("request changes", "edit", "break glass")
Sent = dict[str, Any]


def _edited(action: Action) -> str:
    return json.dumps({**action.payload, "action_details": {"amount": 4}})


MOVES: dict[str, Callable[[int, Sent, Action], Any]] = {
    "request changes": lambda pk, sent, action: request_changes(pk, **sent),
    "edit": lambda pk, sent, action: edit_and_approve(pk, content=_edited(action), **sent),
    "break glass": lambda pk, sent, action: break_glass(pk, **sent),
    "escalate": lambda pk, sent, action: escalate_action(pk, **_without_digest(sent)),
    "extend": lambda pk, sent, action: extend_deadline(pk, minutes=45, **_without_digest(sent)),
}
TALK: dict[str, Callable[[int, Sent], Any]] = {
    "claim": lambda pk, who: claim_action(pk, **who),
    "assign": lambda pk, who: assign_action(pk, to="cyril", **who),
    "comment": lambda pk, who: add_comment(pk, text="Looks odd.", **who),
}


def _without_digest(sent: Sent) -> Sent:
    return {name: value for name, value in sent.items() if name != "digest"}


class People(World):
    """The rules of the reviewers."""

    @rule(
        data=st.data(),
        username=USERNAMES,
        verdict=st.sampled_from(["approve", "approve", "approve", "reject"]),
        stale=st.sampled_from([False, False, False, True]),
    )
    def vote(self, data: Any, username: str, verdict: str, stale: bool) -> None:
        person, action_id = self.person(username), self.any_action(data, "pending")
        digest = "0" * 64 if stale else self.model.actions[action_id].digest

        def cast() -> None:
            self._cast(action_id, person, verdict, digest)
            must(not stale, "I6", "a vote on content that was not shown")
            must(person.is_active, "I19", "somebody deactivated voted")
            must(username != "olga", "I3", "the owner voted")

        self.attempt(cast)

    @rule(username=USERNAMES, verdict=st.sampled_from(["approve"] * 4 + ["reject"]))
    def vote_from_the_queue(self, username: str, verdict: str) -> None:
        self._work_off_one(username, verdict)

    @rule(verdict=st.sampled_from(["approve"] * 3 + ["reject"]))
    def everybody_votes(self, verdict: str) -> None:
        """A round of all who may, so that some quorums are met."""
        for username in PEOPLE:
            self._work_off_one(username, verdict)

    def _work_off_one(self, username: str, verdict: str) -> None:
        """What the queue offers, the verb takes: they are one rule (unless the deadline has passed unswept)."""
        person = self.person(username)
        offered = queues.mine(person).order_by("-id").first()
        if offered is None:
            return
        overdue = offered.deadline is not None and offered.deadline <= timezone.now()
        taken = self.attempt(lambda: self._cast(offered.pk, person, verdict, offered.digest))
        must(taken or overdue, "I19", f"the queue offered {username} what the verb refuses")

    @rule(
        data=st.data(),
        username=st.sampled_from(["sina", "sina", "bea", "cora", "olga"]),
        move=st.sampled_from(sorted(MOVES)),
    )
    def steer(self, data: Any, username: str, move: str) -> None:
        """Everything but a vote that may be done with an action that waits."""
        person, action_id = self.person(username), self.any_action(data, "pending")
        action = Action.objects.get(pk=action_id)

        def make() -> None:
            sent = {"actor": actor_of(person), "person": person, "reason": WHY, "digest": action.digest}
            MOVES[move](action_id, sent, action)
            must(person.is_active, "I19", f"somebody deactivated: {move}")
            must(username != "olga", "I3", f"the owner: {move}")
            must(move not in DECISIVE or action.state == "pending", "I11", f"{move} from {action.state}")

        self.attempt(make)

    @rule(data=st.data(), username=st.sampled_from(["sina", "cora", "rita"]))
    def revoke(self, data: Any, username: str) -> None:
        person, action_id = self.person(username), self.any_action(data, "approved")
        before = self.model.actions[action_id].state

        def make() -> None:
            revoke_approval(action_id, actor=actor_of(person), person=person, reason=WHY)
            must(before == "approved", "I11", f"revoked from {before}")

        self.attempt(make)

    @rule(data=st.data(), username=USERNAMES, what=st.sampled_from(sorted(TALK)))
    def talk(self, data: Any, username: str, what: str) -> None:
        """A remark, "I'm on it", a request: no state follows from it."""
        person, action_id, before = self.person(username), self.any_action(data), self._rows()
        self.attempt(lambda: TALK[what](action_id, {"actor": actor_of(person), "person": person}))
        must(self._rows() == before, "I15", f"{what} changed an action")

    @rule(username=st.sampled_from(["cora", "bea", "seth", "olga"]), to=st.sampled_from(["rita", "cyril", "sina"]))
    def go_away(self, username: str, to: str) -> None:
        person, ends = self.person(username), timezone.now() + timedelta(hours=2)
        self.attempt(
            lambda: delegate(
                actor=actor_of(person), by=person, person=person, to=self.person(to), starts_at=None, ends_at=ends
            )
        )

    @rule()
    def come_back(self) -> None:
        """The absent are here again: from the next vote on their delegates have nothing of theirs (I19)."""
        for lent in Delegation.objects.active().select_related("person"):
            end_delegation(lent.pk, actor=actor_of(lent.person), by=lent.person)
        must(not Delegation.objects.active().exists(), "I19", "a delegation goes on after its end")

    @rule(data=st.data())
    def allow_two_more(self, data: Any) -> None:
        """Three people allow two more actions like one, in advance; any of them may be refused."""
        example = Action.objects.get(pk=self.any_action(data, "pending", "approved"))
        made: list[Any] = []

        def propose() -> None:
            made.append(self._proposed(example, self.person("cora")))

        if self.attempt(propose):
            for username in ("cyril", "bea", "seth"):
                person = self.person(username)
                self.attempt(lambda person=person: self._allow(made[0], person))  # type: ignore[misc]

    def _proposed(self, example: Action, person: Person) -> Any:
        return propose_standing(
            example.pk,
            actor=actor_of(person),
            person=person,
            digest=example.digest,
            condition=terms.preset(example),
            score_up_to=example.risk_score,
            max_uses=2,
            days=1,
            reason="The same each week.",
        )

    def _allow(self, standing: Any, person: Person) -> Any:
        return vote_standing(
            standing.pk, actor=actor_of(person), person=person, verdict="approve", digest=standing.digest
        )

    def _cast(self, action_id: int, person: Person, verdict: str, digest: str) -> None:
        cast_vote(action_id, actor=actor_of(person), person=person, verdict=verdict, digest=digest, reason="Because.")
