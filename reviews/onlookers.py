"""Who sees an action, and which of them a text names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from actions.models import Action
from governance.models import Person

# As many names as one text may mention.
MAX_MENTIONS = 20

# What a user name may consist of. An @ after a letter belongs to a mail address and mentions nobody.
_MENTION = re.compile(r"(?<![\w.+@/-])@([\w.@+-]+)")
_PUNCTUATION = ".-+@"


def sees(person: Person, action: Action) -> bool:
    """Whether an active person sees the action."""
    return person.is_active and Action.objects.visible_to(person).filter(pk=action.pk).exists()


def names_in(text: str) -> list[str]:
    """The user names a text mentions as `@name`, each once, in order; a full stop after one is not part of it."""
    found = (name.rstrip(_PUNCTUATION) for name in _MENTION.findall(text))
    return list(dict.fromkeys(name for name in found if name))


def people_named(names: Iterable[str]) -> dict[str, Person]:
    """The active people of these user names, whatever the case of the letters; who is not there is not in it."""
    wanted = list(names)
    either = Q(pk__in=())
    for name in wanted:
        either |= Q(username__iexact=name)
    there = list(Person.objects.filter(either, is_active=True)) if wanted else []
    found = {}
    for name in wanted:
        same = [person for person in there if person.username == name]
        same = same or [person for person in there if person.username.lower() == name.lower()]
        if len(same) == 1:
            found[name] = same[0]
    return found


def in_its_groups(action: Action) -> QuerySet[Person]:
    """The active people of its team and of the groups its route asks for, to suggest from; others may see it, too."""
    route = action.way
    groups = {action.team_id, *(one.group for stage in route.stages for one in stage.requirements)}
    if action.escalated:
        groups.add(route.escalate_to)
    members = Person.groups.through.objects.filter(group__in=groups - {None}).values("person")
    return Person.objects.filter(pk__in=members, is_active=True).order_by("username")
