"""The listing of agents and the page of one: who sees them, every fact on them, and what they cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from actions.agent_keys import issue_key, revoke_key
from actions.agents import change_agent
from actions.models import Agent, AgentKey, Sample
from governance.models import Person, Threshold
from governance.rule_changes import change_rule
from governance.rulebook import NoRulebook
from reviews.agents import activity
from reviews.agents.strip import Bar, strip
from reviews.canaries import plant_canary
from reviews.samples import look_at_sample
from tests.reviews.pages import DECEPTIVE, DECEPTIVE_NAMES, XSS, assert_only_ours, decide, row, text_of
from tests.reviews.test_standing import payment, propose
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.cast import AGENT_ID, AGENT_NAME, TEAM
from tests.support.people import SETUP, key_for

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def page_of(client: Client, agent: Agent) -> str:
    """The agent's page as a reader sees it."""
    answer = client.get(f"/agents/{agent.pk}/")
    assert answer.status_code == 200
    return text_of(answer)


@pytest.mark.parametrize(
    ("who", "status", "keys", "edits", "switches"),
    [
        ("outsider", 404, False, "", False),
        ("reviewer", 200, False, "", False),
        ("senior", 200, False, "", False),
        ("owner", 200, False, "", False),
        ("auditor", 200, True, "See in admin", False),
        ("admin_person", 200, True, "Edit in admin", True),
    ],
)
def test_who_sees_what(
    request: pytest.FixtureRequest,
    agent: Agent,
    sign_in: SignIn,
    who: str,
    status: int,
    keys: bool,
    edits: str,
    switches: bool,
) -> None:
    client = sign_in(request.getfixturevalue(who))
    listed = client.get("/agents/")
    assert (f'href="/agents/{agent.pk}/"' in listed.content.decode()) == (status == 200)
    assert ("Kill switch of all agents" in text_of(listed)) == switches
    answer = client.get(f"/agents/{agent.pk}/")
    assert answer.status_code == status
    if status == 404:
        return
    body, text = answer.content.decode(), text_of(answer)
    key = AgentKey.objects.get(agent=agent)
    assert (key.public_id in body) == keys
    assert key.digest not in body
    assert "1 live, of at most 2" in text
    assert [words for words in ("See in admin", "Edit in admin") if words in text] == ([edits] if edits else [])
    assert (f'action="/agents/{agent.pk}/block/"' in body) == switches


def test_a_number_that_is_nobody(reviewer: Person, sign_in: SignIn) -> None:
    client = sign_in(reviewer)
    assert client.get("/agents/4711/").status_code == 404
    assert client.get(f"/agents/{2**70}/").status_code == 404
    assert client.post("/agents/").status_code == 405
    assert Client().get("/agents/").status_code == 302


def test_a_small_world(api: Api, agent: Agent, reviewer: Person, sign_in: SignIn, settings: Any) -> None:
    lifecycles.executed(api)
    lifecycles.failed(api)
    lifecycles.auto_approved(api)
    lifecycles.rejected(api, reason="Not before Friday.")
    lifecycles.expired(api)
    lifecycles.cancelled(api)
    waits = [lifecycles.pending(api), lifecycles.critical(api)]
    settings.SAMPLE_ONE_IN = 100
    text = page_of(sign_in(reviewer), agent)
    for fact in (
        f"Agent id {AGENT_ID}",
        f"Registered name {AGENT_NAME}",
        f"Team {TEAM}",
        "Owner olga answers for it",
        "Type Supervised a person follows its work",
        "registered by manage.py tests",
        "Approved 50 % 3 of 6 settled",
        "Rejected 12.5 % 1 of 8 submitted",
        "1 of its latest 8 actions were rejected: 12.5 %. More than 10 % deserves a look",
        "approved and executed 1 12.5 %",
        "approved, failed 1",
        "approved, no outcome reported 1",
        "expired undecided 1",
        "withdrawn or revoked 1",
        "waiting for a decision 2 25 %",
        "transaction 6",
        "system_operation 1",
        "query 1",
        "all 2",
        f"#{waits[0]} · due in",
        f"#{waits[1]} · waiting for a decision",
        "A person decides from a score of 70 on; nothing is refused by its score alone.",
        "2 of at most 200",
        "Nothing blocks it by itself.",
        "None: nothing is allowed to it in advance.",
        "One in 100 of what the rules approve",
        "This agent may submit All agents not blocked",
        "Admins block and release agents.",
        f"registered agent {AGENT_ID} in team {TEAM}",
    ):
        assert fact in text, fact
    assert "issued key" not in text  # the ledger's entries about keys go with sight of keys
    line = text_of(sign_in(reviewer).get("/agents/"))
    assert f"{AGENT_ID} {AGENT_NAME} {TEAM} olga Supervised 2 waiting 50 % approved 12.5 % rejected" in line


