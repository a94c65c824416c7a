"""Everything the action page shows about one action, gathered once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone
from django.utils.safestring import SafeString

from actions.models import Action, DecidedVia, Outcome, Sample, State
from governance.models import Person
from governance.second_factor import has_second_factor
from reviews import deceptions, lookalikes
from reviews.changes import Change, changes
from reviews.classified import Classified
from reviews.comment import digest_of
from reviews.eligibility import Reviewer, asks_password, reviewer_of
from reviews.equals import Alike, alike
from reviews.history import Line, timeline_of
from reviews.lineage import Lineage
from reviews.models import BreakGlass, Canary, Comment, ConditionCheck
from reviews.moves import MOVES, Move
from reviews.moves.base import GROUPS, OnPage, Words
from reviews.onlookers import in_its_groups
from reviews.pace import opened_mark
from reviews.record import Record, decision_words
from reviews.rendering import Tree, compared, leaf, tree
from reviews.rows import Row
from reviews.samples import sample_of
from reviews.stages import StageOnPage, stages_of

# What a reader looks for first; every other key follows in the order of its name.
_FIRST = ("action_type", "tool_name", "resource", "resource_id", "action_details", "context", "risk_indicators")
# Shown in its own box, as words of the agent.
_SAID = ("description", "description_derived")
# User names shown below the box for comments, and offered to the field that assigns it.
_SUGGESTED = 12
_SUGGESTED_TO_DECIDE = 100


@dataclass(frozen=True)
class Difference:
    """One drawn row of "What will change"."""

    label: str
    before: SafeString | None
    after: SafeString | None
    same: bool
    # Whether what differs within both is marked; what became what; whether one is easily taken for the other.
    marked: bool = False
    became: str = ""
    warning: str = ""


def _difference(row: Change) -> Difference:
    if row.before_absent or row.after_absent or row.same or not (drawn := compared(row.before, row.after)):
        before, after = None if row.before_absent else leaf(row.before), None if row.after_absent else leaf(row.after)
        return Difference(row.label, before, after, row.same, warning=_alike(row))
    return Difference(row.label, *drawn, False, True, lookalikes.became(row.before, row.after), _alike(row))


def _alike(row: Change) -> str:
    return lookalikes.warning(row.before, row.after) if lookalikes.look_alike(row.before, row.after) else ""


class Case(Classified):
    """One action, as one person sees it."""

    def __init__(
        self,
        action: Action,
        who: Person | Reviewer,
        now: datetime | None = None,
        tried: OnPage | None = None,
    ):
        reviewer = reviewer_of(who)
        super().__init__(action, reviewer.person)
        self.now = now or timezone.now()
        self.row = Row(action, reviewer, self.now)
        self._tried = tried
        self.payload = self.row.payload

    @property
    def is_pending(self) -> bool:
        """Whether a decision is still wanted."""
        return self.action.state == State.PENDING

    @property
    def decision(self) -> str:
        """What was decided, which stays when the action goes on: an executed action was approved."""
        return decision_words(self.action)

    @cached_property
    def alike(self) -> list[Alike]:
        """The equal ones, where approving both would do the same twice."""
        return alike(self.action, self.row.reviewer, self.now)

    @cached_property
    def stages(self) -> list[StageOnPage]:
        """The route with its votes, and who could decide now."""
        return stages_of(self.row)

    @property
    def could_decide(self) -> list[Person]:
        """Whom to suggest for deciding it: those who can now, named with its stage or counted there; the first many."""
        able = {seat.person.pk: seat.person for stage in self.stages for one in stage.wanted for seat in one.able}
        return sorted(able.values(), key=lambda person: person.username)[:_SUGGESTED_TO_DECIDE]

    @cached_property
    def offered(self) -> dict[str, OnPage]:
        """What else this person may do, by its name; the one they just tried in vain as they left it."""
        reviewer = self.row.reviewer
        return {move.slug: self._on_page(move) for move in MOVES if move.offered(reviewer, self.action)}

    @cached_property
    def moves(self) -> list[tuple[Words, list[OnPage]]]:
        """Those of them that no part of the page draws in a place of its own, each group with its heading."""
        others = [one for one in self.offered.values() if not one.move.place]
        # The headings themselves are compared, not their words: those would be translated for each comparison.
        by_group = [(group, [one for one in others if one.move.group is group]) for group in GROUPS]
        return [(group, moves) for group, moves in by_group if moves]

    @property
    def at_it(self) -> list[OnPage]:
        """Those about who is at it."""
        return [one for one in self.offered.values() if one.move.place == "at-it"]

    @property
    def at_it_at_once(self) -> list[OnPage]:
        """Those of them that are one button."""
        return [one for one in self.at_it if not one.form.visible_fields()]

    @property
    def at_it_asking(self) -> list[OnPage]:
        """Those of them that ask for something."""
        return [one for one in self.at_it if one.form.visible_fields()]

    @property
    def says_who(self) -> bool:
        """Whether there is anything to say or do about who is at it."""
        return self.is_pending and bool(self.at_it or self.row.claim or self.row.assignment)

    @property
    def stands(self) -> str:
        """How far it has come, for an open page to learn that it went on."""
        action = self.action
        return f"{action.state} {action.stage} {len(action.votes.all())} {action.escalated:d}"

    def _on_page(self, move: Move) -> OnPage:
        if self._tried is not None and self._tried.move is move:
            return self._tried
        return OnPage(move, move.form(action=self.action, person=self.person, prefix=move.slug))

    @cached_property
    def lineage(self) -> Lineage:
        """Which action takes the place of which, and what differs."""
        return Lineage(self.action, self.person)

    @property
    def check(self) -> ConditionCheck | None:
        """What a person found about its conditions after the outcome."""
        return getattr(self.action, "condition_check", None) if self.action.conditions else None

    @property
    def opened(self) -> str:
        """When this page was opened, signed."""
        return opened_mark(self.action, self.person, self.now)

    @property
    def needs_reason(self) -> bool:
        """Whether even an approval needs a reason."""
        return self.action.risk_level == "critical"

    @property
    def must_be_seen(self) -> bool:
        """Whether the button to approve waits until the whole payload was in view. Convenience: the pace is a guard."""
        return self.action.risk_level in ("high", "critical")

    @property
    def needs_password(self) -> bool:
        """Whether an approval takes the password again."""
        return asks_password(self.action)

    @property
    def takes_code(self) -> bool:
        """Whether a code of the person's app does as well as the password."""
        return self.needs_password and has_second_factor(self.person)

    @cached_property
    def differences(self) -> list[Difference]:
        """Before and after, drawn."""
        return [_difference(row) for row in changes(self.payload)]

    @cached_property
    def deceptions(self) -> list[str]:
        """What in its content would deceive a hurried eye."""
        return deceptions.warnings(self.payload)

    @cached_property
    def tree(self) -> Tree:
        """The whole payload but the agent's description, which has its own box."""
        rest = sorted(key for key in self.payload if key not in (*_FIRST, *_SAID))
        return tree({key: self.payload[key] for key in (*_FIRST, *rest) if key in self.payload})

    @property
    def said(self) -> str:
        """The agent's own words; empty when it gave none and the portal derived a description."""
        return "" if self.payload.get("description_derived") else str(self.payload.get("description") or "")

    @cached_property
    def record(self) -> Record:
        """What the agent did before, and how actions like this one were decided."""
        return Record(self.action, self.row.reviewer, self.now)

    @cached_property
    def glass(self) -> BreakGlass | None:
        """The break-glass it was approved by."""
        if self.action.decided_via != DecidedVia.GLASS:
            return None
        return BreakGlass.objects.select_related("person", "reviewed_by").get(action=self.action)

    @cached_property
    def sample(self) -> Sample | None:
        """The sample it was drawn as, where that is this person's to know."""
        return sample_of(self.action) if self.row.reviewer.decides else None

    @cached_property
    def test(self) -> Canary | None:
        """The canary it was, once it is settled; until then nothing tells it apart."""
        if self.is_pending or not self.action.is_canary:
            return None
        return Canary.objects.get(action=self.action)

    @property
    def own_verdict(self) -> str:
        """How this very person voted, if they did."""
        votes = (vote.verdict for vote in self.action.votes.all() if vote.identity == self.person.identity)
        return str(next(votes, ""))

    @property
    def outcome(self) -> Outcome | None:
        """What the agent reported, if it did."""
        return getattr(self.action, "outcome", None)

    @property
    def outcome_report(self) -> SafeString | None:
        """The agent's report, drawn like its payload."""
        found = self.outcome
        return leaf(json.loads(found.report)) if found and found.report else None

    @cached_property
    def comments(self) -> list[Comment]:
        """What people said about it, in order."""
        return list(self.action.remarks.select_related("person").prefetch_related("mentions"))

    @cached_property
    def to_mention(self) -> list[str]:
        """The user names to suggest for mentioning: the others of its groups, the first few."""
        others = in_its_groups(self.action).exclude(pk=self.person.pk)
        return list(others.values_list("username", flat=True)[:_SUGGESTED])

    @cached_property
    def timeline(self) -> list[Line]:
        """What happened so far. Where people commented, with their words, which the ledger knows by their digest."""
        lines, said = timeline_of(self.action.pk), {str(one.pk): one.text for one in self.comments}
        for line in lines:
            if line.entry.type == "comment.added":
                line.words = said.get(line.fact("comment"), "")
                line.is_altered = digest_of(line.words) != line.fact("sha256")
        return lines
