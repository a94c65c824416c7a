"""VERBS: save_preference, save_display. How one person wants to be told and shown; nobody sets it for somebody else.

The time zone is one for both: what waits for a person follows their clock.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance import ledger
from governance.actors import Actor
from governance.errors import InvalidPreference
from governance.models import Person
from governance.person_settings import save_settings
from reviews.models import Notice, NoticePreference
from reviews.notices.receivers import preferences_of, send_time

FIELDS = ("email", "digest_hour", "quiet_from", "quiet_until")


def save_preference(preference: NoticePreference, *, actor: Actor) -> NoticePreference:
    """Save it, and let what waits for this person wait by the new times. What changes nothing writes nothing.

    Raises InvalidPreference, with nothing written.
    """
    with transaction.atomic(durable=True):
        before = NoticePreference.objects.select_for_update().filter(pk=preference.person_id).first()
        _check(preference)
        old = before or NoticePreference(person_id=preference.person_id)
        changes = [
            f"{name}: {_words(getattr(old, name))} -> {_words(getattr(preference, name))}"
            for name in FIELDS
            if getattr(old, name) != getattr(preference, name)
        ]
        if not changes:
            return preference
        if before is None:
            preference.save(force_insert=True)
        else:
            preference.save(update_fields=FIELDS)
        _move_waiting(preference)
        ledger.append(
            "person.notices_changed",
            actor=actor,
            stream=f"person:{preference.person_id}",
            subject={"kind": "person", "id": str(preference.person_id)},
            data={"changes": "; ".join(changes)},
        )
    return preference


def save_display(
    person: Person, *, actor: Actor, time_zone: str, language: str = "", theme: str = "", density: str = ""
) -> Person:
    """Save how the pages are shown, and let what waits for the person wait by their new clock.

    Raises InvalidSettings, with nothing written.
    """
    with transaction.atomic(durable=True):
        preference = NoticePreference.objects.select_for_update().filter(pk=person.pk).first()
        saved = save_settings(person, actor=actor, time_zone=time_zone, language=language, theme=theme, density=density)
        if preference is not None and saved.time_zone != person.time_zone:
            _move_waiting(preferences_of([saved])[saved.pk])
    return saved


def _move_waiting(preference: NoticePreference) -> None:
    """What was never tried and is in nobody's hands. What is no longer wanted at all, its delivery lets go."""
    now = timezone.now()
    waiting = Notice.objects.filter(
        person=preference.person_id, sent_at=None, failed_at=None, leased_until=None, attempts=0
    )
    for kind in sorted(set(waiting.values_list("kind", flat=True))):
        waiting.filter(kind=kind).update(send_at=send_time(kind, preference, now))


def _check(preference: NoticePreference) -> None:
    if preference.email not in NoticePreference.Email.values:
        raise InvalidPreference(_("Choose one of the ways to be told. Nothing was changed."))
    if not 0 <= preference.digest_hour <= 23:
        raise InvalidPreference(_("The hour of the daily mail is from 0 to 23. Nothing was changed."))
    if (preference.quiet_from is None) != (preference.quiet_until is None):
        raise InvalidPreference(_("Quiet hours need a beginning and an end, or neither. Nothing was changed."))
    if preference.quiet_from is not None and preference.quiet_from == preference.quiet_until:
        raise InvalidPreference(_("Quiet hours end at the minute they begin. Choose “Not at all” instead."))
    try:
        preference.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as exc:
        raise InvalidPreference(f"{' '.join(exc.messages)} {_('Nothing was changed.')}") from None


def _words(value: object) -> str:
    return "none" if value is None else str(value)
