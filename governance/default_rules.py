"""VERB: load_default_rules. The shipped rule set, put in place once, as version 1.

Text rules stop at 85, the guide's "high": words alone make nothing critical, and what a type already says is not
counted twice. So do the indicators that a client sends with ordinary actions of their kind.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from governance import ledger
from governance.actors import Actor
from governance.catalogues.starter import write_starter_set
from governance.default_action_types import ACTION_TYPES
from governance.models import (
    ActionTypeRule,
    EvidenceRule,
    IndicatorRule,
    LevelScore,
    Policy,
    RulebookVersion,
    Threshold,
)
from governance.rule_changes import STREAM, freeze, take_turn

# The guide, "Risk level mapping".
LEVEL_SCORES = {"low": 35.0, "medium": 60.0, "high": 85.0, "critical": 95.0}

# fmt: off
_DESTRUCTIVE_WORDS = [
    "delete", "destroy", "wipe", "purge", "erase", "shred", "decommission",
    "remove all", "permanently remove", "remove permanently",
]

_DESTRUCTIVE_COMMANDS = [
    "drop table", "drop database", "drop schema", "drop column", "drop collection", "drop user", "drop index",
    "drop view", "truncate table", "delete from", "delete many", "rm rf", "rm fr", "mkfs",
]

_CREDENTIALS = [
    "password", "passwords", "passwd", "passphrase", "credential", "credentials", "api key", "api keys",
    "private key", "private keys", "secret key", "secret keys", "access key", "client secret", "ssh key",
]

_EVERYTHING = [
    *(f"{all_of} {what}" for all_of in ("all", "every") for what in (
        "customer", "customers", "user", "users", "account", "accounts", "employee", "employees", "patient",
        "patients", "record", "records", "row", "rows", "data", "files",
    )),
    "entire database", "whole database", "entire table", "whole table", "full export", "bulk export", "bulk update",
    "bulk delete", "mass update", "mass delete",
]

EVIDENCE: tuple[dict[str, Any], ...] = (
    {"name": "Destructive words", "words": _DESTRUCTIVE_WORDS, "points": 20.0, "up_to": 85.0,
     "reason": "It speaks of removing something for good."},
    {"name": "Destructive commands", "words": _DESTRUCTIVE_COMMANDS, "points": 50.0, "up_to": 85.0,
     "reason": "This command removes something for good."},
    {"name": "Credentials", "words": _CREDENTIALS, "points": 20.0, "up_to": 85.0,
     "reason": "It speaks of credentials."},
    {"name": "Everything at once", "words": _EVERYTHING, "points": 20.0, "up_to": 85.0,
     "reason": "It reaches for everything at once."},
    {"name": "Out of the house", "words": ["exfiltrate", "pastebin", "personal email", "personal account",
                                           "external recipient", "external address"],
     "points": 20.0, "up_to": 85.0, "reason": "It speaks of a place outside the organisation."},
    {"name": "Production", "words": ["prod", "production", "live system", "live database"], "points": 5.0,
     "up_to": 85.0, "reason": "It is about the real system."},
)

# Keys and values the published clients send (wire-contract 4.1). What is not here, such as pii_involved, is what the
# guide approves at the type's own level.
INDICATORS: tuple[dict[str, Any], ...] = (
    {"name": "Leaves the organisation", "key": "external_transfer", "value": "true", "points": 20.0, "up_to": 85.0,
     "reason": "Data leaves the organisation."},
    {"name": "Sensitive data", "key": "data_sensitivity", "value": "high", "points": 15.0, "up_to": 85.0,
     "reason": "The data is sensitive."},
    {"name": "Most sensitive data", "key": "data_sensitivity", "value": "critical", "raises_to": "high",
     "forces_review": True, "reason": "The data is of the most sensitive kind."},
    {"name": "Financial data", "key": "financial_data", "value": "true", "points": 10.0, "up_to": 85.0,
     "reason": "Financial data is involved."},
    {"name": "Health data", "key": "health_data", "value": "true", "points": 15.0, "up_to": 85.0,
     "reason": "Health data is involved."},
    {"name": "Amount over the limit", "key": "amount_threshold", "value": "exceeded", "points": 10.0,
     "forces_review": True, "reason": "The amount is over the agent's own limit."},
    {"name": "Unusual pattern", "key": "unusual_pattern", "value": "true", "points": 15.0, "up_to": 85.0,
     "forces_review": True, "reason": "The agent itself sees an unusual pattern."},
    {"name": "Code made at run time", "key": "dynamic_execution", "value": "true", "raises_to": "high",
     "reason": "Code composed at run time is executed."},
    {"name": "Starts a program", "key": "subprocess_execution", "value": "true", "raises_to": "high",
     "reason": "Another program is started."},
    {"name": "Through a shell", "key": "shell_mode", "value": "true", "raises_to": "critical",
     "reason": "A shell interprets the command."},
)

# The guide's line for everybody, but stricter where nobody watches over the agent.
THRESHOLDS: tuple[dict[str, Any], ...] = (
    {"agent_type": "supervised", "review_from": 70.0, "reason": "The guide's line."},
    {"agent_type": "autonomous", "review_from": 60.0,
     "reason": "Nobody watches an autonomous agent while it works, so its medium actions wait too."},
    {"agent_type": "unregistered", "review_from": 70.0, "reason": "The guide's line, until somebody registers it."},
)

# Observed: it shows what a policy would do and changes nothing until an admin enforces it.
POLICIES: tuple[dict[str, Any], ...] = (
    {"name": "Payments over 10,000", "effect": "require_approval", "mode": "observe", "priority": 100,
     "condition": 'has(action.details.amount) && action.details.amount > 10000',
     "reason": "An amount over 10,000 needs a person's decision."},
)
# fmt: on


def load_default_rules(actor: Actor) -> RulebookVersion | None:
    """Put the shipped rules in place and return version 1; do nothing and return None when any version exists."""
    with transaction.atomic():
        take_turn()
        if RulebookVersion.objects.exists():
            return None
        _write_rows(actor)
        version = freeze(actor=actor, reason="The default rules.")
        ledger.append(
            "rules.loaded",
            actor=actor,
            stream=STREAM,
            subject={"kind": "rulebookversion", "id": str(version.version)},
            data={
                "version": version.version,
                "digest": version.digest,
                "action_types": len(ACTION_TYPES),
                "evidence_rules": len(EVIDENCE),
                "indicator_rules": len(INDICATORS),
                "policies": len(POLICIES),
                "thresholds": len(THRESHOLDS),
            },
        )
        return version


def _write_rows(actor: Actor) -> None:
    LevelScore.objects.bulk_create(LevelScore(level=level, score=score) for level, score in LEVEL_SCORES.items())
    techniques, controls = write_starter_set(actor)
    rows = ActionTypeRule.objects.bulk_create(
        ActionTypeRule(
            pattern=shipped.pattern,
            level=shipped.level,
            extra_points=shipped.extra_points,
            why=shipped.why,
            cvss_vector=shipped.vector,
            reversibility=shipped.reversibility,
        )
        for shipped in ACTION_TYPES
    )
    to_technique, to_control = ActionTypeRule.techniques.through, ActionTypeRule.controls.through
    to_technique.objects.bulk_create(
        to_technique(actiontyperule=row, technique=techniques[number])
        for row, shipped in zip(rows, ACTION_TYPES, strict=True)
        for number in shipped.techniques.split()
    )
    to_control.objects.bulk_create(
        to_control(actiontyperule=row, control=controls[number])
        for row, shipped in zip(rows, ACTION_TYPES, strict=True)
        for number in shipped.controls.split()
    )
    EvidenceRule.objects.bulk_create(EvidenceRule(**rule | {"words": "\n".join(rule["words"])}) for rule in EVIDENCE)
    IndicatorRule.objects.bulk_create(IndicatorRule(**rule) for rule in INDICATORS)
    Policy.objects.bulk_create(Policy(**rule) for rule in POLICIES)
    Threshold.objects.bulk_create(Threshold(**rule) for rule in THRESHOLDS)
