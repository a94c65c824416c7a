"""VERBS about people: create_person, change_person. Accounts are deactivated, never deleted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from governance import ledger
from governance.account_security import drop_sessions
from governance.actors import Actor
from governance.errors import InvalidAccount
from governance.models import Person, Role
from governance.roles import STAFF_ROLES, STARTING_LEVEL

# What an admin may change about a person, and how the ledger calls it.
CHANGEABLE = ("first_name", "last_name", "email", "role", "approval_level", "is_active", "same_as_id")


def team_named(name: str | None, *, actor: Actor) -> Group:
    """The team of that name, made when it is new; the default team for None."""
    name = name or settings.DEFAULT_TEAM
    return Group.objects.filter(name=name).first() or save_team(Group(name=name), actor=actor)


def save_team(team: Group, *, actor: Actor) -> Group:
    """Make a team, or rename it. Raises InvalidAccount for a name that is taken."""
    with transaction.atomic():
        before = Group.objects.select_for_update().filter(pk=team.pk).first()
        if before is not None and before.name == team.name:
            return team
        if Group.objects.filter(name=team.name).exclude(pk=team.pk).exists():
            raise InvalidAccount(_("There is a team {team} already. Nothing was changed.").format(team=team.name))
        team.save()
        ledger.append(
            "team.renamed" if before else "team.created",
            actor=actor,
            stream=f"team:{team.pk}",
            subject={"kind": "team", "id": str(team.pk)},
            data={"name": team.name, "before": before.name if before else None},
            team_id=team.pk,
        )
    return team


def create_person(
    *,
    actor: Actor,
    username: str,
    role: str,
    team: str | Group | None = None,
    password: str | None = None,
    email: str = "",
    first_name: str = "",
    last_name: str = "",
) -> Person:
    """Make an account with a role, in a team (the default one when none is named).

    Without a password the person cannot sign in until an admin sets one. Raises InvalidAccount for a taken or
    unusable user name, an unknown role or a weak password; nothing is written then.
    """
    person = Person(
        username=username,
        role=role,
        email=email,
        first_name=first_name,
        last_name=last_name,
        approval_level=STARTING_LEVEL.get(role),
        is_staff=role in STAFF_ROLES,
    )
    if password is not None:
        check_password(password, person)
    person.set_password(password)
    with transaction.atomic():
        _check(person)
        person.save(force_insert=True)
        group = team if isinstance(team, Group) else team_named(team, actor=actor)
        person.groups.add(group)
        _record("person.created", person, actor, {"role": str(role), "team": group.name})
    return person


def change_person(
    person: Person, *, actor: Actor, teams: list[Group] | None = None, password: str | None = None
) -> Person:
    """Save what was changed on `person` (CHANGEABLE fields, teams, password) with what it was before.

    A change that changes nothing writes nothing. Raises InvalidAccount like create_person.
    """
    if password is not None:
        check_password(password, person)
    with transaction.atomic():
        before = _locked_with(person)
        changes = {
            name: f"{getattr(before, name)} -> {getattr(person, name)}"
            for name in CHANGEABLE
            if name != "same_as_id" and getattr(before, name) != getattr(person, name)
        }
        if before.same_as_id != person.same_as_id:
            check_link(person, person.same_as)
            changes["same_as"] = f"{_main_account(before)} -> {_main_account(person)}"
        person.is_staff = person.role in STAFF_ROLES
        _check(person)
        if teams is not None:
            old = sorted(before.groups.values_list("name", flat=True))
            new = sorted(group.name for group in teams)
            if old != new:
                changes["teams"] = f"{', '.join(old)} -> {', '.join(new)}"
        if password is not None:
            person.set_password(password)
            changes["password"] = "set by an admin"
        if changes:
            person.save(update_fields=[*CHANGEABLE, "is_staff", "password"])
            if teams is not None:
                person.groups.set(teams)
            if before.is_active and not person.is_active:
                drop_sessions(person)  # none of them must be good again when the account is
            _record("person.changed", person, actor, {"changes": _in_words(changes), "fields": changes})
    return person


def _locked_with(person: Person) -> Person:
    """The stored row, locked together with the main account it is to be linked to.

    In the order of their ids: two links that cross each other take turns, and the later one is refused.
    """
    ids = {pk for pk in (person.pk, person.same_as_id) if pk is not None}
    rows = {row.pk: row for row in Person.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    return rows[person.pk]


def check_link(person: Person, main: Person | None) -> None:
    """Raise InvalidAccount unless the account may point to that main one: links go one level deep."""
    if main is None:
        return
    of_main = Person.objects.filter(other_accounts=main.pk).first()
    linked = Person.objects.filter(same_as=person.pk).order_by("pk").first() if person.pk else None
    problem = ""
    if main.pk == person.pk:
        problem = _("An account is linked to another account, not to itself.")
    elif of_main is not None:
        problem = _("{main} is linked to {of_main}. Link to {of_main} instead.").format(
            main=main.username, of_main=of_main.username
        )
    elif linked is not None:
        problem = _("{linked} is linked to {person}, which is a main account for that reason.").format(
            linked=linked.username, person=person.username
        )
    if problem:
        raise InvalidAccount(_("{problem} Nothing was changed.").format(problem=problem), errors={"same_as": problem})


def _main_account(person: Person) -> str:
    return person.same_as.username if person.same_as else "an account of its own"


def check_password(password: str, person: Person) -> None:
    """Raise InvalidAccount for a password that is too short, too common or too like the person's name."""
    try:
        validate_password(password, person)
    except ValidationError as exc:
        sentence = " ".join(exc.messages)
        raise InvalidAccount(
            _("{problem} Nothing was changed.").format(problem=sentence), errors={"password": sentence}
        ) from None


def _check(person: Person) -> None:
    if person.role not in Role.values:
        raise InvalidAccount(
            _("{role} is not a role. Use one of {values}.").format(role=person.role, values=", ".join(Role.values))
        )
    try:
        person.full_clean(exclude=["password"])
    except ValidationError as exc:
        errors = {name: " ".join(messages) for name, messages in exc.message_dict.items()}
        raise InvalidAccount(
            _("{problem} Nothing was changed.").format(problem=" ".join(errors.values())), errors=errors
        ) from None


def _in_words(changes: dict[str, str]) -> str:
    return "; ".join(f"{name}: {change}" for name, change in changes.items())


def _record(kind: str, person: Person, actor: Actor, data: dict[str, Any]) -> None:
    ledger.append(
        kind,
        actor=actor,
        stream=f"person:{person.pk}",
        subject={"kind": "person", "id": str(person.pk)},
        data={"username": person.username, **data},
    )
