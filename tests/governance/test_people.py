"""People: their accounts, roles and teams, by command and by admin, each change with its entry."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from governance.errors import InvalidAccount
from governance.models import LedgerEntry, Person
from governance.people import change_person, create_person
from tests.support.people import SETUP

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough passphrase"


@pytest.fixture
def typed(monkeypatch):
    """`typed("text")` puts text on standard input."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


class TestCreatePersonCommand:
    """manage.py create_person USERNAME --role ROLE [--team TEAM] --password-stdin."""

    def test_it_works(self, typed, capsys):
        typed(f"{PASSWORD}\n")
        call_command("create_person", "grace", role="reviewer", team="Payments", password_stdin=True)
        grace = Person.objects.get(username="grace")
        assert (grace.role, grace.approval_level, grace.is_staff) == ("reviewer", 3, False)
        assert grace.check_password(PASSWORD)
        assert [group.name for group in grace.groups.all()] == ["Payments"]
        assert capsys.readouterr().out == ""
        assert LedgerEntry.objects.filter(type="person.created", stream=f"person:{grace.pk}").count() == 1

    @pytest.mark.parametrize(
        ("role", "level", "staff"), [("senior", 4, False), ("admin", None, True), ("auditor", None, True)]
    )
    def test_roles(self, typed, role, level, staff):
        typed(PASSWORD)
        call_command("create_person", "grace", role=role, password_stdin=True)
        grace = Person.objects.get()
        assert (grace.approval_level, grace.is_staff, grace.is_superuser) == (level, staff, False)

    def test_without_a_team_it_is_the_default_team(self, typed, settings):
        typed(PASSWORD)
        call_command("create_person", "grace", role="reviewer", password_stdin=True)
        assert Person.objects.get().groups.get().name == settings.DEFAULT_TEAM

    @pytest.mark.parametrize("password", ["", "\n", "short", "password1234", "grace-grace-grace"])
    def test_a_weak_password_is_refused(self, typed, nothing_written, password):
        typed(password)
        with nothing_written(), pytest.raises(CommandError):
            call_command("create_person", "grace-grace-grace", role="reviewer", password_stdin=True)

    def test_a_taken_name_is_refused(self, typed, reviewer, nothing_written):
        typed(PASSWORD)
        with nothing_written(), pytest.raises(CommandError, match="already exists"):
            call_command("create_person", reviewer.username, role="reviewer", password_stdin=True)

    def test_an_unknown_role_is_refused(self, typed):
        typed(PASSWORD)
        with pytest.raises(CommandError):
            call_command("create_person", "grace", "--role", "boss", "--password-stdin")


class TestVerbs:
    def test_an_unknown_role_is_refused(self, nothing_written):
        with nothing_written(), pytest.raises(InvalidAccount, match="boss"):
            create_person(actor=SETUP, username="grace", role="boss")

    def test_a_change_is_recorded_with_what_was_before(self, reviewer):
        reviewer.approval_level = 2
        change_person(reviewer, actor=SETUP)
        entry = LedgerEntry.objects.get(type="person.changed")
        assert "approval_level: 3 -> 2" in entry.body

    def test_no_change_writes_nothing(self, reviewer, nothing_written):
        with nothing_written():
            change_person(reviewer, actor=SETUP, teams=list(reviewer.groups.all()))

    def test_an_impossible_level_is_refused(self, reviewer, nothing_written):
        reviewer.approval_level = 5
        with nothing_written(), pytest.raises(InvalidAccount):
            change_person(reviewer, actor=SETUP)

    def test_the_password_never_reaches_the_ledger(self, reviewer):
        change_person(reviewer, actor=SETUP, password=PASSWORD)
        assert not any(PASSWORD in entry.body for entry in LedgerEntry.objects.all())


class TestAdmin:
    """People and teams in Django admin: through the verbs, and nobody is deleted."""

    @pytest.fixture
    def browser(self, admin_person, sign_in):
        return sign_in(admin_person)

    def form(self, person, **changes):
        return {
            "username": person.username,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "role": person.role,
            "approval_level": person.approval_level or "",
            "groups": [group.pk for group in person.groups.all()],
            "is_active": "on",
            "new_password": "",
            **changes,
        }

    def test_add(self, browser, team):
        answer = browser.post(
            reverse("admin:governance_person_add"),
            {"username": "grace", "role": "senior", "groups": [team.pk], "is_active": "on", "new_password": PASSWORD},
        )
        assert answer.status_code == 302
        grace = Person.objects.get(username="grace")
        assert (grace.approval_level, list(grace.groups.all())) == (4, [team])
        assert grace.check_password(PASSWORD)

    def test_change(self, browser, reviewer, other_team, admin_person):
        url = reverse("admin:governance_person_change", args=[reviewer.pk])
        answer = browser.post(url, self.form(reviewer, approval_level=1, groups=[other_team.pk]))
        assert answer.status_code == 302
        reviewer.refresh_from_db()
        assert (reviewer.approval_level, list(reviewer.groups.all())) == (1, [other_team])
        entry = LedgerEntry.objects.get(type="person.changed")
        assert entry.actor_name == admin_person.shown_name
        assert "Payments -> Logistics" in entry.body

    def test_a_weak_password_is_shown_at_its_field(self, browser, reviewer):
        url = reverse("admin:governance_person_change", args=[reviewer.pk])
        answer = browser.post(url, self.form(reviewer, new_password="short"))
        assert answer.status_code == 200
        assert "at least 12 characters" in answer.content.decode()

    def test_nobody_is_deleted(self, browser, reviewer, team):
        for name, pk in (("governance_person", reviewer.pk), ("auth_group", team.pk)):
            assert browser.post(reverse(f"admin:{name}_delete", args=[pk]), {"post": "yes"}).status_code == 403

    def test_teams_are_made_and_renamed_with_their_entry(self, browser, team):
        assert browser.post(reverse("admin:auth_group_add"), {"name": "Fraud"}).status_code == 302
        url = reverse("admin:auth_group_change", args=[team.pk])
        assert browser.post(url, {"name": "Money"}).status_code == 302
        assert LedgerEntry.objects.filter(type="team.created").exists()
        assert LedgerEntry.objects.filter(type="team.renamed").exists()

    @pytest.mark.parametrize("role", ["reviewer", "senior"])
    def test_reviewers_do_not_enter_admin(self, request, sign_in, role):
        browser = sign_in(request.getfixturevalue(role))
        assert browser.get(reverse("admin:index")).status_code in (302, 403)

    def test_auditors_read_and_change_nothing(self, auditor, sign_in, reviewer):
        browser = sign_in(auditor)
        assert browser.get(reverse("admin:governance_person_changelist")).status_code == 200
        url = reverse("admin:governance_person_change", args=[reviewer.pk])
        assert browser.post(url, self.form(reviewer, approval_level=4)).status_code == 403

    def test_the_ledger_is_there_to_read_only(self, browser, reviewer):
        entry = LedgerEntry.objects.latest("id")
        assert browser.get(reverse("admin:governance_ledgerentry_changelist")).status_code == 200
        assert browser.get(reverse("admin:governance_ledgerentry_changelist") + "?q=%237").status_code == 200
        url = reverse("admin:governance_ledgerentry_change", args=[entry.pk])
        assert browser.get(url).status_code == 200
        assert browser.post(url, {"body": "x"}).status_code == 403
        assert browser.get(reverse("admin:governance_ledgerentry_add")).status_code == 403
        assert browser.post(reverse("admin:governance_ledgerentry_delete", args=[entry.pk])).status_code == 403
