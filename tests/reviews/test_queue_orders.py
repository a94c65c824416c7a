"""Queues in every order and under every filter: pages lose and repeat nothing, numbers agree with the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.models import Action
from governance.models import Person
from reviews import queues
from reviews.context import Counts
from reviews.desk.filters import QueueFilter
from reviews.eligibility import Reviewer
from reviews.keyset import Keyset
from reviews.models import Claim
from reviews.rows import Row
from tests.reviews.pages import critical, pay, text_of
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.cast import OTHER_AGENT_ID, OTHER_TEAM
from tests.support.people import key_for, person_called

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def order_of(response: Any) -> list[int]:
    return [row.action.pk for row in response.context["rows"]]


def claim_of(action: Action, person: Person, *, ended: bool = False) -> None:
    ends = timezone.now() + timedelta(minutes=-1 if ended else 10)
    Claim.objects.create(action=action, person=person, expires_at=ends)


@pytest.fixture
def mixed(api: Api) -> list[Action]:
    """Thirty that differ in everything a queue is ordered by, with many equals among them."""
    made = []
    for number in range(30):
        with time_machine.travel(timezone.now() - timedelta(hours=number % 5), tick=False):
            made.append(critical(api, resource=f"r{number}") if number % 7 == 0 else pay(api, number + 1))
    Action.objects.filter(pk__in=[one.pk for one in made[::3]]).update(deadline=made[0].deadline)
    return list(Action.objects.filter(pk__in=[one.pk for one in made]))


KEYS: dict[str, Callable[[Action], Any]] = {
    "risk": lambda one: (-one.risk_score, one.pk),
    "-risk": lambda one: (one.risk_score, one.pk),
    "age": lambda one: one.pk,
    "-age": lambda one: -one.pk,
    "deadline": lambda one: (one.deadline, one.pk),
    "agent": lambda one: (one.agent.agent_id, one.pk),
}


@pytest.mark.parametrize("order", KEYS)
def test_every_order_is_paged_without_loss(mixed: list[Action], senior: Person, sign_in: SignIn, order: str) -> None:
    browser, wanted = sign_in(senior), [one.pk for one in sorted(mixed, key=KEYS[order])]
    first = browser.get(f"/?order={order}")
    second = browser.get(f"/?order={order}&{first.context['page'].older}")
    assert order_of(first) + order_of(second) == wanted
    assert (len(order_of(first)), second.context["page"].older) == (25, "")
    back = browser.get(f"/?order={order}&{second.context['page'].newer}")
    assert order_of(back) == wanted[:25]


def test_heads_sort_and_say_so(mixed: list[Action], senior: Person, sign_in: SignIn) -> None:
    browser = sign_in(senior)
    page = browser.get("/?level=high&order=deadline&after=nonsense").content.decode()
    assert page.count("aria-sort=") == 1
    assert 'aria-sort="ascending"><a id="sort-deadline"  href="/?level=high&amp;order=-deadline"' in page
    assert 'id="sort-risk"  href="/?level=high"' in page
    assert '<input type="hidden" name="order" value="deadline">' in page
    assert (
        'aria-sort="descending"><a id="sort-risk"  href="/?order=-risk"' in browser.get("/?order=up").content.decode()
    )


@pytest.mark.parametrize(
    "place", ["after=x,1", "after=2026-13-01,1", "after=!,1", "after=%00,1", "before=1", "after=,"]
)
@pytest.mark.parametrize("order", ["deadline", "agent"])
def test_a_nonsense_place_is_the_first_page(api: Api, senior: Person, sign_in: SignIn, order: str, place: str) -> None:
    action = pay(api, 1)
    found = sign_in(senior).get(f"/?order={order}&{place}")
    assert found.status_code == 200
    assert order_of(found) in ([action.pk], [])


@pytest.mark.parametrize("order", [("decided_at", "id"), ("-decided_at", "-id")])
def test_rows_without_a_value_come_last_and_only_once(api: Api, reviewer: Person, order: tuple[str, str]) -> None:
    decided = [lifecycles.approved(api, by=reviewer, resource=f"d{n}") for n in range(2)]
    waiting = [pay(api, n).pk for n in range(3)]
    down = order[0].startswith("-")
    wanted = [*(reversed(decided) if down else decided), *(reversed(waiting) if down else waiting)]
    keyset, params, found = Keyset(*order), QueryDict(""), []
    for _ in wanted:
        page = keyset.page(Action.objects.all(), params, 1)
        found += [one.pk for one in page.rows]
        params = QueryDict(page.older)
    assert found == wanted
    for expected in reversed(wanted[:-1]):
        page = keyset.page(Action.objects.all(), QueryDict(page.newer), 1)
        assert [one.pk for one in page.rows] == [expected]


def test_each_queue_agrees_with_its_rule(
    api: Api, reviewer: Person, second_reviewer: Person, admin_person: Person, sign_in: SignIn
) -> None:
    """SQL to count with, and the rows' own words: they may not drift apart. The tabs' numbers are the rows'."""
    held, ended, plain = pay(api, 1), pay(api, 2), pay(api, 3)
    claim_of(held, reviewer)
    claim_of(ended, reviewer, ended=True)
    lifecycles.escalated(api)
    done = lifecycles.approved(api, by=reviewer)
    claim_of(Action.objects.get(pk=done), second_reviewer)
    foreign = lifecycles.pending(Api(key_for(OTHER_AGENT_ID, team=OTHER_TEAM, owner=person_called("oscar"))))
    now = timezone.now()
    for person in (reviewer, second_reviewer, admin_person):
        who = Reviewer(Person.objects.get(pk=person.pk))
        visible = [Row(one, who, now) for one in Action.objects.visible_to(who.person)]
        assert set(queues.claimed(who)) == {row.action for row in visible if row.claim}
        assert set(queues.escalated(who)) == {row.action for row in visible if row.escalation}
        counts = Counts(who)
        assert {tab.queue.slug: tab.number for tab in counts.tabs} == {
            queue.slug: queue.rows(who).count() for queue in counts.shown
        }
        oldest = min(row.action.created_at for row in visible if row.action.state == "pending")
        assert counts.tallies["all"].oldest == oldest
    assert {one.pk for one in queues.claimed(reviewer)} == {held.pk}
    # Who sees every team has two tabs only where they are two things.
    assert "teams" not in {tab.queue.slug for tab in Counts(Reviewer(reviewer)).tabs}
    admin = sign_in(admin_person)
    assert foreign in order_of(admin.get("/queues/all/"))
    assert foreign not in order_of(admin.get("/queues/teams/"))
    assert "My teams" in text_of(admin.get("/"))
    assert sign_in(reviewer).get("/queues/teams/").status_code == 404
    assert plain.pk in order_of(admin.get("/queues/teams/"))


