"""VERBS: plant_canary, reveal. Tests of vigilance: actions that ought to be rejected, among those that wait.

A canary goes through gate and route like any submission and looks like any other in queue and page, until it is
decided. No agent ever learns of it, and it can never be executed (actions/lifecycle.py).
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from actions import contract
from actions.entries import record
from actions.models import Action, Agent, AgentKey, KillSwitch, State
from actions.submit import Arrival, record_new, weigh
from governance import ledger, rulebook
from governance.actors import Actor
from governance.errors import NotPlantable
from reviews.canary_texts import FLAWS, TEMPLATES
from reviews.models import Canary


def plant_canary(
    *, actor: Actor, agent: Agent | None = None, template: str = "", copy_of: int | None = None, flaw: str = ""
) -> Canary:
    """Plant a test under a real agent's name: a template, or a copy of a past action with one flaw put in.

    `agent` may be left out for a copy, which is planted under the name of the action's own agent.

    Raises NotPlantable, with nothing written, where there is no such template, flaw or action, where the flaw does not
    fit, where the agent has no key to have come with, and where the rules would ask nobody.
    """
    if bool(template) == bool(copy_of):
        raise NotPlantable(_("Name a template, or an action to copy and a flaw. Nothing was planted."))
    title, lesson, body = _copy(copy_of, flaw) if copy_of else _template(template)
    agent = agent or Agent.objects.get(actions=copy_of or 0)
    key = _key_of(agent)
    last = Action.objects.filter(agent=agent, is_canary=False).order_by("-pk").first()
    body |= {"agent_id": agent.agent_id, "agent_name": (last.agent_name if last else "") or agent.name or None}
    action, answer = weigh(contract.parse(body, lenient=True), key=key, arrival=_arrival(last))
    if answer.outcome != State.PENDING:
        raise NotPlantable(
            _("The rules would settle it by themselves: {reason} Nothing was planted.").format(reason=answer.reason)
        )
    action.is_canary = True
    with transaction.atomic(durable=True):
        record_new(action, answer, _as_agent(key))
        canary = Canary(action=action, planted_by=actor.name, planted_at=timezone.now(), lesson=lesson)
        canary.save(force_insert=True)
        ledger.append(
            "canary.planted",
            actor=actor,
            # Neither the action's stream nor its team: reviewers read those, and must not read this.
            stream=f"canary:{action.pk}",
            subject={"kind": "canary", "id": str(action.pk)},
            data={"agent_id": agent.agent_id, "title": title, "lesson": lesson, "digest": action.digest},
            at=canary.planted_at,
        )
    return canary


def reveal(action: Action, *, actor: Actor, at: datetime) -> None:
    """Once a person settled a canary: note whether it was caught. Any other action, or one that waits, is left alone.

    Call it in the transaction of whatever settled the action, its row locked, after that one's own entry.
    """
    if not action.is_canary or action.state == State.PENDING:
        return
    canary = Canary.objects.get(action=action)
    canary.caught, canary.revealed_at = action.state != State.APPROVED, at
    canary.save(update_fields=["caught", "revealed_at"])
    record(
        action,
        "canary.revealed",
        actor=actor,
        data={"result": "caught" if canary.caught else "missed", "lesson": canary.lesson, "planted": canary.planted_by},
        at=at,
    )


def _template(name: str) -> tuple[str, str, dict[str, Any]]:
    found = TEMPLATES.get(name)
    if found is None:
        raise NotPlantable(
            _("There is no template {name}. Nothing was planted. Use one of {templates}.").format(
                name=name, templates=", ".join(TEMPLATES)
            )
        )
    return found.title, found.lesson, dict(found.body)


def _copy(action_id: int, name: str) -> tuple[str, str, dict[str, Any]]:
    flaw = FLAWS.get(name)
    if flaw is None:
        raise NotPlantable(
            _("There is no flaw {name}. Nothing was planted. Use one of {flaws}.").format(
                name=name, flaws=", ".join(FLAWS)
            )
        )
    source = Action.objects.filter(pk=action_id, is_canary=False).first()
    if source is None:
        raise NotPlantable(
            _("There is no action {action_id} to copy. Nothing was planted.").format(action_id=action_id)
        )
    body = flaw.spoil(source.payload)
    if body is None:
        raise NotPlantable(
            _("The flaw does not fit action {action_id}: {title}. Nothing was planted.").format(
                action_id=action_id, title=_(flaw.title)
            )
        )
    return f"{flaw.title}, copied from action {action_id}", flaw.lesson, body


def _key_of(agent: Agent) -> AgentKey:
    """The key it would have come with: the agent's own, or that of the agent that speaks for it."""
    keys = AgentKey.objects.select_related("agent__team", "agent__owner").order_by("-pk")
    key = keys.filter(agent=agent).first() or keys.filter(agent=agent.registered_by_id).first()
    if key is None:
        raise NotPlantable(
            _("{agent_id} has no key, so it can have sent nothing. Nothing was planted.").format(
                agent_id=agent.agent_id
            )
        )
    return key


def _arrival(last: Action | None) -> Arrival:
    """How it came. Its body digest is that of nothing anybody sends, so no real action is taken for a retry of it."""
    return Arrival(
        path="",
        body_digest=secrets.token_hex(32),
        correlation_id=str(uuid.uuid4()) if last is not None and last.correlation_id else "",
        idempotency_key=None,
        rules_version=rulebook.latest_version(),
        switched_off=KillSwitch.objects.filter(blocked=True).values_list("reason", flat=True).first() or "",
    )


def _as_agent(key: AgentKey) -> Actor:
    """Whom the entry of the submission names, so that the page reads like any other; `auth` says what it was."""
    agent = key.agent
    return Actor(
        kind="agent", id=agent.agent_id, name=agent.name or agent.agent_id, auth="planted", key_id=key.public_id
    )
