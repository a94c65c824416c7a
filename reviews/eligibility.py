"""The one "may they" rule. Queue, page, API and verb all ask `refusal`; none of them has a rule of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from actions.models import Action, State
from governance import routing
from governance.errors import NotEligible, NotPending, Refusal
from governance.models import Delegation, Person
from governance.routing import Ballot, Route, Standing
from reviews.models import Verdict

# What a list of actions prefetches and joins, so that asking about each row costs no query.
VOTES = ("votes", "votes__person", "votes__on_behalf_of")
JOINED = ("agent__owner", "principal__owner")


@dataclass(frozen=True)
class Seat:
    """What somebody may decide as: themselves, or on behalf of a person who is away."""

    person: Person
    on_behalf_of: Person | None
    groups: frozenset[int]
    level: int
    sees_all: bool

    @property
    def holder(self) -> Person:
        """Whose seat it is."""
        return self.on_behalf_of or self.person

    def ballot(self, action: Action, stage: int) -> Ballot:
        """An approval from this seat, as routing counts it."""
        in_team = self.sees_all or action.team_id in self.groups
        return Ballot(self.person.identity, self.groups, self.level, in_team, stage)


class Reviewer:
    """A person and the seats they may decide from, looked up once for however many actions."""

    def __init__(self, person: Person):
        self.person = person

    @cached_property
    def seats(self) -> list[Seat]:
        """Their own seat first, then those of the people whose delegate they are now."""
        return [self._seat(None), *(self._seat(away) for away in self._away())]

    @cached_property
    def decides(self) -> bool:
        """Whether their role decides at all."""
        return self.person.has_perm("actions.decide_action")

    def _away(self) -> Iterator[Person]:
        lent = Delegation.objects.active().filter(delegate=self.person).select_related("person").order_by("pk")
        seen: set[int] = set()
        for delegation in lent:
            away = delegation.person
            if away.pk not in seen and away.has_perm("actions.decide_action"):
                seen.add(away.pk)
                yield away

    def _seat(self, away: Person | None) -> Seat:
        holder = away or self.person
        level = self.person.approval_level or 0
        return Seat(
            person=self.person,
            on_behalf_of=away,
            groups=frozenset(holder.groups.values_list("pk", flat=True)),
            # Whoever acts for another may do no more than either of them.
            level=min(level, away.approval_level or 0) if away else level,
            sees_all=holder.has_perm("actions.view_all_teams"),
        )


def reviewer_of(who: Person | Reviewer) -> Reviewer:
    """The reviewer a person is: a Person is looked up anew, a Reviewer was looked up already."""
    return who if isinstance(who, Reviewer) else Reviewer(who)


def refusal(who: Person | Reviewer, action: Action) -> Refusal | None:
    """Why this person may not decide this action, as the sentence to show; None when they may.

    Whether the person may *see* the action is not asked here: a stranger's action is a 404 before it comes to this.
    """
    found = seat_for(who, action)
    return found if isinstance(found, Refusal) else None


def seat_for(who: Person | Reviewer, action: Action) -> Seat | Refusal:
    """The seat from which this person may decide now: their own, or else one lent to them. Otherwise the refusal."""
    reviewer = reviewer_of(who)
    if refused := refused_outright(reviewer, action):
        return refused
    route = action.way
    now = standing_of(action, route)
    refusals = []
    for seat in reviewer.seats:
        refused = _refused_from(seat, action, route, now)
        if refused is None:
            return seat
        refusals.append(refused)
    return refusals[0]


def standing_of(action: Action, route: Route | None = None) -> Standing:
    """How far the votes have brought it."""
    return routing.standing(route or action.way, approvals_of(action), escalated=action.escalated)


def approvals_of(action: Action) -> list[Ballot]:
    """The approvals given so far, as routing counts them."""
    return [vote.ballot for vote in action.votes.all() if vote.verdict == Verdict.APPROVE]


def reaches(level: int, action: Action) -> bool:
    """Whether a reviewer of this level may decide the action's score."""
    return action.risk_score <= routing.CEILINGS.get(level, -1.0)


def asks_password(action: Action) -> bool:
    """Whether approving it takes the person's password again, in the form that shows what is approved (AC31)."""
    return action.risk_level == "critical"


def refused_outright(reviewer: Reviewer, action: Action, *, may_have_approved: bool = False) -> Refusal | None:
    """What holds for the person, whichever seat they take. An earlier approval of theirs is no bar to everything."""
    person = reviewer.person
    if action.state != State.PENDING:
        return NotPending(settled_sentence(action))
    if not person.is_active:
        return NotEligible("Your account is not active.")
    if not reviewer.decides:
        return NotEligible("Your role reads; it does not decide. Ask an admin if you should be a reviewer.")
    if person.identity in owners_of(action):
        return NotEligible("You own this agent, so somebody else must decide what it does.")
    for vote in action.votes.all():
        if may_have_approved and vote.verdict == Verdict.APPROVE:
            continue
        if vote.identity == person.identity:
            return NotEligible("You have already voted on this action.")
        if vote.on_behalf_of is not None and vote.on_behalf_of.identity == person.identity:
            return NotEligible(f"{vote.person.shown_name} has already voted on this action on your behalf.")
    return None


def _refused_from(seat: Seat, action: Action, route: Route, now: Standing) -> Refusal | None:
    """What speaks against this seat."""
    away = seat.on_behalf_of
    if away is not None:
        if away.identity == seat.person.identity:
            return NotEligible("Your own other account cannot be represented by you.")
        if away.identity in owners_of(action):
            return NotEligible(f"{away.shown_name} owns this agent, so nobody decides on their behalf.")
        voted = {vote.identity for vote in action.votes.all()}
        voted |= {vote.on_behalf_of.identity for vote in action.votes.all() if vote.on_behalf_of}
        if away.identity in voted:
            return NotEligible(f"{away.shown_name} has already voted on this action.")
    if not reaches(seat.level, action):
        ceiling = max(routing.CEILINGS.get(seat.level, 0.0), 0.0)
        return NotEligible(
            f"The score {action.risk_score:g} is above your approval level: you may decide up to {ceiling:g}."
        )
    if not routing.would_help(route, now, seat.ballot(action, now.stage), escalated=action.escalated):
        wanted = route.stages[now.stage - 1].words
        place = f"Stage {now.stage} of {len(route.stages)}" if len(route.stages) > 1 else "This"
        return NotEligible(f"{place} waits for somebody else: {wanted}.")
    return None


def owners_of(action: Action) -> set[int]:
    """Who answers for the agent, by identity: they never decide what it does (threats AC07)."""
    owners = (action.agent.owner, action.principal.owner)
    return {owner.identity for owner in owners if owner is not None}


def settled_sentence(action: Action) -> str:
    """Who settled an action that is no longer pending, and when."""
    state = action.get_state_display().lower()
    if action.decided_at is None:
        return f"Action {action.pk} is {state}."
    who = action.decided_by_name or {
        "rules": "the rules",
        "deadline": "the deadline",
        "agent": "the agent",
        "standing": "a standing approval",
    }.get(action.decided_via, "somebody")
    return (
        f"Action {action.pk} is no longer pending: decided by {who} at {action.decided_at:%Y-%m-%d %H:%M:%S} UTC;"
        f" it is now {state}."
    )
