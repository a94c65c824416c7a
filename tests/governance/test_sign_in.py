"""Signing in and out leave their entry in the transaction of the deed."""

import pytest
from django.urls import reverse

from governance.models import LedgerEntry, Person
from tests.support.cast import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def kinds():
    return list(LedgerEntry.objects.filter(type__startswith="person.").order_by("id").values_list("type", flat=True))


def test_signing_in_and_out(client, reviewer):
    answer = client.post(LOGIN, {"login": "rita", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    client.post("/accounts/logout/")
    assert kinds() == ["person.created", "person.signed_in", "person.signed_out"]
    entry = LedgerEntry.objects.get(type="person.signed_in")
    assert (entry.actor_kind, entry.actor_name) == ("person", reviewer.shown_name)


def test_no_entry_no_sign_in(client, reviewer, monkeypatch):
    def broken(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("governance.ledger.entries.leaf_hash", broken)
    client.raise_request_exception = False
    assert client.post(LOGIN, {"login": "rita", "password": PASSWORD}).status_code == 500
    assert "_auth_user_id" not in client.session
    assert Person.objects.get(pk=reviewer.pk).last_login is None


def test_a_wrong_password_is_recorded_for_a_known_account_only(client, reviewer):
    for name in ("rita", "nobody"):
        answer = client.post(LOGIN, {"login": name, "password": "wrong"})
        assert answer.status_code == 200
    assert kinds() == ["person.created", "person.sign_in_failed"]
    assert not any("wrong" in entry.body for entry in LedgerEntry.objects.all())


def test_a_deactivated_person_does_not_get_in_and_loses_the_session(client, reviewer, sign_in):
    from governance.people import change_person
    from tests.support.people import SETUP

    browser = sign_in(reviewer)
    assert browser.get("/").status_code == 200
    reviewer.is_active = False
    change_person(reviewer, actor=SETUP)
    assert browser.get("/").status_code == 302
    client.post(LOGIN, {"login": "rita", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client, db):
    client.post("/accounts/signup/", {"username": "mallory", "password1": PASSWORD, "password2": PASSWORD})
    assert not Person.objects.filter(username="mallory").exists()


def test_admin_has_no_way_in_of_its_own(client, admin_person):
    answer = client.get(reverse("admin:login"))
    assert answer.status_code == 302
    assert LOGIN in answer["Location"]
    client.post(reverse("admin:login"), {"username": "adam", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_admin_has_no_way_out_of_its_own(admin_person, sign_in):
    browser = sign_in(admin_person)
    assert browser.post(reverse("admin:logout")).status_code == 302
    assert "_auth_user_id" not in browser.session
    assert kinds()[-1] == "person.signed_out"


def test_admin_changes_passwords_where_it_is_recorded(admin_person, sign_in):
    form = {"old_password": PASSWORD, "new_password1": "x" * 20, "new_password2": "x" * 20}
    answer = sign_in(admin_person).post(reverse("admin:password_change"), form)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/change/")
    assert Person.objects.get(pk=admin_person.pk).check_password(PASSWORD)


def test_a_changed_password_is_recorded(reviewer, sign_in):
    browser = sign_in(reviewer)
    new = "another long passphrase"
    answer = browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    assert kinds()[-1] == "person.password_changed"


def test_an_open_redirect_is_not_followed(client, reviewer):
    answer = client.post(f"{LOGIN}?next=https://evil.example/", {"login": "rita", "password": PASSWORD})
    assert "evil" not in answer["Location"]
