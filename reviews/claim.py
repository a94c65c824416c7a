"""VERBS claim_action, renew_claim, release_claim, take_over: who is at an action.

A claim is a courtesy: it tells the others, ends by itself, and keeps nobody from deciding. A vote ends it without an
entry of its own, and so does the time it was taken for.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.entries import record
from actions.models import Action
from governance import ledger
from governance.actors import Actor
from governance.errors import Claimed, MalformedBody
from governance.models import Person
from reviews.eligibility import refusal
from reviews.models import Claim
from reviews.vote import locked, reason_of

MAX_REASON = 300


def claim_action(action_id: int, *, actor: Actor, person: Person) -> Claim:
    """Say that this person is at the action for the next CLAIM_MINUTES. Who is on it already stays longer.

    Raises, with nothing changed: Claimed naming who is on it; NotYours; the refusal of somebody who may not decide it.
    """
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        person = _decider(action, person)
        now = timezone.now()
        held = live_claim(action, now)
        if held is None:
            return _taken(action, person, now, actor)
        if held.person.identity == person.identity:
            return _longer(held, now)
        raise Claimed(_is_at_it(held, now))


def renew_claim(action_id: int, *, person: Person) -> Claim | None:
    """Let the person's own claim run from now on, while they have the page open; None when they hold none.

    Nothing is recorded: nobody new is on it.
    """
    if not Claim.objects.filter(action=action_id, expires_at__gt=timezone.now(), person=person).exists():
        return None  # Most pages that ask belong to somebody else: no lock for them.
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        now = timezone.now()
        held = live_claim(action, now)
        if held is None or held.person_id != person.pk or refusal(Person.objects.get(pk=person.pk), action):
            return None
        return _longer(held, now)


def release_claim(action_id: int, *, actor: Actor, person: Person) -> bool:
    """End the person's own claim. False when they held none any more, which changes nothing. Raises NotYours."""
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        held = live_claim(action, timezone.now())
        if held is None or held.person.identity != person.identity:
            return False
        held.delete()
        _record("claim.released", action, actor, {})
        return True


def take_over(action_id: int, *, actor: Actor, person: Person, holder_id: int, reason: str) -> Claim:
    """Take the claim of `holder_id`, the person who was shown to be at it, and say why.

    If their time ran out meanwhile, it becomes an ordinary claim.

    Raises, with nothing changed: Claimed when by now somebody else is on it; ReasonRequired; MalformedBody for an
    unusable reason; NotYours; the refusal of somebody who may not decide it.
    """
    reason = reason_of(reason, most=MAX_REASON, done="changed")
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        person = _decider(action, person)
        now = timezone.now()
        held = live_claim(action, now)
        if held is None:
            return _taken(action, person, now, actor)
        if held.person.identity == person.identity:
            raise MalformedBody(_("You are on it yourself. Nothing was changed."))
        if held.person_id != holder_id:
            raise Claimed(_is_at_it(held, now))
        before = held.person
        claim = _written(action, person, now)
        data = {"holder": before.shown_name, "holder_id": str(before.pk), "reason": reason}
        _record("claim.taken_over", action, actor, data | {"until": ledger.timestamp(claim.expires_at)})
        return claim


def live_claim(action: Action, now: datetime) -> Claim | None:
    """The claim on the action that still runs."""
    held = Claim.objects.select_related("person").filter(action=action).first()
    return held if held is not None and held.is_live(now) else None


def _decider(action: Action, person: Person) -> Person:
    """The person, read again behind the lock. Raises their refusal: only who may decide can be at it."""
    person = Person.objects.get(pk=person.pk)
    if refused := refusal(person, action):
        raise refused
    return person


def _taken(action: Action, person: Person, now: datetime, actor: Actor) -> Claim:
    claim = _written(action, person, now)
    _record("claim.taken", action, actor, {"until": ledger.timestamp(claim.expires_at)})
    return claim


def _written(action: Action, person: Person, now: datetime) -> Claim:
    """The one row an action has for this, with its new holder."""
    wanted = {"person": person, "taken_at": now, "expires_at": now + _length()}
    return Claim.objects.update_or_create(action=action, defaults=wanted)[0]


def _longer(held: Claim, now: datetime) -> Claim:
    held.expires_at = now + _length()
    held.save(update_fields=["expires_at"])
    return held


def _length() -> timedelta:
    return timedelta(minutes=settings.CLAIM_MINUTES)


def _is_at_it(held: Claim, now: datetime) -> str:
    minutes = int((now - held.taken_at).total_seconds()) // 60
    said = (
        _(
            "{who} is on it since {minutes} min ago. Nothing was changed."
            " You may decide it all the same, or take it over."
        )
        if minutes
        else _(
            "{who} is on it since a moment ago. Nothing was changed. You may decide it all the same, or take it over."
        )
    )
    return said.format(who=held.person.shown_name, minutes=minutes)


def _record(kind: str, action: Action, actor: Actor, data: dict[str, str]) -> None:
    record(action, kind, actor=actor, data=data)
