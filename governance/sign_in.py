"""Signing in and out, recorded. allauth does the work; this adapter adds the ledger entry to each step."""

from __future__ import annotations

import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest

from governance import ledger
from governance.actors import Actor
from governance.models import Person


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person of a request, as the ledger remembers them. The session is named by its hash."""
    person = request.user
    assert isinstance(person, Person)  # noqa: S101  (views are behind login_required)
    return _actor(person, request)


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
