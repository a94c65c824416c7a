"""Between looking and confirming: what somebody else did meanwhile, what the page carries, and who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from governance import rule_files, rule_tables
from governance.admin import rule_io
from governance.errors import Conflict
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    LevelScore,
    Person,
    Policy,
    Route,
)
from governance.people import create_person
from governance.rule_changes import fingerprint
from governance.rule_imports import import_rules, plan_of
from tests.governance.changes import ADAM, change, edited, last_entry
from tests.governance.files import (
    confirm,
    csv_of,
    exported,
    page,
    problems,
    take_over,
    upload,
)
from tests.reviews.routes import new_route, stage
from tests.support.people import SETUP

pytestmark = pytest.mark.django_db

KINDS = list(rule_tables.KINDS.values())


# -- Between the two steps ---------------------------------------------------------------------------------


def test_a_rule_changed_meanwhile_stops_the_import(browser: Client, nothing_written: Any) -> None:
    shown = upload(browser, EvidenceRule, csv_of(exported(EvidenceRule, Production={"points": "7.5"})))
    change(edited(EvidenceRule, {"name": "Production"}, points=9.0))
    with nothing_written():
        answer = confirm(browser, EvidenceRule, shown)
    assert answer.status_code == 409
    assert "Somebody changed a rule of the file meanwhile. Nothing was changed." in answer.text
    assert "points: <del>9</del> <ins>7.5</ins>" in answer.text  # as it is now
    assert "Agreed on Monday." in answer.text  # the reason need not be typed again
    assert "rulebook version 3 is in force." in confirm(browser, EvidenceRule, answer).text


def test_a_rule_that_was_the_same_and_is_changed_meanwhile_stops_it_too(browser: Client) -> None:
    shown = upload(browser, EvidenceRule, csv_of(exported(EvidenceRule, Production={"points": "7.5"})))
    change(edited(EvidenceRule, {"name": "Credentials"}, points=9.0))
    assert confirm(browser, EvidenceRule, shown).status_code == 409
    assert EvidenceRule.objects.get(name="Credentials").points == 9


def test_a_rule_made_meanwhile_is_not_overwritten(browser: Client) -> None:
    row = {"name": "Names", "words": "acme", "points": "5", "reason": "A client."}
    shown = upload(browser, EvidenceRule, csv_of([row]))
    change(EvidenceRule(name="Names", words="other", points=1, reason="Another."))
    assert confirm(browser, EvidenceRule, shown).status_code == 409
    assert EvidenceRule.objects.get(name="Names").words == "other"


def test_a_change_under_way_is_noticed_under_the_lock(nothing_written: Any) -> None:
    """What is compared before the lock is compared again under it."""
    plan = plan_of(EvidenceRule, rule_files.read(csv_of(exported(EvidenceRule, Production={"points": "7.5"}))))
    change(edited(EvidenceRule, {"name": "Production"}, points=9.0))
    with nothing_written(), pytest.raises(Conflict):
        import_rules(plan, actor=ADAM, reason="x", file="x.csv", digest="0" * 64, seen=plan.seen)


def test_no_reason_no_import(browser: Client, nothing_written: Any) -> None:
    shown = upload(browser, EvidenceRule, csv_of(exported(EvidenceRule, Production={"points": "7.5"})))
    with nothing_written():
        answer = confirm(browser, EvidenceRule, shown, because="  ")
    assert "This field is required." in answer.text
    assert "points: <del>5</del> <ins>7.5</ins>" in answer.text
    assert "rulebook version 2 is in force." in confirm(browser, EvidenceRule, answer).text


@pytest.mark.parametrize("forged", ["", "nonsense", "a:b:c"])
def test_what_the_page_carries_cannot_be_forged(browser: Client, nothing_written: Any, forged: str) -> None:
    with nothing_written():
        answer = browser.post(page(Policy, "import/"), {"upload": forged, "change_reason": "x"})
    assert answer.status_code == 409
    assert "Upload the file again." in answer.text


def test_what_the_page_carries_is_for_one_person_one_kind_and_one_hour(
    browser: Client, sign_in: Callable[..., Client], nothing_written: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = upload(browser, Control, csv_of([{"control_id": "AC-3", "title": "Who may"}]))
    other = create_person(actor=SETUP, username="ada", role="admin")
    with nothing_written():
        assert confirm(sign_in(other), Control, shown).status_code == 409
        assert confirm(browser, Policy, shown).status_code == 409
        monkeypatch.setattr(rule_io, "_HOUR", -1)
        assert confirm(browser, Control, shown).status_code == 409
        monkeypatch.undo()
    assert "version 2 is in force" in confirm(browser, Control, shown).text


def test_uploads_are_not_kept(browser: Client, settings: Any) -> None:
    assert settings.FILE_UPLOAD_HANDLERS == ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
    shown = upload(browser, Policy, csv_of(exported(Policy)))
    assert not [key for key in browser.session.keys() if "import" in key]  # noqa: SIM118
    assert shown.context["file"] == "rules.csv"


# -- Who may -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", KINDS)
def test_an_auditor_imports_nothing(reader: Client, model: type[Model], nothing_written: Any) -> None:
    if model is Route:  # of which none is shipped
        new_route(stages=[stage((1, None, 1))])
    with nothing_written():
        assert reader.get(page(model, "import/")).status_code == 403
        assert upload(reader, model, csv_of(exported(model))).status_code == 403
        assert reader.post(page(model, "import/"), {"upload": "x", "change_reason": "x"}).status_code == 403


def test_an_auditor_cannot_confirm_what_an_admin_looked_at(browser: Client, reader: Client) -> None:
    shown = upload(browser, Control, csv_of([{"control_id": "AC-3", "title": "Who may"}]))
    assert confirm(reader, Control, shown).status_code == 403


def test_the_page_of_the_first_step_names_the_columns(browser: Client) -> None:
    shown = browser.get(page(ActionTypeRule, "import/")).text
    for column in rule_tables.columns(ActionTypeRule):
        assert f"<code>{column.name}</code>" in shown
    assert "low, medium, high, critical" in shown


def test_a_form_without_its_token_is_refused(
    sign_in: Callable[..., Client], admin_person: Person, nothing_written: Any
) -> None:
    strict = sign_in(admin_person, enforce_csrf_checks=True)
    with nothing_written():
        assert upload(strict, Policy, csv_of(exported(Policy))).status_code == 403


def test_levels_are_four(browser: Client) -> None:
    shown = upload(browser, LevelScore, csv_of([{"level": "absurd", "score": "99"}]))
    assert problems(shown) == [(2, "level", "“absurd” is not one of low, medium, high, critical.")]


def test_fingerprints_do_not_depend_on_how_the_row_was_read(browser: Client, admin_person: Person) -> None:
    take_over(browser, Policy, csv_of([{"name": "Payments over 10,000", "owner": "adam"}]))
    row = Policy.objects.get()
    assert row.owner == admin_person
    assert last_entry()["type"] == "rules.imported"
    before = fingerprint(row)
    admin_person.first_name = "Adam the Second"
    admin_person.save(update_fields=["first_name"])
    assert fingerprint(Policy.objects.get()) == before
