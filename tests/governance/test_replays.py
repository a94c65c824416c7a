"""Replays as work: asked once, shared by any number of workers, doubled and lost by none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.utils import timezone

from actions.models import Action
from governance import past_actions, replays
from governance.drafts import drafted
from governance.errors import Conflict, InvalidRule
from governance.models import ActionTypeRule, Replay, ReplayChange, Technique
from governance.past_actions import Window
from governance.replays import cancel_replay, forget_old_replays, note_viewed, viewed_replay, work, work_on
from governance.rule_changes import change_rule
from governance.rule_content import Draft
from tests.governance.changes import edited, new_policy
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.drafts import ADAM, asked, copies, people_decide

LONG = 60.0  # seconds: until it is done


def found(replay: Replay) -> list[tuple[int, str, str]]:
    return list(replay.changes.values_list("action_id", "before", "after"))


def test_it_works(api: Api) -> None:
    approved, pending = lifecycles.auto_approved(api), lifecycles.pending(api)
    replay = work_on(asked(people_decide(effect="deny", condition='action.type == "query"')).pk, seconds=LONG)
    assert (replay.state, replay.total, replay.done, replay.changed) == ("done", 2, 2, 1)
    assert found(replay) == [(approved, "approved", "rejected")]
    change = replay.changes.get()
    assert (change.agent_id, change.action_type, change.score_before, change.score_after, change.reason) == (
        "customer-service-agent-001",
        "query",
        35,
        35,
        "Look twice.",
    )
    assert replay.counts == {
        "transitions": {"approved>rejected": 1},
        "raised": 0,
        "lowered": 0,
        "levels": 0,
        "rerouted": 0,
        "routes": [],
        "applies": 1,
        "unanswered": 0,
        "agent_id": [["customer-service-agent-001", 1]],
        "agent_type": [["supervised", 1]],
        "action_type": [["query", 1]],
    }
    assert (replay.holder, replay.held_until) == ("", None)
    assert replay.finished_at is not None
    assert pending not in {action_id for action_id, _, _ in found(replay)}


def test_it_changes_nothing_else(api: Api) -> None:
    lifecycles.auto_approved(api)
    before = Action.objects.values_list("state", "verdict", "updated_at").get()
    work_on(asked().pk, seconds=LONG)
    assert Action.objects.values_list("state", "verdict", "updated_at").get() == before


def test_a_mapping_row_is_replayed_with_its_links(api: Api) -> None:
    lifecycles.auto_approved(api)
    change_rule(new_policy(name="T", condition='"T1485" in risk.techniques', effect="deny"), actor=ADAM, reason="x")
    query = edited(ActionTypeRule, {"pattern": "query"}, why="Otherwise.")
    technique = Technique.objects.get(external_id="T1485")
    replay = work_on(asked(query, techniques=[technique]).pk, seconds=LONG)
    assert replay.counts["transitions"] == {"approved>rejected": 1}


# -- Which actions -------------------------------------------------------------------------------------------


def test_the_latest_so_many(api: Api) -> None:
    lifecycles.auto_approved(api)
    ids = copies(5)
    replay = work_on(asked(window=Window(latest=3)).pk, seconds=LONG)
    assert (replay.total, replay.done) == (3, 3)
    assert [number for number, _, _ in found(replay)] == ids[:-4:-1]


def test_later_actions_are_not_in_it(api: Api) -> None:
    first = lifecycles.auto_approved(api)
    replay = asked()
    lifecycles.auto_approved(api, description="Later.")
    replay = work_on(replay.pk, seconds=LONG)
    assert [number for number, _, _ in found(replay)] == [first]


def test_a_range_of_days(api: Api) -> None:
    ids = {}
    for day in (1, 2, 3):
        with time_machine.travel(timezone.now() - timedelta(days=day), tick=False):
            ids[day] = lifecycles.auto_approved(api, description=f"Day {day}.")
    since, until = timezone.now() - timedelta(days=2, hours=1), timezone.now() - timedelta(days=1, hours=1)
    replay = work_on(asked(window=Window(since=since, until=until)).pk, seconds=LONG)
    assert (replay.total, [number for number, _, _ in found(replay)]) == (1, [ids[2]])
    for window, expected in ((Window(since=since), [ids[2], ids[1]]), (Window(until=until), [ids[3], ids[2]])):
        replay = work_on(asked(window=window).pk, seconds=LONG)
        assert sorted(number for number, _, _ in found(replay)) == sorted(expected)


def test_gaps_between_the_numbers_are_stepped_over(api: Api) -> None:
    first = lifecycles.auto_approved(api)
    far = copies(2, first_id=first + 10 * replays.PAGE)
    for window in (Window(latest=3), Window(since=timezone.now() - timedelta(days=1))):
        replay = work_on(asked(window=window).pk, seconds=LONG)
        assert [number for number, _, _ in found(replay)] == far[::-1]
        assert (replay.total, replay.done, far[0]) == (3, 3, first)


def test_no_actions_at_all(db: None) -> None:
    replay = work_on(asked().pk, seconds=LONG)
    assert (replay.state, replay.total, replay.done) == ("done", 0, 0)


def test_too_many_are_refused(api: Api, nothing_written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycles.auto_approved(api)
    copies(2)
    monkeypatch.setattr(replays, "MOST", 2)
    with nothing_written(), pytest.raises(InvalidRule, match="The dates hold 3 actions; 2 is the limit"):
        asked(window=Window(since=timezone.now() - timedelta(days=1)))


def test_what_earlier_changes_did_is_not_blamed_on_the_draft(api: Api) -> None:
    """Approved then; the rules have become stricter since; the draft adds nothing to that."""
    lifecycles.auto_approved(api)
    change_rule(people_decide(name="Since then"), actor=ADAM, reason="Stricter.")
    replay = work_on(asked().pk, seconds=LONG)
    assert (replay.done, replay.changed, replay.counts["applies"]) == (1, 0, 1)


# -- Asking --------------------------------------------------------------------------------------------------


def test_asked_twice_it_is_the_same_question(api: Api) -> None:
    first, second = asked(), asked()
    assert first == second
    assert asked(window=Window(latest=5)) != first
    work_on(first.pk, seconds=LONG)
    assert asked() != first


def test_it_is_compared_with_the_rules_of_its_asking(api: Api) -> None:
    lifecycles.auto_approved(api)
    replay = asked()
    change_rule(people_decide(name="Meanwhile", effect="deny"), actor=ADAM, reason="Meanwhile.")
    assert found(work_on(replay.pk, seconds=LONG))[0][1:] == ("approved", "pending")


def test_only_the_one_who_asked_has_seen_it(db: None) -> None:
    replay, draft = asked(), drafted([Draft(people_decide())])
    note_viewed(replay, actor=ADAM)
    assert viewed_replay(draft, ADAM.id) is None, "it is not finished yet"
    replay = work_on(replay.pk, seconds=LONG)
    note_viewed(replay, actor=lifecycles.SETUP)
    assert viewed_replay(draft, ADAM.id) is None
    note_viewed(replay, actor=ADAM)
    seen = viewed_replay(draft, ADAM.id)
    assert seen == replay
    assert viewed_replay(draft, "8") is None
    assert viewed_replay(replace(draft, digest="0" * 64), ADAM.id) is None
    assert viewed_replay(replace(draft, base_version=2), ADAM.id) is None
    first_seen = seen.viewed_at if seen else None
    note_viewed(Replay.objects.get(pk=replay.pk), actor=ADAM)
    assert Replay.objects.get(pk=replay.pk).viewed_at == first_seen


# -- Working -------------------------------------------------------------------------------------------------


def test_it_goes_on_where_it_stopped(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycles.auto_approved(api)
    ids = copies(9)
    monkeypatch.setattr(replays, "PAGE", 4)
    replay, slices = asked(), 0
    while replay.state != "done":
        replay = work_on(replay.pk, seconds=0)  # time is up after the first action of a page
        slices += 1
        assert replay.done == min(slices, 10)
        assert replay.holder == ""
    assert (replay.done, [number for number, _, _ in found(replay)]) == (10, ids[::-1])


def test_short_ones_come_first(api: Api) -> None:
    lifecycles.auto_approved(api)
    copies(20)
    long, short = asked(window=Window(latest=20)), asked(window=Window(latest=2))
    assert work(0.0) is True
    assert replays._next() == short.pk
    assert work(LONG) is False
    assert set(Replay.objects.values_list("state", flat=True)) == {"done"}
    long.refresh_from_db(), short.refresh_from_db()
    assert short.finished_at is not None
    assert long.finished_at is not None
    assert short.finished_at <= long.finished_at


def test_what_breaks_ends_the_replay_in_words(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycles.auto_approved(api)
    replay = asked()

    def broken(*args: Any) -> Any:
        raise KeyError("action_type")

    monkeypatch.setattr(type(past_actions.source()), "page", broken)
    replay = work_on(replay.pk, seconds=LONG)
    assert (replay.state, replay.error) == ("failed", "'action_type' (KeyError)")
    assert replays._next() is None


def test_a_database_that_is_away_is_tried_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycles.auto_approved(api)
    replay = asked()

    def away(*args: Any) -> Any:
        raise DatabaseError("away")

    with monkeypatch.context() as patched:
        patched.setattr(type(past_actions.source()), "page", away)
        with pytest.raises(DatabaseError):
            work_on(replay.pk, seconds=LONG)
    assert replays._next() is None, "its hold runs out first"
    with time_machine.travel(timezone.now() + replays.HOLD + timedelta(seconds=1)):
        assert work(LONG) is False
    assert Replay.objects.get().state == "done"


def test_a_cancelled_one_is_left_alone(api: Api, nothing_written: Any) -> None:
    lifecycles.auto_approved(api)
    replay = asked()
    cancel_replay(replay.pk, actor=ADAM)
    replay = work_on(replay.pk, seconds=LONG)
    assert (replay.state, replay.error, replay.done) == ("cancelled", "Cancelled by Adam.", 0)
    with nothing_written(), pytest.raises(Conflict):
        cancel_replay(replay.pk, actor=ADAM)


def test_cancelled_in_the_middle_of_a_page_nothing_of_it_is_written(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycles.auto_approved(api)
    replay = asked()
    whole = type(past_actions.source()).page

    def page_then_cancel(*args: Any) -> Any:
        page = whole(*args)
        cancel_replay(replay.pk, actor=ADAM)
        return page

    monkeypatch.setattr(type(past_actions.source()), "page", page_then_cancel)
    replay = work_on(replay.pk, seconds=LONG)
    assert (replay.state, replay.done, found(replay)) == ("cancelled", 0, [])


def test_old_ones_are_forgotten(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycles.auto_approved(api)
    copies(3)
    monkeypatch.setattr(replays, "_FORGOTTEN_AT_ONCE", 2)
    work_on(asked().pk, seconds=LONG)
    assert forget_old_replays() == 0
    with time_machine.travel(timezone.now() + replays.KEPT + timedelta(hours=1)):
        kept = asked(window=Window(latest=1))
        assert forget_old_replays() == 1
    assert list(Replay.objects.all()) == [kept]
    assert ReplayChange.objects.count() == 0