def test_tabs_say_how_old_and_how_hot(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now() - timedelta(hours=23, minutes=30), tick=False):
        action = pay(api, 1)
    browser = sign_in(reviewer)
    page = text_of(browser.get("/"))
    assert "Mine1 ▲ due soonoldest 23 h 30" in page
    assert "Claimed0" in page
    Action.objects.filter(pk=action.pk).update(deadline=timezone.now() - timedelta(seconds=1))
    assert "Mine1 ◆ overdue" in text_of(browser.get("/"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("claimed=me", {"mine"}),
        ("claimed=others", {"other"}),
        ("claimed=nobody", {"late", "free", "second"}),
        ("due=hour", {"late"}),
        ("due=over", set()),
        ("due=day", {"mine", "other", "late", "free", "second"}),
        ("escalated=yes", {"second"}),
        ("escalated=no&claimed=nobody", {"late", "free"}),
        ("stage=2", {"second"}),
        ("stage=later", set()),
        ("until=2001-01-01", set()),
        ("since=2001-01-01&until=9999-12-31", {"mine", "other", "late", "free", "second"}),
        ("since=9999-12-31", set()),
        ("team=nobody", set()),
    ],
)
def test_filters(
    api: Api, reviewer: Person, second_reviewer: Person, sign_in: SignIn, query: str, found: set[str]
) -> None:
    rows = {name: pay(api, number) for number, name in enumerate(("mine", "other", "late", "free", "second"), 1)}
    claim_of(rows["mine"], reviewer)
    claim_of(rows["other"], second_reviewer)
    claim_of(rows["free"], second_reviewer, ended=True)
    soon = timezone.now() + timedelta(minutes=20)
    Action.objects.filter(pk=rows["late"].pk).update(deadline=soon)
    Action.objects.filter(pk=rows["second"].pk).update(escalated=True, stage=2)
    page = sign_in(reviewer).get(f"/queues/all/?{query}")
    assert set(order_of(page)) == {rows[name].pk for name in found}
    assert page.context["tally"].number == len(found)


def test_days_are_those_of_the_reader(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    with time_machine.travel("2026-03-01T23:30:00Z", tick=False):
        action = pay(api, 1)
        browser = sign_in(reviewer)
        assert order_of(browser.get("/?until=2026-03-01")) == [action.pk]
        with timezone.override("Europe/Berlin"):
            rows = Action.objects.all()
            assert list(QueueFilter(QueryDict("until=2026-03-01"), rows).qs) == []
            assert list(QueueFilter(QueryDict("since=2026-03-02"), rows).qs) == [action]


def test_filters_in_use_are_named_and_go_one_by_one(api: Api, reviewer: Person, sign_in: SignIn) -> None:
    pay(api, 1)
    page = sign_in(reviewer).get("/?level=high&q=%3Cb%3Epay&order=age&after=1&bogus=1")
    text, body = text_of(page), page.content.decode()
    assert "Only: Text: <b>pay ✕ remove this filter Risk: High ✕ remove this filter Clear all" in text
    assert 'id="chip-q" href="/?level=high&amp;order=age&amp;bogus=1"' in body
    assert 'id="chips-clear" href="/?order=age"' in body
    assert "Only:" not in text_of(sign_in(reviewer).get("/?order=age"))


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("assigned", "Nothing is assigned to you."),
        ("all", "Nothing waits."),
        ("claimed", "Nobody is on anything."),
        ("escalated", "Nothing is escalated."),
        ("samples", "No sample waits."),
        ("glass", "No broken glass waits"),
        ("conditions", "Nothing to check."),
    ],
)
def test_each_queue_says_what_would_be_in_it(senior: Person, sign_in: SignIn, slug: str, words: str) -> None:
    assert words in text_of(sign_in(senior).get(f"/queues/{slug}/"))


@pytest.mark.parametrize("address", ["/?order=deadline&level=high", "/queues/claimed/", "/queues/all/?order=agent"])
def test_a_full_page_costs_as_many_queries_as_one_row(api: Api, senior: Person, sign_in: SignIn, address: str) -> None:
    claim_of(pay(api, 1), senior)
    browser = sign_in(senior)
    with CaptureQueriesContext(connection) as one:
        assert len(order_of(browser.get(address))) == 1
    for number in range(2, 26):
        claim_of(pay(api, number), senior)
    with CaptureQueriesContext(connection) as full:
        assert len(order_of(browser.get(address))) == 25
    assert len(full) == len(one) <= 18
    with CaptureQueriesContext(connection) as refresh:
        browser.get(address, headers={"HX-Request": "true"})
    # A refresh asks for no choices, no views and no teams.
    assert len(refresh) <= len(full) - 3
