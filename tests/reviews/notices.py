"""What the tests of notices share."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from actions.models import Action
from governance.models import Person
from reviews.models import Channel, Notice, NoticePreference
from reviews.notices.channels import save_channel
from reviews.notices.preferences import save_preference
from reviews.outbox import tell
from tests.reviews.routes import member
from tests.support.lifecycles import actor_of
from tests.support.people import SETUP


def told(action_id: int, **filters: Any) -> list[str]:
    """Who has a notice about it: usernames and names of channels, in the order they were written."""
    notices = Notice.objects.filter(action=action_id, **filters).select_related("person", "channel").order_by("pk")
    return [one.person.username if one.person else str(one.channel) for one in notices]


def reachable(username: str, *groups: str, **fields: Any) -> Person:
    """A reviewer of these groups with an e-mail address."""
    person = member(username, *groups, **fields)
    person.email = f"{username}@example.org"
    person.save(update_fields=["email"])
    return person


def prefer(person: Person, **fields: Any) -> NoticePreference:
    """What the person says on their page, by its verb."""
    found = NoticePreference.objects.filter(person=person).first() or NoticePreference(person=person)
    for name, value in fields.items():
        setattr(found, name, value)
    return save_preference(found, actor=actor_of(person))


def channel(
    name: str = "ops", kind: str = "generic", url: str = "https://chat.example.org/x", **fields: Any
) -> Channel:
    """A channel, by its verb."""
    return save_channel(Channel(name=name, kind=kind, url=url, **fields), actor=SETUP)


def say(kind: str, action_id: int, *people: Person, **fields: Any) -> int:
    """Another verb's notice, in a transaction as there."""
    with transaction.atomic():
        return tell(kind, Action.objects.get(pk=action_id), people, **fields)
