"""Every template works as it stands: it meets its example, leaves the harmless one, and never stumbles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from governance import conditions
from governance.default_catalogue import CONTROLS
from governance.models import Level, Policy
from governance.policies import Policy as Applied
from governance.policies import evaluate, policy_set
from governance.policy_templates import BY_SLUG, TEMPLATES, Template
from tests.governance.rules import facts, scored

each_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.slug)
_OF_RISK = ("reversibility", "blast_radius")


def holds(template: Template, action: dict[str, Any]) -> bool:
    """Whether the template applies to an action; fails when it has no answer."""
    known = {name: value for name, value in action.items() if name not in _OF_RISK}
    assessment = replace(scored(**known), **{name: action[name] for name in _OF_RISK if name in action})
    applied = Applied("it", "deny", "enforce", "It applies.", conditions.compile(template.condition))
    verdict = evaluate(facts(**known), assessment, policy_set([applied]))
    assert verdict.degraded == ()
    return bool(verdict.matched)


@each_template
def test_it_meets_its_example(template: Template) -> None:
    assert holds(template, template.example)


@each_template
def test_it_leaves_what_is_harmless(template: Template) -> None:
    assert not holds(template, template.harmless)


@each_template
def test_it_has_an_answer_for_an_empty_action(template: Template) -> None:
    assert not conditions.leaves_open(conditions.compile(template.condition))
    assert not holds(template, {})


@each_template
def test_it_would_be_saved_as_it_stands(template: Template) -> None:
    assert template.mode == Policy.Mode.OBSERVE
    assert template.effect in Policy.Effect.values
    assert template.severity in Level.values
    assert len(template.name) <= 100 and len(template.reason) <= 300
    assert set(template.controls) <= set(CONTROLS)
    assert template.reason.endswith(".") and template.what.endswith(".")


@each_template
def test_it_looks_at_the_largest_actions(template: Template) -> None:
    program = conditions.compile(template.condition)
    text = conditions.activation(conditions.BLANK | {"action.description": "a" * 20_000})
    assert conditions.evaluate(program, text) is not conditions.UNKNOWN


@pytest.mark.parametrize(
    ("slug", "action", "met"),
    [
        ("production-database-changes", {"action_type": "database_write", "context": {"environment": "PROD"}}, True),
        ("production-database-changes", {"action_type": "database.drop", "environment": "staging"}, False),
        ("production-database-changes", {"action_type": "data_modification", "environment": "production"}, True),
        ("production-database-changes", {"action_type": "database.drop", "context": {"environment": 7}}, False),
        ("personal-data-through-mcp",
         {"context": {"source": "mcp_server"}, "indicators": {"data_sensitivity": "Critical"}}, True),
        ("deny-payments-by-agents", {"action_type": "payment.refund"}, True),
        ("deny-payments-by-agents", {"action_type": "database.delete"}, False),
        ("review-payments-by-agents", {"action_type": "transaction"}, True),
        ("review-payments-by-agents", {"action_type": "transaction", "details": {"amount": 1000}}, False),
        ("public-storage", {"description": "Make the bucket publicly readable"}, True),
        ("public-storage", {"description": "Publish the public report"}, False),
        ("public-storage", {"details": {"public": True}}, True),
        ("bulk-deletion", {"action_type": "database.truncate"}, True),
        ("bulk-deletion", {"action_type": "database.delete", "description": "Delete all inactive customers"}, True),
        ("bulk-deletion", {"action_type": "file.delete", "details": {"ids": list(range(101))}}, True),
        ("bulk-deletion", {"action_type": "file.delete", "description": "Delete the small file"}, False),
        ("secrets-by-autonomous-agents", {"action_type": "secret_write", "agent_type": "unregistered"}, True),
        ("recipients-outside", {"details": {"to": "eve@example.net"}}, True),
        ("recipients-outside", {"details": {"recipient": "ACME GmbH"}}, False),
        ("recipients-outside", {"details": {"recipient": "eve@notexample.com"}}, True),
        ("reading-in-test", {"action_type": "query", "environment": "Test"}, True),
        ("reading-in-test", {"action_type": "query", "environment": "production"}, False),
    ],
)  # fmt: skip
def test_what_it_means_and_what_not(slug: str, action: dict[str, Any], met: bool) -> None:
    assert holds(BY_SLUG[slug], action) is met


def test_slugs_and_names_are_their_own() -> None:
    assert len(BY_SLUG) == len({template.name for template in TEMPLATES}) == len(TEMPLATES)
