"""How people want to be told, and from when a notice may reach them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from governance.models import Person, Role
from reviews.models import NoticePreference
from reviews.notices.kinds import KINDS
from reviews.notices.times import Clock


def preferences_of(people: Iterable[Person]) -> dict[int, NoticePreference]:
    """How each of them wants to be told, by id; who never said so has the default."""
    people = list(people)
    found = {one.person_id: one for one in NoticePreference.objects.filter(person__in=people)}
    told = {person.pk: found.get(person.pk) or NoticePreference(person=person) for person in people}
    for person in people:
        told[person.pk].person = person
    return told


def clock_of(preference: NoticePreference) -> Clock:
    """A preference as times, on the person's own clock."""
    is_digest = preference.email == NoticePreference.Email.DIGEST
    return Clock(
        zone=preference.person.time_zone,
        digest_hour=preference.digest_hour if is_digest else None,
        quiet_from=preference.quiet_from,
        quiet_until=preference.quiet_until,
    )


def send_time(kind: str, preference: NoticePreference, now: datetime) -> datetime:
    """From when a notice of that kind may be sent to this person."""
    said = KINDS[kind]
    loud = said.loud and preference.person.role == Role.ADMIN
    return clock_of(preference).when(now, urgent=said.urgent, loud=loud)
