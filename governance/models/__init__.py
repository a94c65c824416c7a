"""The tables of the rules, the people and the ledger."""

from governance.models.catalogues import CatalogueRelease, Control, Mitigation, Technique
from governance.models.ledger import LedgerEntry
from governance.models.people import Delegation, Density, Person, Role, Theme
from governance.models.policies import AgentType, Policy, Threshold
from governance.models.replays import Replay, ReplayChange
from governance.models.routes import Route
from governance.models.rules import (
    ActionTypeRule,
    EvidenceRule,
    IndicatorRule,
    Level,
    LevelScore,
    RulebookVersion,
)
from governance.models.second_factor import LastCode

__all__ = [
    "ActionTypeRule",
    "AgentType",
    "CatalogueRelease",
    "Control",
    "Delegation",
    "Density",
    "EvidenceRule",
    "IndicatorRule",
    "LastCode",
    "LedgerEntry",
    "Level",
    "LevelScore",
    "Mitigation",
    "Person",
    "Policy",
    "Replay",
    "ReplayChange",
    "Role",
    "Route",
    "RulebookVersion",
    "Technique",
    "Theme",
    "Threshold",
]
