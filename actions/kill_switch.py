"""VERB: switch_all. The one switch that blocks every agent, and lets them go again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from actions.models import KillSwitch
from governance import ledger
from governance.actors import Actor
from governance.errors import ReasonRequired


def switch_all(*, blocked: bool, actor: Actor, reason: str) -> KillSwitch:
    """Block or release every agent. Switching to where it already stands changes nothing. Raises ReasonRequired."""
    if not reason.strip():
        raise ReasonRequired
    with transaction.atomic():
        KillSwitch.objects.get_or_create(id=1)
        switch = KillSwitch.objects.select_for_update().get(id=1)
        if switch.blocked == blocked:
            return switch
        switch.blocked = blocked
        switch.reason = reason if blocked else ""
        switch.activated_at = timezone.now() if blocked else None
        switch.activated_by = actor.name if blocked else ""
        switch.save(update_fields=["blocked", "reason", "activated_at", "activated_by"])
        ledger.append(
            "kill_switch.activated" if blocked else "kill_switch.released",
            actor=actor,
            stream="kill-switch",
            subject={"kind": "kill_switch", "id": "all"},
            data={"reason": reason},
        )
    return switch
