"""Claims: a courtesy that is seen, ends by itself, and keeps nobody from deciding."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from actions.models import Action
from governance.errors import Claimed, NotEligible, NotPending, NotYours, ReasonRequired
from governance.models import LedgerEntry, Person
from reviews.claim import claim_action, release_claim, renew_claim, take_over
from reviews.models import Claim
from tests.reviews.pages import XSS, assert_only_ours, decide, pay, row, text_of
from tests.reviews.routes import member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api

SignIn = Callable[..., Client]


def claim(person: Person, action: Action) -> Claim:
    return claim_action(action.pk, actor=lifecycles.actor_of(person), person=person)


def steal(person: Person, action: Action, holder: Person, reason: str = "Rita went home.") -> Claim:
    actor = lifecycles.actor_of(person)
    return take_over(action.pk, actor=actor, person=person, holder_id=holder.pk, reason=reason)


def release(person: Person, action: Action) -> bool:
    return release_claim(action.pk, actor=lifecycles.actor_of(person), person=person)


def post(client: Client, action: Action, move: str, **fields: Any) -> Any:
    return client.post(f"/actions/{action.pk}/{move}/", fields)


def ask(client: Client, action: Action) -> Any:
    return client.post(f"/actions/{action.pk}/claim/now/", headers={"HX-Request": "true"})


def entries(action: Action) -> list[str]:
    return list(LedgerEntry.objects.filter(action_id=action.pk, seq__gt=1).values_list("type", flat=True))


def later(minutes: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False)


def test_it_works(api: Api, reviewer: Person, senior: Person, sign_in: SignIn) -> None:
    action = pay(api, 5)
    rita, sina = sign_in(reviewer), sign_in(senior)
    assert "Nobody is on it." in text_of(rita.get(f"/actions/{action.pk}/"))
    assert post(rita, action, "claim").status_code == 302
    assert "You are on it until" in text_of(rita.get(f"/actions/{action.pk}/"))
    assert "You are on it, under 1 min" in text_of(rita.get("/"))
    with later(3.5):
        assert "rita is on it, 3 min" in text_of(sina.get("/"))
        page = text_of(sina.get(f"/actions/{action.pk}/"))
        assert "rita is on it, 3 min. You may decide it all the same." in page
        assert "It keeps nobody from deciding." in page
    assert post(rita, action, "release").status_code == 302
    assert "Nobody is on it." in text_of(sina.get(f"/actions/{action.pk}/"))
    assert entries(action) == ["claim.taken", "claim.released"]
    assert "rita began to look at it" in text_of(sina.get(f"/actions/{action.pk}/"))


def test_it_never_refuses_a_vote(api: Api, reviewer: Person, senior: Person, sign_in: SignIn) -> None:
    for verdict in ("approve", "reject"):
        action = pay(api, 5)
        claim(reviewer, action)
        assert decide(sign_in(senior), action, verdict, reason="Checked.").status_code == 302
        assert row(action.pk).decided_by == senior
        assert not Claim.objects.filter(action=action).exists()  # released by the decision
        assert "is on it" not in text_of(sign_in(reviewer).get(f"/actions/{action.pk}/"))


def test_a_vote_that_settles_nothing_ends_the_voters_claim_alone(api: Api, senior: Person) -> None:
    new_route(stages=[stage((2, "Treasury", 1))])
    tess, toby = member("tess", "Treasury"), member("toby", "Treasury")
    first, second = pay(api, 5), pay(api, 6)
    claim(tess, first)
    claim(toby, second)
    for action in (first, second):
        lifecycles.decide(action.pk, "approve", by=tess)
    assert list(Claim.objects.values_list("person__username", flat=True)) == ["toby"]


def test_it_ends_by_itself(api: Api, reviewer: Person, second_reviewer: Person, sign_in: SignIn) -> None:
    action = pay(api, 5)
    claim(reviewer, action)
    with later(14.9), pytest.raises(Claimed):
        claim(second_reviewer, action)
    with later(15.1):
        assert "is on it" not in text_of(sign_in(second_reviewer).get("/")).replace("who is on it", "")
        assert release(reviewer, action) is False
        assert claim(second_reviewer, action).person == second_reviewer
    assert entries(action) == ["claim.taken", "claim.taken"]


def test_its_length_is_a_setting(api: Api, reviewer: Person, settings: Any) -> None:
    settings.CLAIM_MINUTES = 4
    made = claim(reviewer, pay(api, 5))
    assert made.expires_at - made.taken_at == timedelta(minutes=4)


def test_an_open_page_renews_its_own(
    api: Api, reviewer: Person, second_reviewer: Person, sign_in: SignIn, nothing_written: Any
) -> None:
    action = pay(api, 5)
    claim(reviewer, action)
    with later(10), nothing_written():
        assert "rita is on it, 10 min" in text_of(ask(sign_in(second_reviewer), action))
        assert "You are on it" in text_of(ask(sign_in(reviewer), action))
    with later(20):
        assert "<html" not in ask(sign_in(reviewer), action).content.decode()
    with later(34):
        held = Claim.objects.get()
        assert held.is_live(timezone.now())
        assert held.person == reviewer
    with later(40):
        # It ran out: an open page does not take it again.
        assert "Nobody is on it" in text_of(ask(sign_in(reviewer), action))
        assert renew_claim(action.pk, person=reviewer) is None
    assert entries(action) == ["claim.taken"]


def test_the_page_asks_no_sooner_than_every_two_minutes(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    assert 'data-renew="120"' in sign_in(reviewer).get(f"/actions/{pay(api, 5).pk}/").content.decode()


def test_an_open_page_learns_that_it_was_decided(api: Api, reviewer: Person, senior: Person, sign_in: SignIn) -> None:
    action = pay(api, 5)
    lifecycles.decide(action.pk, "approve", by=senior)
    part = ask(sign_in(reviewer), action)
    assert "It was decided meanwhile" in text_of(part)
    assert "data-renew" not in part.content.decode()


def test_only_the_same_site_and_only_a_post_renews(
    api: Api, reviewer: Person, outsider: Person, sign_in: SignIn
) -> None:
    action = pay(api, 5)
    address = f"/actions/{action.pk}/claim/now/"
    assert sign_in(reviewer).get(address).status_code == 302
    assert sign_in(reviewer).post(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert sign_in(outsider).post(address).status_code == 404


def test_claiming_again_is_staying(api: Api, reviewer: Person) -> None:
    action = pay(api, 5)
    first = claim(reviewer, action)
    with later(5):
        again = claim(reviewer, action)
    assert again.pk == first.pk
    assert again.taken_at == first.taken_at
    assert again.expires_at - first.expires_at >= timedelta(minutes=4)
    assert entries(action) == ["claim.taken"]


def test_who_comes_second_reads_who_was_first(
    api: Api, reviewer: Person, second_reviewer: Person, sign_in: SignIn, nothing_written: Any
) -> None:
    action = pay(api, 5)
    client = sign_in(second_reviewer)
    claim(reviewer, action)
    with nothing_written():
        page = post(client, action, "claim")
    assert page.status_code == 409
    assert "Not done. rita is on it since a moment ago. Nothing was changed." in text_of(page)


def test_taking_it_over_says_why(
    api: Api, reviewer: Person, second_reviewer: Person, senior: Person, sign_in: SignIn
) -> None:
    action = pay(api, 5)
    claim(reviewer, action)
    page = sign_in(senior).get(f"/actions/{action.pk}/").content.decode()
    assert f'name="takeover-holder" value="{reviewer.pk}"' in page
    fields = {"takeover-holder": reviewer.pk, "takeover-reason": "Rita went home."}
    assert post(sign_in(senior), action, "takeover", **fields).status_code == 302
    assert Claim.objects.get().person == senior
    body = json.loads(LedgerEntry.objects.get(type="claim.taken_over").body)
    assert (body["data"]["holder"], body["data"]["reason"]) == ("rita", "Rita went home.")
    assert "sina took it over from rita: Rita went home." in text_of(sign_in(senior).get(f"/actions/{action.pk}/"))
    # Ravi still saw Rita at it: what he asked for is no longer there to be taken.
    late = post(sign_in(second_reviewer), action, "takeover", **fields)
    assert late.status_code == 409
    assert "sina is on it" in text_of(late)
    assert Claim.objects.get().person == senior


def test_taking_over_needs_a_reason(
    api: Api, reviewer: Person, senior: Person, sign_in: SignIn, nothing_written: Any
) -> None:
    action = pay(api, 5)
    claim(reviewer, action)
    with nothing_written():
        fields = {"takeover-holder": reviewer.pk, "takeover-reason": " "}
        assert "A reason is required" in text_of(post(sign_in(senior), action, "takeover", **fields))
        with pytest.raises(ReasonRequired):
            steal(senior, action, reviewer, reason="")


def test_taking_over_what_ran_out_is_claiming(api: Api, reviewer: Person, senior: Person) -> None:
    action = pay(api, 5)
    claim(reviewer, action)
    with later(16):
        assert steal(senior, action, reviewer).person == senior
    assert entries(action) == ["claim.taken", "claim.taken"]


def test_only_who_may_decide_can_be_at_it(
    api: Api, owner: Person, auditor: Person, outsider: Person, reviewer: Person, sign_in: SignIn, nothing_written: Any
) -> None:
    action = pay(api, 5)
    settled = row(lifecycles.rejected(api))
    claim(reviewer, action)
    with nothing_written():
        for person, refused in ((owner, NotEligible), (auditor, NotEligible), (outsider, NotYours)):
            with pytest.raises(refused):
                claim(person, action)
            with pytest.raises(refused):
                steal(person, action, reviewer)
        with pytest.raises(NotPending):
            claim(reviewer, settled)
    for person in (owner, auditor):
        page = sign_in(person).get(f"/actions/{action.pk}/").content.decode()
        assert "rita</b> is on it" in page
        assert f"/actions/{action.pk}/claim/" not in page.replace("/claim/now/", "")
        assert f"/actions/{action.pk}/takeover/" not in page


def test_nobody_ends_the_claim_of_another(api: Api, reviewer: Person, senior: Person) -> None:
    action = pay(api, 5)
    claim(reviewer, action)
    assert release(senior, action) is False
    assert Claim.objects.get().person == reviewer


def test_hostile_names_and_reasons_are_shown_as_words(
    api: Api, reviewer: Person, senior: Person, sign_in: SignIn
) -> None:
    reviewer.first_name = XSS[:60]
    reviewer.save()
    action = pay(api, 5)
    claim(reviewer, action)
    for address in ("/", f"/actions/{action.pk}/"):
        assert_only_ours(sign_in(senior).get(address).content.decode())
    steal(senior, action, reviewer, reason=XSS)
    assert_only_ours(sign_in(senior).get(f"/actions/{action.pk}/").content.decode())


@pytest.mark.parametrize("minutes", ["2", "1441"])
def test_a_length_that_makes_no_sense_stops_the_start(minutes: str) -> None:
    import subprocess
    import sys

    from tests.habits.tree import ROOT

    done = subprocess.run(
        [sys.executable, "-c", "import governance.settings"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "CLAIM_MINUTES": minutes, "SECRET_KEY": "x"},
    )
    assert "is not from 3 to 1440 minutes" in done.stderr
