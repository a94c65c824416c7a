"""Signing in and out, recorded. allauth does the work; this adapter adds the ledger entry to each step."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from governance import ledger
from governance.actors import Actor
from governance.errors import StepUpRequired, TooManyTries
from governance.middleware import SIGNED_IN_AT
from governance.models import LedgerEntry, Person
from governance.second_factor import has_second_factor, take_code
from governance.session_names import session_name


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

    Who has a second step may send a code of their app instead, which proves no less: it is taken once.

    Raises StepUpRequired for none or a wrong one, which is recorded, and TooManyTries after five wrong ones within
    five minutes. Tries at the sign-in page do not count here: whoever knows only a name must not be able to keep
    somebody from deciding.
    """
    if not password:
        raise StepUpRequired
    by_code = take_code(person, password)
    is_right = by_code or person.check_password(password)
    with transaction.atomic():
        # Counted behind a lock, and before anything is said: any number of guesses at once are five in all.
        Person.objects.select_for_update().get(pk=person.pk)
        if _tries(person) >= MAX_TRIES:
            raise TooManyTries
        if is_right:
            actor = _actor(person, request)
            return replace(actor, auth="totp" if by_code else actor.auth, confirmed_at=timezone.now())
        record("person.confirm_failed", person, request)
    # Raised after the commit: the try must stay on record.
    if has_second_factor(person):
        raise StepUpRequired(
            _(
                "This is neither your password nor a fresh code of your app. Nothing was decided. A code"
                " is taken once: wait for the next one."
            )
        )
    raise StepUpRequired(_("The password is wrong. Nothing was decided. Confirm with the password you sign in with."))


def _tries(person: Person) -> int:
    since = timezone.now() - TRIES_WITHIN
    return LedgerEntry.objects.filter(stream=f"person:{person.pk}", type="person.confirm_failed", ts__gt=since).count()


def _actor(person: Person, request: HttpRequest) -> Actor:
    session = request.session.session_key
    return Actor(
        kind="person",
        id=str(person.pk),
        name=person.shown_name,
        auth=_ways(request),
        session=session_name(session) if session else None,
        ip=request.META.get("REMOTE_ADDR"),
        request_id=getattr(request, "correlation_id", None),
    )


def _ways(request: HttpRequest) -> str:
    """How the person proved themselves when they signed in: "password", "password+totp"."""
    steps = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    second = [step.get("type", "mfa") for step in steps if step.get("method") == "mfa"]
    return "+".join(["password", *second[:1]])


class SignIn(DefaultAccountAdapter):
    """allauth's account adapter: closed to sign-ups, and every step in the ledger in one transaction with the step."""

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The password, and nothing else: what protects the second step must not be the second step."""
        if not user.is_authenticated or not user.has_usable_password():
            return []
        return [{"id": "reauthenticate", "description": "", "url": reverse("account_reauthenticate")}]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        with transaction.atomic():
            super().login(request, user)
            request.session[SIGNED_IN_AT] = int(time.time())
            record("person.signed_in", user, request)

    def logout(self, request: HttpRequest) -> None:
        person = request.user
        with transaction.atomic():
            if isinstance(person, Person):
                record("person.signed_out", person, request)
            super().logout(request)

    def set_password(self, user: Any, password: str) -> None:
        with transaction.atomic():
            super().set_password(user, password)
            request = self.request
            record("person.password_changed", user, request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        username = str(credentials.get("username", ""))[:150]
        person = Person.objects.filter(username=username).first()
        # Only a known account has a stream to write to; guesses at unknown names must not grow the ledger.
        if person is not None:
            with transaction.atomic():
                record_stranger("person.sign_in_failed", person, request)


def record(kind: str, person: Any, request: HttpRequest, **data: Any) -> None:
    """The entry of what the person does with their own account."""
    _append(kind, person, _actor(person, request), data)


def record_stranger(kind: str, person: Any, request: HttpRequest) -> None:
    """The entry of what somebody tried with the person's account: nobody knows who."""
    stranger = Actor(
        kind="system",
        id="sign-in",
        name="somebody",
        ip=request.META.get("REMOTE_ADDR"),
        request_id=getattr(request, "correlation_id", None),
    )
    _append(kind, person, stranger, {})


def _append(kind: str, person: Person, actor: Actor, data: dict[str, Any]) -> None:
    ledger.append(
        kind,
        actor=actor,
        stream=f"person:{person.pk}",
        subject={"kind": "person", "id": str(person.pk)},
        data={"username": person.username, **data},
    )