def test_what_it_is_held_to(
    api: Api, agent: Agent, reviewer: Person, admin_person: Person, sign_in: SignIn, settings: Any
) -> None:
    settings.MAX_PENDING_PER_AGENT, settings.AUTO_BLOCK_REJECTIONS, settings.SAMPLE_ONE_IN = 1, 5, 0
    own = Threshold(agent_id=AGENT_ID, review_from=40, deny_from=95, reason="On probation.")
    change_rule(own, actor=SETUP, reason="For the tests.")
    example = payment(api)
    standing = propose(example, reviewer)
    text = page_of(sign_in(reviewer), agent)
    assert "A person decides from a score of 40 on; from 95 on it is refused without asking anybody." in text
    assert f"The line of agent {AGENT_ID}: On probation." in text
    assert "1 of at most 1 one more that needs a person is refused" in text
    assert "Blocked by itself when people reject 5 of its actions in a row within a day." in text
    assert "None of what the rules approve is looked at afterwards." in text
    assert f'href="/standing/{standing.pk}/"' in sign_in(reviewer).get(f"/agents/{agent.pk}/").content.decode()
    assert "transaction 0 of 5 uses, until" in text
    settings.MAX_PENDING_PER_AGENT = settings.AUTO_BLOCK_REJECTIONS = 0
    assert "1, without a limit" in page_of(sign_in(reviewer), agent)


def test_without_rules_a_person_decides_everything(
    agent: Agent, reviewer: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*args: object) -> None:
        raise NoRulebook("there is no rulebook")

    monkeypatch.setattr("reviews.agents.case.line_of", none)
    assert "A person decides everything: there is no rulebook" in page_of(sign_in(reviewer), agent)


def test_an_agent_that_came_in_a_submission(api: Api, agent: Agent, reviewer: Person, sign_in: SignIn) -> None:
    api.submit(agent_id="helper-7", agent_name="Helper")
    helper = Agent.objects.get(agent_id="helper-7")
    text = page_of(sign_in(reviewer), helper)
    assert "Type Unregistered its id came in a submission" in text
    assert f"it came in a submission with the key of {AGENT_ID}" in text
    assert f"Where this one’s key speaks for it, also the line of {AGENT_ID}" in text
    assert "It has no key of its own. Another agent’s key speaks for it." in text


def test_samples_and_their_concerns(api: Api, agent: Agent, senior: Person, auditor: Person, sign_in: SignIn) -> None:
    fine, odd, _open = (lifecycles.auto_approved(api, resource=f"r{number}") for number in range(3))
    for number in (fine, odd, _open):
        Sample.objects.get_or_create(action_id=number)
    look_at_sample(fine, actor=lifecycles.actor_of(senior), person=senior, finding="fine")
    look_at_sample(odd, actor=lifecycles.actor_of(senior), person=senior, finding="concern", note="Look: all of it.")
    for who in (senior, auditor):
        text = page_of(sign_in(who), agent)
        assert "Of its latest 3 actions 2 were looked at, 1 of concern." in text
        assert f"#{odd} Look: all of it. sina" in text


def test_keys_for_those_who_see_them(agent: Agent, admin_person: Person, auditor: Person, sign_in: SignIn) -> None:
    now = timezone.now()
    old = AgentKey.objects.get(agent=agent)
    revoke_key(old.pk, actor=SETUP, reason="Changed over.")
    soon, secret = issue_key(actor=SETUP, agent_id=AGENT_ID, issued_by=admin_person, expires_at=now + timedelta(days=1))
    client = sign_in(auditor)
    text, body = page_of(client, agent), client.get(f"/agents/{agent.pk}/").content.decode()
    assert "1 live, of at most 2" in text
    assert f"{soon.public_id} adam" in text
    assert re.search(rf"{old.public_id} a command [\d: -]+ revoked ", text)
    assert secret not in body
    assert secret[16:40] not in body
    assert "issued key" in text
    with time_machine.travel(now + timedelta(days=2)):
        assert "0 live, of at most 2" in page_of(sign_in(auditor), agent)
        assert re.search(rf"{soon.public_id} adam [\d: -]+ expired ", page_of(sign_in(auditor), agent))


def test_retired_with_who_and_when(agent: Agent, reviewer: Person, sign_in: SignIn) -> None:
    agent.is_active = False
    change_agent(agent, actor=SETUP)
    text = page_of(sign_in(reviewer), agent)
    assert re.search(r"Retired [\d: -]+ UTC under 1 min ago by manage\.py tests\. Whatever it asks is rejected", text)
    assert "retired, so rejected" in text
    assert f"{AGENT_ID} Retired" in text_of(sign_in(reviewer).get("/agents/?state=retired"))


