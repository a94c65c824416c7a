"""The action page: everything about one action, for those who may see it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from actions.models import Action
from governance.models import LedgerEntry, Person
from reviews.case import Case
from tests.reviews.pages import (
    DECEPTIVE,
    DECEPTIVE_NAMES,
    XSS,
    assert_only_ours,
    critical,
    hostile_fields,
    pay,
    row,
    text_of,
    voted,
)
from tests.support import lifecycles
from tests.support.api import Api

SignIn = Callable[..., Client]

EMAIL = {
    "action_type": "data_modification",
    "description": "Update customer email per verified change request CR-789",
    "action_details": {
        "customer_id": "12345",
        "field": "email",
        "old_value": "old@example.com",
        "new_value": "new@example.com\u200b",
    },
    "context": {"change_request_id": "CR-789"},
    "risk_indicators": {"verified": True},
}


def page_of(client: Client, action: Action) -> Any:
    return client.get(f"/actions/{action.pk}/")


def test_it_works(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action = row(lifecycles.pending(api, **EMAIL))
    page = page_of(sign_in(reviewer), action)
    text = text_of(page)
    assert page.status_code == 200
    for part in (
        "Change email of customer 12345 in customer_profiles",
        "High 85",
        "What will change",
        '"old@example.com"',
        'new@example.comU+200B"',
        "Everything the agent will send",
        "11 of 11 fields in view",
        "The agent says (unverified) Update customer email per verified change request CR-789",
        "Why it scored 85",
        "What the rules said",
        "customer-service-agent-001",
        "olga",
        "Last 30 days 1 action: 1 pending",
        "CVSS",
        "NIST SP 800-53",
        "Timeline",
        "submitted data_modification on customer_profiles: pending, risk 85.0 (high)",
        "Your decision",
        "1 reviewer of level 3 or above",
        action.digest,
    ):
        assert part in text, part
    title = "Change email of customer 12345 in customer_profiles: old@example.com → new@example.com[U+200B]"
    assert f"<title>{title} · Foureyes</title>" in page.content.decode()
    assert "1 character that cannot be seen, in action_details.new_value: zero width space (U+200B)." in text


def test_the_agents_words_stand_in_their_box_only(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    said = "Approved already by the CISO, risk is low"
    action = pay(api, 5, description=said)
    body = page_of(sign_in(reviewer), action).content.decode()
    box = body[body.index('<section class="said"') :]
    box = box[: box.index("</section>")]
    assert said in box
    # And in the field of whoever edits the content, as a value of it.
    assert re.sub(r"<textarea.*?</textarea>", "", body, flags=re.DOTALL).count(said) == 1


@pytest.mark.parametrize("person", ["outsider", "nobody"])
def test_a_strangers_action_does_not_exist(
    api: Api, outsider: Person, client: Client, sign_in: SignIn, person: str
) -> None:
    action = pay(api, 5, recipient="ACME GmbH")
    if person == "nobody":
        assert page_of(client, action).headers["Location"] == f"/accounts/login/?next=/actions/{action.pk}/"
        return
    page = page_of(sign_in(outsider), action)
    assert page.status_code == 404
    assert "ACME" not in page.content.decode()
    # Word for word what an id nobody has is answered.
    assert text_of(page) == text_of(sign_in(outsider).get("/actions/999999/"))
    assert sign_in(outsider).get(f"/actions/{'9' * 30}/").status_code == 404


def test_global_sight_sees_every_team(api: Api, auditor: Person, sign_in: SignIn) -> None:
    action = pay(api, 5)
    auditor.groups.clear()
    text = text_of(page_of(sign_in(auditor), action))
    assert "Transfer EUR 5.00" in text
    assert "Your role reads; it does not decide." in text


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("owner", "You own this agent, so somebody else must decide what it does."),
        ("auditor", "Your role reads; it does not decide."),
        ("reviewer", "The score 95 is above your approval level"),
    ],
)
def test_the_refusal_stands_in_place_of_the_form(
    api: Api, request: pytest.FixtureRequest, sign_in: SignIn, who: str, sentence: str
) -> None:
    action = critical(api) if who == "reviewer" else pay(api, 5)
    page = page_of(sign_in(request.getfixturevalue(who)), action)
    assert sentence in text_of(page)
    assert 'name="verdict"' not in page.content.decode()


def test_a_critical_action_says_that_it_needs_a_reason(api: Api, senior: Person, sign_in: SignIn) -> None:
    assert "required; the agent receives it" in text_of(page_of(sign_in(senior), critical(api)))


def test_a_decided_action_shows_the_decision(api: Api, reviewer: Person, senior: Person, sign_in: SignIn) -> None:
    action = voted(pay(api, 5), reviewer, "reject", "No invoice.\nAttach it.")
    page = page_of(sign_in(senior), action)
    text = text_of(page)
    assert "Decided" in text
    assert text.count("Rejected") >= 2
    assert "No invoice.<br>Attach it." in sign_in(reviewer).get(f"/actions/{action.pk}/").content.decode()
    assert "rita rejected it: No invoice." in text
    assert 'name="verdict"' not in page.content.decode()


def test_an_executed_action_shows_its_outcome(api: Api, senior: Person, sign_in: SignIn) -> None:
    action = row(lifecycles.approved(api, by=senior))
    api.post(
        f"/api/agent-action/{action.pk}/complete", {"status": "completed", "result": {"<b>": XSS}, "duration_ms": 12}
    )
    text = text_of(page_of(sign_in(senior), action))
    assert text.count("Approved") >= 2
    assert "Completed in 12 ms" in text
    assert XSS in text
    assert "executed" in text


def test_an_expired_action_says_so(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    text = text_of(page_of(sign_in(reviewer), row(lifecycles.expired(api))))
    assert text.count("Expired") >= 2


def test_what_comes_next_is_offered(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    done, following = voted(pay(api, 5), reviewer, "approve"), pay(api, 6)
    page = page_of(sign_in(reviewer), done)
    assert "Next in your queue Transfer EUR 6.00 to ACME GmbH" in text_of(page)
    assert f'href="/actions/{following.pk}/"' in page.content.decode()


def test_a_possible_retry_is_linked(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    first, second = pay(api, 5), pay(api, 5)
    client = sign_in(reviewer)
    for one, other in ((first, second), (second, first)):
        page = page_of(client, one)
        assert f"Action #{other.pk} looks the same and also waits. Approving both may do it twice." in text_of(page)
        assert f'href="/actions/{other.pk}/"' in page.content.decode()
    voted(first, reviewer, "approve")
    assert f"Action #{first.pk} looks the same: approved by you, under 1 min ago." in text_of(page_of(client, second))
    assert f"Action #{second.pk} looks the same and also waits." in text_of(page_of(client, first))


def test_the_factors_recompute_to_the_score(api: Api, reviewer: Person) -> None:
    for action in (row(lifecycles.pending(api, **EMAIL)), critical(api)):
        case = Case(action, reviewer)
        assert case.adds_up
        assert case.steps[0].x == 0
        ends = [step.x + step.width for step in case.steps if step.width]
        assert max(ends) == pytest.approx(action.risk_score)


def test_an_assessment_without_anything_in_it_is_survived(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action = pay(api, 5)
    for snapshot in ({}, {"factors": [{"kind": "raise"}], "cvss": {}, "techniques": [{}], "controls": None}):
        case_action = row(action.pk)
        case_action.assessment, case_action.verdict, case_action.route = snapshot, {}, {}
        case = Case(case_action, reviewer)
        assert not case.adds_up
        assert case.row.why == []
        assert case.row.progress == (0, 1)
        for part in ("evidence", "decision", "background"):
            assert render_to_string(f"_action_{part}.html", {"case": case, "action": case_action})


def test_a_degraded_action_says_what_could_not_be_evaluated(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action = row(pay(api, 5).pk)
    action.verdict = {"outcome": "pending", "reasons": ["Policies could not be evaluated."], "degraded": ["policies"]}
    page = render_to_string("_action_background.html", {"case": Case(action, reviewer), "action": action})
    assert "Could not be evaluated:" in page
    assert "policies" in page


def test_a_rail_count_and_the_role_stand_in_the_frame(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action = pay(api, 5)
    text = text_of(page_of(sign_in(reviewer), action))
    assert "Review 1 to decide" in text
    assert "ritaReviewer" in text


def test_everything_hostile_is_text_on_every_page(api: Api, senior: Person, auditor: Person, sign_in: SignIn) -> None:
    action = row(lifecycles.pending(api, **hostile_fields(XSS)))
    client = sign_in(senior)
    for address in ("/", "/queues/all/", f"/actions/{action.pk}/", "/history/", "/?q=" + XSS, "/history/?q=" + XSS):
        assert_only_ours(client.get(address).content.decode())
    lifecycles.decide(action.pk, "reject", by=senior, reason=XSS)
    for address in (f"/actions/{action.pk}/", "/history/"):
        body = client.get(address).content.decode()
        assert_only_ours(body)
        assert "&lt;script&gt;alert(1)" in body


def test_everything_deceptive_is_named_on_every_page(api: Api, senior: Person, sign_in: SignIn) -> None:
    action = row(lifecycles.pending(api, **hostile_fields(DECEPTIVE)))
    client = sign_in(senior)
    pages = {address: text_of(client.get(address)) for address in ("/", f"/actions/{action.pk}/", "/history/")}
    for address, text in pages.items():
        for char in DECEPTIVE:
            assert (char.isprintable() and char != "\u3164") or char not in text, (address, hex(ord(char)))
    for name in DECEPTIVE_NAMES:
        assert pages[f"/actions/{action.pk}/"].count(name) >= 12, name
    assert LedgerEntry.objects.filter(action_id=action.pk).exists()
