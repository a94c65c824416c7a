"""Many past actions, quickly: like those a portal has after a year, written in bulk, which only a benchmark may."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.utils import timezone

from actions import contract
from actions.models import Action, Agent, AgentKey, DecidedVia, State
from governance import policies, risk, routing, rulebook
from governance.models import AgentType, LedgerEntry

_AT_ONCE = 1000
_AGENTS = 40

# What agents do, and how often. Details as the published clients send them: a few hundred bytes to a few thousand.
_ROWS = [{"id": 1000 + n, "status": "open", "note": f"Waiting for the supplier since week {n}."} for n in range(25)]
_KINDS: tuple[tuple[int, dict[str, Any]], ...] = (
    (40, {"action_type": "query", "tool_name": "customer_database", "resource": "customer_profiles",
          "description": "Retrieve customer profile for support ticket #{n}"}),
    (15, {"action_type": "data_access", "tool_name": "crm", "resource": "contacts/{n}",
          "description": "Read the contact data of the account behind ticket #{n}",
          "context": {"ticket_id": "{n}", "purpose": "support"},
          "risk_indicators": {"pii_involved": True, "data_sensitivity": "medium"}}),
    (12, {"action_type": "file.read", "tool_name": "drive", "resource": "reports/{n}.pdf",
          "description": "Read the monthly report", "action_details": {"path": "reports/{n}.pdf", "bytes": 48213}}),
    (10, {"action_type": "api.call", "tool_name": "shipping_api", "resource": "orders",
          "description": "List open orders of customer {n}", "action_details": {"rows": _ROWS}}),
    (8, {"action_type": "data_modification", "tool_name": "crm", "resource": "contacts/{n}",
         "description": "Update the e-mail address after a verified request",
         "action_details": {"field": "email", "old_value": "old{n}@example.com", "new_value": "new{n}@example.com"}}),
    (6, {"action_type": "transaction", "tool_name": "bank", "resource": "invoices/{n}",
         "description": "Pay invoice {n} of Example Ltd", "action_details": {"amount": 950.5, "currency": "EUR"}}),
    (5, {"action_type": "database.delete", "tool_name": "prod_db", "resource": "prod_db.sessions",
         "description": "Delete sessions older than 90 days", "environment": "production"}),
    (2, {"action_type": "system_operation", "tool_name": "kubectl", "resource": "prod-cluster",
         "description": "Restart the deployment checkout", "context": {"change": "CR-{n}"}}),
    (2, {"action_type": "quantum_flux", "tool_name": "lab", "resource": "array-7", "description": "Calibrate {n}"}),
)  # fmt: skip


def fill(number: int, *, waiting: int | None = None) -> None:
    """Write so many actions of the last year, of 40 agents of two teams. Deadlines of pending ones are far away.

    With `waiting`, about so many of the latest wait for a person, and people have decided those before them.
    """
    keys = list(_keys())
    chance = random.Random(7)
    rules = rulebook.current()
    kinds, weights = [fields for _, fields in _KINDS], [weight for weight, _ in _KINDS]
    answers: dict[tuple[str, str], dict[str, Any]] = {}
    began = timezone.now() - timedelta(days=365)
    # About three in ten actions wait for a person.
    waits_from = 0 if waiting is None else number - 10 * waiting // 3
    for first in range(0, number, _AT_ONCE):
        rows = []
        for n in range(first, min(first + _AT_ONCE, number)):
            key, fields = chance.choice(keys), chance.choices(kinds, weights)[0]
            body = json.loads(json.dumps(fields | {"agent_id": key.agent.agent_id}).replace("{n}", str(n)))
            submission = contract.parse(body, lenient=False)
            place = (submission.action_type, key.agent.agent_type)
            at = began + timedelta(days=365) * (n / number)
            if place not in answers:
                answers[place] = _answer(submission, key, rules, at)
            rows.append(_action(submission, answers[place], key, at))
            if n < waits_from:
                _decide(rows[-1], n)
        Action.objects.bulk_create(rows)


def _answer(submission: contract.Submission, key: AgentKey, rules: rulebook.Rulebook, at: datetime) -> dict[str, Any]:
    """What the rules say, as an action's columns."""
    facts = submission.facts(key.agent.team.name, key.agent.agent_type, at)
    assessment = risk.assess(facts, rules.mapping)
    verdict = policies.evaluate(facts, assessment, rules.policies, rules.thresholds.for_agent(facts))
    pending = verdict.outcome == "pending"
    return {
        "risk_score": assessment.score,
        "risk_level": assessment.level,
        "rulebook_version": assessment.rulebook_version,
        "assessment": assessment.as_snapshot(),
        "verdict": verdict.as_snapshot(),
        "route": routing.default_route(assessment.score).as_snapshot() if pending else {},
        "state": State(verdict.outcome),
        "decided_via": "" if pending else DecidedVia.RULES,
    }


