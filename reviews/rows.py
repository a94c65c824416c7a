"""One action as a line of the queue, and as the head of its own page."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet

from actions.models import Action
from governance.errors import Refusal
from governance.models import Person
from reviews import eligibility, moments
from reviews.models import Verdict
from reviews.phrasing import Phrase, phrase


def with_all_a_row_asks(actions: QuerySet[Action]) -> QuerySet[Action]:
    """The same actions with everything a row reads joined or prefetched, so that no row costs a query."""
    return actions.select_related("agent", "principal").prefetch_related(eligibility.VOTES)


class Row:
    """One action as a line of the queue."""

    def __init__(self, action: Action, person: Person, now: datetime):
        self.action = action
        self.person = person
        self.now = now

    @cached_property
    def phrase(self) -> Phrase:
        """What will happen."""
        return phrase(self.action.payload)

    @cached_property
    def refusal(self) -> Refusal | None:
        """Why this person may not decide it; None when they may."""
        return eligibility.refusal(self.person, self.action)

    @property
    def why(self) -> list[str]:
        """Why a person must look: what the rules gave as reasons, then why this type of action scores as it does."""
        reasons = self.action.verdict.get("reasons") or self.action.assessment.get("review_reasons") or []
        scored = self.action.assessment.get("why")
        return [str(reason) for reason in [*reasons, *([scored] if scored else [])][:2]]

    @property
    def degraded(self) -> bool:
        """Whether some rule could not be evaluated."""
        return bool(self.action.verdict.get("degraded"))

    @property
    def due(self) -> moments.Due:
        """What is left until the deadline."""
        return moments.due(self.action.deadline, self.now)

    @cached_property
    def progress(self) -> tuple[int, int]:
        """Approvals given and approvals needed over all stages of the route."""
        needed = sum(int(stage.get("needed") or 1) for stage in self.action.route.get("stages") or []) or 1
        given = sum(vote.verdict == Verdict.APPROVE for vote in self.action.votes.all())
        return min(given, needed), needed

    @property
    def pips(self) -> list[bool]:
        """One for each approval needed, true where it is given."""
        given, needed = self.progress
        return [index < given for index in range(min(needed, 8))]
