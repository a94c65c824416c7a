"""Who has a hand in an action does not decide it, and no key of an agent ever does (threats AC06, AC07, AC30, I3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.checks import run_checks
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actions.agent_keys import issue_key
from actions.models import Action, Agent, AgentKey
from governance import guards
from governance.errors import NotEligible
from governance.models import ActionTypeRule, LedgerEntry, Person
from governance.rule_changes import change_rule
from reviews import queues
from reviews.models import Vote
from tests.governance.test_guards import refused
from tests.reviews.away import away, changed, same_human
from tests.reviews.pages import text_of
from tests.reviews.routes import member
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.cast import PASSWORD, TEAM
from tests.support.lifecycles import actor_of
from tests.support.people import person_called

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def refused_to(person: Person, action: Action, words: str) -> bool:
    """Whether queue and verb keep this action from the person, the verb with these words."""
    assert not queues.mine(person).filter(pk=action.pk).exists()
    with pytest.raises(NotEligible, match=words):
        lifecycles.decide(action.pk, "approve", by=person)
    return not Vote.objects.exists()


class TestWhoIssuedTheKey:
    @pytest.fixture
    def issuer(self) -> Person:
        """Ivy made a key as an admin, and reviews now."""
        return member("ivy", TEAM, role="admin")

    @pytest.fixture
    def action(self, agent: Agent, issuer: Person) -> Action:
        _, key = issue_key(actor=actor_of(issuer), agent_id=agent.agent_id, team=TEAM, issued_by=issuer)
        return Action.objects.get(pk=lifecycles.pending(Api(key)))

    def test_they_never_decide(self, action: Action, issuer: Person) -> None:
        issuer = changed(issuer, role="reviewer", approval_level=4)
        assert refused_to(issuer, action, "You issued the key this action came with")

    def test_nor_by_a_second_account_or_a_delegate(self, action: Action, issuer: Person) -> None:
        issuer = changed(issuer, role="reviewer", approval_level=4)
        other, dan = member("ivy-2", TEAM), member("dan", "Sales")
        same_human(other, issuer)
        assert refused_to(other, action, "You issued the key")
        away(issuer, dan)
        assert refused_to(dan, action, "ivy issued the key this action came with, so nobody decides on their behalf")

    def test_another_key_is_another_matter(self, api: Api, action: Action, issuer: Person) -> None:
        issuer = changed(issuer, role="reviewer", approval_level=4)
        by_the_first_key = lifecycles.pending(api, resource="other")
        assert set(queues.mine(issuer).values_list("pk", flat=True)) == {by_the_first_key}
        lifecycles.decide(by_the_first_key, "approve", by=issuer)

    def test_admin_remembers_who(self, agent: Agent, admin_person: Person, sign_in: SignIn) -> None:
        browser = sign_in(admin_person)
        assert browser.post(reverse("admin:actions_agent_issue", args=[agent.pk]), {"go": "on"}).status_code == 302
        assert AgentKey.objects.latest("id").issued_by == admin_person
        assert "adam" in text_of(browser.get(reverse("admin:actions_agent_change", args=[agent.pk])))


class TestWhoChangedTheRules:
    @pytest.fixture
    def tuner(self, team: Any) -> Person:
        """Tom tuned the rules as an admin a moment ago, and reviews now."""
        tom = member("tom", TEAM, role="admin")
        rule = ActionTypeRule.objects.get(pattern="query")
        rule.extra_points += 1
        change_rule(rule, actor=actor_of(tom), reason="Tuned.")
        return changed(tom, role="reviewer", approval_level=4)

    def test_they_decide_nothing_that_was_judged_right_after(self, api: Api, tuner: Person) -> None:
        action = Action.objects.get(pk=lifecycles.pending(api))
        assert refused_to(tuner, action, "You changed the rules within the 24 hours before")
        other = same_human(member("tom-2", TEAM), tuner)
        assert refused_to(other, action, "You changed the rules")

    def test_nor_does_their_delegate(self, api: Api, tuner: Person) -> None:
        dan = member("dan", "Sales")
        away(tuner, dan)
        action = Action.objects.get(pk=lifecycles.pending(api))
        assert refused_to(dan, action, "tom changed the rules within the 24 hours")

    @pytest.mark.parametrize(("hours", "may"), [(23.9, False), (24.1, True)])
    def test_a_day_later_they_do(self, api: Api, tuner: Person, hours: float, may: bool) -> None:
        with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
            action = Action.objects.get(pk=lifecycles.pending(api))
            assert queues.mine(tuner).filter(pk=action.pk).exists() is may
            if may:
                lifecycles.decide(action.pk, "approve", by=tuner)

    def test_what_came_before_is_theirs(self, api: Api, request: pytest.FixtureRequest) -> None:
        action_id = lifecycles.pending(api)
        lifecycles.decide(action_id, "approve", by=request.getfixturevalue("tuner"))

    def test_others_are_not_concerned(self, api: Api, tuner: Person, reviewer: Person) -> None:
        lifecycles.decide(lifecycles.pending(api), "approve", by=reviewer)


class TestAKeyIsNoPerson:
    """An agent's key opens no page and moves nothing there (AC06)."""

    def addresses(self, action: Action) -> Iterator[str]:
        yield from ("/", "/queues/all/", "/history/", "/history/export.csv", "/away/", "/away/1/end/")
        yield from (f"/actions/{action.pk}/", f"/actions/{action.pk}/decide/", f"/actions/{action.pk}/escalate/")
        yield from (reverse("admin:index"), reverse("admin:actions_agent_kill_switch"), "/accounts/password/change/")
        for name in ("governance_policy", "governance_person", "governance_delegation", "actions_agent"):
            yield from (reverse(f"admin:{name}_changelist"), reverse(f"admin:{name}_add"))

    @pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
    def test_anywhere(self, api: Api, reviewer: Person, nothing_written: Any, header: str) -> None:
        action = Action.objects.get(pk=lifecycles.pending(api))
        value = f"Bearer {api.key}" if header == "Authorization" else str(api.key)
        client = Client(headers={header: value})
        body = {"digest": action.digest, "verdict": "approve", "reason": "I am Rita.", "person": reviewer.pk}
        body |= {"user": "rita", "on_behalf_of": reviewer.pk, "reviewer_id": reviewer.pk}
        with nothing_written():
            for address in self.addresses(action):
                for answer in (client.get(address), client.post(address, body)):
                    assert answer.status_code in (302, 403, 404, 405), address
                    if answer.status_code == 302:
                        assert "/accounts/" in answer.headers["Location"] or "/login/" in answer.headers["Location"]
        action.refresh_from_db()
        assert action.state == "pending"

    def test_the_twin_gets_in(self, api: Api, reviewer: Person, sign_in: SignIn) -> None:
        """The same body from Rita's browser is her vote: the test above is able to fail. And it stays hers."""
        action = Action.objects.get(pk=lifecycles.pending(api))
        other = person_called("ravi")
        body = {"digest": action.digest, "verdict": "approve", "reason": "Yes.", "person": other.pk, "user": "ravi"}
        assert sign_in(reviewer).post(f"/actions/{action.pk}/decide/", body).status_code == 302
        assert Vote.objects.get().person == reviewer


