"""Who could decide an action now: `eligibility.seat_for`, asked of everybody near it in a few statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from actions.models import Action
from governance.errors import Refusal
from governance.models import Delegation, Person
from governance.roles import everybody_with
from governance.rule_authors import changes_between
from reviews.eligibility import RULES_FRESH, Reviewer, Seat, seat_for, standing_of
from reviews.kin import Kin, answering_for

_DECIDE, _SEE_ALL = "actions.decide_action", "actions.view_all_teams"


def deciders(action: Action, *, everywhere: bool = False) -> list[Seat]:
    """The seats from which it could be decided now, one for each account, in the order of the accounts.

    Asked are the people of its team and of the groups it waits for, and their delegates; with `everywhere` those who
    decide for all teams, too.
    """
    found = (seat_for(reviewer, action) for reviewer in _reviewers(action, everywhere))
    return [seat for seat in found if not isinstance(seat, Refusal)]


def groups_of(action: Action) -> set[int]:
    """The action's team, and the groups its route waits for now: what its open seats say, without asking them."""
    route = action.way
    now = standing_of(action, route)
    wanted = {route.stages[now.stage - 1].requirements[place].group for place in now.lacking}
    if action.escalated and now.lacking:
        wanted.add(route.escalate_to)
    return {action.team_id, *(group for group in wanted if group is not None)}


@dataclass
class _Known:
    """What the rule asks about people, looked up for all of them together."""

    lent: dict[int, dict[int, Delegation]] = field(default_factory=dict)  # by the delegate, and by who is away
    seeing_all: set[int] = field(default_factory=set)
    changes: dict[int, list[datetime]] = field(default_factory=dict)  # by identity
    kin: dict[int, Kin] = field(default_factory=dict)  # by identity, those who answer for the action


class _KnownReviewer(Reviewer):
    """A reviewer about whom nothing needs to be asked any more. Only who decides is made one."""

    decides = True

    def __init__(self, person: Person, known: _Known):
        super().__init__(person)
        self.lent = list(known.lent.get(person.pk, {}).values())
        self._known = known

    def kin(self, holder: Person) -> Kin:
        return self._known.kin.get(holder.identity) or Kin(holder.identity)

    def rule_changes_of(self, holder: Person) -> list[datetime]:
        return self._known.changes.get(holder.identity, [])

    def sees_all(self, holder: Person) -> bool:
        return holder.pk in self._known.seeing_all


def _reviewers(action: Action, everywhere: bool) -> list[Reviewer]:
    groups, lent = groups_of(action), list(Delegation.objects.active().order_by("pk"))
    deciding, seeing_all = everybody_with(_DECIDE), everybody_with(_SEE_ALL)
    # A subquery, so that belonging to two of the groups gives nobody two rows.
    members = Person.groups.through.objects.filter(group__in=groups).values("person")
    others = {pk for one in lent for pk in (one.delegate_id, one.person_id)} | (seeing_all if everywhere else set())
    found = Person.objects.filter(Q(pk__in=members) | Q(pk__in=others)).prefetch_related("groups").order_by("pk")
    people = {person.pk: person for person in found if person.pk in deciding}

    known = _Known(
        seeing_all=seeing_all,
        changes=changes_between(action.created_at - RULES_FRESH, action.created_at),
        kin=answering_for(action),
    )
    near = {
        pk
        for pk, person in people.items()
        if (everywhere and pk in seeing_all) or any(group.pk in groups for group in person.groups.all())
    }
    asked = set(near)
    for one in lent:
        if one.delegate_id in people and one.person_id in people:
            one.person = people[one.person_id]
            known.lent.setdefault(one.delegate_id, {}).setdefault(one.person_id, one)
            asked |= {one.delegate_id} if one.person_id in near else set()
    return [_KnownReviewer(person, known) for pk, person in people.items() if pk in asked]
