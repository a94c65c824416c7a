"""Policies in Django admin: the form, templates, copies, and the list."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from governance.condition_reference import ENTRIES
from governance.models import Control, Person, Policy
from governance.policy_templates import TEMPLATES
from tests.governance.changes import change, last_entry, new_policy
from tests.governance.policy_pages import ADD, LIST, TEMPLATES_PAGE, errors, form_of, words_of

# -- The form ----------------------------------------------------------------------------------------------


def test_it_works(browser: Client, admin_person: Person) -> None:
    controls = list(Control.objects.filter(control_id__in=["AC-3", "AU-10"]).values_list("pk", flat=True))
    sent = form_of(
        owner=admin_person.pk, controls=controls, valid_from="2026-12-01T08:00", valid_until="2027-01-01T00:00"
    )
    response = browser.post(ADD, sent, follow=True)
    assert "Rulebook version 2 is in force." in response.text
    policy = Policy.objects.get(name="Big payments")
    assert (policy.owner, policy.severity, policy.mode) == (admin_person, "high", "enforce")
    assert sorted(policy.controls.values_list("control_id", flat=True)) == ["AC-3", "AU-10"]
    assert policy.valid_from and policy.valid_from.isoformat() == "2026-12-01T08:00:00+00:00"
    assert last_entry()["data"]["reason"] == "Agreed on Monday."


def test_the_groups_stand_in_the_order_of_the_questions(browser: Client) -> None:
    titles = [name for name, _ in browser.get(ADD).context["adminform"].fieldsets]
    assert titles == [
        "What it does",
        "When it applies",
        "Why, and who answers for it",
        "For how long",
        "This change",
    ]


def test_every_field_of_a_policy_is_in_a_group(browser: Client) -> None:
    form = browser.get(ADD).context["adminform"].form
    assert set(form.fields) == {
        field.name for field in (*Policy._meta.fields, *Policy._meta.many_to_many) if field.name != "id"
    } | {"change_reason", "without_replay", "seen"}


def test_a_new_policy_only_observes_unless_told_otherwise(browser: Client, admin_person: Person) -> None:
    form = browser.get(ADD).context["adminform"].form
    assert form["mode"].value() == "observe"
    assert form["owner"].value() == admin_person.pk


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"condition": "action.typ == 'x'"}, "condition", "Did you mean action.type?"),
        ({"condition": "Do not allow payments over 500"}, "condition", "sentences are not read here"),
        ({"condition": "action.type.matches(action.details.x)"}, "condition", "must be written out"),
        ({"condition": ""}, "condition", "This field is required."),
        ({"effect": "maybe"}, "effect", "not one of the available choices"),
        ({"mode": None}, "mode", "This field is required."),
        ({"reason": ""}, "reason", "This field is required."),
        ({"valid_from": "2027-01-01T00:00", "valid_until": "2026-01-01T00:00"}, "__all__", "begin before it ends"),
        ({"valid_from": "soon"}, "valid_from", "Enter a valid date/time."),
        ({"name": "Payments over 10,000"}, "name", "already exists"),
        ({"change_reason": " "}, "change_reason", "This field is required."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    browser: Client, nothing_written: Any, fields: dict[str, Any], field: str, says: str
) -> None:
    with nothing_written():
        response = browser.post(ADD, form_of(**fields))
    assert list(errors(response)) == [field]
    assert says in html.unescape(errors(response)[field][0])


def test_an_enforced_policy_without_an_owner_is_pointed_out(browser: Client, admin_person: Person) -> None:
    assert "nobody answers for it" in browser.post(ADD, form_of(), follow=True).text
    policy = Policy.objects.get(name="Big payments")
    assert "nobody answers for it" in browser.get(f"{LIST}{policy.pk}/change/").text
    assert '<span class="missed">nobody</span>' in browser.get(LIST).text
    watched = browser.post(ADD, form_of(name="Watched", mode="observe"), follow=True)
    assert "nobody answers for it" not in watched.text
    owned = browser.post(ADD, form_of(name="Owned", owner=admin_person.pk), follow=True)
    assert "nobody answers for it" not in owned.text


def test_the_list_says_what_each_policy_is_worth_now(browser: Client) -> None:
    now = timezone.now()
    change(new_policy(name="Later", valid_from=now + timedelta(days=2)))
    change(new_policy(name="Over", valid_until=now - timedelta(days=2)))
    change(new_policy(name="Running", valid_until=now + timedelta(days=2), severity="critical"))
    rows = dict(_rows(browser.get(LIST)))
    assert "not yet: from" in rows["Later"]
    assert "over since" in rows["Over"]
    assert "in force until" in rows["Running"] and "Critical" in rows["Running"]
    assert "(observed only)" in rows["Payments over 10,000"]
    for validity, names in (("now", {"Running", "Payments over 10,000"}), ("later", {"Later"}), ("over", {"Over"})):
        assert {name for name, _ in _rows(browser.get(f"{LIST}?validity={validity}"))} == names


def _rows(response: HttpResponse) -> list[tuple[str, str]]:
    cells = re.findall(r"<tr><th.*?</tr>", response.content.decode(), flags=re.DOTALL)
    texts = [re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "|", row))).strip("| ") for row in cells]
    return [(text.split("|")[0], text) for text in texts]


def test_the_list_costs_no_more_with_more_policies(browser: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(25):
        new_policy(name=f"Policy {number}").save()
    with django_assert_max_num_queries(12):
        browser.get(LIST)


# -- The reference -----------------------------------------------------------------------------------------


def test_the_whole_reference_stands_in_the_form(browser: Client) -> None:
    shown = html.unescape(browser.get(ADD).text)
    assert [entry.name for entry in ENTRIES if entry.name not in shown or entry.example not in shown] == []


# -- Templates and copies ----------------------------------------------------------------------------------


def test_every_template_is_on_its_page(browser: Client) -> None:
    shown = html.unescape(browser.get(TEMPLATES_PAGE).text)
    for template in TEMPLATES:
        assert template.name in shown and template.condition in shown
        assert f"{ADD}?template={template.slug}" in shown


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.slug)
def test_a_template_is_saved_as_it_stands(browser: Client, template: Any) -> None:
    form = browser.get(f"{ADD}?template={template.slug}").context["adminform"].form
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value not in (None, False)}
    sent |= {"change_reason": "To see what it would do.", "without_replay": "on"}
    response = browser.post(ADD, sent, follow=True)
    assert "Rulebook version 2 is in force." in response.text
    assert "gets no answer from this policy" not in response.text
    policy = Policy.objects.get(name=template.name)
    assert policy.mode == "observe" and policy.condition == template.condition
    assert {control.control_id for control in policy.controls.all()} == set(template.controls)


def test_the_form_says_what_it_was_begun_with(browser: Client) -> None:
    shown = words_of(browser.get(f"{ADD}?template=recipients-outside"))
    assert "Started from the template “Recipients outside the organisation”. Change @example.com" in shown
    assert "start from a template" in words_of(browser.get(f"{ADD}?template=no-such"))
    assert "Start from a template" in words_of(browser.get(LIST))


def test_an_auditor_reads_templates_and_begins_nothing(sign_in: Any, auditor: Person) -> None:
    page = sign_in(auditor).get(TEMPLATES_PAGE)
    assert page.status_code == 200 and "Start with this" not in page.text
    assert sign_in(auditor).get(f"{ADD}?template=bulk-deletion").status_code == 403


def test_a_policy_is_duplicated(browser: Client) -> None:
    source = new_policy(name="N" * 100, severity="critical", priority=7, mode="enforce")
    change(source, links={"controls": list(Control.objects.filter(control_id="AC-3"))})
    assert f"{ADD}?copy={source.pk}" in browser.get(f"{LIST}{source.pk}/change/").text
    form = browser.get(f"{ADD}?copy={source.pk}").context["adminform"].form
    copied = {name: form[name].value() for name in ("condition", "effect", "severity", "reason", "priority", "mode")}
    assert copied == {
        "condition": source.condition,
        "effect": "deny",
        "severity": "critical",
        "reason": source.reason,
        "priority": 7,
        "mode": "observe",  # a copy begins like any other policy
    }
    assert form["name"].value() == f"{'N' * 90} (copy)"
    assert form["controls"].value() == [Control.objects.get(control_id="AC-3").pk]
    assert browser.get(f"{ADD}?copy=x").status_code == browser.get(f"{ADD}?copy=99999").status_code == 200
