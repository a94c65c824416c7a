"""One action as a line of the queue, and as the head of its own page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from actions.models import Action, State
from governance import frozen_words
from governance.errors import Refusal
from governance.models import Person
from governance.policies import BY_SCORE
from governance.routing import Route, Standing
from reviews import cells, deceptions, deeds, eligibility, moments
from reviews.assessments import found_in_it
from reviews.eligibility import Reviewer, Seat
from reviews.folding import Twin
from reviews.models import Assignment, Claim
from reviews.phrasing import Phrase, phrase
from reviews.rendering import plain

# Who is at an action, and who is asked for it, come with the action itself: at most one each. Not who answers for it:
# the reviewer knows what they answer for, and each further join costs PostgreSQL more to plan than all of it to run.
JOINED = ("agent", "claim__person", "assignment__person")


def with_all_a_row_asks(actions: QuerySet[Action]) -> QuerySet[Action]:
    """The same actions with everything a row reads joined or prefetched, so that no row costs a query."""
    return actions.select_related(*JOINED).prefetch_related(*eligibility.VOTES)


class Row:
    """One action as a line of the queue."""

    def __init__(self, action: Action, reviewer: Reviewer, now: datetime, twins: Sequence[Twin] = ()):
        self.action = action
        self.reviewer = reviewer
        self.person = reviewer.person
        self.now = now
        self.twins = twins

    @cached_property
    def phrase(self) -> Phrase:
        """What will happen."""
        return phrase(self.payload)

    @cached_property
    def payload(self) -> dict[str, Any]:
        """What the agent submitted, read once."""
        return self.action.payload

    @property
    def is_final(self) -> bool:
        """Whether it cannot be undone."""
        return deeds.cannot_be_undone(self.action.assessment, self.payload)

    @cached_property
    def seat(self) -> Seat | Refusal:
        """The seat this person may decide it from, or why they may not."""
        return eligibility.seat_for(self.reviewer, self.action)

    @property
    def refusal(self) -> Refusal | None:
        """Why this person may not decide it; None when they may."""
        return self.seat if isinstance(self.seat, Refusal) else None

    @property
    def on_behalf_of(self) -> Person | None:
        """The absent person for whom this one would decide it."""
        return None if isinstance(self.seat, Refusal) else self.seat.on_behalf_of

    @cached_property
    def route(self) -> Route:
        """How it is approved."""
        return self.action.way

    @cached_property
    def standing(self) -> Standing:
        """How far the votes have brought it."""
        return eligibility.standing_of(self.action, self.route)

    @property
    def why(self) -> list[str]:
        """Why a person must look: what policies say, what was found in it, what its type means. That its score is
        above the line says the score itself, so it is a reason only where there is no other."""
        assessment = self.action.assessment
        reasons = self.action.verdict.get("reasons") or assessment.get("review_reasons") or []
        found = [str(reason) for reason in reasons if not str(reason).startswith(BY_SCORE)]
        found += [*found_in_it(assessment), str(assessment.get("why") or "")]
        chosen = [reason for reason in dict.fromkeys(found) if reason][:2] or [str(one) for one in reasons[:1]]
        return [frozen_words.reason(one) for one in chosen]

    @property
    def degraded(self) -> bool:
        """Whether some rule could not be evaluated."""
        return bool(self.action.verdict.get("degraded"))

    @cached_property
    def due(self) -> moments.Due:
        """What is left until the deadline."""
        return moments.due(self.action.deadline, self.now)

    @property
    def review_due(self) -> moments.Due:
        """What is left until somebody must have looked at its broken glass."""
        return moments.due(self.action.break_glass.review_by, self.now)

    @property
    def escalation(self) -> str:
        """To whom it was escalated, and how long ago; empty while it was not, and when it is over."""
        if not self.action.escalated or self.action.state != State.PENDING:
            return ""
        name = self.route.escalate_to_name
        if (at := self.action.escalate_at) is None:
            return _("Escalated to %(name)s") % {"name": name}
        return _("Escalated to %(name)s %(time)s ago") % {"name": name, "time": moments.length(self.now - at)}

    @cached_property
    def progress(self) -> tuple[int, int]:
        """Approvals given and approvals needed over all stages of the route."""
        done = sum(stage.needed for stage in self.route.stages[: self.standing.stage - 1])
        return done + sum(self.standing.given), self.route.needed

    @property
    def claim(self) -> Claim | None:
        """Who is on it now."""
        held: Claim | None = getattr(self.action, "claim", None)
        pending = self.action.state == State.PENDING
        return held if pending and held is not None and held.is_live(self.now) else None

    @property
    def assignment(self) -> Assignment | None:
        """Who is asked to decide it."""
        return getattr(self.action, "assignment", None) if self.action.state == State.PENDING else None

    @property
    def is_mine(self) -> bool:
        """Whether this very person is on it."""
        return self.claim is not None and self.claim.person.identity == self.person.identity

    @property
    def is_for_me(self) -> bool:
        """Whether this very person is asked for it."""
        return self.assignment is not None and self.assignment.person.identity == self.person.identity

    @property
    def flags(self) -> list[str]:
        """What a reader should know before anything else: what deceives, what is for good, for whom they would decide,
        a retry, an escalation."""
        found = deceptions.flags(self.action.content, self.payload)
        if self.is_final:
            found.append(str(deeds.FINAL))
        if away := self.on_behalf_of:
            found.append(_("You would decide for {who}").format(who=plain(away.shown_name, limit=60)))
        if self.action.possible_retry_of_id:
            found.append(cells.retry_words(self.action.possible_retry_of_id))
        return [*found, plain(self.escalation, limit=80)] if self.escalation else found

    @property
    def taken(self) -> list[str]:
        """Who is on it, and who is asked for it, in words."""
        found = []
        if held := self.claim:
            who = plain(held.person.shown_name, limit=40)
            said = _("You are on it,") if self.is_mine else _("{who} is on it,").format(who=who)
            found.append(f"{said} {moments.length(self.now - held.taken_at)}")
        if asked := self.assignment:
            who = plain(asked.person.shown_name, limit=40)
            said = _("Assigned to you") if self.is_for_me else _("Assigned to {who}").format(who=who)
            found.append(f"{said}: {plain(asked.note, limit=60)}" if asked.note else said)
        return found

    @property
    def stage_words(self) -> str:
        """The stage it is at, of a route that has several."""
        stages, at = self.route.stages, self.standing.stage
        if len(stages) < 2:
            return ""
        label = stages[min(at, len(stages)) - 1].label
        said = _("Stage %(stage)s of %(stages)s: %(label)s") if label else _("Stage %(stage)s of %(stages)s")
        return said % {"stage": at, "stages": len(stages), "label": label}
