"""Signing in and out, recorded. allauth does the work; this adapter adds the ledger entry to each step."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from governance import ledger
from governance.actors import Actor
from governance.errors import StepUpRequired, TooManyTries
from governance.models import LedgerEntry, Person


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person of a request, as the ledger remembers them. The session is named by its hash."""
    person = request.user
    assert isinstance(person, Person)  # noqa: S101  (views are behind login_required)
    return _actor(person, request)


# So many wrong passwords within so long; after them not even the right one is taken.
MAX_TRIES = 5
TRIES_WITHIN = timedelta(minutes=5)


def confirm(person: Person, password: str, request: HttpRequest) -> Actor:
    """The person of a request, who has just proved themselves again with the password sent in that request.

    Raises StepUpRequired for none or a wrong one, which is recorded, and TooManyTries after five wrong ones within
    five minutes. Tries at the sign-in page do not count here: whoever knows only a name must not be able to keep
    somebody from deciding.
    """
    if not password:
        raise StepUpRequired
    is_right = person.check_password(password)
    with transaction.atomic():
        # Counted behind a lock, and before anything is said: any number of guesses at once are five in all.
        Person.objects.select_for_update().get(pk=person.pk)
        if _tries(person) >= MAX_TRIES:
            raise TooManyTries
        if is_right:
            return replace(_actor(person, request), confirmed_at=timezone.now())
        _record("person.confirm_failed", person, request)
    # Raised after the commit: the try must stay on record.
    raise StepUpRequired("The password is wrong. Nothing was decided. Confirm with the password you sign in with.")


def _tries(person: Person) -> int:
    since = timezone.now() - TRIES_WITHIN
    return LedgerEntry.objects.filter(stream=f"person:{person.pk}", type="person.confirm_failed", ts__gt=since).count()


def _actor(person: Person, request: HttpRequest) -> Actor:
    session = request.session.session_key
    return Actor(
        kind="person",
        id=str(person.pk),
        name=person.shown_name,
        auth="password",
        session=hashlib.sha256(session.encode()).hexdigest()[:16] if session else None,
        ip=request.META.get("REMOTE_ADDR"),
        request_id=getattr(request, "correlation_id", None),
    )


class SignIn(DefaultAccountAdapter):
    """allauth's account adapter: closed to sign-ups, and every step in the ledger in one transaction with the step."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        with transaction.atomic():
            super().login(request, user)
            _record("person.signed_in", user, request)

    def logout(self, request: HttpRequest) -> None:
        person = request.user
        with transaction.atomic():
            if isinstance(person, Person):
                _record("person.signed_out", person, request)
            super().logout(request)

    def set_password(self, user: Any, password: str) -> None:
        with transaction.atomic():
            super().set_password(user, password)
            request = self.request
            _record("person.password_changed", user, request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        username = str(credentials.get("username", ""))[:150]
        person = Person.objects.filter(username=username).first()
        # Only a known account has a stream to write to; guesses at unknown names must not grow the ledger.
        if person is not None:
            stranger = Actor(
                kind="system",
                id="sign-in",
                name="somebody",
                ip=request.META.get("REMOTE_ADDR"),
                request_id=getattr(request, "correlation_id", None),
            )
            with transaction.atomic():
                ledger.append(
                    "person.sign_in_failed",
                    actor=stranger,
                    stream=f"person:{person.pk}",
                    subject={"kind": "person", "id": str(person.pk)},
                    data={"username": person.username},
                )


def _record(kind: str, person: Person, request: HttpRequest) -> None:
    ledger.append(
        kind,
        actor=_actor(person, request),
        stream=f"person:{person.pk}",
        subject={"kind": "person", "id": str(person.pk)},
        data={"username": person.username},
    )
