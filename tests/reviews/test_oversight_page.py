"""How people review, in numbers: against a count by hand, at each boundary, and for those who may read it."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.models import Action, Agent
from governance.models import LedgerEntry, Person
from reviews import reading
from reviews.break_glass import break_glass
from reviews.canaries import plant_canary
from reviews.models import BreakGlass, Vote
from reviews.oversight.figures import Seen, by_reviewer
from reviews.vote import cast_vote
from tests.reviews.pages import body_of, pay, row, text_of
from tests.reviews.test_bulk import press
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import SETUP, person_called

SignIn = Callable[..., Client]
ADDRESS, CSV = "/oversight/", "/oversight/export.csv"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def seen(
    dwell: float | None, *, approves: bool = True, characters: int = 500, person: int = 1, minute: int = 0
) -> Seen:
    at = NOON + timedelta(minutes=minute)
    return Seen(person, approves, at, None if dwell is None else at - timedelta(seconds=dwell), characters)


def vote(action: Action, by: Person, verdict: str, seconds: float | None = None) -> None:
    """A vote whose page was opened so long before."""
    cast_vote(
        action.pk, actor=lifecycles.actor_of(by), person=by, verdict=verdict, digest=action.digest, reason="Looked.",
        opened=None if seconds is None else timezone.now() - timedelta(seconds=seconds),
    )  # fmt: skip


@pytest.fixture
def world(api: Api, agent: Agent, reviewer: Person, senior: Person) -> dict[str, Any]:
    """Votes of two people over three hours, timed or not; tests; broken glass; what expired."""
    with time_machine.travel(NOON, tick=False) as clock:
        for seconds, verdict in ((2, "approve"), (2.5, "approve"), (400, "reject"), (None, "approve")):
            vote(pay(api, 5), reviewer, verdict, seconds)
        clock.shift(timedelta(hours=2))
        for seconds, verdict in ((90, "approve"), (61, "reject"), (1, "reject")):
            vote(pay(api, 6), senior, verdict, seconds)
        vote(critical(api), senior, "approve", 45)
        for verdict, who in (("reject", senior), ("approve", reviewer)):
            canary = plant_canary(actor=SETUP, agent=agent, template="own-account")
            if row(canary.action_id).risk_score <= 85:
                vote(row(canary.action_id), who, verdict, 30)
            else:
                vote(row(canary.action_id), senior, verdict, 30)
        plant_canary(actor=SETUP, agent=agent, template="own-account")
        glass = critical(api)
        why = "The door is on fire, nobody else here."
        actor = lifecycles.actor_of(senior)
        break_glass(glass.pk, actor=actor, person=senior, digest=glass.digest, reason=why)
        clock.shift(timedelta(hours=1))
        vote(pay(api, 7), senior, "approve", 300)
    with time_machine.travel(NOON - timedelta(days=40), tick=False):
        vote(pay(api, 8), reviewer, "approve", 1)
    with time_machine.travel(NOON - timedelta(hours=23), tick=False):
        lifecycles.expired(api)
    return {"rita": reviewer, "sina": senior}


def critical(api: Api) -> Action:
    return row(lifecycles.critical(api))


def at_noon(client: Client, query: str = "", path: str = ADDRESS) -> Any:
    """The page on the third day after, when nothing waits for a decision any more but the glass for its review."""
    with time_machine.travel(NOON + timedelta(hours=4), tick=False):
        return client.get(f"{path}?{query}")


def test_the_numbers_are_those_of_a_count_by_hand(world: dict[str, Any], auditor: Person, sign_in: SignIn) -> None:
    with time_machine.travel(NOON + timedelta(hours=4), tick=False):
        client = sign_in(auditor)
    page = at_noon(client)
    days = [NOON - timedelta(days=29, hours=12), NOON + timedelta(hours=12)]
    people = {one.person: one for one in page.context["people"]}
    assert people.keys() == {world["rita"].pk, world["sina"].pk}
    for pk, one in people.items():
        votes = list(Vote.objects.filter(person=pk, created_at__range=days).select_related("action"))
        timed = [vote for vote in votes if vote.opened_at]
        dwells = sorted((vote.created_at - vote.opened_at).total_seconds() for vote in timed)  # type: ignore[operator]
        fast = [v for v, d in ((v, (v.created_at - v.opened_at).total_seconds()) for v in timed)  # type: ignore[operator]
                if d < len(v.action.content) / 25]  # fmt: skip
        tests = [vote for vote in votes if vote.action.is_canary and vote.action.state != "pending"]
        assert (one.decisions, one.timed) == (len(votes), len(timed))
        assert one.approvals == sum(vote.verdict == "approve" for vote in votes)
        assert one.active_hours == len({(vote.created_at.date(), vote.created_at.hour) for vote in votes})
        assert one.per_hour == len(votes) / one.active_hours
        assert one.median is not None
        assert one.p10 is not None
        assert one.median.total_seconds() == dwells[-(-len(dwells) // 2) - 1]
        assert one.p10.total_seconds() == dwells[-(-len(dwells) // 10) - 1]
        assert one.fast == len(fast)
        assert one.caught == sum(vote.verdict == "reject" for vote in tests)
        assert one.missed == sum(vote.verdict == "approve" for vote in tests)
    rita, sina = people[world["rita"].pk], people[world["sina"].pk]
    assert sum(one.caught for one in people.values()) == sum(one.missed for one in people.values()) == 1
    assert (sina.active_hours, rita.fast >= 2, sina.fast) == (2, True, 1)
    context = page.context
    assert (context["expired"].number, context["unseen"].number) == (1, 1)
    assert (context["broken"], context["overdue"]) == (1, 0)
    # One canary waits, and is counted as what it looks like; the glass of this day is due tomorrow.
    assert context["waiting"] == Action.objects.pending().count()
    assert context["age"] == "2 h"
    later = BreakGlass.objects.get().review_by
    with time_machine.travel(later + timedelta(seconds=1), tick=False):
        assert sign_in(auditor).get(ADDRESS).context["overdue"] == 1


def test_every_number_leads_to_its_rows(world: dict[str, Any], auditor: Person, sign_in: SignIn) -> None:
    with time_machine.travel(NOON + timedelta(hours=4), tick=False):
        client = sign_in(auditor)
        for query in ("", "level=high", "level=critical"):
            page = client.get(f"{ADDRESS}?{query}")
            body = page.content.decode()
            links = re.findall(r'href="(/actions/\?[^"]+)"[^>]*>(\d+)(?: rejected)?</a>', body)
            assert len(links) >= 6
            for link, number in links:
                listed = client.get(html.unescape(link))
                assert listed.context["filter"].is_valid_or_unused, link
                assert len(listed.context["lines"]) == int(number), link
    assert "age" in page.context


def test_some_days_and_one_level(world: dict[str, Any], auditor: Person, sign_in: SignIn) -> None:
    with time_machine.travel(NOON + timedelta(hours=4), tick=False):
        client = sign_in(auditor)

    def votes(query: str) -> int:
        return sum(one.decisions for one in at_noon(client, query).context["people"])

    everything = Vote.objects.count()
    assert votes("since=2026-01-01") == everything
    assert votes("") == everything - 1
    assert votes("until=2026-02-01&since=2026-01-01") == 1
    assert votes("level=critical") == Vote.objects.filter(action__risk_level="critical").count()
    empty = at_noon(client, "since=2001-01-01&until=2001-01-02")
    assert "Nobody voted in these days." in text_of(empty)
    for query in ("since=yesterday", "level=huge", "since=2026-03-02&until=2026-03-01"):
        page = at_noon(client, query)
        assert "These days were not understood, so nothing is shown." in text_of(page)
        assert "people" not in page.context
        assert at_noon(client, query, CSV).headers["Location"].startswith(ADDRESS)


@pytest.mark.parametrize(
    ("votes", "fast", "alarm"),
    [
        ([seen(20)], False, False),  # 500 characters take 20 seconds
        ([seen(19.99)], True, False),
        ([seen(None)] * 30, False, False),  # nothing is said about what is not timed
        ([seen(1), seen(60)], False, False),  # half is not most
        ([seen(1), seen(1), seen(60)], True, False),
        ([seen(1)] * 9, True, False),  # too few to say
        ([seen(1)] * 10, True, True),
        ([seen(2.99)] * 10, True, True),
        ([seen(3)] * 10, True, False),
        ([seen(1)] * 19 + [seen(60)], True, False),  # 95 in 100 are not more than that
        ([seen(1)] * 20 + [seen(60)], True, True),
        ([seen(1)] * 10 + [seen(1, approves=False)], True, False),  # a rejection is no approval
        ([seen(1, characters=0)] * 10, False, True),  # nothing to read, and still a reflex
    ],
)
def test_flags_at_their_boundaries(votes: list[Seen], fast: bool, alarm: bool) -> None:
    (one,) = by_reviewer(votes)
    assert (one.is_fast, one.is_alarming) == (fast, alarm)


@pytest.mark.parametrize(
    ("values", "percent", "answer"),
    [([], 50, None), ([7], 10, 7), ([4, 1, 3, 2], 50, 2), ([1, 2, 3], 50, 2), (list(range(1, 11)), 10, 1),
     (list(range(1, 12)), 10, 2), (list(range(1, 21)), 95, 19)],
)  # fmt: skip
def test_nearest_rank(values: list[int], percent: float, answer: int | None) -> None:
    assert reading.rank(values, percent) == answer


def test_who_needs_a_look_comes_first() -> None:
    calm = [seen(60, person=1, minute=number) for number in range(30)]
    flagged, alarming = [seen(1, person=2)] * 2, [seen(1, person=3)] * 10
    assert [one.person for one in by_reviewer([*calm, *flagged, *alarming])] == [3, 2, 1]
    assert by_reviewer(calm)[0].per_hour == 30


@pytest.mark.parametrize(
    ("who", "status"), [("rita", 403), ("sina", 403), ("oscar", 403), ("adam", 200), ("aude", 200)]
)
def test_it_is_for_those_who_oversee(
    who: str, status: int, team: Any, other_team: Any, sign_in: SignIn, nothing_written: Any
) -> None:
    client = sign_in(person_called(who))
    assert client.get(ADDRESS).status_code == status
    with nothing_written():
        assert client.head(CSV).status_code == status
        assert client.post(CSV).status_code == 405
        assert client.get(CSV, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.get(CSV).status_code == status
    assert (f'href="{ADDRESS}"' in client.get("/actions/").content.decode()) == (status == 200)
    assert Client().get(ADDRESS).headers["Location"] == f"/accounts/login/?next={ADDRESS}"


def test_without_sight_of_all_teams_only_ones_own(api: Api, senior: Person, outsider: Person, sign_in: SignIn) -> None:
    vote(pay(api, 5), senior, "approve", 30)
    permission = Permission.objects.get(codename="view_oversight")
    for person, people in ((outsider, 0), (senior, 1)):
        person.user_permissions.add(permission)
        page = sign_in(person).get(ADDRESS)
        assert len(page.context["people"]) == people
        assert "sina" in text_of(page) if people else "Nobody voted" in text_of(page)
        assert (page.context["broken"], page.context["overdue"], page.context["waiting"]) == (0, 0, 0)


def test_the_csv_says_the_same_and_is_written_down(world: dict[str, Any], auditor: Person, sign_in: SignIn) -> None:
    with time_machine.travel(NOON + timedelta(hours=4), tick=False):
        client = sign_in(auditor)
    people = at_noon(client, "level=high").context["people"]
    lines = list(csv.DictReader(io.StringIO(body_of(at_noon(client, "level=high", CSV)))))
    assert [line["reviewer"] for line in lines] == [one.name for one in people]
    for line, one in zip(lines, people, strict=True):
        assert line["decisions"] == str(one.decisions)
        assert line["faster than reading"] == str(one.fast)
        assert (line["canaries caught"], line["canaries missed"]) == (str(one.caught), str(one.missed))
        assert line["dwell median s"] == f"{one.median.total_seconds():.1f}"
    body = json.loads(LedgerEntry.objects.get(type="history.oversight_exported").body)
    assert body["data"]["rows"] == len(lines)
    assert body["data"]["filters"] == {"since": "2026-02-01", "until": "2026-03-02", "level": "high"}


def test_what_was_decided_in_bulk_is_counted_apart(
    api: Api, reviewer: Person, auditor: Person, sign_in: SignIn
) -> None:
    """Nobody takes it for reading: it is in no number about dwell, and its rows are one click away."""
    for number in (3, 1):
        press(sign_in(reviewer), [pay(api, one) for one in range(number)])
    vote(pay(api, 5), reviewer, "reject", 60)
    page = sign_in(auditor).get(ADDRESS)
    (one,) = page.context["people"]
    assert (one.decisions, one.in_bulk, one.largest_bulk, one.timed) == (5, 4, 3, 1)
    assert one.median.total_seconds() == pytest.approx(60, abs=5)
    assert "4 up to 3 at once" in text_of(page)
    assert "a time made by dividing would be a guess" in text_of(page)
    behind = html.unescape(re.findall(r'href="(/actions/[^"]*bulk=1[^"]*)"', page.content.decode())[0])
    assert len(sign_in(auditor).get(behind).context["lines"]) == 4
    assert len(sign_in(auditor).get("/actions/?bulk=1").context["lines"]) == 4
    (line,) = csv.DictReader(io.StringIO(body_of(sign_in(auditor).get(CSV))))
    assert (line["decided in bulk"], line["largest bulk"], line["timed decisions"]) == ("4", "3", "1")


def test_the_definitions_stand_on_the_page(api: Api, senior: Person, auditor: Person, sign_in: SignIn) -> None:
    vote(pay(api, 5), senior, "approve", 1)
    text = text_of(sign_in(auditor).get(ADDRESS))
    assert "at 25 characters a second" in text
    assert "More than 95 in 100 timed votes approve within 3 seconds, of at least 10 timed votes." in text
    assert "Faster than reading: 1 of 1 timed votes" in text
    assert "Alarm: 1" not in text


def test_as_many_queries_for_many_as_for_one(
    api: Api, senior: Person, reviewer: Person, auditor: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(ADDRESS)
        return len(queries)

    vote(pay(api, 1), senior, "approve", 5)
    client = sign_in(auditor)
    client.get(ADDRESS)
    one = asked()
    for number in range(24):
        vote(pay(api, number), (senior, reviewer)[number % 2], "reject", number)
    pay(api, 99)
    assert one <= asked() <= one + 1  # the age of what waits is asked where something does
    monkeypatch.setattr("reviews.oversight.house.MOST", 3)
    page = client.get(ADDRESS)
    assert sum(one.decisions for one in page.context["people"]) == 3
    assert "Choose fewer days." in text_of(page)
