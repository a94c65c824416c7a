"""The tables of the rules, the people and the ledger."""

from governance.models.ledger import LedgerEntry
from governance.models.people import Person, Role
from governance.models.rules import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    IndicatorRule,
    Level,
    LevelScore,
    Policy,
    RulebookVersion,
    Technique,
)

__all__ = [
    "ActionTypeRule",
    "Control",
    "EvidenceRule",
    "IndicatorRule",
    "LedgerEntry",
    "Level",
    "LevelScore",
    "Person",
    "Policy",
    "Role",
    "RulebookVersion",
    "Technique",
]