def test_days_are_those_of_the_reader_and_counted_within_a_bound(
    api: Api, agent: Agent, reviewer: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = datetime(2027, 3, 9, 23, 30, tzinfo=UTC)  # the next day in Berlin
    for moment in (late - timedelta(days=40), late - timedelta(days=3), late):
        with time_machine.travel(moment):
            lifecycles.rejected(api)
    with time_machine.travel(late + timedelta(minutes=5)):
        text = page_of(sign_in(reviewer), agent)
        assert (
            "Day by day Actions by day, latest first Day (UTC) Submitted Rejected 2027-03-09 1 1 2027-03-06 1 1" in text
        )
        assert "2027-02-08 today" in text
        assert (
            "2 actions in the last 30 days, 2 rejected"
            in sign_in(reviewer).get(f"/agents/{agent.pk}/").content.decode()
        )
        Person.objects.filter(pk=reviewer.pk).update(time_zone="Europe/Berlin")
        assert "Day (CET) Submitted Rejected 2027-03-10 1 1 2027-03-07 1 1" in page_of(sign_in(reviewer), agent)
        Person.objects.filter(pk=reviewer.pk).update(time_zone="UTC")
        monkeypatch.setattr(activity, "DRAWN", 1)
        monkeypatch.setattr(activity, "RECENT", 2)
        text = page_of(sign_in(reviewer), agent)
        assert "its latest 1 only, since 2027-03-09 23:30 UTC" in text
        assert "Submitted Rejected 2027-03-09 1 1 Kill switch" in text
        assert "What became of its actions its latest 2 " in text


def test_a_strip_draws_the_least_there_is() -> None:
    drawn = strip([Bar("none", 0, 0), Bar("a <b>", 1000, 1)], 'All "of" it')
    assert drawn.count('class="whole"') == 1
    assert 'class="part" x="13" y="54" width="4" height="2"' in drawn
    assert "a &lt;b&gt;" in drawn
    assert 'aria-label="All &quot;of&quot; it"' in drawn
    assert "<rect" not in strip([], "nothing")


def test_a_test_that_waits_counts_like_any_action_and_a_settled_one_no_more(
    api: Api, agent: Agent, senior: Person, sign_in: SignIn
) -> None:
    lifecycles.pending(api)
    client = sign_in(senior)
    canary = row(plant_canary(actor=SETUP, agent=agent, template="own-account").action_id)
    for address in ("/agents/", f"/agents/{agent.pk}/"):
        assert not re.search("canary|planted", client.get(address).content.decode(), re.IGNORECASE)
    text = page_of(client, agent)
    assert "waiting for a decision 2 100 %" in text
    assert "2 of at most 200" in text
    assert f"#{canary.pk} · waiting for a decision" in text
    assert "Supervised 2 waiting" in text_of(client.get("/agents/"))
    decide(client, canary, "reject", reason="To whom?")
    text = page_of(client, agent)
    assert "waiting for a decision 1 100 %" in text
    assert f"#{canary.pk} " not in text
    assert "Rejected 0 % 0 of 1 submitted" in text


def test_only_actions_the_person_may_see_count(api: Api, agent: Agent, outsider: Person, sign_in: SignIn) -> None:
    """An agent that changes teams takes its record of the other team to nobody."""
    before = lifecycles.rejected(api, resource="the old team's")
    agent.team = outsider.groups.get()
    change_agent(agent, actor=SETUP)
    text = page_of(sign_in(outsider), agent)
    assert f"#{before}" not in text
    assert "It has submitted nothing yet." in text
    assert "never" in text_of(sign_in(outsider).get("/agents/"))


@pytest.mark.parametrize("text", [XSS, DECEPTIVE], ids=["xss", "deceptive"])
def test_hostile_names_are_shown_for_what_they_are(
    api: Api, team: Any, admin_person: Person, sign_in: SignIn, text: str
) -> None:
    name = f"evil{text}"
    key = key_for(name[:200], name=f"N{text}", team=team.name)
    mine = Api(key)
    assert mine.submit(agent_id=name[:200], action_type=f"t{text}"[:100], resource=text).status == 200
    assert mine.submit(agent_id=f"sub{text}"[:200], agent_name=f"S{text}").status == 200
    agent = Agent.objects.get(agent_id=name[:200])
    client = sign_in(admin_person)
    client.post(f"/agents/{agent.pk}/block/", {"reason": f"because{text}"})
    client.post("/agents/all/", {"to": "block", "sure": "on", "reason": f"all{text}"})
    sub = Agent.objects.get(registered_by=agent)
    for address in ("/agents/", f"/agents/{agent.pk}/", f"/agents/{sub.pk}/", f"/agents/?q={'x' * 10}{text}"):
        body = client.get(address).content.decode()
        assert_only_ours(body)
        if text == DECEPTIVE and "?" not in address:
            assert all(found in body for found in DECEPTIVE_NAMES)
            assert not re.search("[\u202e\u200b\u2066\u00ad\u3164]", body)


def test_admin_and_portal_lead_to_each_other(
    agent: Agent, admin_person: Person, auditor: Person, sign_in: SignIn
) -> None:
    for who in (admin_person, auditor):
        client = sign_in(who)
        admins = f"/admin/actions/agent/{agent.pk}/change/"
        assert f'href="{admins}"' in client.get(f"/agents/{agent.pk}/").content.decode()
        page = client.get(admins).content.decode()
        assert f'<a href="/agents/{agent.pk}/">Open in the portal</a>' in page
        assert (">Block</a>" in page) == (who == admin_person)
