"""Deciding through the page: the form, every refusal with its status, and that nothing else ever decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from actions.models import State
from governance.models import LedgerEntry, Person
from reviews.models import Vote
from tests.reviews.pages import critical, decide, pay, row, text_of, voted
from tests.support.api import Api

SignIn = Callable[..., Client]


def test_it_works(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action, following = pay(api, 5), pay(api, 6)
    client = sign_in(reviewer)
    answer = decide(client, action, "approve", reason="Matches the order.")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/actions/{action.pk}/"
    decided = row(action.pk)
    assert (decided.state, decided.decided_by, decided.reason) == (State.APPROVED, reviewer, "Matches the order.")
    text = text_of(client.get(f"/actions/{action.pk}/"))
    entry = LedgerEntry.objects.get(action_id=action.pk, type="action.approved")
    assert f"rita approved action {action.pk} at" in text
    assert f"Ledger receipt {entry.leaf}" in text
    assert "Next in your queue Transfer EUR 6.00" in text
    assert following.state == State.PENDING
    # The receipt is shown once; the decision stays.
    assert "Ledger receipt" not in text_of(client.get(f"/actions/{action.pk}/"))


def test_rejecting_with_a_reason(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action = pay(api, 5)
    assert decide(sign_in(reviewer), action, "reject", reason="No invoice.").status_code == 302
    assert (row(action.pk).state, row(action.pk).reason) == (State.REJECTED, "No invoice.")


def refused(answer: Any, status: int, sentence: str) -> str:
    """The page that refuses: its status, its alert, and nothing decided."""
    assert answer.status_code == status
    body = answer.content.decode()
    assert 'role="alert"' in body
    text = text_of(answer)
    assert sentence in text
    return text


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        (None, "No verdict arrived. Nothing was decided."),
        ("", "No verdict arrived. Nothing was decided."),
        ("APPROVE", "The verdict is neither approve nor reject."),
        ("maybe", "The verdict is neither approve nor reject."),
    ],
)
def test_no_verdict_never_approves(
    api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any, verdict: str | None, sentence: str
) -> None:
    action, client = pay(api, 5), sign_in(reviewer)
    with nothing_written():
        refused(decide(client, action, verdict, reason="typed"), 400, sentence)
    assert row(action.pk).state == State.PENDING


def test_a_rejection_needs_a_reason(api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any) -> None:
    action, client = pay(api, 5), sign_in(reviewer)
    with nothing_written():
        refused(decide(client, action, "reject", reason="  "), 400, "A reason is required")


def test_a_critical_approval_needs_a_reason(api: Api, senior: Person, sign_in: SignIn, nothing_written: Any) -> None:
    action, client = critical(api), sign_in(senior)
    with nothing_written():
        refused(decide(client, action, "approve"), 400, "A reason is required")
    assert decide(client, action, "approve", reason="Planned in CHG-7.").status_code == 302


def test_the_typed_reason_is_kept(api: Api, senior: Person, sign_in: SignIn) -> None:
    action = pay(api, 5)
    answer = decide(sign_in(senior), action, None, reason="Half a <thought>")
    assert "Half a &lt;thought&gt;</textarea>" in answer.content.decode()


@pytest.mark.parametrize("digest", ["0" * 64, "f" * 64])
def test_another_content_than_shown_is_refused(
    api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any, digest: str
) -> None:
    action, client = pay(api, 5), sign_in(reviewer)
    with nothing_written():
        answer = decide(client, action, "approve", digest=digest, reason="kept")
    refused(answer, 412, "The content shown is not the content stored.")
    assert "kept</textarea>" in answer.content.decode()


@pytest.mark.parametrize("digest", ["", "x", "A" * 64, "é" * 64, "0" * 63])
def test_a_digest_that_is_none_is_refused(
    api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any, digest: str
) -> None:
    action, client = pay(api, 5), sign_in(reviewer)
    with nothing_written():
        refused(decide(client, action, "approve", digest=digest), 400, "did not say which content it showed")


def test_the_loser_of_a_race_reads_who_decided_and_when(
    api: Api, reviewer: Person, second_reviewer: Person, sign_in: SignIn, nothing_written: Any
) -> None:
    action = pay(api, 5)
    client = sign_in(second_reviewer)
    decided = voted(action, reviewer, "approve")
    with nothing_written():
        answer = decide(client, action, "reject", reason="I disagree with this one.")
    text = refused(answer, 409, "decided by rita at")
    assert f"{decided.decided_at:%Y-%m-%d %H:%M:%S} UTC" in text
    assert "You had written; it was not recorded I disagree with this one." in text
    assert 'name="verdict"' not in answer.content.decode()


def test_after_the_deadline(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action = pay(api, 5)
    assert action.deadline
    with time_machine.travel(action.deadline + timedelta(seconds=1), tick=False):
        answer = decide(sign_in(reviewer), action, "approve")
    refused(answer, 410, "The deadline of this action has passed.")
    assert row(action.pk).state == State.EXPIRED
    assert not Vote.objects.exists()


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("owner", "You own this agent"),
        ("auditor", "Your role reads; it does not decide."),
        ("admin_person", "Your role reads; it does not decide."),
    ],
)
def test_who_may_not_decide_is_refused_by_the_verb_too(
    api: Api, request: pytest.FixtureRequest, sign_in: SignIn, nothing_written: Any, who: str, sentence: str
) -> None:
    action, client = pay(api, 5), sign_in(request.getfixturevalue(who))
    with nothing_written():
        refused(decide(client, action, "approve", reason="x"), 403, sentence)


def test_a_stranger_cannot_decide_what_does_not_exist_for_them(
    api: Api, outsider: Person, sign_in: SignIn, nothing_written: Any
) -> None:
    action, client = pay(api, 5), sign_in(outsider)
    with nothing_written():
        assert decide(client, action, "approve").status_code == 404


def test_a_get_never_decides(api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any) -> None:
    action, client = pay(api, 5), sign_in(reviewer)
    query = f"verdict=approve&digest={action.digest}&reason=x"
    with nothing_written():
        answer = client.get(f"/actions/{action.pk}/decide/?{query}")
        client.head(f"/actions/{action.pk}/decide/?{query}")
        client.get(f"/actions/{action.pk}/?{query}")
        # Nor does a POST whose verdict stands in the address.
        assert client.post(f"/actions/{action.pk}/decide/?{query}", {}).status_code == 400
    assert answer.headers["Location"] == f"/actions/{action.pk}/"
    assert row(action.pk).state == State.PENDING


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(api: Api, reviewer: Person, sign_in: SignIn, method: str) -> None:
    action = pay(api, 5)
    assert getattr(sign_in(reviewer), method)(f"/actions/{action.pk}/decide/").status_code == 405
    assert getattr(sign_in(reviewer), method)(f"/actions/{action.pk}/").status_code == 405


def test_a_forged_form_is_refused(api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any) -> None:
    action, client = pay(api, 5), sign_in(reviewer, enforce_csrf_checks=True)
    with nothing_written():
        answer = decide(client, action, "approve")
    assert answer.status_code == 403
    assert "This form is out of date" in text_of(answer)
    # With the token of the page it works.
    client.get(f"/actions/{action.pk}/")
    token = client.cookies["foureyes_csrf"].value
    assert decide(client, action, "approve", csrfmiddlewaretoken=token).status_code == 302


def test_another_site_cannot_decide(api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any) -> None:
    action, client = pay(api, 5), sign_in(reviewer)
    for site in ("cross-site", "same-site"):
        with nothing_written():
            answer = client.post(
                f"/actions/{action.pk}/decide/",
                {"verdict": "approve", "digest": action.digest},
                headers={"Sec-Fetch-Site": site},
            )
        assert answer.status_code == 403


def test_an_agent_key_decides_nothing(api: Api, reviewer: Person, nothing_written: Any) -> None:
    action = pay(api, 5)
    with nothing_written():
        answer = api.client.post(
            f"/actions/{action.pk}/decide/",
            {"verdict": "approve", "digest": action.digest},
            headers={"Authorization": f"Bearer {api.key}"},
        )
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("change", ["is_active", "role", "groups"])
def test_losing_the_right_takes_effect_at_once(
    api: Api, reviewer: Person, sign_in: SignIn, nothing_written: Any, change: str
) -> None:
    action, client = pay(api, 5), sign_in(reviewer)
    assert client.get(f"/actions/{action.pk}/").status_code == 200
    if change == "groups":
        reviewer.groups.clear()
    else:
        setattr(reviewer, change, False if change == "is_active" else "auditor")
        reviewer.save(update_fields=[change])
    with nothing_written():
        answer = decide(client, action, "approve")
    assert answer.status_code == {"is_active": 302, "role": 403, "groups": 404}[change]
    assert row(action.pk).state == State.PENDING


def test_a_reason_of_any_length_and_character_is_answered(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    action, client = pay(api, 5), sign_in(reviewer)
    assert decide(client, action, "reject", reason="x" * 4001).status_code == 400
    assert decide(client, action, "reject", reason="a\x00b").status_code == 400
    assert decide(client, action, "reject", reason="\u202e☃" * 1000).status_code == 302
