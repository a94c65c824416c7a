"""Who may steer an action without deciding it: escalate it, give it more time, take its approval back."""

from __future__ import annotations

from django.utils.translation import gettext as _

from actions.models import Action, State
from governance.errors import NotApproved, NotEligible, NotPending, Refusal
from governance.models import Person, Role
from reviews.eligibility import Reviewer, Seat, owners_of, reaches, reviewer_of, seat_for, settled_sentence


def steering_seat(who: Person | Reviewer, action: Action) -> Seat | Refusal:
    """From which seat this person may escalate a waiting action or extend its deadline. Otherwise the refusal.

    Whoever may decide it may, and the seniors of its team; not the owner of the agent.
    """
    reviewer = reviewer_of(who)
    seat = seat_for(reviewer, action)
    if isinstance(seat, Seat | NotPending):
        return seat
    if _is_senior(reviewer, action) and reviewer.person.identity not in owners_of(action):
        return reviewer.seats[0]
    return NotEligible(
        _("{why} Only who may decide it, and seniors of its team, may do this.").format(why=seat.sentence)
    )


def revoking_seat(who: Person | Reviewer, action: Action) -> Seat | Refusal:
    """From which seat this person may take an approval back. Otherwise the refusal.

    Whoever might have decided it may, and the seniors of its team, those who own the agent as well: stopping an action
    never goes around a second pair of eyes.
    """
    reviewer = reviewer_of(who)
    if action.state != State.APPROVED:
        return NotApproved(_unrevokable_sentence(action))
    if _is_senior(reviewer, action):
        return reviewer.seats[0]
    if reviewer.person.is_active and reviewer.decides and reviewer.person.identity not in owners_of(action):
        for seat in reviewer.seats:
            if _might_have_decided(seat, action):
                return seat
    return NotEligible(_("Only who might have decided this action, and seniors of its team, may revoke its approval."))


def _is_senior(reviewer: Reviewer, action: Action) -> bool:
    person = reviewer.person
    own = reviewer.seats[0]
    in_team = own.sees_all or action.team_id in own.groups
    return person.is_active and reviewer.decides and person.role == Role.SENIOR and in_team


def _might_have_decided(seat: Seat, action: Action) -> bool:
    away = seat.on_behalf_of
    if not reaches(seat.level, action) or (away is not None and away.identity in owners_of(action)):
        return False
    route = action.way
    stands_in = route.escalate_to if action.escalated else None
    return any(
        requirement.admits(seat.ballot(action, number), stands_in)
        for number, stage in enumerate(route.stages, start=1)
        for requirement in stage.requirements
    )


def _unrevokable_sentence(action: Action) -> str:
    if action.state == State.PENDING:
        return _("Action {action} is still pending: there is no approval to revoke. Reject it instead.").format(
            action=action.pk
        )
    if action.state in (State.EXECUTING, State.EXECUTED, State.FAILED, State.OUTCOME_UNKNOWN):
        state = action.get_state_display().lower()
        return _("Action {action} is {state}: the agent has acted, so its approval cannot be revoked any more.").format(
            action=action.pk, state=state
        )
    return settled_sentence(action)
