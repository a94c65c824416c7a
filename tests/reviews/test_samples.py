"""Samples: some of what the rules approve is looked at afterwards; which, no agent can tell beforehand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from actions.models import Action, Agent, Sample
from actions.sampling import is_drawn
from governance.errors import (
    AlreadyLookedAt,
    Conflict,
    MalformedBody,
    NotEligible,
    NotYours,
    ReasonRequired,
)
from governance.models import LedgerEntry, Person
from reviews import queues
from reviews.samples import look_at_sample, sample_refusal
from tests.reviews.pages import row, text_of
from tests.reviews.routes import member
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import person_called
from tests.support.threads import together

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def sample(api: Api, settings: Any) -> Action:
    """An action the rules approved, and that was drawn."""
    settings.SAMPLE_ONE_IN = 1
    return row(lifecycles.auto_approved(api))


def looked(action: Action, by: Person, finding: str = "fine", note: str = "") -> Sample:
    return look_at_sample(action.pk, actor=lifecycles.actor_of(by), person=by, finding=finding, note=note)


def digests(number: int) -> list[str]:
    return [hashlib.sha256(str(index).encode()).hexdigest() for index in range(number)]


def drawn(number: int) -> set[int]:
    return {index for index, digest in enumerate(digests(number)) if is_drawn(index, digest)}


@pytest.mark.parametrize("one_in", [2, 10, 100])
def test_the_rate(settings: Any, one_in: int) -> None:
    """Of 20,000 digests about one in so many: five standard deviations either way, and always the same ones."""
    settings.SAMPLE_ONE_IN = one_in
    number, rate = 20_000, 1 / one_in
    spread = 5 * (number * rate * (1 - rate)) ** 0.5
    assert abs(len(drawn(number)) - number * rate) < spread
    assert drawn(2000) == drawn(2000)


def test_it_is_keyed(settings: Any) -> None:
    """Digest and number are known to the agent. What it computes from them without the key tells it nothing."""
    settings.SAMPLE_ONE_IN = 2
    ours = drawn(4000)
    with override_settings(SECRET_KEY="another installation's"):
        theirs = drawn(4000)
    guessed = {
        index
        for index, digest in enumerate(digests(4000))
        if int.from_bytes(hashlib.sha256(f"sample\n{digest}\n{index}".encode()).digest()) % 2 == 0
    }
    for others in (theirs, guessed):
        assert 1700 < len(ours ^ others) < 2300  # as often different as not: no relation at all
    assert is_drawn(1, "a" * 64) in {is_drawn(number, "a" * 64) for number in range(20)}
    assert len({is_drawn(number, "a" * 64) for number in range(20)}) == 2  # the same content again is drawn anew


@pytest.mark.parametrize("one_in", [0, -1])
def test_none_is_drawn_when_it_is_off(api: Api, settings: Any, one_in: int) -> None:
    settings.SAMPLE_ONE_IN = one_in
    lifecycles.auto_approved(api)
    assert not Sample.objects.exists()


def test_only_what_the_rules_approved(api: Api, settings: Any) -> None:
    settings.SAMPLE_ONE_IN = 1
    lifecycles.blocked(api)
    lifecycles.approved(api, resource="by a person")
    lifecycles.pending(api, resource="waits")
    assert not Sample.objects.exists()
    action_id = lifecycles.auto_approved(api, resource="by the rules")
    assert Sample.objects.get().action_id == action_id


def test_one_statement_more_and_only_for_samples(api: Api, settings: Any) -> None:
    lifecycles.auto_approved(api, resource="warms the caches")
    counts = []
    for number, one_in in enumerate((0, 10**9, 1)):
        settings.SAMPLE_ONE_IN = one_in
        with CaptureQueriesContext(connection) as statements:
            lifecycles.auto_approved(api, resource=f"number {number}")
        counts.append(len(statements))
    assert counts[1] == counts[0]
    assert counts[2] == counts[0] + 1


def test_the_agent_does_not_learn_of_it(api: Api, sample: Action, settings: Any) -> None:
    settings.SAMPLE_ONE_IN = 0
    other = lifecycles.auto_approved(api, resource="other")
    for path in ("/api/v1/actions/{}", "/api/v1/actions/{}/status"):
        shown, plain = (api.get(path.format(number)).json for number in (sample.pk, other))
        assert shown.keys() == plain.keys()
        assert "sample" not in json.dumps(shown)


def test_looking(api: Api, sample: Action, reviewer: Person, sign_in: SignIn) -> None:
    client = sign_in(reviewer)
    tab = client.get("/queues/samples/")
    assert [line.action.pk for line in tab.context["rows"]] == [sample.pk]
    assert "Samples1" in text_of(tab)
    page = text_of(client.get(f"/actions/{sample.pk}/"))
    assert "A sample: the rules approved this" in page
    assert "Looked at afterwards" in page
    address = f"/actions/{sample.pk}/look/"
    assert client.post(address, {"look-note": "x"}).status_code == 400
    assert client.post(address, {"look-finding": "concern"}).status_code == 400
    form = {"look-finding": "concern", "look-note": "Reads more than the ticket needs."}
    page = text_of(client.post(address, form, follow=True))
    assert "Looked at as a sample: should have been seen by a person. rita" in page
    assert "Reads more than the ticket needs." in page
    assert "No sample waits." in text_of(client.get("/queues/samples/"))
    data = json.loads(LedgerEntry.objects.get(action_id=sample.pk, type="sample.looked_at").body)["data"]
    assert data == {"finding": "should have been seen by a person", "note": "Reads more than the ticket needs."}
    assert row(sample.pk).state == "approved"


def test_executed_or_not(api: Api, sample: Action, reviewer: Person) -> None:
    api.post(f"/api/agent-action/{sample.pk}/complete", {"status": "completed"})
    assert list(queues.samples(reviewer)) == [sample]
    assert looked(sample, reviewer).finding == "fine"
    assert row(sample.pk).state == "executed"


def test_a_concern_stands_on_the_agents_page(
    api: Api, sample: Action, reviewer: Person, admin_person: Person, sign_in: SignIn
) -> None:
    other = row(lifecycles.auto_approved(api, resource="other"))
    looked(sample, reviewer, "concern", "Too <broad>.")
    looked(other, reviewer)
    page = sign_in(admin_person).get(f"/admin/actions/agent/{sample.agent_id}/change/")
    assert "2 looked at afterwards, 1 of concern" in text_of(page)
    assert f"#{sample.pk} Too <broad>." in text_of(page)
    assert sign_in(admin_person).get("/admin/actions/sample/").status_code == 200


REFUSED: dict[str, tuple[Callable[[], Person], dict[str, str], type[Exception], str]] = {
    "another finding": (lambda: person_called("rita"), {"finding": "ok"}, MalformedBody, "neither fine nor concern"),
    "a concern without a note": (lambda: person_called("rita"), {"finding": "concern"}, ReasonRequired, "needs a note"),
    "an admin": (lambda: person_called("adam"), {}, NotEligible, "Your role reads"),
    "the owner": (lambda: person_called("olga"), {}, NotEligible, "You own this agent"),
    "no level": (lambda: member("lea", "Payments", level=None), {}, NotEligible, "above your approval level"),  # type: ignore[arg-type]
    "another team": (lambda: person_called("oscar"), {}, NotYours, "no such action"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(sample: Action, nothing_written: Any, case: str) -> None:
    who, overrides, error, sentence = REFUSED[case]
    person = who()
    with nothing_written(), pytest.raises(error, match=sentence):
        looked(sample, person, **overrides)


def test_no_sample_is_no_sample(api: Api, reviewer: Person, nothing_written: Any) -> None:
    for made in (lifecycles.auto_approved, lifecycles.pending):
        action = row(made(api, resource=made.__name__))
        Sample.objects.all().delete()
        with nothing_written(), pytest.raises(Conflict, match="is no sample"):
            looked(action, reviewer)


def test_the_queue_is_what_the_rule_allows(api: Api, sample: Action, agent: Agent) -> None:
    """SQL to count with, Python to refuse with: the two may not drift apart."""
    member("lea", "Payments", level=None)  # type: ignore[arg-type]
    for username in ("rita", "ravi", "sina", "adam", "aude", "olga", "oscar"):
        person_called(username)
    for person in Person.objects.all():
        visible = Action.objects.visible_to(person).filter(sample__isnull=False)
        allowed = {one.pk for one in visible if sample_refusal(person, one, one.sample) is None}
        assert {one.pk for one in queues.samples(person)} == allowed, person.username


@pytest.mark.django_db(transaction=True)
def test_two_lookers_have_one_finding(api: Api, settings: Any) -> None:
    settings.SAMPLE_ONE_IN = 1
    action = row(lifecycles.auto_approved(api))
    people = [person_called("rita"), person_called("ravi")]
    results = together(*(lambda p=person: looked(action, p, note=p.username) for person in people))
    [refused] = [result for result in results if isinstance(result, Exception)]
    assert isinstance(refused, AlreadyLookedAt)
    assert Sample.objects.get().note in refused.sentence
    assert LedgerEntry.objects.filter(type="sample.looked_at").count() == 1
