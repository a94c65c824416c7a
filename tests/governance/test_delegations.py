"""Who may act for whom, and when: the verbs, the page of the person, and the admin's."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from governance.delegations import delegate, end_delegation
from governance.errors import Forbidden, InvalidDelegation, ReasonRequired
from governance.models import Delegation, LedgerEntry, Person
from tests.reviews.away import away, back, changed, same_human
from tests.reviews.pages import text_of
from tests.reviews.routes import member
from tests.support.lifecycles import actor_of

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def entries(kind: str) -> list[dict[str, Any]]:
    return [json.loads(entry.body) for entry in LedgerEntry.objects.filter(type=kind).order_by("id")]


def in_(**length: int) -> datetime:
    return timezone.now() + timedelta(**length)


def test_it_works(reviewer: Person, second_reviewer: Person) -> None:
    made = away(reviewer, second_reviewer)
    assert list(Delegation.objects.active()) == [made]
    assert set(second_reviewer.acts_for()) == set(reviewer.groups.all()) | set(second_reviewer.groups.all())
    back(made)
    assert not Delegation.objects.active()
    [started], [ended] = entries("delegation.started"), entries("delegation.ended")
    assert started["data"]["person"] == "rita"
    assert started["data"]["delegate"] == "ravi"
    assert {started["stream"], ended["stream"]} == {f"person:{reviewer.pk}"}
    assert started["actor"]["id"] == str(reviewer.pk)


REFUSED = {
    "oneself": (lambda: {"to": "rita"}, "another human being"),
    "an admin, who decides nothing": (lambda: {"to": "adam"}, "adam may not decide anything themselves"),
    "an auditor": (lambda: {"to": "aude"}, "aude may not decide"),
    "an end in the past": (lambda: {"ends_at": in_(minutes=-1)}, "not in the future"),
    "an end before the start": (lambda: {"starts_at": in_(days=3), "ends_at": in_(days=2)}, "begin before it ends"),
    "too long": (lambda: {"ends_at": in_(days=90, minutes=1)}, "at most 90 days"),
    "a long story": (lambda: {"reason": "x" * 301}, "at most 300 characters"),
    "a NUL": (lambda: {"reason": "a\x00b"}, "plain text"),
}


@pytest.mark.usefixtures("admin_person", "auditor", "second_reviewer")
@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_sense_is_refused(reviewer: Person, nothing_written: Any, name: str) -> None:
    given, words = REFUSED[name]
    fields: dict[str, Any] = {"to": "ravi", "starts_at": None, "ends_at": in_(days=7), "reason": "", **given()}
    fields["to"] = Person.objects.get(username=fields["to"])
    with nothing_written(), pytest.raises(InvalidDelegation, match=words):
        delegate(actor=actor_of(reviewer), by=reviewer, person=reviewer, **fields)


def test_exactly_90_days_are_fine(reviewer: Person, second_reviewer: Person) -> None:
    start = in_(days=1)
    away(reviewer, second_reviewer, starts_at=start, ends_at=start + timedelta(days=90))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"is_active": False}, "not active"),
        ({"approval_level": None}, "may not decide anything"),
        ({"role": "none"}, "may not decide anything"),
    ],
)
def test_the_delegate_must_be_able_to(
    reviewer: Person, second_reviewer: Person, change: dict[str, Any], words: str
) -> None:
    changed(second_reviewer, **change)
    with pytest.raises(InvalidDelegation, match=words):
        away(reviewer, second_reviewer)


def test_who_decides_nothing_has_nothing_to_lend(auditor: Person, reviewer: Person) -> None:
    with pytest.raises(InvalidDelegation, match="aude decides nothing"):
        away(auditor, reviewer)


def test_another_account_of_the_same_human_is_no_delegate(reviewer: Person, second_reviewer: Person) -> None:
    for account, main in ((second_reviewer, reviewer), (reviewer, second_reviewer)):
        same_human(changed(account), main)
        with pytest.raises(InvalidDelegation, match="another human being"):
            away(reviewer, second_reviewer)
        same_human(changed(account), None)
    away(reviewer, second_reviewer)


def test_one_delegate_at_a_time(reviewer: Person, second_reviewer: Person, senior: Person) -> None:
    start = in_(days=2)
    first = away(reviewer, second_reviewer, starts_at=start, ends_at=start + timedelta(days=2))
    for begin, end in ((0, 3), (3, 5), (0, 9), (2, 4)):
        with pytest.raises(InvalidDelegation, match=r"ravi acts for rita from .* already"):
            away(reviewer, senior, starts_at=in_(days=begin, seconds=5), ends_at=in_(days=end, seconds=5))
    away(reviewer, senior, ends_at=start)  # one after the other, without a gap
    away(reviewer, senior, starts_at=start + timedelta(days=2), ends_at=start + timedelta(days=4))
    back(first)
    away(reviewer, senior, starts_at=start, ends_at=start + timedelta(days=2))


def test_nor_by_way_of_a_second_account(reviewer: Person, second_reviewer: Person, senior: Person) -> None:
    other = same_human(member("rita2", "Payments"), reviewer)
    away(reviewer, second_reviewer)
    with pytest.raises(InvalidDelegation, match="already"):
        away(other, senior)


def test_nobody_arranges_it_for_another_but_an_admin(
    reviewer: Person, second_reviewer: Person, admin_person: Person, senior: Person, nothing_written: Any
) -> None:
    for by, error in ((second_reviewer, Forbidden), (senior, Forbidden)):
        with nothing_written(), pytest.raises(error):
            away(reviewer, second_reviewer, by=by)
    with nothing_written(), pytest.raises(ReasonRequired):
        away(reviewer, second_reviewer, by=admin_person, reason="  ")
    made = away(reviewer, second_reviewer, by=admin_person)
    for by, error in ((senior, Forbidden), (admin_person, ReasonRequired)):
        with nothing_written(), pytest.raises(error):
            end_delegation(made.pk, actor=actor_of(by), by=by)
    end_delegation(made.pk, actor=actor_of(admin_person), by=admin_person, reason="Back early.")
    assert entries("delegation.ended")[0]["data"]["reason"] == "Back early."


def test_a_former_admin_arranges_nothing_more(reviewer: Person, second_reviewer: Person, admin_person: Person) -> None:
    """The account is read behind the lock: what the caller remembers of it does not count."""
    changed(admin_person, role="none")
    with pytest.raises(Forbidden):
        away(reviewer, second_reviewer, by=admin_person)


def test_ending_twice_changes_nothing(reviewer: Person, second_reviewer: Person, nothing_written: Any) -> None:
    made = back(away(reviewer, second_reviewer))
    with nothing_written():
        assert back(made).ended_at == made.ended_at


def test_nor_does_ending_what_is_over(reviewer: Person, second_reviewer: Person, nothing_written: Any) -> None:
    made = away(reviewer, second_reviewer, days=1)
    with time_machine.travel(in_(days=2), tick=False), nothing_written():
        assert back(made).ended_at is None


def test_the_delegate_may_give_it_back(reviewer: Person, second_reviewer: Person) -> None:
    made = away(reviewer, second_reviewer)
    end_delegation(made.pk, actor=actor_of(second_reviewer), by=second_reviewer)
    assert not Delegation.objects.active()


def test_the_database_keeps_the_plainest_of_it(reviewer: Person, second_reviewer: Person) -> None:
    now = timezone.now()
    for fields in (
        {"delegate": reviewer, "starts_at": now, "ends_at": now + timedelta(days=1)},
        {"delegate": second_reviewer, "starts_at": now, "ends_at": now},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Delegation.objects.create(person=reviewer, **fields)


class TestThePage:
    def form(self, to: Person, **fields: Any) -> dict[str, Any]:
        return {"delegate": to.pk, "starts_at": "", "ends_at": f"{in_(days=7):%Y-%m-%dT%H:%M}", "reason": "", **fields}

    def test_it_works(self, reviewer: Person, second_reviewer: Person, sign_in: SignIn) -> None:
        rita, ravi = sign_in(reviewer), sign_in(second_reviewer)
        assert 'href="/away/"' in rita.get("/").content.decode()
        assert "Nobody. While you are away" in text_of(rita.get("/away/"))
        assert rita.post("/away/", self.form(second_reviewer, reason="Holiday <b>")).status_code == 302
        made = Delegation.objects.get()
        text = text_of(rita.get("/away/"))
        assert "ravi acts for you from now until" in text
        assert "ravi in force" in text
        assert "Holiday <b>" in text
        text = text_of(ravi.get("/away/"))
        assert f"You act for rita until {made.ends_at:%Y-%m-%d %H:%M} UTC." in text
        assert ravi.get(f"/away/{made.pk}/end/").headers["Location"] == "/away/"
        assert rita.post(f"/away/{made.pk}/end/").status_code == 302
        assert "ended early" in text_of(rita.get("/away/"))
        assert "You act for" not in text_of(ravi.get("/"))

    def test_the_delegate_gives_it_back(self, reviewer: Person, second_reviewer: Person, sign_in: SignIn) -> None:
        made = away(reviewer, second_reviewer)
        answer = sign_in(second_reviewer).post(f"/away/{made.pk}/end/", follow=True)
        assert "You no longer act for rita." in text_of(answer)

    @pytest.mark.parametrize("who", ["senior", "admin_person", "outsider"])
    def test_a_strangers_delegation_does_not_exist(
        self, request: pytest.FixtureRequest, reviewer: Person, second_reviewer: Person, sign_in: SignIn, who: str
    ) -> None:
        made = away(reviewer, second_reviewer)
        browser = sign_in(request.getfixturevalue(who))
        assert browser.post(f"/away/{made.pk}/end/").status_code == 404
        assert "Holiday" not in text_of(browser.get("/away/"))
        assert Delegation.objects.active().exists()

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"ends_at": ""}, "This field is required"),
            ({"ends_at": "tomorrow"}, "Enter a valid date"),
            ({"ends_at": "2020-01-01T00:00"}, "The end is not in the future. Nothing was changed."),
            ({"delegate": "999999"}, "Select a valid choice"),
            ({"reason": "x" * 301}, "at most 300 characters"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field(
        self,
        reviewer: Person,
        second_reviewer: Person,
        sign_in: SignIn,
        nothing_written: Any,
        fields: dict[str, str],
        words: str,
    ) -> None:
        browser = sign_in(reviewer)
        with nothing_written():
            answer = browser.post("/away/", self.form(second_reviewer, **fields))
        assert answer.status_code == 400
        assert words in text_of(answer)

    def test_the_body_does_not_say_who_is_away(
        self, reviewer: Person, second_reviewer: Person, senior: Person, sign_in: SignIn
    ) -> None:
        form = self.form(second_reviewer, person=senior.pk, by=senior.pk, user=senior.pk)
        assert sign_in(reviewer).post("/away/", form).status_code == 302
        assert Delegation.objects.get().person == reviewer

    def test_who_decides_nothing_reads_so(self, auditor: Person, reviewer: Person, sign_in: SignIn) -> None:
        browser = sign_in(auditor)
        assert "Your role reads, it does not decide" in text_of(browser.get("/away/"))
        assert browser.post("/away/", self.form(reviewer)).status_code == 400

    def test_a_reason_too_long_ends_nothing(self, reviewer: Person, second_reviewer: Person, sign_in: SignIn) -> None:
        made = away(reviewer, second_reviewer)
        assert sign_in(reviewer).post(f"/away/{made.pk}/end/", {"reason": "x" * 301}).status_code == 400
        assert Delegation.objects.active().exists()


class TestAdmin:
    def test_an_admin_arranges_and_ends_it_with_a_reason(
        self, reviewer: Person, second_reviewer: Person, admin_person: Person, sign_in: SignIn
    ) -> None:
        browser, listing = sign_in(admin_person), reverse("admin:governance_delegation_changelist")
        form = {"person": reviewer.pk, "delegate": second_reviewer.pk, "ends_at": f"{in_(days=7):%Y-%m-%d %H:%M}"}
        assert browser.post("/admin/governance/delegation/add/", form).status_code == 200
        assert not Delegation.objects.exists()
        assert browser.post("/admin/governance/delegation/add/", form | {"reason": "Ill."}).status_code == 302
        again = browser.post("/admin/governance/delegation/add/", form | {"reason": "Ill."})
        assert "already" in text_of(again)
        made = Delegation.objects.get()
        end = f"/admin/governance/delegation/{made.pk}/end/"
        assert f'href="{end}"' in browser.get(listing).content.decode()
        assert browser.get(end).status_code == 200
        assert browser.post(end, {"reason": ""}).status_code == 200
        assert Delegation.objects.active().exists()
        assert browser.post(end, {"reason": "Well again."}).status_code == 302
        assert not Delegation.objects.active()
        assert [one["actor"]["name"] for one in entries("delegation.ended")] == [admin_person.shown_name]

    def test_rows_are_there_to_read(
        self, reviewer: Person, second_reviewer: Person, admin_person: Person, auditor: Person, sign_in: SignIn
    ) -> None:
        made = away(reviewer, second_reviewer)
        row = reverse("admin:governance_delegation_change", args=[made.pk])
        for person in (admin_person, auditor):
            browser = sign_in(person)
            assert browser.get(row).status_code == 200
            assert browser.post(row, {"reason": "x"}).status_code == 403
            assert browser.post(reverse("admin:governance_delegation_delete", args=[made.pk])).status_code == 403

    def test_an_auditor_only_reads(
        self, reviewer: Person, second_reviewer: Person, auditor: Person, sign_in: SignIn
    ) -> None:
        made, browser = away(reviewer, second_reviewer), sign_in(auditor)
        assert browser.get("/admin/governance/delegation/add/").status_code == 403
        end = f"/admin/governance/delegation/{made.pk}/end/"
        assert browser.post(end, {"reason": "Because."}).status_code == 403
        assert Delegation.objects.active().exists()
