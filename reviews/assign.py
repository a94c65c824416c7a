"""VERBS assign_action, unassign_action: somebody is asked to decide an action. It gives no right they do not have.

A vote of theirs, and every decision, ends an assignment without an entry of its own.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.entries import record
from actions.models import Action, State
from governance.actors import Actor
from governance.errors import MalformedBody, NotEligible, NotPending
from governance.models import Person, Role
from reviews import outbox
from reviews.eligibility import Reviewer, owners_of, refusal, reviewer_of, settled_sentence
from reviews.models import Assignment
from reviews.onlookers import people_named, sees
from reviews.rendering import plain
from reviews.vote import checked_text, locked

MAX_NOTE = 300


def assign_action(action_id: int, *, actor: Actor, person: Person, to: str, note: str = "") -> Assignment:
    """Ask the person of the user name `to` to decide it, in the place of whoever was asked before.

    Raises, with nothing changed: MalformedBody for an unusable note or for nobody who sees the action; NotYours;
    NotPending; NotEligible when `person` may not assign it, or `to` may not decide it, with what they would read.
    """
    note = checked_text(note, "note", MAX_NOTE, done="changed")
    name = to.strip().removeprefix("@")
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        _must_assign(Reviewer(Person.objects.get(pk=person.pk)), action)
        chosen = _chosen(name, action)
        if refused := refusal(chosen, action):
            raise NotEligible(
                _("{chosen} may not decide it, so nothing was changed. They would read: {refused}").format(
                    chosen=chosen.shown_name, refused=refused.sentence
                )
            )
        before = _there(action)
        wanted = {"person": chosen, "assigned_by": person, "assigned_at": timezone.now(), "note": note}
        made = Assignment.objects.update_or_create(action=action, defaults=wanted)[0]
        if before is not None and before.person_id != chosen.pk:
            _record("assignment.ended", action, before.person, "it goes to somebody else", actor)
        if chosen.pk != person.pk:
            outbox.tell("assignment", action, [chosen], by=person.shown_name)
        _record("assignment.made", action, chosen, note, actor)
    return made


def unassign_action(action_id: int, *, actor: Actor, person: Person) -> bool:
    """End the assignment, by whoever may assign it or was assigned. False when there is none, which changes nothing.

    Raises NotYours, NotPending, NotEligible.
    """
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        there = _there(action)
        if there is None:
            return False
        if there.person.identity != person.identity:
            _must_assign(Reviewer(Person.objects.get(pk=person.pk)), action)
        there.delete()
        _record("assignment.ended", action, there.person, "nobody is asked any more", actor)
        return True


def may_assign(who: Person | Reviewer, action: Action) -> bool:
    """Whether they may: who may decide it, and the seniors and admins of its team.

    Never who answers for the agent: they do not choose who looks at what it does.
    """
    reviewer = reviewer_of(who)
    person = reviewer.person
    if action.state != State.PENDING or not person.is_active or person.identity in owners_of(action):
        return False
    leads = person.role in (Role.SENIOR, Role.ADMIN)
    own = reviewer.seats[0]
    return (leads and (own.sees_all or action.team_id in own.groups)) or refusal(reviewer, action) is None


def _must_assign(reviewer: Reviewer, action: Action) -> None:
    if action.state != State.PENDING:
        raise NotPending(settled_sentence(action))
    if not may_assign(reviewer, action):
        raise NotEligible(
            _("Who may decide this action assigns it, and the seniors and admins of its team. Nothing was changed.")
        )


def _chosen(name: str, action: Action) -> Person:
    found = people_named([name]).get(name)
    # Nobody learns here whether an account exists.
    if found is None or not sees(found, action):
        shown = plain(name, limit=60)
        raise MalformedBody(
            _("{name} is nobody who sees this action. Nothing was changed. Correct the user name.").format(name=shown)
        )
    return found


def _there(action: Action) -> Assignment | None:
    return Assignment.objects.select_related("person").filter(action=action).first()


def _record(kind: str, action: Action, about: Person, note: str, actor: Actor) -> None:
    record(
        action,
        kind,
        actor=actor,
        data={"to": about.shown_name, "to_id": str(about.pk), "note": note or "without a note"},
    )
