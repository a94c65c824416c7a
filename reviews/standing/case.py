"""Everything the page of a standing approval shows, gathered once."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from actions.models import Action, StandingApproval, StandingVote
from governance.errors import Refusal
from governance.models import LedgerEntry
from governance.routing import Requirement
from reviews.eligibility import Reviewer, standing_of
from reviews.history import Line
from reviews.keyset import Keyset
from reviews.standing import terms

ORDER = Keyset("-id")
PAGE_SIZE = 50
SHOWN_USES = 50


class StandingCase:
    """One standing approval, as one person sees it; also a line of the list."""

    def __init__(self, standing: StandingApproval, reviewer: Reviewer, now: datetime):
        self.standing = standing
        self.reviewer = reviewer
        self.now = now

    @property
    def words(self) -> str:
        """Where it stands: what its row says, and what has run out since."""
        if self.standing.status == StandingApproval.Status.ACTIVE:
            return _("Expired") if self.is_over else _("In force") if self.is_in_force else _("Used up")
        is_lapsed = self.is_over and self.standing.status == StandingApproval.Status.PROPOSED
        return _("Lapsed") if is_lapsed else self.standing.get_status_display()

    @property
    def is_over(self) -> bool:
        """Whether its time has passed."""
        return self.standing.valid_until <= self.now

    @property
    def is_in_force(self) -> bool:
        """Whether an action may pass under it now."""
        standing = self.standing
        is_active = standing.status == StandingApproval.Status.ACTIVE
        return is_active and not self.is_over and standing.uses < standing.max_uses

    @property
    def is_open(self) -> bool:
        """Whether it can still be voted on."""
        return self.standing.status == StandingApproval.Status.PROPOSED and not self.is_over

    @cached_property
    def votes(self) -> list[StandingVote]:
        """Its votes, in their order."""
        return terms.votes_of(self.standing)

    @property
    def givers(self) -> str:
        """Who approved it."""
        return ", ".join(vote.person.shown_name for vote in self.votes if vote.verdict == "approve")

    @cached_property
    def stages(self) -> list[tuple[str, list[tuple[Requirement, int]], list[StandingVote], bool]]:
        """The route it takes: of each stage its label, how many of whom are there, its votes, and if it is full."""
        route, now = self.standing.way, standing_of(terms.as_action(self.standing))
        found = []
        for number, stage in enumerate(route.stages, start=1):
            done = number < now.stage or now.complete
            given = now.given if number == now.stage else [one.needed if done else 0 for one in stage.requirements]
            wanted = list(zip(stage.requirements, given, strict=True))
            votes = [vote for vote in self.votes if vote.stage == number]
            found.append((stage.label, wanted, votes, done))
        return found

    @cached_property
    def refusal(self) -> Refusal | None:
        """Why this person may not vote on it; None when they may."""
        found = terms.seat_on(self.reviewer, self.standing)
        return found if isinstance(found, Refusal) else None

    @cached_property
    def can_revoke(self) -> bool:
        """Whether this person may end it now."""
        return (self.is_open or self.is_in_force) and terms.may_revoke(self.reviewer, self.standing)

    @cached_property
    def trial(self) -> terms.Trial:
        """What it would have covered of the agent's latest actions."""
        return terms.try_terms(self.standing.example, self.standing.condition, self.standing.score_up_to)

    @cached_property
    def uses(self) -> list[Action]:
        """The latest actions that passed under it."""
        used = Action.objects.filter(standing_use__standing=self.standing).order_by("-pk")
        return list(used.visible_to(self.reviewer.person)[:SHOWN_USES])

    @cached_property
    def timeline(self) -> list[Line]:
        """What happened to it, its uses left out."""
        entries = LedgerEntry.objects.filter(stream=self.standing.stream).exclude(type="standing.used")
        return [Line(entry) for entry in entries.order_by("seq")]
