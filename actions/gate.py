"""What the rules answer to a submission, worked out before any transaction is open.

The one place where a broad `except` is right: whatever breaks in a stage, the action must not pass. It becomes
pending, the stage is named in `degraded`, and the log has the traceback.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from actions.contract import Submission
from actions.models import Agent
from governance import policies, risk, route_rules, rulebook, thresholds
from governance.routing import HIGHEST, Route

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """Assessment, verdict and route, as they are copied onto the action."""

    score: float
    level: str
    rulebook_version: int
    outcome: str
    reason: str
    assessment: dict[str, Any]
    verdict: dict[str, Any]
    route: Route | None  # None where nobody is asked
    standing: tuple[int, ...] = ()  # the standing approvals under which it would pass all the same


def ask(
    submission: Submission,
    *,
    agent: Agent,
    principal: Agent,
    team: str,
    rules_version: int | None,
    blocked: str,
    at: datetime,
) -> Answer:
    """Score the submission made at that time, evaluate policy and find its route.

    `agent` is whom it speaks for, `principal` whose key it came with; mostly they are one. `blocked` is the sentence
    of a kill switch, a blocked or a retired agent; it rejects, whatever the rules say.
    """
    facts = submission.facts(team, agent.agent_type, at)
    if agent.agent_id != principal.agent_id:
        facts = replace(facts, principal_id=principal.agent_id, principal_type=principal.agent_type)
    assessment, verdict = _rules(facts, rules_version)
    if blocked:
        verdict = replace(verdict, outcome="rejected", reasons=(blocked,))
    route = None
    if verdict.outcome == "pending":
        route, verdict = _route(facts, assessment, verdict, rules_version)
    return Answer(
        score=assessment.score,
        level=assessment.level,
        rulebook_version=assessment.rulebook_version,
        outcome=verdict.outcome,
        reason=" ".join(verdict.reasons),
        assessment=assessment.as_snapshot(),
        verdict=verdict.as_snapshot(),
        route=route,
    )


def _route(
    facts: risk.Facts, assessment: risk.Assessment, verdict: policies.Verdict, version: int | None
) -> tuple[Route, policies.Verdict]:
    """How it is approved. A route without an answer is named in `degraded`, like a policy without one."""
    if "risk" in verdict.degraded:  # nobody knows what it is; whom to ask about it is as uncertain
        return HIGHEST, verdict
    try:
        chosen = route_rules.choose(rulebook.current(version).routes, facts, assessment)
    except Exception:
        logger.exception("The route of an action of %s could not be found; the highest level decides.", facts.agent_id)
        return HIGHEST, _without_answer(verdict, ["route"])
    return chosen.route, _without_answer(verdict, [f"route:{name}" for name in chosen.unanswered])


def _without_answer(verdict: policies.Verdict, stages: list[str]) -> policies.Verdict:
    return replace(verdict, degraded=(*verdict.degraded, *stages)) if stages else verdict


def _rules(facts: risk.Facts, version: int | None) -> tuple[risk.Assessment, policies.Verdict]:
    try:
        book = rulebook.current(version)
        assessment = risk.assess(facts, book.mapping)
    except Exception:
        logger.exception("The risk of an action of %s could not be assessed; it waits for a person.", facts.agent_id)
        return _unassessed(), _unanswered("risk", "Risk could not be assessed, so a person must look.", facts)
    try:
        return assessment, policies.evaluate(facts, assessment, book.policies, book.thresholds.for_agent(facts))
    except Exception:
        logger.exception("The policies for %s could not be evaluated; it waits for a person.", facts.agent_id)
        return assessment, _unanswered("policies", "Policies could not be evaluated, so a person must look.", facts)


def _unanswered(stage: str, reason: str, facts: risk.Facts) -> policies.Verdict:
    """The verdict where a stage failed. Which line held nobody knows, so the guide's stands beside it."""
    line = thresholds.GUIDE.as_snapshot(facts.agent_type)
    return policies.Verdict("pending", (reason,), degraded=(stage,), threshold=line)


def _unassessed() -> risk.Assessment:
    """What stands in for an assessment that failed: the highest class, so that only the highest level may approve."""
    return risk.Assessment(
        score=100.0,
        level="critical",
        factors=(risk.Factor("base", "Risk could not be assessed; the highest class stands in", 100.0),),
        rulebook_version=0,
        rule="",
        why="Risk could not be assessed.",
        reversibility="unknown",
        blast_radius="unknown",
        cvss=None,
        techniques=[],
        controls=[],
        review_reasons=("Risk could not be assessed.",),
    )