class TestSessions:
    """AC30: a stolen or forgotten session is worth nothing."""

    def test_the_session_is_another_one_after_signing_in(self, client: Client, reviewer: Person) -> None:
        client.get("/accounts/login/")
        session = client.session
        session["planted"] = "by whoever fixed it"
        session.save()
        client.cookies["foureyes_session"] = fixed = str(session.session_key)
        assert client.post("/accounts/login/", {"login": "rita", "password": PASSWORD}).status_code == 302
        assert client.session.session_key != fixed
        stolen = Client()
        stolen.cookies["foureyes_session"] = fixed
        assert stolen.get("/").status_code == 302

    def test_who_is_disabled_decides_nothing_at_the_next_request(
        self, api: Api, reviewer: Person, sign_in: SignIn
    ) -> None:
        action = Action.objects.get(pk=lifecycles.pending(api))
        browser = sign_in(reviewer)
        assert browser.get(f"/actions/{action.pk}/").status_code == 200
        changed(reviewer, is_active=False)
        form = {"digest": action.digest, "verdict": "approve", "reason": "Because."}
        answer = browser.post(f"/actions/{action.pk}/decide/", form)
        assert (answer.status_code, "/accounts/login/" in answer.headers["Location"]) == (302, True)
        assert not Vote.objects.exists()

    def test_a_changed_password_ends_every_session(self, reviewer: Person, sign_in: SignIn) -> None:
        from governance.people import change_person
        from tests.support.people import SETUP

        browser = sign_in(reviewer)
        assert browser.get("/").status_code == 200
        change_person(Person.objects.get(pk=reviewer.pk), actor=SETUP, password="another long passphrase")
        assert browser.get("/").status_code == 302


