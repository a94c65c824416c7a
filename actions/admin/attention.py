"""What admins see first of the agents' side: switches, strangers, keys that end, a worker that rests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions.models import Action, Agent, AgentKey, KillSwitch
from governance.admin.attention import Note, counted, register
from governance.characters import plain
from governance.models import AgentType

# An action past its deadline for this long was met by no worker.
_WORKER_RESTS = timedelta(minutes=5)
# Keys that end this soon.
_SOON = timedelta(days=7)
# As many of the waiting actions are asked whether their scoring was complete.
_LOOKED_AT = 200


@register
def agents(person: Any) -> Iterator[Note]:
    """The switches that are thrown, and agents to register."""
    if not person.has_perm("actions.view_agent"):
        return
    listed = reverse("admin:actions_agent_changelist")
    if switch := KillSwitch.objects.filter(blocked=True).first():
        says = _("The kill switch is on: no agent may submit. %(who)s, because: %(reason)s")
        facts = {"who": plain(switch.activated_by, limit=80), "reason": plain(switch.reason, limit=160)}
        link = reverse("admin:actions_agent_kill_switch") if person.has_perm("actions.change_agent") else listed
        yield Note(says % facts, link, _("Kill switch"), now=True)
    number, shown = counted(Agent.objects.filter(blocked_at__isnull=False, is_active=True))
    if number:
        says = ngettext("%(shown)s agent is blocked.", "%(shown)s agents are blocked.", number) % {"shown": shown}
        yield Note(says, f"{listed}?blocked_at__isempty=0", _("Blocked agents"))
    number, shown = counted(Agent.objects.filter(agent_type=AgentType.UNREGISTERED, is_active=True))
    if number:
        says = ngettext(
            "%(shown)s agent came in a submission and nobody has vouched for it.",
            "%(shown)s agents came in submissions and nobody has vouched for them.",
            number,
        )
        yield Note(says % {"shown": shown}, f"{listed}?agent_type__exact=unregistered", _("Unregistered agents"))


@register
def keys(person: Any) -> Iterator[Note]:
    """Keys that end soon: their agents will be refused."""
    if not person.has_perm("actions.view_agentkey"):
        return
    now = timezone.now()
    ending = AgentKey.objects.filter(revoked_at__isnull=True, expires_at__gt=now, expires_at__lte=now + _SOON)
    found = list(ending.select_related("agent").order_by("expires_at")[:4])
    if found:
        names = ", ".join(plain(key.agent.agent_id, limit=40) for key in found[:3]) + ("…" if len(found) > 3 else "")
        says = _("Keys end within seven days: %(names)s.") % {"names": names}
        yield Note(says, reverse("admin:actions_agent_change", args=[found[0].agent_id]), _("The first of them"))


@register
def waiting(person: Any) -> Iterator[Note]:
    """Whether the worker is at work, and whether scoring is whole. Both by partial indexes of what waits."""
    if not person.has_perm("actions.view_action"):
        return
    late = Action.objects.pending().filter(deadline__lte=timezone.now() - _WORKER_RESTS)
    number, shown = counted(late)
    if number:
        says = ngettext(
            "%(shown)s action is past its deadline and was not expired: is manage.py run_worker running?",
            "%(shown)s actions are past their deadline and were not expired: is manage.py run_worker running?",
            number,
        )
        yield Note(says % {"shown": shown}, f"{reverse('actions')}?overdue=1", _("Those actions"), now=True)
    riskiest = Action.objects.pending().order_by("-risk_score", "id")
    verdicts = riskiest.values_list("verdict", flat=True)[:_LOOKED_AT]
    if number := sum(bool(verdict.get("degraded")) for verdict in verdicts):
        says = ngettext(
            "%(number)s waiting action could not be scored completely.",
            "%(number)s waiting actions could not be scored completely.",
            number,
        )
        yield Note(says % {"number": number}, f"{reverse('actions')}?degraded=1", _("Those actions"))
