"""The desk beside a condition: checked while typed, tried on a past action; nothing is written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from governance.models import Person, Policy
from governance.roles import PERMISSIONS
from tests.governance.changes import change, new_policy
from tests.governance.policy_pages import ADD, LIST, TRY, form_of, tried
from tests.support.api import Api

# -- Check and try -----------------------------------------------------------------------------------------


def test_a_right_condition_is_called_right(browser: Client) -> None:
    assert "It is a condition" in tried(browser, 'action.type == "query"')
    assert "gets no answer" in tried(browser, "action.details.amount > 5")
    assert "gets no answer" not in tried(browser, 'action.type == "query"')
    assert "more than about 512 values" in tried(browser, "action.details.?a.orValue([]).map(x, x).size() > 1")
    assert "Write a condition" in tried(browser, "  ")


def test_a_wrong_condition_is_shown_with_its_place(browser: Client) -> None:
    said = tried(browser, 'action.typ == "<b>"')
    assert "Not a condition yet" in said
    assert "Line 1, column 7: undeclared reference to 'action.typ'" in said
    assert "......^ Did you mean action.type?" in said


def test_a_condition_is_tried_on_a_past_action(browser: Client, api: Api) -> None:
    number = api.submit(action_type="data_access", action_details={"amount": 900})["id"]
    said = tried(browser, 'action.details.amount > 500 && action.type == "query"', number)
    assert f"Action {number} : data_access by customer-service-agent-001 (supervised)" in said
    assert "does not hold The condition ; each part is asked for itself – all of:" in said
    assert "holds action.details.amount > 500" in said
    assert 'does not hold action.type == "query"' in said
    assert said.count("approved at once") == 3 and "differs" not in said
    holds = tried(browser, "action.details.amount > 500", number)
    assert "With this policy enforced differs waits for a person A large amount needs a person." in holds
    denied = tried(browser, "true", number, effect="deny", reason="No.")
    assert "differs refused at once No." in denied


def test_why_there_is_no_answer_is_said(browser: Client, api: Api) -> None:
    number = api.submit()["id"]
    said = tried(browser, "action.details.amount > 500", number)
    assert 'no answer The condition The action has no "amount".' in said
    assert "differs waits for a person" in said
    parts = tried(browser, 'action.details.amount > 500 || action.type == "query"', number)
    assert "holds The condition" in parts
    assert 'no answer action.details.amount > 500 The action has no "amount".' in parts


def test_what_only_observes_says_so(browser: Client, api: Api) -> None:
    number = api.submit()["id"]
    assert "Observed only, it changes nothing" in tried(browser, "true", number, mode="observe")
    assert "Observed only" not in tried(browser, "true", number)
    assert "Observed only" not in tried(browser, "false", number, mode="observe")


def test_the_validity_counts_at_the_actions_own_time(browser: Client, api: Api) -> None:
    number = api.submit()["id"]
    before = tried(browser, "true", number, effect="deny", valid_until="2020-01-01T00:00")
    assert "came outside of the policy's validity" in before and "differs" not in before
    within = tried(browser, "true", number, effect="deny", valid_from="2020-01-01T00:00")
    assert "outside of the policy's validity" not in within and "differs" in within
    assert "differs" in tried(browser, "true", number, effect="deny", valid_until="half a date")


def test_a_changed_policy_takes_the_place_of_the_stored_one(browser: Client, api: Api) -> None:
    change(new_policy(name="Stops all", condition="true", reason="Stopped."))
    policy = Policy.objects.get(name="Stops all")
    number = api.submit()["id"]
    said = tried(browser, "false", number, policy=str(policy.pk), name="Renamed", effect="deny")
    assert "By the rules in force now refused at once Stopped." in said
    assert "With this policy enforced differs approved at once" in said
    # The naive twin: a draft beside the stored policy would change nothing.
    assert "differs" not in tried(browser, "false", number, name="Renamed", effect="deny")


def test_nothing_is_written_by_trying(browser: Client, api: Api, nothing_written: Any) -> None:
    number = api.submit()["id"]
    with nothing_written():
        tried(browser, "true", number, effect="deny")


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("999999", "There is no action 999999."),
        ("12 or so", "An action is named by its number."),
        ("-1", "An action is named by its number."),
        ("9" * 30, "An action is named by its number."),
        ("٣", "There is no action 3."),
    ],
)
def test_an_action_that_is_none_is_said_so(browser: Client, number: str, says: str) -> None:
    assert says in tried(browser, "true", number)


def test_a_wrong_condition_is_not_tried(browser: Client, api: Api) -> None:
    said = tried(browser, "true &&", api.submit()["id"])
    assert "The condition can be tried when it is right." in said and "What becomes of it" not in said


def test_an_agents_text_stays_text(browser: Client, api: Api) -> None:
    number = api.submit(action_type="<img src=x>", action_details={"<b>": 1})["id"]
    shown = browser.post(TRY, form_of(condition='action.details["<b>"] > 5', try_number=number)).text
    assert "<img src=x>" not in shown and "&lt;img src=x&gt;" in shown


def test_without_a_script_it_is_a_page_of_its_own(browser: Client, api: Api) -> None:
    number = api.submit()["id"]
    page = browser.post(TRY, form_of(condition="true", try_recent=str(number), name="Mine"))
    assert page.status_code == 200
    assert "Nothing is saved here." in page.text
    assert "What becomes of it" in page.text
    assert '<input type="hidden" name="name" value="Mine">' in page.text
    assert f'<option value="{number}"' in page.text


def test_the_latest_actions_are_offered(browser: Client, api: Api) -> None:
    numbers = [api.submit()["id"] for _ in range(22)]
    offered = re.findall(r'<option value="(\d+)"[^>]*>\s*\d+: query', browser.get(ADD).text)
    assert list(map(int, offered)) == sorted(numbers, reverse=True)[:20]


def test_who_may_not_change_policies_may_not_try(sign_in: Any, auditor: Person, reviewer: Person) -> None:
    assert sign_in(auditor).post(TRY, form_of()).status_code == 403
    assert sign_in(reviewer).post(TRY, form_of()).status_code == 302
    assert "data-try" not in sign_in(auditor).get(f"{LIST}{Policy.objects.get().pk}/change/").text


def test_who_sees_not_all_teams_is_shown_no_action(
    browser: Client, api: Api, admin_person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = api.submit()["id"]
    monkeypatch.setitem(PERMISSIONS, "admin", PERMISSIONS["admin"] - {"actions.view_all_teams"})
    said = tried(browser, "true", number)
    assert "It is a condition" in said and "you may not see all teams' actions" in said
    assert "query" not in said
    assert "try-number" not in browser.get(ADD).text


def test_it_takes_no_get_and_no_forged_post(browser: Client, admin_person: Person) -> None:
    assert browser.get(TRY).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_person)
    assert strict.post(TRY, form_of()).status_code == 403
