"""VERBS: end_session, end_other_sessions, remove_second_factor; and drop_sessions, which other verbs call."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from governance import ledger
from governance.actors import Actor
from governance.errors import InvalidAccount, NoSuchSession, ReasonRequired
from governance.models import Person
from governance.session_names import session_name

MAX_REASON = 300


def end_session(pk: int, *, person: Person, actor: Actor) -> None:
    """End one session of the person's own. Raises NoSuchSession for one that is over, or somebody else's."""
    with transaction.atomic():
        found = UserSession.objects.select_for_update().filter(pk=pk, user=person).first()
        if found is None:
            raise NoSuchSession
        _end([found])
        _record_ended(person, [found], actor)


def end_other_sessions(person: Person, *, keep: str | None, actor: Actor) -> int:
    """End every session of the person but the one with the key `keep`. How many those were."""
    with transaction.atomic():
        found = list(UserSession.objects.select_for_update().filter(user=person).exclude(session_key=keep or ""))
        if found:
            _end(found)
            _record_ended(person, found, actor)
    return len(found)


def drop_sessions(person: Person) -> int:
    """End every session of the person, inside the verb whose entry says why."""
    found = list(UserSession.objects.filter(user=person))
    _end(found)
    return len(found)


def remove_second_factor(person: Person, *, actor: Actor, reason: str) -> None:
    """Take away the second step of somebody who lost it, and end their sessions: the phone may be in other hands.

    Nobody does so for themselves: that takes the password, on their own page. Raises ReasonRequired, or InvalidAccount
    where there is nothing to take away.
    """
    reason = " ".join(reason.split())[:MAX_REASON]
    if not reason:
        raise ReasonRequired
    if actor.kind == "person" and actor.id == str(person.pk):
        raise InvalidAccount(_("Switch off your own second step on your settings page. Nothing was changed."))
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        removed = Authenticator.objects.filter(user=person).delete()[0]
        if not removed:
            raise InvalidAccount(
                _("{person} signs in without a second step. Nothing was changed.").format(person=person.username)
            )
        ended = drop_sessions(person)
        _record(
            "person.second_factor_removed",
            person,
            actor,
            {"reason": reason, "sessions": ended},
        )


def _end(sessions: list[UserSession]) -> None:
    Session.objects.filter(session_key__in=[one.session_key for one in sessions]).delete()
    UserSession.objects.filter(pk__in=[one.pk for one in sessions]).delete()


def _record_ended(person: Person, sessions: list[UserSession], actor: Actor) -> None:
    names = [session_name(one.session_key) for one in sessions]
    count = f"{len(names)} session{'' if len(names) == 1 else 's'}"
    _record("person.sessions_ended", person, actor, {"count": count, "sessions": names})


def _record(kind: str, person: Person, actor: Actor, data: dict[str, object]) -> None:
    ledger.append(
        kind,
        actor=actor,
        stream=f"person:{person.pk}",
        subject={"kind": "person", "id": str(person.pk)},
        data={"username": person.username, **data},
    )
