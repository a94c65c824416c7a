"""What a draft of a rule of risk would do, asked while one types: by POST, allowed to those who may change it, and
nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client

from governance import cvss, cvss_metrics
from governance.models import ActionTypeRule, IndicatorRule, LevelScore, Person, Threshold
from tests.governance.changes import VECTOR, change, edited, new_indicator, new_type
from tests.governance.desk import (
    CVSS,
    ENDPOINTS,
    INDICATOR,
    LEVEL,
    PREVIEW,
    SUGGEST,
    WORDS,
    asked,
    draft,
    rule,
)

Browse = Callable[[Person], Client]


@pytest.fixture
def ask(browser: Client, nothing_written: Any) -> Callable[..., str]:
    """`ask(address, field=value, ...)` gives the words of the answer, and nothing was written."""
    return partial(asked, browser, nothing_written)


# -- Who may ask, and how --------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ENDPOINTS)
def test_only_who_may_change_rules_may_ask(
    address: str, sign_in: Browse, auditor: Person, reviewer: Person, nothing_written: Any
) -> None:
    with nothing_written():
        assert sign_in(auditor).post(address).status_code == 403
        assert sign_in(reviewer).post(address).status_code == 302  # not staff: to the sign-in page
        assert Client().post(address).status_code == 302


@pytest.mark.any_engine
@pytest.mark.parametrize("address", ENDPOINTS)
def test_one_asks_by_post_with_the_forms_token(address: str, admin_person: Person, sign_in: Browse) -> None:
    assert sign_in(admin_person).get(address).status_code == 405
    assert sign_in(admin_person, enforce_csrf_checks=True).post(address).status_code == 403  # type: ignore[call-arg]


@pytest.mark.parametrize("pk", ["999999", "²", "9" * 40, "query"])
def test_a_row_that_is_not_there_is_said_so(browser: Client, pk: str) -> None:
    assert browser.post(PREVIEW, draft(pk=pk)).status_code == 404


@pytest.mark.any_engine
@pytest.mark.parametrize("address", [PREVIEW, CVSS, WORDS, INDICATOR, LEVEL, SUGGEST])
def test_an_empty_form_is_told_what_to_do(address: str, ask: Callable[..., str]) -> None:
    said = ask(address)
    assert any(hint in said for hint in ("Name ", "Answer ", "Open one", "No mapping of techniques")), said


# -- The level -------------------------------------------------------------------------------------------------


def test_a_draft_is_scored_and_who_decides_is_named(ask: Callable[..., str]) -> None:
    said = ask(PREVIEW, **draft())
    assert "60 base = Medium 60" in said
    assert "Supervised Approved by the rules line 70" in said
    assert "Autonomous Waits for a reviewer of level 2 line 60" in said
    said = ask(PREVIEW, **draft(level="high", extra_points="2.5"))
    assert "85 base + 2.5 extra = High 87.5" in said
    assert "Supervised Waits for a reviewer of level 4" in said
    assert "Critical: no policy lets it pass" in ask(PREVIEW, **draft(level="critical"))


def test_the_lines_in_force_decide(ask: Callable[..., str]) -> None:
    change(edited(Threshold, {"agent_type": "supervised"}, review_from=40.0, deny_from=60.0))
    assert "Supervised Refused, nobody is asked line 40" in ask(PREVIEW, **draft())


def test_a_preview_says_what_a_submission_gets(submit: Any, ask: Callable[..., str]) -> None:
    """The twin: what is promised for a new row is what the API answers once it is saved."""
    promised = ask(PREVIEW, **draft(level="high"))
    assert "High 85" in promised
    assert "Supervised Waits" in promised
    change(new_type(level="high"))
    answer = submit(action_type="ship.parcel", description="Sends it", tool_name="post", resource="parcel-7")
    assert (answer["risk_score"], answer["status"]) == (85.0, "pending_approval")


def test_a_family_names_the_types_it_does_not_answer_for(ask: Callable[..., str]) -> None:
    row = rule(ActionTypeRule, pattern="database.*")
    said = ask(PREVIEW, pk=row.pk, **draft(pattern="database.*"))
    rows = ActionTypeRule.objects.filter(pattern__startswith="database.").exclude(pk=row.pk)
    own, first = rows.count(), min(rows.values_list("pattern", flat=True))
    assert f"Every database.… type without a row of its own. These {own} have one: {first}," in said
    change(edited(ActionTypeRule, {"pattern": "database.drop"}, is_enabled=False))
    said = ask(PREVIEW, pk=row.pk, **draft(pattern="database.*"))
    assert f"These {own - 1} have one" in said
    assert "Also database.drop, because the row of its own is disabled." in said


def test_without_its_row_a_type_falls_to_its_family(ask: Callable[..., str]) -> None:
    row = rule(ActionTypeRule, pattern="database.drop")
    said = ask(PREVIEW, pk=row.pk, **draft(pattern="database.drop"))
    assert "Only database.drop." in said
    assert "Without this row database.* would answer: High 85" in said
    fields = draft(pattern="database.drop")
    del fields["is_enabled"]
    assert "Disabled: database.* answers instead" in ask(PREVIEW, pk=row.pk, **fields)


@pytest.mark.any_engine
def test_mistakes_in_the_draft_are_shown_and_what_is_missing_is_not(ask: Callable[..., str]) -> None:
    said = ask(PREVIEW, **draft(extra_points="0.3", pattern="data_*"))
    assert "Extra points: Ensure this value is a multiple of step size 0.5" in said
    assert "This field is required" not in said
    assert "Action type: Write an action type" in ask(PREVIEW, **draft(pattern="data_*"))
    assert "Action type: Action type with this" in ask(PREVIEW, **draft(pattern="query"))


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("extra", "says"), [("10", ""), ("5", "when the agent is supervised or unregistered."), ("0", "starts at 60")]
)
def test_the_unclassified_row_warns_when_nobody_would_look(ask: Callable[..., str], extra: str, says: str) -> None:
    row = rule(ActionTypeRule, pattern="*")
    said = ask(PREVIEW, pk=row.pk, **draft(pattern="*", extra_points=extra))
    assert ("nobody looks at it" in said) == bool(says)
    assert says in said
    assert "Every type that neither a row nor a family names" in said


def test_the_unclassified_row_stays(ask: Callable[..., str]) -> None:
    row = rule(ActionTypeRule, pattern="*")
    assert "it must stay enabled and stay *" in ask(PREVIEW, pk=row.pk, **draft(pattern="ship.parcel"))


# -- The vector ------------------------------------------------------------------------------------------------


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("vector", "says"),
    [
        (VECTOR, "Medium 4.3 of 10, base score of CVSS 3.1"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "Critical 10.0 of 10, base score of CVSS"),
        ("CVSS:3.1/AV:N/AC:L", "6 questions still open: Privileges required (PR)"),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:MEDIUM/I:N/A:N", 'Unknown value "MEDIUM"'),
        ("AV:N/AC:L", "a vector begins with CVSS:3.1/ or CVSS:4.0/"),
        (f"{VECTOR}/E:U", "only base metrics belong here, not E"),
    ],
)  # fmt: skip
def test_a_vector_is_scored_or_explained(ask: Callable[..., str], vector: str, says: str) -> None:
    assert says in ask(CVSS, cvss_vector=vector)


@pytest.mark.any_engine
def test_a_vector_is_scored_where_more_is_at_stake(ask: Callable[..., str]) -> None:
    IndicatorRule.objects.exclude(cvss_environment="").delete()
    assert "No enabled indicator rule" in ask(CVSS, cvss_vector=VECTOR)
    change(new_indicator(key="secrecy", value="great", points=0, cvss_environment="CR:H"))
    said = ask(CVSS, cvss_vector=VECTOR)
    assert "secrecy = great CR:H Medium 5.0" in said


@pytest.mark.parametrize("version", ["3.1", "4.0"])
def test_the_questions_make_a_whole_vector(version: str) -> None:
    """Every first answer and every last one: the library knows them all and misses none."""
    for place in (0, -1):
        metrics = cvss_metrics.METRICS[version]
        vector = f"CVSS:{version}/" + "/".join(f"{one.code}:{one.answers[place][0]}" for one in metrics)
        assert cvss.base(vector)["vector"] == vector
        assert cvss_metrics.unanswered(vector) == []


# -- Words, indicators, levels ---------------------------------------------------------------------------------


def test_words_are_tried_on_a_text(browser: Client, ask: Callable[..., str]) -> None:
    text = "Please DROP  TABLE customers on prodDb"
    marked = browser.post(WORDS, {"words": "drop table\nprod\nproduct", "try_text": text}).text
    assert "<mark>drop table</mark> customers on <mark>prod</mark> db" in marked
    assert "Found: drop table, prod." in ask(WORDS, words="drop table\nprod\nproduct", try_text=text)
    assert "None of the 1 word is in it." in ask(WORDS, words="product", try_text=text)
    assert "<mark>drop</mark> <mark>drop</mark>" in browser.post(WORDS, {"words": "drop", "try_text": "drop drop"}).text


def test_a_text_is_shown_not_run(browser: Client) -> None:
    shown = browser.post(WORDS, {"words": "script", "try_text": "<script>alert(1)</script>"}).text
    assert "<script>" not in shown
    assert "<mark>script</mark> alert 1 <mark>script</mark>" in shown


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("words", "says"), [("x", "too short"), ("", "Name at least one word."), ("a" * 101, "longer than 100")]
)
def test_words_that_cannot_be_searched_are_explained(ask: Callable[..., str], words: str, says: str) -> None:
    assert says in ask(WORDS, words=words, try_text="anything")


def test_an_everyday_word_is_warned_of(ask: Callable[..., str]) -> None:
    assert "“customer” is an everyday word" in ask(WORDS, words="customer\ndrop table")
    assert "everyday" not in ask(WORDS, words="drop table")


def test_a_word_in_many_past_actions_is_warned_of(submit: Any, ask: Callable[..., str]) -> None:
    for number in range(20):
        submit(description=f"Look into ticket {number}" + (" of the zebra" if number < 4 else ""))
    said = ask(WORDS, words="zebra\nunicorn\nticket")
    assert "“ticket” is in 20 of the last 20 actions" in said
    assert "“zebra” is in 4 of the last 20 actions" in said
    assert "unicorn" not in said


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"points": "15", "up_to": "85"}, "the score rises by 15 but not above 85."),
        ({"points": "15"}, "the score rises by 15."),
        ({"raises_to": "high"}, "the score is at least 85 (high)."),
        ({"points": "5", "forces_review": "on"}, "the score rises by 5 and a person decides, whatever the score."),
        ({"cvss_environment-CR": "H", "cvss_environment-IR": "H", "cvss_environment-AR": "M"},
         "CVSS is computed with confidentiality and integrity mattering most."),
    ],
)  # fmt: skip
def test_an_indicator_is_a_sentence(ask: Callable[..., str], fields: dict[str, str], says: str) -> None:
    given = {"key": "Data_Sensitivity", "value": "HIGHEST", "points": "0", "up_to": "100", "is_enabled": "on"}
    said = ask(INDICATOR, **given | fields)
    assert f"When the agent declares data_sensitivity = highest, {says}" in said


def test_an_indicators_cvss_environment_is_chosen(browser: Client) -> None:
    fields = {
        "name": "Abroad", "key": "abroad", "value": "true", "points": "5", "up_to": "100", "reason": "It goes abroad.",
        "is_enabled": "on", "change_reason": "New.", "without_replay": "on",
        "cvss_environment-CR": "H", "cvss_environment-AR": "M",
    }  # fmt: skip
    assert browser.post("/admin/governance/indicatorrule/add/", fields).status_code == 302
    assert rule(IndicatorRule, key="abroad").cvss_environment == "CR:H/AR:M"


def test_moving_a_level_names_what_turns(ask: Callable[..., str]) -> None:
    row = rule(LevelScore, level="medium")
    said = ask(LEVEL, pk=row.pk, score="55")
    assert "Medium 55 was 60" in said
    assert "50 to below 70" in said
    assert "Moved from 60 to 55" in said
    assert "autonomous: reviewer of level 2 → approved" in said
    assert "data_access" in said or "more" in said
    assert "A score of 75 would be called high, not medium." in ask(LEVEL, pk=row.pk, score="75")
    high = rule(LevelScore, level="high")
    assert "every action type is answered as before" in ask(LEVEL, pk=high.pk, score="84.5")
