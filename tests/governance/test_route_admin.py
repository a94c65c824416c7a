"""Routes in Django admin: built without JSON, looked at by name, replayed, in files, and brought back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from actions.models import Action
from governance.draft_texts import draft_of_texts
from governance.errors import InvalidRule
from governance.models import Delegation, Person, Replay, Route
from governance.rule_changes import fingerprint
from tests.governance.desk import plain
from tests.reviews.routes import group, member, new_route, stage
from tests.support import lifecycles
from tests.support.api import Api

pytestmark = pytest.mark.django_db

LIST = "/admin/governance/route/"
ADD = "/admin/governance/route/add/"
DRAFT = "/admin/governance/route/preview/"
NOBODY = {"0-0-needed": "", "0-0-group": "", "1-0-needed": "", "1-0-group": "", "0-label": ""}


def form_of(**fields: Any) -> dict[str, Any]:
    """What the browser sends for a route of two stages; "0-1-group" is a field of the builder."""
    sent = {
        "name": "Two and one", "reason": "So the board decided.", "order": "10", "is_enabled": "on",
        "score_from": "70", "score_below": "85", "rejections_needed": "1", "edit_allowed": "on",
        "stages-0-label": "Compliance", "stages-0-place": "1",
        "stages-0-0-needed": "2", "stages-0-0-group": group("Compliance").pk, "stages-0-0-level": "1",
        "stages-0-1-needed": "", "stages-0-1-group": "", "stages-0-1-level": "1",
        "stages-1-label": "", "stages-1-place": "2",
        "stages-1-0-needed": "1", "stages-1-0-group": group("Security").pk, "stages-1-0-level": "3",
        "stages-2-label": "", "stages-2-place": "3",
        "stages-2-0-needed": "", "stages-2-0-group": "", "stages-2-0-level": "1",
        "deadline_minutes": "30", "change_reason": "Agreed on Monday.", "without_replay": "on",
    }  # fmt: skip
    given = {(f"stages-{name}" if name[0].isdigit() else name): value for name, value in fields.items()}
    return {name: value for name, value in (sent | given).items() if value is not None}


def errors(response: HttpResponse) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


def previewed(browser: Client, **fields: Any) -> str:
    return plain(browser.post(DRAFT, form_of(**fields), headers={"X-Fragment": "1"}))


# -- The form ----------------------------------------------------------------------------------------------


def test_it_works(browser: Client, api: Api) -> None:
    response = browser.post(ADD, form_of(score_below="86"), follow=True)
    assert "Rulebook version 2 is in force." in response.text
    route = Route.objects.get()
    assert route.stages == [stage((2, "Compliance", 1), label="Compliance"), stage((1, "Security", 3))]
    assert "actions on this route wait and then expire" in response.text  # nobody is in the groups
    shown = plain(browser.get(LIST))
    assert "70 up to but not including 86" in shown
    assert "Compliance: 2 of Compliance" in shown
    assert "1 of Security, level 3 or above" in shown
    assert "Two and one cannot be met today" in shown
    assert Action.objects.get(pk=lifecycles.pending(api)).way.name == "Two and one"


def test_stages_stand_where_their_places_say(browser: Client) -> None:
    browser.post(ADD, form_of(**{"0-place": "2", "1-place": "1"}))
    assert [one["label"] for one in Route.objects.get().stages] == ["", "Compliance"]


def test_the_form_shows_what_is_stored_and_spare_rows(browser: Client) -> None:
    route = new_route(stages=[stage((2, "Compliance", 3), label="First")])
    page = browser.get(f"{LIST}{route.pk}/change/").text
    assert 'name="stages-0-label" value="First"' in page
    assert 'name="stages-0-0-needed" value="2"' in page
    assert 'name="stages-0-1-needed" value=""' in page
    assert 'name="stages-2-0-needed" value=""' in page
    assert "At the deadline it expires, which denies it; there is no other ending." in page
    sent = form_of(seen=fingerprint(route), **{"0-0-needed": "1"})
    browser.post(f"{LIST}{route.pk}/change/", sent)
    assert Route.objects.get().stages[0]["requirements"][0]["needed"] == 1


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"0-0-needed": "two"}, "stages", "Stage 1: write how many people are wanted, as a number."),
        ({"0-0-needed": "99"}, "stages", "Stage 1 must ask for 1 to 20 people"),
        (NOBODY, "stages", "at least one"),
        ({"0-0-group": "987654"}, "stages", "There is no group with the id 987654."),
        ({"0-0-group": "x"}, "stages", "choose the group and the level from the lists"),
        ({"0-0-level": "7"}, "stages", "not one of 1 to 4"),
        ({"1-0-needed": ""}, "stages", "Stage 2: write how many"),
        ({"score_below": "70"}, "__all__", "must begin below its end"),
        ({"remind_after": "30"}, "remind_after", "before the deadline of 30 minutes"),
        ({"condition": "action.typ == 1"}, "condition", "Did you mean action.type?"),
        ({"change_reason": ""}, "change_reason", "required"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(
    browser: Client, nothing_written: Any, fields: dict[str, Any], field: str, says: str
) -> None:
    sent = form_of(**fields)
    with nothing_written():
        response = browser.post(ADD, sent)
    assert list(errors(response)) == [field]
    assert says in " ".join(errors(response)[field])
    assert 'name="name" value="Two and one"' in response.text


def test_an_auditor_reads_it_in_words(sign_in: Callable[[Person], Client], auditor: Person) -> None:
    route = new_route(stages=[stage((2, "Compliance", 1))])
    reader = sign_in(auditor)
    page = reader.get(f"{LIST}{route.pk}/change/").text
    assert "<li>2 of Compliance</li>" in page
    assert "stages-0-0-needed" not in page
    assert reader.get(f"{LIST}{route.pk}/preview/").status_code == 200
    assert reader.post(DRAFT, form_of()).status_code == 403


# -- Who could approve -------------------------------------------------------------------------------------


def test_the_preview_names_people_and_writes_nothing(browser: Client, nothing_written: Any) -> None:
    member("cora", "Compliance", level=3)
    member("cyril", "Compliance", level=3)
    member("seth", "Security", level=3)
    member("low", "Security", level=2)  # up to 70 only
    gone = member("gone", "Compliance")
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    sent = form_of()
    with nothing_written():
        said = plain(browser.post(DRAFT, sent, headers={"X-Fragment": "1"}))
    assert "2 of Compliance: cora, cyril" in said
    assert "1 of Security, level 3 or above: seth" in said
    assert "Distinct people can fill every place" in said
    assert "Only the minimum is there: it cannot be met while one of these is away: cora, cyril, seth." in said
    assert "Who could approve on this draft" in browser.post(DRAFT, sent).text


def test_identities_count_once(browser: Client) -> None:
    cora, other = member("cora", "Compliance"), member("cora2", "Compliance")
    Person.objects.filter(pk=other.pk).update(same_as=cora)
    assert "only cora could approve this" in previewed(browser)


def test_one_person_in_two_groups_fills_one_place(browser: Client) -> None:
    """Each requirement has people enough; together there are too few. Counting them apart would not see it."""
    member("bea", "Compliance", "Security")
    member("cora", "Compliance")
    assert "The stages cannot all be met" in previewed(browser)
    assert "Distinct people can fill" in previewed(browser, same_person_again="on")
    side_by_side = {"0-1-needed": "1", "0-1-group": group("Security").pk, "1-0-needed": "", "1-0-group": ""}
    assert "Stage 1 cannot be met by distinct people" in previewed(browser, **side_by_side)


def test_whoever_stands_in_for_another_is_named_and_takes_their_place(browser: Client) -> None:
    cora, away, dora = member("cora", "Compliance"), member("away", "Compliance"), member("dora", "Elsewhere")
    member("seth", "Security")
    Delegation.objects.create(
        person=away, delegate=dora, starts_at=timezone.now() - timedelta(hours=1),
        ends_at=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    said = previewed(browser)
    assert "2 of Compliance: away, cora, dora (for away)" in said
    Person.objects.filter(pk=cora.pk).update(is_active=False)
    # Whoever is voted for has no vote left: Dora for Away, and Away, are one seat.
    assert "cannot" in previewed(browser)


def test_the_owner_of_the_samples_agent_is_left_out(browser: Client, api: Api, owner: Person) -> None:
    action_id = lifecycles.pending(api)
    member("cora", "Compliance")
    member("seth", "Security")
    owner.groups.add(group("Compliance"))
    Person.objects.filter(pk=owner.pk).update(approval_level=4)
    assert "2 of Compliance: cora, olga" in previewed(browser)
    said = previewed(browser, preview_number=str(action_id))
    assert "only cora could approve this" in said
    assert "whoever owns its agent is left out" in said
    assert "does not meet this route" in previewed(browser, preview_number=str(action_id), condition="false")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"preview_number": "999999"}, "There is no action 999999."),
        ({"preview_number": "x"}, "An action is named by its number."),
        ({"preview_score": "101"}, "A score is a number from 0 to 100."),
        ({"0-0-needed": "x"}, "write how many people"),
    ],
)
def test_what_cannot_be_looked_at_is_said(browser: Client, fields: dict[str, Any], says: str) -> None:
    assert says in previewed(browser, **fields)


def test_an_escalation_to_nobody_is_said(browser: Client) -> None:
    escalated = {"escalate_after": "10", "escalate_to": group("Directors").pk}
    assert "nobody there could approve a score of 85" in previewed(browser, **escalated)
    member("dee", "Directors", level=2)
    assert "nobody there could approve" in previewed(browser, **escalated)
    assert "nobody there has level 3" in previewed(browser, preview_score="60", **escalated)
    member("dan", "Directors", level=4)
    assert "nobody there" not in previewed(browser, **escalated)


def test_a_stored_route_is_looked_at_for_a_score(browser: Client) -> None:
    route = new_route(stages=[stage((1, "Compliance", 1))])
    member("cora", "Compliance", level=2)
    assert "only" not in plain(browser.get(f"{LIST}{route.pk}/preview/?preview_score=60"))
    assert "nobody could approve this" in plain(browser.get(f"{LIST}{route.pk}/preview/?preview_score=71"))
    assert browser.get(f"{LIST}999999/preview/").status_code == 404


# -- Replayed ----------------------------------------------------------------------------------------------


def test_a_drafted_route_is_replayed(browser: Client, api: Api) -> None:
    lifecycles.pending(api)
    answer = browser.post(f"{ADD}replay/", form_of(score_below="86", replay_window="1000"), follow=True)
    replay = Replay.objects.get()
    assert (replay.changed, replay.counts["rerouted"]) == (0, 1), answer.text
    ((before, after, number),) = replay.counts["routes"]
    assert (before, after, number) == ("Default, 1 person", "Two and one, 3 people", 1)
    page = plain(browser.get(f"/admin/governance/replay/{replay.pk}/change/"))
    assert (
        "None of 1 past actions would come out differently. 1 would wait as before and would take another route."
        in page
    )
    assert "Two and one, 3 people" in page


def test_the_command_replays_it_too(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    lifecycles.pending(api)
    group("Compliance")
    with pytest.raises(SystemExit) as ended:
        call_command("replay_rules", "--route=Two", "--new", "--set=reason=R", "--set=stages=2 of Compliance")
    assert ended.value.code == 1
    assert "1 would wait as before and would take another route:\n  Default, 1 person -> Two, 2 people: 1" in (
        capsys.readouterr().out
    )


def test_a_draft_from_texts_says_what_it_could_not_read() -> None:
    with pytest.raises(InvalidRule, match="stages: Stage 1 is not read"):
        draft_of_texts("route", "Two", ["reason=R", "stages=two people"], new=True)
    with pytest.raises(InvalidRule, match="no group Nobody"):
        draft_of_texts("route", "Two", ["reason=R", "stages=2 of Nobody"], new=True)
