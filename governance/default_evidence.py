"""The shipped words, and what is said by declaring: how much each raises a score, and what it puts at stake. PURE.

Rules about words stop at 85, the guide's "high": words alone make nothing critical, and what a type already says is not
counted twice. So do the indicators that a client sends with ordinary actions of their kind. What says the same thing
twice (a compliance flag beside the data it is about) stops where the first of them ends.

The guide approves data_access with pii_involved and medium sensitivity, so those two are worth no points; they do say
what is at stake, which CVSS counts. Where an action happens is worth a little and stops at 65: production alone calls
nobody. What is not here (development, test, a sandbox) is worth nothing and lowers nothing.
"""

from __future__ import annotations

from typing import Any

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


def _each(name: str, key: str, values: str, **rule: Any) -> tuple[dict[str, Any], ...]:
    """One rule for each value: a rule has one, so that an admin can tune them apart."""
    return tuple({"name": f"{name}: {value}", "key": key, "value": value, **rule} for value in values.split())


# Keys and values the published clients send (wire-contract 4.1), and the usual words for the same things.
INDICATORS: tuple[dict[str, Any], ...] = (
    # Where it happens
    *_each("Environment", "environment", "production prod live", points=5.0, up_to=65.0, cvss_environment="IR:H/AR:H",
           reason="It happens where the work is done, and people rely on it."),
    *_each("Environment", "environment", "staging stage preprod pre-production uat", points=2.0, up_to=65.0,
           reason="It happens where the next release is tried, often with copies of real data."),

    # What it touches
    {"name": "Personal data", "key": "pii_involved", "value": "true", "cvss_environment": "CR:H",
     "reason": "Personal data is involved."},
    {"name": "Contains personal data", "key": "contains_pii", "value": "true", "cvss_environment": "CR:H",
     "reason": "Personal data is involved."},
    {"name": "Financial data", "key": "financial_data", "value": "true", "points": 10.0, "up_to": 85.0,
     "cvss_environment": "CR:H/IR:H", "reason": "Financial data is involved."},
    {"name": "Health data", "key": "health_data", "value": "true", "points": 15.0, "up_to": 85.0,
     "cvss_environment": "CR:H/IR:H", "reason": "Health data is involved."},
    {"name": "Sensitive data", "key": "data_sensitivity", "value": "high", "points": 15.0, "up_to": 85.0,
     "cvss_environment": "CR:H", "reason": "The data is sensitive."},
    {"name": "Most sensitive data", "key": "data_sensitivity", "value": "critical", "raises_to": "high",
     "forces_review": True, "cvss_environment": "CR:H/IR:H", "reason": "The data is of the most sensitive kind."},
    *_each("Sensitivity", "data_sensitivity", "confidential restricted", points=15.0, up_to=85.0,
           cvss_environment="CR:H", reason="The data is not for everybody."),
    *_each("Classification", "data_classification", "confidential restricted", points=15.0, up_to=85.0,
           cvss_environment="CR:H", reason="The data is not for everybody."),
    *_each("Classification", "data_classification", "pii personal", cvss_environment="CR:H",
           reason="Personal data is involved."),
    *_each("Classification", "data_classification", "financial", points=10.0, up_to=85.0,
           cvss_environment="CR:H/IR:H", reason="Financial data is involved."),
    *_each("Classification", "data_classification", "healthcare phi", points=15.0, up_to=85.0,
           cvss_environment="CR:H/IR:H", reason="Health data is involved."),
    *_each("Classification", "data_classification", "secret", raises_to="high", forces_review=True,
           cvss_environment="CR:H/IR:H", reason="The data is secret."),
    *_each("Classification", "data_classification", "top_secret", raises_to="critical", forces_review=True,
           cvss_environment="CR:H/IR:H", reason="The data is of the most secret kind."),

    # Which law or standard is named
    *(rule for key in ("compliance_flags", "regulatory_scope") for rule in (
        *_each(f"Health law in {key}", key, "hipaa", points=15.0, up_to=75.0, cvss_environment="CR:H/IR:H",
               reason="Health data under HIPAA is named."),
        *_each(f"Payment cards in {key}", key, "pci pci_dss pci-dss", points=10.0, up_to=70.0, cvss_environment="CR:H",
               reason="Payment cards under PCI DSS are named."),
        *_each(f"Accounts in {key}", key, "sox", points=10.0, up_to=70.0, cvss_environment="IR:H",
               reason="Financial reporting under SOX is named."),
        *_each(f"Privacy in {key}", key, "gdpr ccpa ferpa", points=5.0, up_to=65.0, cvss_environment="CR:H",
               reason="A privacy law is named."),
    )),

    # What it does
    {"name": "Leaves the organisation", "key": "external_transfer", "value": "true", "points": 20.0, "up_to": 85.0,
     "reason": "Data leaves the organisation."},
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
# fmt: on
