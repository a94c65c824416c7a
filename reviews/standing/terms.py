"""What may become a standing approval, and who may say so: asked by its pages, its form and its verbs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from actions.coverage import holds, is_like, values_of, why_people_each_time
from actions.models import Action, DecidedVia, StandingApproval, StandingVote, State
from governance import conditions
from governance.errors import InvalidRule, NotEligible, Refusal
from governance.ledger import timestamp
from governance.models import Person, Role
from reviews import eligibility
from reviews.eligibility import Reviewer, Seat

MAX_DAYS, MAX_USES = 30, 1000
RECENT = 50  # of the agent's actions, tried before anything is given
# Where a standing approval's own row joins what the rule of eligibility reads.
JOINED = ("example__agent__owner", "example__agent__team", "example__principal__owner", "example__key", "example__team")

_APPROVED = (State.APPROVED, State.EXECUTING, State.EXECUTED, State.FAILED, State.OUTCOME_UNKNOWN)


def visible_to(person: Person) -> QuerySet[StandingApproval]:
    """The standing approvals whose example the person sees."""
    rows = StandingApproval.objects.filter(example__in=Action.objects.visible_to(person))
    return rows.select_related("agent", "proposed_by", "ended_by", *JOINED)


def why_no_example(action: Action) -> str:
    """Why no standing approval can be given from this action, as a sentence; empty when one can."""
    by_people = action.state in _APPROVED and action.decided_via == DecidedVia.PERSON
    if action.state != State.PENDING and not by_people:
        return _("Only an action that waits, or that people approved, can be the example of a standing approval.")
    return why_people_each_time(action)


def digest_of(standing: StandingApproval) -> str:
    """SHA-256 over its terms, which votes are bound to."""
    terms = {
        "example": str(standing.example_id),
        "agent": str(standing.agent_id),
        "action_type": standing.action_type,
        "condition": standing.condition,
        "score_up_to": f"{standing.score_up_to:g}",
        "max_uses": standing.max_uses,
        "valid_from": timestamp(standing.valid_from),
        "valid_until": timestamp(standing.valid_until),
        "route": standing.route,
        "reason": standing.reason,
    }
    return hashlib.sha256(json.dumps(terms, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def as_action(standing: StandingApproval) -> Action:
    """The example once more, as if it waited with the votes of the standing approval: to hold the one rule of who may
    decide against it. A row to look at; it is never stored.
    """
    example = standing.example
    columns = {field.attname: getattr(example, field.attname) for field in Action._meta.concrete_fields}
    columns |= {"state": State.PENDING, "risk_score": standing.score_up_to, "escalated": False, "route": standing.route}
    likeness: Any = Action(**columns)
    likeness._state.fields_cache.update(example._state.fields_cache)
    votes: Any = StandingVote.objects.none()
    votes._result_cache = votes_of(standing)
    likeness._prefetched_objects_cache = {"votes": votes}
    return likeness


def votes_of(standing: StandingApproval) -> list[StandingVote]:
    """Its votes in their order, with those who gave them. None before it is stored."""
    if standing.pk is None:
        return []
    votes = standing.votes.select_related("person", "person__same_as", "on_behalf_of", "on_behalf_of__same_as")
    return list(votes.order_by("pk"))


def seat_on(who: Person | Reviewer, standing: StandingApproval) -> Seat | Refusal:
    """The seat from which this person may vote on it: the rule for actions, asked about the action it is like."""
    found = eligibility.seat_for(who, as_action(standing))
    if isinstance(found, Refusal):
        return NotEligible(found.sentence.replace(_("this action"), _("this standing approval")))
    return found


def may_revoke(who: Person | Reviewer, standing: StandingApproval) -> bool:
    """Whoever may decide such actions, seniors and admins. Having voted, or owning the agent, is no bar to a stop."""
    reviewer = eligibility.reviewer_of(who)
    person = reviewer.person
    if not person.is_active:
        return False
    if person.role in (Role.SENIOR, Role.ADMIN):
        return True
    likeness = as_action(standing)
    return reviewer.decides and any(
        eligibility.reaches(seat.level, likeness) and wanted.admits(seat.ballot(likeness, number))
        for seat in reviewer.seats
        for number, stage in enumerate(standing.way.stages, start=1)
        for wanted in stage.requirements
    )


# -- Conditions -----------------------------------------------------------------------------------------------------


def preset(action: Action) -> str:
    """The condition to begin with: the same resource by the same tool, as rules see their names."""
    resource, tool = action.resource.strip(), action.tool_name.strip()
    return f"action.resource == {_literal(resource)} && action.tool == {_literal(tool)}"


def details_of(action: Action) -> dict[str, Any]:
    """The details whose values can be asked for: plain ones, in the order of their names."""
    details = action.payload.get("action_details") or {}
    return {name: value for name, value in sorted(details.items()) if isinstance(value, str | int | float | bool)}


def with_details(condition: str, action: Action, names: Iterable[str]) -> str:
    """The condition, with these details equal to the example's besides."""
    known = details_of(action)
    equal = [f"action.details[{_literal(name)}] == {_literal(known[name])}" for name in names if name in known]
    if not equal:
        return condition
    return " && ".join([f"({condition})" if "||" in condition or "?" in condition else condition, *equal])


def _literal(value: Any) -> str:
    """A value as CEL writes it. JSON's strings, numbers and booleans are its own, too."""
    return json.dumps(value, ensure_ascii=False)


def why_no_condition(condition: str) -> str:
    """Why it cannot be saved, in the words the policies' editor uses; empty when it can."""
    try:
        program = conditions.compile(condition)
    except InvalidRule as exc:
        return exc.errors["condition"]
    if not conditions.looks_at(program, "action"):
        return _(
            "The condition does not look at the action, so it would cover anything. Compare action.resource or details."
        )
    return ""


@dataclass(frozen=True)
class Trial:
    """What a condition says of the example and of the agent's latest actions. `problem` is why it was not tried."""

    problem: str = ""
    covers_example: bool = False
    covered: int = 0
    of: int = 0


def try_terms(example: Action, condition: str, score_up_to: float) -> Trial:
    """Hold terms against the example and the agent's latest actions. Writes nothing."""
    if problem := why_no_condition(condition):
        return Trial(problem)
    latest = Action.objects.filter(principal=example.principal_id, is_canary=False).select_related("agent", "team")
    recent = list(latest.order_by("-pk")[:RECENT])

    def covers(action: Action) -> bool:
        alike = is_like(action, action_type=example.action_type, score_up_to=score_up_to, route=example.route)
        return alike and not why_people_each_time(action) and holds(condition, values_of(action))

    return Trial("", covers(example), sum(map(covers, recent)), len(recent))
