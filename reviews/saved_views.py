"""VERBS: save_view, change_view, delete_view. A queue with filters and an order, kept under a name.

A view is an address with a name: it shows nobody anything they could not see without it. The ledger has it because a
shared one decides what others look at first.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q, QuerySet

from governance import ledger
from governance.actors import Actor
from governance.errors import InvalidView
from governance.models import Person
from reviews.models import SavedView

# So many views one person keeps; a shared one counts for its owner alone.
MOST = 30
# So many are shown to one person, their own and those of their teams.
SHOWN = 60
MAX_NAME = 60
MAX_QUERY = 1000


def views_of(person: Person) -> QuerySet[SavedView]:
    """The person's own views, and those that others share with a team of theirs."""
    shared = Q(team__in=person.groups.values("pk"), person__is_active=True)
    found = SavedView.objects.filter(Q(person=person) | shared).select_related("person", "team")
    return found.order_by("name", "pk")[:SHOWN]


def save_view(
    *, actor: Actor, person: Person, name: str, queue: str, query: str, team: Group | None = None
) -> SavedView:
    """Keep it under a name. Raises InvalidView, with nothing written."""
    with transaction.atomic(durable=True):
        # Locked, so that two presses at once are counted one after the other.
        Person.objects.select_for_update().get(pk=person.pk)
        view = SavedView(person=person, name=name.strip(), queue=queue, query=query, team=team)
        _check(view)
        if SavedView.objects.filter(person=person).count() >= MOST:
            raise InvalidView(f"You have {MOST} views, the most there are. Delete one first. Nothing was saved.")
        view.save(force_insert=True)
        with_whom = team.name if team else "nobody"
        _tell("view.saved", actor, view, queue=queue, query=query, team=with_whom)
    return view


def change_view(view_id: int, *, actor: Actor, person: Person, name: str, team: Group | None) -> SavedView | None:
    """Rename a view of this person's, or share it with another team or nobody. None where they have no such view."""
    with transaction.atomic(durable=True):
        Person.objects.select_for_update().get(pk=person.pk)
        view = _theirs(view_id, person)
        if view is None:
            return None
        before = (view.name, view.team.name if view.team else "nobody")
        view.name, view.team = name.strip(), team
        _check(view)
        after = (view.name, team.name if team else "nobody")
        if after == before:
            return view
        view.save(update_fields=["name", "team"])
        pairs = zip(("name", "shared with"), before, after, strict=True)
        changes = "; ".join(f"{what}: {old} -> {new}" for what, old, new in pairs if old != new)
        _tell("view.changed", actor, view, changes=changes)
    return view


def delete_view(view_id: int, *, actor: Actor, person: Person) -> SavedView | None:
    """Delete a view of this person's, for everybody it was shared with, too. None where they have no such view."""
    with transaction.atomic(durable=True):
        view = _theirs(view_id, person)
        if view is None:
            return None
        view.delete()
        _tell("view.deleted", actor, view)
    return view


def _theirs(view_id: int, person: Person) -> SavedView | None:
    views = SavedView.objects.select_for_update(of=("self",)).select_related("team")
    return views.filter(pk=view_id, person=person).first()


def _check(view: SavedView) -> None:
    if not view.name:
        raise InvalidView("A view needs a name. Nothing was saved. Give it one and save again.")
    if len(view.name) > MAX_NAME:
        raise InvalidView(f"The name is longer than {MAX_NAME} characters. Nothing was saved. Shorten it.")
    if not view.name.isprintable():
        raise InvalidView("The name holds a character that cannot be seen. Nothing was saved. Type it again.")
    if len(view.query) > MAX_QUERY:
        raise InvalidView("These filters are too long to be kept. Nothing was saved. Shorten the text searched for.")
    if view.team is not None and not view.person.groups.filter(pk=view.team.pk).exists():
        raise InvalidView("You can share a view with a team of yours only. Nothing was saved.")
    if SavedView.objects.filter(person=view.person, name=view.name).exclude(pk=view.pk).exists():
        raise InvalidView("You have a view of this name already. Nothing was saved. Choose another name.")


def _tell(kind: str, actor: Actor, view: SavedView, **data: Any) -> None:
    ledger.append(
        kind,
        actor=actor,
        stream=f"person:{view.person_id}",
        subject={"kind": "person", "id": str(view.person_id)},
        data={"name": view.name, **data},
    )
