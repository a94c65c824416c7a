"""Everything the page of one agent shows, gathered once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.db.models import F, QuerySet

from actions.agent_keys import MAX_LIVE_KEYS
from actions.agents import line_of
from actions.models import Action, Agent, AgentKey, KillSwitch, StandingApproval
from governance.models import LedgerEntry, Person
from governance.rulebook import NoRulebook
from governance.thresholds import Threshold
from reviews.agents.activity import Activity
from reviews.agents.scope import KINDS, Kind
from reviews.history import Line, visible_entries
from reviews.standing import terms

_ENTRIES = 10
# Of an agent's stream so many of the latest entries are looked through: it holds every preflight, too.
_LOOKED_THROUGH = 2000
_ABOUT_AGENT = ("agent.registered", "agent.changed", "agent.blocked", "agent.released")
_ABOUT_KEYS = ("key.issued", "key.revoked")


@dataclass(frozen=True)
class HeldTo:
    """A line, and whose it is."""

    agent: Agent
    line: Threshold | None
    problem: str = ""

    @property
    def is_guides(self) -> bool:
        """Whether no rule draws it, so that the guide's line holds."""
        return self.line is not None and not self.line.reason


class AgentCase:
    """One agent, as one person sees it."""

    def __init__(self, agent: Agent, person: Person, now: datetime):
        self.agent = agent
        self.person = person
        self.now = now
        self.activity = Activity(agent, person, now)

    @property
    def kind(self) -> Kind:
        """Its type in words."""
        return KINDS[self.agent.agent_type]

    @property
    def may_switch(self) -> bool:
        """Whether this person may stop agents and let them go."""
        return self.person.has_perm("actions.change_agent")

    @cached_property
    def switch(self) -> KillSwitch | None:
        """The switch of all agents, while it is on."""
        return switch_on()

    # -- where it came from ------------------------------------------------------------------------------------------

    @cached_property
    def registration(self) -> Line | None:
        """The entry of its registration, where this person may read it."""
        entry = self._stream.filter(type="agent.registered").order_by("seq").first()
        return Line(entry) if entry else None

    @cached_property
    def retirement(self) -> Line | None:
        """Who retired it and when, as far as the ledger's recent entries tell this person."""
        if self.agent.is_active:
            return None
        lines = (Line(entry) for entry in self._recent(("agent.changed",)))
        return next((line for line in lines if "is_active" in (line.data.get("fields") or {})), None)

    @cached_property
    def entries(self) -> list[Line]:
        """The latest entries about the agent that this person may see: those about its keys only with sight of keys."""
        kinds = _ABOUT_AGENT + (_ABOUT_KEYS if self.sees_keys else ())
        return [Line(entry) for entry in self._recent(kinds)[:_ENTRIES]]

    @property
    def _stream(self) -> QuerySet[LedgerEntry]:
        return visible_entries(self.person).filter(stream=f"agent:{self.agent.pk}")

    def _recent(self, kinds: tuple[str, ...]) -> QuerySet[LedgerEntry]:
        latest = LedgerEntry.objects.filter(stream=f"agent:{self.agent.pk}").order_by("-seq").values("pk")
        return self._stream.filter(pk__in=latest[:_LOOKED_THROUGH], type__in=kinds).order_by("-seq")

    # -- limits ------------------------------------------------------------------------------------------------------

    @cached_property
    def lines(self) -> list[HeldTo]:
        """The lines it is held to: its own, and that of the agent whose key spoke for it first."""
        return [_held_to(agent) for agent in (self.agent, self.agent.registered_by) if agent is not None]

    @property
    def most_waiting(self) -> int:
        """How many actions that came with its keys may wait at a time; 0 is any number."""
        return max(0, settings.MAX_PENDING_PER_AGENT)

    @cached_property
    def waiting_with_its_keys(self) -> int:
        """How many such actions wait, as the limit counts them."""
        return Action.objects.filter(principal=self.agent).pending().count()

    @property
    def is_full(self) -> bool:
        """Whether one more would be refused."""
        return 0 < self.most_waiting <= self.waiting_with_its_keys

    @property
    def blocked_after(self) -> int:
        """After how many rejections in a row it is blocked by itself; 0 is never."""
        return max(0, settings.AUTO_BLOCK_REJECTIONS)

    @property
    def sampled_one_in(self) -> int:
        """One in how many of what the rules approve is looked at afterwards; 0 is none."""
        return max(0, settings.SAMPLE_ONE_IN)

    @cached_property
    def standing(self) -> list[StandingApproval]:
        """The standing approvals in force for it."""
        rows = terms.visible_to(self.person).filter(agent=self.agent, status=StandingApproval.Status.ACTIVE)
        return list(rows.filter(valid_until__gt=self.now, uses__lt=F("max_uses")).order_by("valid_until", "pk"))

    # -- keys --------------------------------------------------------------------------------------------------------

    @property
    def sees_keys(self) -> bool:
        """Whether this person may see which keys there are. The keys themselves nobody has any more."""
        return self.person.has_perm("actions.view_agentkey")

    @cached_property
    def keys(self) -> list[AgentKey]:
        """Its keys, latest first."""
        return list(self.agent.keys.select_related("issued_by").order_by("-created_at", "-pk"))

    @property
    def live_keys(self) -> int:
        """How many of them open the door now."""
        return sum(self.is_live(key) for key in self.keys)

    @property
    def most_keys(self) -> int:
        """How many live ones it may have."""
        return MAX_LIVE_KEYS

    @property
    def keys_with_state(self) -> list[tuple[AgentKey, str]]:
        """Each key with "live", "expired" or "revoked"."""
        return [(key, self._state_of(key)) for key in self.keys]

    def is_live(self, key: AgentKey) -> bool:
        """Whether a key opens the door now."""
        return self._state_of(key) == "live"

    def _state_of(self, key: AgentKey) -> str:
        if key.revoked_at is not None:
            return "revoked"
        return "expired" if key.expires_at is not None and key.expires_at <= self.now else "live"


def switch_on() -> KillSwitch | None:
    """The switch of all agents, while it is on."""
    return KillSwitch.objects.filter(blocked=True).first()


def _held_to(agent: Agent) -> HeldTo:
    try:
        return HeldTo(agent, line_of(agent))
    except NoRulebook as exc:
        return HeldTo(agent, None, str(exc))