class TestTheDatabaseAgrees:
    """Raw SQL, past every rule in Python: each wall, and its twin that passes."""

    def insert(self, action: Action, person: Person, **fields: Any) -> bool:
        """Whether the database refuses this vote."""
        now = timezone.now()
        row = {
            "action_id": action.pk,
            "person_id": person.pk,
            "identity": person.identity,
            "on_behalf_of_id": None,
            "verdict": "approve",
            "stage": 1,
            "groups": "[]",
            "level": 4,
            "in_team": True,
            "reason": "",
            "conditions": "[]",
            "digest": action.digest,
            "created_at": now,
            **fields,
        }
        marks = ", ".join(["%s"] * len(row))
        return refused(f"INSERT INTO reviews_vote ({', '.join(row)}) VALUES ({marks})", list(row.values()))

    @pytest.fixture
    def action(self, api: Api) -> Action:
        return Action.objects.get(pk=lifecycles.pending(api))

    def test_a_fitting_vote_passes(self, action: Action, reviewer: Person) -> None:
        assert not self.insert(action, reviewer)

    def test_other_content(self, action: Action, reviewer: Person) -> None:
        assert self.insert(action, reviewer, digest="0" * 64)

    def test_a_late_vote(self, api: Api, reviewer: Person) -> None:
        for name in ("approved", "rejected", "expired", "auto_approved"):
            late = Action.objects.get(pk=lifecycles.ALL[name](api, resource=name))
            assert self.insert(late, reviewer), name

    def test_the_owner(self, action: Action, owner: Person, reviewer: Person) -> None:
        assert self.insert(action, owner)
        assert self.insert(action, reviewer, on_behalf_of_id=owner.pk)
        other = same_human(member("olga-2", TEAM), owner)
        assert self.insert(action, other)
        assert self.insert(action, reviewer, on_behalf_of_id=other.pk)
        assert not self.insert(action, reviewer)

    def test_the_owner_of_the_principal(self, api: Api, owner: Person) -> None:
        helper = Action.objects.get(pk=lifecycles.pending(api, agent_id="its-helper"))
        assert helper.agent != helper.principal
        assert self.insert(helper, owner)

    def test_the_issuer(self, agent: Agent, reviewer: Person, second_reviewer: Person) -> None:
        _, key = issue_key(actor=actor_of(reviewer), agent_id=agent.agent_id, team=TEAM, issued_by=reviewer)
        action = Action.objects.get(pk=lifecycles.pending(Api(key)))
        assert self.insert(action, reviewer)
        assert not self.insert(action, second_reviewer)

    def test_a_second_vote_through_a_delegate(self, action: Action, reviewer: Person, senior: Person) -> None:
        assert not self.insert(action, senior, on_behalf_of_id=reviewer.pk)
        assert self.insert(action, reviewer)
        assert self.insert(action, person_called("ravi"), on_behalf_of_id=senior.pk)
        assert not self.insert(action, person_called("ravi"))

    def test_the_naive_twin_is_not_refused(self, action: Action, owner: Person) -> None:
        with transaction.atomic():
            guards.remove(connection)
            assert not self.insert(action, owner, digest="0" * 64)
            transaction.set_rollback(True)  # the guards come back with it

    def test_the_check_lists_them(self) -> None:
        wanted = {"other_content", "late_vote", "other_identity", "owner", "second_vote"}
        with transaction.atomic():
            guards.remove(connection)
            found = " ".join(message.msg for message in run_checks(databases=["default"]))
            transaction.set_rollback(True)
        assert {name for name in wanted if f"reviews_vote_no_{name}" in found} == wanted
        assert not guards.missing(connection)


def test_nobody_is_named_by_a_body(api: Api, reviewer: Person, nothing_written: Any) -> None:
    """The agent's own addresses take no reviewer either."""
    action_id = lifecycles.pending(api)
    for address in (f"/api/v1/actions/{action_id}/approve", f"/api/v1/actions/{action_id}/vote"):
        with nothing_written():
            assert api.post(address, {"reviewer_id": reviewer.pk, "verdict": "approve"}).status in (403, 404, 405)
    assert not LedgerEntry.objects.filter(type="action.approved").exists()
