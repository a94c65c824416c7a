"""Canaries: tests that look like any other action until they are decided, and that no agent ever learns of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from actions import lifecycle
from actions.expire import expire_overdue
from actions.models import Action, Agent, Outcome, State
from actions.past import Actions
from actions.report import report_outcome
from governance.errors import IllegalTransition, NotPlantable, NotYours
from governance.models import LedgerEntry, Person
from governance.past_actions import Window
from reviews.break_glass import break_glass
from reviews.canaries import plant_canary
from reviews.canary_texts import FLAWS, TEMPLATES
from reviews.models import BreakGlass, Canary
from reviews.vigilance import by_person, totals
from tests.reviews.pages import critical, decide, pay, row, text_of
from tests.reviews.routes import member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP, person_called

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def canary(agent: Agent) -> Canary:
    """A payment nobody should approve."""
    return plant_canary(actor=SETUP, agent=agent, template="own-account")


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_waits_like_any_other(agent: Agent, senior: Person, name: str) -> None:
    canary = plant_canary(actor=SETUP, agent=agent, template=name)
    action = row(canary.action_id)
    assert (action.state, action.is_canary, action.agent, action.team) == ("pending", True, agent, agent.team)
    assert action.route
    assert action.deadline is not None
    assert canary.lesson


@pytest.mark.parametrize("name", FLAWS)
def test_every_flaw_fits_a_payment(api: Api, agent: Agent, name: str) -> None:
    source = pay(api, 120, "Atlas Cargo")
    copy = row(plant_canary(actor=SETUP, copy_of=source.pk, flaw=name).action_id)
    assert (copy.agent, copy.action_type, copy.is_canary) == (agent, source.action_type, True)
    assert copy.digest != source.digest
    assert copy.payload.keys() >= source.payload.keys()


def untouched(page: str, action: Action) -> str:
    """A page's HTML without what differs between any two actions: their number, digest, times and the form's token."""
    page = page.replace(action.digest, "DIGEST").replace(action.digest[:8], "D").replace(action.digest[-8:], "D")
    for pattern, word in (
        (rf"(#|actions/|action-|trial/){action.pk}\b", "N"),
        (r'csrfmiddlewaretoken" value="\w+"', "TOKEN"),
        (r'name="opened"\s+value="[^"]+"', "OPENED"),
        (r"\d{4}-\d\d-\d\d(T| )\d\d:\d\d(:\d\d)?(\.\d+)?(\+00:00|Z)?", "TIME"),
        (r"\d\d:\d\d:\d\d", "TIME"),
        (r"[0-9a-f]{64}", "HASH"),
        (r"[0-9a-f]{8,16}…[0-9a-f]{0,16}|[0-9a-f]{8,16}(?=<)", "HASH"),
        (r"\b\d+ (s|min)\b", "AGO"),
        (r"23 h 59|24 h 00|1 d 0 h|24 h", "DUE"),
    ):
        page = re.sub(pattern, word, page)
    return page


def twins(api: Api, agent: Agent) -> tuple[Action, Action]:
    """The same content, once planted and once really sent."""
    canary = row(plant_canary(actor=SETUP, agent=agent, template="own-account").action_id)
    body = dict(TEMPLATES["own-account"].body)
    answer = api.submit(**{**body, "agent_name": canary.agent_name or None})
    return canary, row(answer["id"])


def test_nothing_gives_it_away(api: Api, agent: Agent, reviewer: Person, sign_in: SignIn) -> None:
    """Row by row and page by page, the HTML is that of the same action really sent."""
    canary, real = twins(api, agent)
    assert canary.content == real.content
    for person in (reviewer, person_called("sina"), person_called("olga")):
        client = sign_in(person)
        pages = [untouched(client.get(f"/actions/{one.pk}/").content.decode(), one) for one in (canary, real)]
        assert pages[0] == pages[1]
        queue = client.get("/queues/all/").content.decode()
        rows = re.findall(r"<td class=\"level\">.*?</tr>", queue, flags=re.S)
        assert len(rows) == 2
        assert untouched(rows[0], canary) == untouched(rows[1], real)
        history = client.get("/history/").content.decode()
        lines = re.findall(r"<tr>\s*<td class=\"at.*?</tr>", history, flags=re.S)
        lines = [line for line in lines if "submitted" in line]
        assert len({untouched(line, one) for line, one in zip(lines, (real, canary), strict=True)}) == 1
        assert "canary" not in (queue + client.get(f"/actions/{canary.pk}/").content.decode()).lower()


def test_the_history_of_deciders_does_not_name_it(canary: Canary, senior: Person, sign_in: SignIn) -> None:
    assert LedgerEntry.objects.get(type="canary.planted").action_id is None
    assert "planted a test" not in text_of(sign_in(senior).get("/history/"))
    senior.is_superuser = True
    senior.save()
    assert "planted a test" not in text_of(sign_in(senior).get("/history/"))
    assert "planted a test" in text_of(sign_in(person_called("aude")).get("/history/"))


def test_no_agent_ever_learns_of_it(api: Api, agent: Agent, canary: Canary) -> None:
    real = pay(api, 5)
    number = canary.action_id
    for state in ("pending", "rejected"):
        for path in (
            f"/api/v1/actions/{number}/status",
            f"/api/v1/actions/{number}",
            f"/api/agent-action/{number}",
            f"/api/agent-action/status/{number}",
            f"/api/sdk/approval/{number}",
        ):
            assert api.get(path).status == 404, path
        for verb in ("complete", "fail"):
            assert api.post(f"/api/agent-action/{number}/{verb}", {"status": "completed"}).status == 404
        listed = api.get("/api/v1/actions")
        assert ([one["id"] for one in listed["actions"]], listed["total"]) == ([real.pk], 1), state
        if state == "pending":
            lifecycles.decide(number, "reject")


def test_a_real_submission_is_no_retry_of_it(api: Api, agent: Agent) -> None:
    _, real = twins(api, agent)
    assert real.possible_retry_of_id is None


def test_it_can_never_be_executed(api: Api, agent: Agent, canary: Canary, senior: Person) -> None:
    lifecycles.decide(canary.action_id, "approve", by=senior)
    action = row(canary.action_id)
    assert action.state == "approved"
    with pytest.raises(NotYours):
        report_outcome(action.pk, agent=agent, kind=Outcome.Kind.COMPLETED, report={}, actor=SETUP)
    for target in (State.EXECUTING, State.EXECUTED, State.FAILED):
        with pytest.raises(IllegalTransition, match="it can never be executed"):
            lifecycle.advance(action, target, at=timezone.now())
    assert row(action.pk).state == "approved"


@pytest.mark.parametrize(
    ("verdict", "caught", "words"),
    [
        ("reject", True, "This was a test, and you caught it."),
        ("approve", False, "This was a test, and it was approved"),
    ],
)
def test_it_is_revealed_after_the_decision(
    canary: Canary, senior: Person, sign_in: SignIn, verdict: str, caught: bool, words: str
) -> None:
    client = sign_in(senior)
    assert "This was a test" not in text_of(client.get(f"/actions/{canary.action_id}/"))
    decide(client, canary.action, verdict, reason="Because.")
    page = text_of(client.get(f"/actions/{canary.action_id}/"))
    assert words in page
    assert canary.lesson in page
    assert "The agent has not reported" not in page
    canary.refresh_from_db()
    assert canary.caught is caught
    entry = LedgerEntry.objects.get(action_id=canary.action_id, type="canary.revealed")
    assert json.loads(entry.body)["data"]["result"] == ("caught" if caught else "missed")
    assert entry.seq == LedgerEntry.objects.filter(action_id=canary.action_id).count()


def test_one_vote_of_two_reveals_nothing_yet(agent: Agent, sign_in: SignIn) -> None:
    new_route(stages=[stage((2, "Compliance", 3))])
    first, second = member("carla", "Compliance"), member("cora", "Compliance")
    canary = plant_canary(actor=SETUP, agent=agent, template="outside")
    lifecycles.decide(canary.action_id, "approve", by=first)
    assert "This was a test" not in text_of(sign_in(first).get(f"/actions/{canary.action_id}/"))
    assert not LedgerEntry.objects.filter(type="canary.revealed").exists()
    lifecycles.decide(canary.action_id, "reject", by=second)
    assert "This was a test, and it was caught." in text_of(sign_in(first).get(f"/actions/{canary.action_id}/"))
    assert [(eyes.name, eyes.caught, eyes.missed) for eyes in by_person()] == [("carla", 0, 1), ("cora", 1, 0)]


def test_nobody_decided_it(canary: Canary, reviewer: Person, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert expire_overdue() == 1
    page = text_of(sign_in(reviewer).get(f"/actions/{canary.action_id}/"))
    assert "This was a test, and nobody decided it in time." in page
    found = totals()
    assert (found.planted, found.waiting, found.caught, found.missed, found.expired) == (1, 0, 0, 0, 1)


def test_breaking_the_glass_for_one_is_missing_it(canary: Canary, senior: Person) -> None:
    action = canary.action
    actor = lifecycles.actor_of(senior)
    break_glass(action.pk, actor=actor, person=senior, reason="It is urgent, he says.", digest=action.digest)
    canary.refresh_from_db()
    assert canary.caught is False
    assert not BreakGlass.objects.exists()
    assert not LedgerEntry.objects.filter(type="action.glass_broken").exists()


def test_no_replay_counts_it(api: Api, canary: Canary) -> None:
    real = pay(api, 5)
    assert Actions().span(Window(latest=10)).number == 1
    assert [past.action_id for past in Actions().page(Window(latest=10), None, 10)] == [real.pk]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nothing named": ({}, "Name a template"),
    "both named": ({"template": "own-account", "copy_of": 1}, "Name a template"),
    "no such template": ({"template": "x"}, "There is no template x"),
    "no such flaw": ({"copy_of": 1, "flaw": "x"}, "There is no flaw x"),
    "no such action": ({"copy_of": 2**62, "flaw": "tenfold"}, "There is no action"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(agent: Agent, nothing_written: Any, case: str) -> None:
    fields, sentence = REFUSED[case]
    with nothing_written(), pytest.raises(NotPlantable, match=sentence):
        plant_canary(actor=SETUP, agent=agent, **fields)


def test_what_does_not_fit_is_refused(api: Api, agent: Agent, nothing_written: Any) -> None:
    harmless, no_amount = row(lifecycles.auto_approved(api, action_details={"amount": 1})), critical(api)
    with nothing_written(), pytest.raises(NotPlantable, match="does not fit"):
        plant_canary(actor=SETUP, copy_of=no_amount.pk, flaw="tenfold")
    with nothing_written(), pytest.raises(NotPlantable, match="would settle it by themselves"):
        plant_canary(actor=SETUP, copy_of=harmless.pk, flaw="tenfold")
    copied = plant_canary(actor=SETUP, copy_of=pay(api, 5).pk, flaw="tenfold")
    with nothing_written(), pytest.raises(NotPlantable, match="There is no action"):
        plant_canary(actor=SETUP, copy_of=copied.action_id, flaw="tenfold")
    Agent.objects.create(agent_id="keyless", team=agent.team)
    with nothing_written(), pytest.raises(NotPlantable, match="has no key"):
        plant_canary(actor=SETUP, agent=Agent.objects.get(agent_id="keyless"), template="own-account")


def test_the_admin_page(agent: Agent, admin_person: Person, senior: Person, auditor: Person, sign_in: SignIn) -> None:
    client, address = sign_in(admin_person), "/admin/reviews/canary/plant/"
    assert client.get(address).status_code == 200
    assert "Choose the agent" in text_of(client.post(address, {"template": "no-filter"}))
    assert "There is no action 99" in text_of(client.post(address, {"copy_of": 99, "flaw": "tenfold"}))
    done = client.post(address, {"template": "no-filter", "agent": agent.pk}, follow=True)
    assert "Planted as action" in text_of(done)
    lifecycles.decide(Canary.objects.get().action_id, "approve", by=senior)
    page = text_of(client.get("/admin/reviews/canary/"))
    assert "1 planted: 0 caught, 1 missed, 0 not decided in time, 0 waiting." in page
    assert "sina: approve" in page
    assert "sina 0 1" in page
    assert client.get("/admin/reviews/breakglass/").status_code == 200
    reading = sign_in(auditor)
    assert "Plant a canary" not in text_of(reading.get("/admin/reviews/canary/"))
    assert reading.post(address, {"template": "no-filter", "agent": agent.pk}).status_code == 403
    assert Canary.objects.count() == 1


def test_the_command(api: Api, agent: Agent, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("plant_canary", "--template", "own-account", "--agent", agent.agent_id)
    call_command("plant_canary", "--copy", str(pay(api, 7).pk), "--flaw", "look-alike")
    assert capsys.readouterr().out.count("Planted as action") == 2
    for wrong in (["--template", "own-account"], ["--template", "own-account", "--agent", "x"], ["--copy", "999999"]):
        with pytest.raises(CommandError, match="Nothing was planted"):
            call_command("plant_canary", *wrong)
    assert Canary.objects.count() == 2
