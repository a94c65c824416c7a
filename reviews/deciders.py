"""Who could decide an action now: `eligibility.seat_for`, asked of everybody near it in a few statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from actions.models import Action
from actions.models import Seat as WantedSeat
from governance.errors import Refusal
from governance.models import Delegation, Person
from governance.rule_authors import changes_between
from reviews.eligibility import RULES_FRESH, Reviewer, Seat, seat_for
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
    """The action's team, and the groups its route waits for now."""
    wanted = WantedSeat.objects.filter(action=action, is_open=True, group__isnull=False)
    return {action.team_id, *(group for group in wanted.values_list("group_id", flat=True) if group is not None)}


@dataclass
class _Known:
    """What the rule asks about people, looked up for all of them together."""

    lent: dict[int, list[Delegation]] = field(default_factory=dict)  # by the delegate's account
    seeing_all: set[int] = field(default_factory=set)
    changes: dict[int, list[datetime]] = field(default_factory=dict)  # by identity
    kin: dict[int, Kin] = field(default_factory=dict)  # by identity, those who answer for the action


class _KnownReviewer(Reviewer):
    """A reviewer about whom nothing needs to be asked any more. Only who decides is made one."""

    decides = True

    def __init__(self, person: Person, known: _Known):
        super().__init__(person)
        self.lent = known.lent.get(person.pk, [])
        self._known = known

    def kin(self, holder: Person) -> Kin:
        return self._known.kin.get(holder.identity) or Kin(holder.identity)

    def rule_changes_of(self, holder: Person) -> list[datetime]:
        return self._known.changes.get(holder.identity, [])

    def sees_all(self, holder: Person) -> bool:
        return holder.pk in self._known.seeing_all


def _reviewers(action: Action, everywhere: bool) -> list[Reviewer]:
    deciding = Person.objects.with_perm(_DECIDE)
    seeing_all = set(Person.objects.with_perm(_SEE_ALL).values_list("pk", flat=True))
    # A subquery, so that belonging to two of the groups gives nobody two rows.
    members = Person.groups.through.objects.filter(group__in=groups_of(action)).values("person")
    near = Q(pk__in=members) | (Q(pk__in=seeing_all) if everywhere else Q())
    away = Person.objects.filter(near).values("pk")
    delegates = Delegation.objects.active().filter(person__in=away).values("delegate")
    people = list(deciding.filter(near | Q(pk__in=delegates)).prefetch_related("groups").order_by("pk"))

    known = _Known(
        seeing_all=seeing_all,
        changes=changes_between(action.created_at - RULES_FRESH, action.created_at),
        kin=answering_for(action),
    )
    lent = Delegation.objects.active().filter(delegate__in=people, person__in=deciding.values("pk")).order_by("pk")
    seen = set()
    for one in lent.select_related("person").prefetch_related("person__groups"):
        if (one.delegate_id, one.person_id) not in seen:
            seen.add((one.delegate_id, one.person_id))
            known.lent.setdefault(one.delegate_id, []).append(one)
    return [_KnownReviewer(person, known) for person in people]
