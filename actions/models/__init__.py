"""The tables of agents and of what they do."""

from actions.models.action import Action, ActionQuerySet, DecidedVia, Outcome, Seat, State
from actions.models.agents import Agent, AgentKey, KillSwitch
from actions.models.standing import Sample, StandingApproval, StandingUse, StandingVote

__all__ = [
    "Action",
    "ActionQuerySet",
    "Agent",
    "AgentKey",
    "DecidedVia",
    "KillSwitch",
    "Outcome",
    "Sample",
    "Seat",
    "StandingApproval",
    "StandingUse",
    "StandingVote",
    "State",
]
