"""The history page: what happened, for those it concerns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.models import Agent
from governance.ledger.kinds import KINDS
from governance.models import LedgerEntry, Person
from reviews.kind_words import WORDS, english
from tests.reviews.pages import pay, text_of, voted
from tests.support import lifecycles
from tests.support.api import Api

SignIn = Callable[..., Client]


def kinds_of(response: Any) -> list[str]:
    return [line.entry.type for line in response.context["lines"]]


def test_it_works(api: Api, reviewer: Person, senior: Person, sign_in: SignIn) -> None:
    action = voted(pay(api, 5), senior, "approve", "Matches the order.")
    api.post(f"/api/agent-action/{action.pk}/complete", {"status": "completed"})
    page = sign_in(reviewer).get("/history/")
    text = text_of(page)
    assert page.status_code == 200
    assert kinds_of(page)[:3] == ["action.executed", "action.approved", "action.submitted"]
    assert "submitted transaction on customer_profiles: pending, risk 85.0 (high)" in text
    assert "sina person approved it: Matches the order." in text
    assert f'href="/actions/{action.pk}/"' in page.content.decode()


def test_strangers_sign_in_first(client: Client, db: None) -> None:
    assert client.get("/history/").headers["Location"] == "/accounts/login/?next=/history/"


def test_another_team_sees_nothing(api: Api, outsider: Person, sign_in: SignIn) -> None:
    pay(api, 5)
    assert [kind for kind in kinds_of(sign_in(outsider).get("/history/")) if kind.startswith("action.")] == []
    assert kinds_of(sign_in(outsider).get("/history/?q=customer_profiles")) == []


def test_rules_people_and_sign_ins_are_for_global_sight(
    api: Api, reviewer: Person, admin_person: Person, auditor: Person, sign_in: SignIn
) -> None:
    assert LedgerEntry.objects.filter(type="person.created", team_id=None).exists()
    seen = LedgerEntry.objects.filter(team_id=None)
    for person in (admin_person, auditor):
        assert "person.created" in kinds_of(sign_in(person).get("/history/?kind=person.created"))
    shown = sign_in(reviewer).get("/history/").context["lines"]
    assert not {line.entry.pk for line in shown} & {entry.pk for entry in seen}


def test_somebody_without_a_team_sees_nothing(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    pay(api, 5)
    reviewer.groups.clear()
    assert "Nothing has happened yet." in text_of(sign_in(reviewer).get("/history/"))


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("kind=action.rejected", {"action.rejected"}),
        ("kind=action.*", {"action.submitted", "action.rejected"}),
        ("kind=agent.*", {"agent.registered"}),
        ("q=No+invoice", {"action.rejected"}),
        ("q=no+INVOICE", {"action.rejected"}),
        ("actor=sina", {"action.rejected"}),
        ("actor=nobody", set()),
        ("kind=action.*&actor=Customer", {"action.submitted"}),
    ],
)
def test_filters(api: Api, senior: Person, sign_in: SignIn, query: str, kinds: set[str]) -> None:
    voted(pay(api, 5), senior, "reject", "No invoice.")
    assert set(kinds_of(sign_in(senior).get(f"/history/?{query}"))) == kinds


def test_one_actions_history(api: Api, senior: Person, sign_in: SignIn) -> None:
    first, _ = voted(pay(api, 5), senior, "reject"), pay(api, 6)
    page = sign_in(senior).get(f"/history/?action={first.pk}")
    assert {line.entry.action_id for line in page.context["lines"]} == {first.pk}
    assert len(kinds_of(page)) == 2


def test_days(api: Api, agent: Agent, senior: Person, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=3), tick=False):
        old = pay(api, 5)
    new = pay(api, 6)
    day = (timezone.now() - timedelta(days=2)).date()

    def found(query: str) -> set[int | None]:
        page = sign_in(senior).get(f"/history/?kind=action.*&{query}")
        return {line.entry.action_id for line in page.context["lines"]}

    assert found(f"since={day}") == {new.pk}
    assert found(f"until={day}") == {old.pk}
    assert found(f"since={old.created_at.date()}&until={old.created_at.date()}") == {old.pk}
    assert found("until=9999-12-31") == {old.pk, new.pk}
    assert found("since=0001-01-01") == {old.pk, new.pk}


def test_words_are_looked_for_in_a_window_and_the_page_says_so(api: Api, senior: Person, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=91), tick=False):
        pay(api, 5)
    page = sign_in(senior).get("/history/?q=customer_profiles&kind=action.*")
    assert kinds_of(page) == []
    assert "Words are looked for in the last 90 days." in text_of(page)
    longer = sign_in(senior).get("/history/?q=customer_profiles&kind=action.*&since=2000-01-01")
    assert kinds_of(longer) == ["action.submitted"]
    assert "Words are looked for" not in text_of(longer)


@pytest.mark.parametrize(
    "query", ["kind=nonsense", "action=x", "action=-1", f"action={'9' * 30}", "since=yesterday", "q=%00", "action=1.5"]
)
def test_a_filter_nobody_understands_shows_nothing(api: Api, senior: Person, sign_in: SignIn, query: str) -> None:
    pay(api, 5)
    page = sign_in(senior).get(f"/history/?{query}")
    assert page.status_code == 200
    assert kinds_of(page) == []
    assert "This filter was not understood" in text_of(page)


def test_every_kind_has_its_words() -> None:
    groups = {kind.split(".")[0] for kind in KINDS}
    assert {english(name) for name in {*KINDS, *groups}} == WORDS


def test_nothing_matches(senior: Person, sign_in: SignIn) -> None:
    text = text_of(sign_in(senior).get("/history/?q=nothing-like-it"))
    assert "Nothing in the history matches these filters." in text


def test_pages_follow_the_last_row(api: Api, senior: Person, sign_in: SignIn) -> None:
    made = [pay(api, number).pk for number in range(60)]
    client = sign_in(senior)
    first = client.get("/history/?kind=action.*")
    assert [line.entry.action_id for line in first.context["lines"]] == made[:9:-1]
    older = first.context["page"].older
    pay(api, 99)
    second = client.get(f"/history/?kind=action.*&{older}")
    assert [line.entry.action_id for line in second.context["lines"]] == made[9::-1]
    assert f"?kind=action.*&amp;{second.context['page'].newer}" in second.content.decode().replace("%2A", "*")


def test_a_full_page_costs_as_many_queries_as_one_row(api: Api, senior: Person, sign_in: SignIn) -> None:
    pay(api, 5)
    client = sign_in(senior)
    with CaptureQueriesContext(connection) as one:
        assert len(kinds_of(client.get("/history/?kind=action.*"))) == 1
    for number in range(30):
        pay(api, number)
    with CaptureQueriesContext(connection) as full:
        assert len(kinds_of(client.get("/history/?kind=action.*"))) == 31
    assert len(full) == len(one) <= 12


def test_values_from_outside_never_pose_as_words_of_ours(api: Api, senior: Person, sign_in: SignIn) -> None:
    lifecycles.pending(api, resource="x: approved, risk 1.0 (low)")
    body = sign_in(senior).get("/history/").content.decode()
    assert '<span class="val">x: approved, risk 1.0 (low)</span>: pending, risk 85.0 (high)' in body


def test_a_kind_nobody_knows_any_more_is_still_shown(api: Api, senior: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    from reviews.history import Line

    pay(api, 5)
    entry = LedgerEntry.objects.get(type="action.submitted")
    monkeypatch.setattr("governance.ledger.words.KINDS", {})
    monkeypatch.delitem(KINDS, "action.submitted")
    assert Line(entry).html == "action submitted"


def test_every_kind_has_a_sentence_without_its_data() -> None:
    from reviews.history import Line

    for kind in KINDS:
        entry = LedgerEntry(type=kind, body="{}")
        assert Line(entry).text
        assert Line(entry).html
