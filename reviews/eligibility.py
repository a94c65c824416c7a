"""The one "may they" rule. Queue, page, API and verb all ask `refusal`; none of them has a rule of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.contrib.auth.models import Group
from django.utils.translation import gettext as _

from actions.models import Action, ActionQuerySet, State
from governance import routing
from governance.errors import NotEligible, NotPending, NotWanted, Refusal
from governance.frozen_words import number
from governance.models import Delegation, Person
from governance.routing import Ballot, Route, Standing
from governance.rule_authors import moments_of_changes_by
from governance.statements import Question
from reviews.kin import Kin
from reviews.models import Verdict, Vote

# What a list of actions prefetches, so that asking one person about each row costs no query; and what is joined to a
# single one, about which many people are asked.
VOTES = ("votes", "votes__person", "votes__on_behalf_of")
JOINED = ("agent__owner", "principal__owner", "key__issued_by")


# Whether somebody is named a delegate, now or for another time: hardly anybody is, and then nothing more is asked.
_LENT = Question(
    lambda delegate: Delegation.objects.filter(delegate=delegate, ended_at__isnull=True).values_list("pk"), delegate=int
)

# For this long after a change of the rules, whoever made it decides nothing that was judged by them.
RULES_FRESH = timedelta(hours=24)


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
        self._rule_changes: dict[int, list[datetime]] = {}
        self._kin: dict[int, Kin] = {}

    @cached_property
    def seats(self) -> list[Seat]:
        """Their own seat first, then those of the people whose delegate they are now."""
        return [self._seat(None), *(self._seat(lent.person) for lent in self.lent)]

    @cached_property
    def decides(self) -> bool:
        """Whether their role decides at all."""
        return self.person.has_perm("actions.decide_action")

    @cached_property
    def lent(self) -> list[Delegation]:
        """The delegations by which others lend them a seat now. Who may not decide themselves has none to lend."""
        first = {one.person_id: one for one in reversed(self._lent_by_anybody)}
        return [one for one in reversed(first.values()) if one.person.has_perm("actions.decide_action")]

    @cached_property
    def _lent_by_anybody(self) -> list[Delegation]:
        if not _LENT.all(delegate=self.person.pk):
            return []
        lent = Delegation.objects.active().filter(delegate=self.person).select_related("person")
        return list(lent.prefetch_related("person__groups").order_by("pk"))

    @cached_property
    def teams(self) -> list[Group]:
        """Their own groups, by name."""
        return sorted(self.person.groups.all(), key=lambda team: team.name)

    @cached_property
    def groups(self) -> frozenset[int]:
        """The groups they act for now: Person.acts_for, from what the seats have looked up already."""
        others = {group.pk for lent in self._lent_by_anybody for group in lent.person.groups.all()}
        return self.seats[0].groups | others

    def sees(self) -> ActionQuerySet:
        """The actions they may see."""
        return Action.objects.visible_to(self.person, self.groups)

    def kin(self, holder: Person) -> Kin:
        """The human being who holds one of these seats; looked up once."""
        if holder.identity not in self._kin:
            self._kin[holder.identity] = Kin.of(holder.identity)
        return self._kin[holder.identity]

    def wrote_the_rules_of(self, action: Action, holder: Person) -> bool:
        """Whether this human being changed the rules shortly before they judged the action (threats AC07)."""
        return any(moment <= action.created_at < moment + RULES_FRESH for moment in self.rule_changes_of(holder))

    def rule_changes_of(self, holder: Person) -> list[datetime]:
        """When they changed rules; asked once for however many actions."""
        if holder.identity not in self._rule_changes:
            self._rule_changes[holder.identity] = moments_of_changes_by(holder.identity)
        return self._rule_changes[holder.identity]

    def sees_all(self, holder: Person) -> bool:
        """Whether the holder of one of these seats counts for every team."""
        return holder.has_perm("actions.view_all_teams")

    def _seat(self, away: Person | None) -> Seat:
        holder = away or self.person
        level = self.person.approval_level or 0
        return Seat(
            person=self.person,
            on_behalf_of=away,
            groups=frozenset(team.pk for team in (away.groups.all() if away else self.teams)),
            # Whoever acts for another may do no more than either of them.
            level=min(level, away.approval_level or 0) if away else level,
            sees_all=self.sees_all(holder),
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
        refused = _refused_from(reviewer, seat, action, route, now)
        if refused is None:
            return seat
        refusals.append(refused)
    # That it waits for others says least: of two seats, the one that was meant for this has the better answer.
    return next((one for one in refusals if not isinstance(one, NotWanted)), refusals[0])


def standing_of(action: Action, route: Route | None = None) -> Standing:
    """How far the votes have brought it."""
    return routing.standing(route or action.way, approvals_of(action), escalated=action.escalated)


def approvals_of(action: Action) -> list[Ballot]:
    """The approvals given so far, as routing counts them, in the order they were given."""
    votes = sorted(action.votes.all(), key=lambda vote: vote.pk)
    return [vote.ballot for vote in votes if vote.verdict == Verdict.APPROVE]


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
        return NotEligible(_("Your account is not active."))
    if not reviewer.decides:
        return NotEligible(_("Your role reads; it does not decide. Ask an admin if you should be a reviewer."))
    if reviewer.kin(person).answers_for_this(action):
        if reviewer.kin(person).made_its_key(action):
            return NotEligible(_("You issued the key this action came with, so somebody else must decide it."))
        return NotEligible(_("You own this agent, so somebody else must decide what it does."))
    for vote in action.votes.all():
        if may_have_approved and vote.verdict == Verdict.APPROVE:
            continue
        if person.identity in (vote.identity, vote.person.identity):
            return NotEligible(_("You have already voted on this action."))
        if vote.on_behalf_of is not None and vote.on_behalf_of.identity == person.identity:
            return NotEligible(
                _("{person} has already voted on this action on your behalf.").format(person=vote.person.shown_name)
            )
    if reviewer.wrote_the_rules_of(action, person):
        return NotEligible(
            _(
                "You changed the rules within the 24 hours before they judged this action, so somebody"
                " else must decide it."
            )
        )
    return None


def _refused_in_their_place(reviewer: Reviewer, away: Person, action: Action) -> Refusal | None:
    """What speaks against deciding for this absent person: nobody does for them what they may not do themselves."""
    if away.identity == reviewer.person.identity:
        return NotEligible(_("Your own other account cannot be represented by you."))
    if reviewer.kin(away).answers_for_this(action):
        said = (
            _("{who} issued the key this action came with, so nobody decides on their behalf.")
            if reviewer.kin(away).made_its_key(action)
            else _("{who} owns this agent, so nobody decides on their behalf.")
        )
        return NotEligible(said.format(who=away.shown_name))
    for vote in action.votes.all():
        if away.identity in voices_of(vote):
            return NotEligible(_("{away} has already voted on this action.").format(away=away.shown_name))
    if reviewer.wrote_the_rules_of(action, away):
        return NotEligible(
            _(
                "{away} changed the rules within the 24 hours before they judged this action, so nobody"
                " decides on their behalf."
            ).format(away=away.shown_name)
        )
    return None


def voices_of(vote: Vote) -> set[int]:
    """The human beings a vote speaks for. Accounts linked since it was cast are one human being all the same."""
    found = {vote.identity, vote.person.identity}
    return found | {vote.on_behalf_of.identity} if vote.on_behalf_of else found


def _refused_from(reviewer: Reviewer, seat: Seat, action: Action, route: Route, now: Standing) -> Refusal | None:
    """What speaks against this seat."""
    away = seat.on_behalf_of
    if away is not None and (refused := _refused_in_their_place(reviewer, away, action)):
        return refused
    if not reaches(seat.level, action):
        ceiling = max(routing.CEILINGS.get(seat.level, 0.0), 0.0)
        return NotEligible(
            _("The score {risk_score} is above your approval level: you may decide up to {ceiling}.").format(
                risk_score=number(action.risk_score), ceiling=number(ceiling)
            )
        )
    if not routing.would_help(route, now, seat.ballot(action, now.stage), escalated=action.escalated):
        wanted = route.stages[now.stage - 1].words
        said = (
            _("Stage {stage} of {stages} waits for somebody else: {wanted}.")
            if len(route.stages) > 1
            else _("This waits for somebody else: {wanted}.")
        )
        return NotWanted(said.format(stage=now.stage, stages=len(route.stages), wanted=wanted))
    return None


def owners_of(action: Action) -> set[int]:
    """Who answers for the agent or made its key, by identity: they never decide what it does (threats AC07)."""
    owners = (action.agent.owner, action.principal.owner, action.key.issued_by)
    return {owner.identity for owner in owners if owner is not None}


def settled_sentence(action: Action) -> str:
    """Who settled an action that is no longer pending, and when."""
    state = action.get_state_display().lower()
    if action.decided_at is None:
        return _("Action {action} is {state}.").format(action=action.pk, state=state)
    who = action.decided_by_name or {
        "rules": _("the rules"),
        "deadline": _("the deadline"),
        "agent": _("the agent"),
        "standing": _("a standing approval"),
    }.get(action.decided_via, "somebody")
    return _("Action {action} is no longer pending: decided by {who} at {decided_at} UTC; it is now {state}.").format(
        action=action.pk, who=who, decided_at=f"{action.decided_at:%Y-%m-%d %H:%M:%S}", state=state
    )