def _keys() -> Iterator[AgentKey]:
    teams = [Group.objects.get_or_create(name=name)[0] for name in ("Payments", "Logistics")]
    for number in range(_AGENTS):
        agent = Agent.objects.create(
            agent_id=f"agent-{number:03d}",
            team=teams[number % 2],
            agent_type=[AgentType.SUPERVISED, AgentType.SUPERVISED, AgentType.AUTONOMOUS][number % 3],
        )
        yield AgentKey.objects.create(agent=agent, public_id=f"b{number:07d}", digest="0" * 64)


def _action(submission: contract.Submission, answer: dict[str, Any], key: AgentKey, at: datetime) -> Action:
    pending = answer["state"] == State.PENDING
    return Action(
        **answer,
        agent=key.agent,
        principal=key.agent,
        key=key,
        team=key.agent.team,
        content=submission.content,
        digest=submission.digest,
        action_type=submission.action_type,
        tool_name=submission.tool_name,
        resource=submission.resource,
        description=submission.description,
        deadline=at + timedelta(days=3650) if pending else None,
        decided_at=None if pending else at,
        created_at=at,
        updated_at=at,
        body_digest=submission.digest,
    )


def _decide(action: Action, n: int) -> None:
    """What became of one of long ago: one in ten that waited was rejected, and most agents have reported."""
    waited = action.state == State.PENDING
    if waited:
        action.decided_via, action.decided_by_name = DecidedVia.PERSON, "Ruth Reviewer"
        action.decided_at = action.created_at + timedelta(minutes=1 + n % 600)
    if waited and n % 10 == 0:
        action.state, action.reason = State.REJECTED, "No ticket, so no reason to do it."
    elif action.state in (State.PENDING, State.APPROVED):
        action.state = State.EXECUTED if n % 3 else State.APPROVED


def record(actor: str) -> None:
    """A history for every action there is: one entry of its submission, one of its decision."""
    actions = Action.objects.order_by("pk").values_list("pk", "team_id", "created_at", "decided_at", "state")
    rows: list[LedgerEntry] = []
    for pk, team, at, decided, state in actions.iterator(chunk_size=_AT_ONCE):
        rows.append(_entry(pk, team, 1, "action.submitted", at, actor))
        if decided is not None:
            kind = "action.rejected" if state == State.REJECTED else "action.approved"
            rows.append(_entry(pk, team, 2, kind, decided, actor))
        if len(rows) >= _AT_ONCE:
            LedgerEntry.objects.bulk_create(rows)
            rows.clear()
    LedgerEntry.objects.bulk_create(rows)


def _entry(pk: int, team: int, seq: int, kind: str, at: datetime, actor: str) -> LedgerEntry:
    """An entry as large as a real one. Its chain is not one: nothing here verifies it."""
    data = {"outcome": "pending", "score": "85.0", "level": "high", "reason": "Checked against the ticket. " * 8}
    body = json.dumps({"v": 1, "type": kind, "stream": f"action:{pk}", "seq": seq, "data": data})
    return LedgerEntry(
        stream=f"action:{pk}",
        seq=seq,
        leaf=hashlib.sha256(f"{pk}:{seq}".encode()).hexdigest(),
        body=body,
        ts=at,
        type=kind,
        actor_kind="agent" if seq == 1 else "person",
        actor_id="1",
        actor_name=actor,
        subject=f"action:{pk}",
        action_id=pk,
        team_id=team,
    )
