"""The shipped rules without a database, and short ways to make facts, mappings and policies."""

from __future__ import annotations

from functools import cache
from typing import Any

from governance import conditions, cvss, evidence, mapping, rulebook
from governance.default_action_types import ACTION_TYPES
from governance.default_catalogue import CONTROLS, TECHNIQUES
from governance.default_rules import EVIDENCE, INDICATORS, LEVEL_SCORES, POLICIES, THRESHOLDS
from governance.mapping import Mapping
from governance.policies import Policy
from governance.risk import Assessment, Facts, assess

GUIDE = Facts(
    agent_id="customer-service-agent-001",
    team="Payments",
    action_type="query",
    tool_name="customer_database",
    resource="customer_profiles",
    description="Retrieve customer profile for support ticket #4521",
)


def facts(action_type: str = "query", **known: Any) -> Facts:
    """Facts about an action of which nothing else raises the score."""
    plain = {"agent_id": "a", "team": "t", "tool_name": "tool", "resource": "thing", "description": "Does something"}
    return Facts(action_type=action_type, **plain | known)


@cache
def shipped() -> rulebook.Rulebook:
    """The shipped rules, compiled."""
    blank = {"points": 0, "up_to": 100, "raises_to": "", "forces_review": False, "cvss_environment": ""}
    content = {
        "levels": LEVEL_SCORES,
        "action_types": [
            {
                "pattern": row.pattern,
                "level": row.level,
                "extra_points": row.extra_points,
                "why": row.why,
                "reversibility": row.reversibility,
                "blast_radius": row.blast_radius,
                "cvss": cvss.base(row.vector),
                "techniques": [_technique(number) for number in sorted(row.techniques.split())],
                "controls": [{"id": number, "title": CONTROLS[number]} for number in sorted(row.controls.split())],
            }
            for row in ACTION_TYPES
        ],
        "evidence": [row | {"words": "\n".join(row["words"])} for row in EVIDENCE],
        "indicators": [blank | row for row in INDICATORS],
        "policies": [{name: row[name] for name in row if name != "priority"} for row in POLICIES],
        "thresholds": [{"agent_id": "", "team": "", "deny_from": None} | row for row in THRESHOLDS],
    }
    return rulebook.from_content(1, content)


def _technique(number: str) -> dict[str, str]:
    name, tactic, tactic_id = TECHNIQUES[number]
    return {"id": number, "name": name, "tactic": tactic, "tactic_id": tactic_id}


def scored(action_type: str = "query", **known: Any) -> Assessment:
    """An action assessed by the shipped rules."""
    return assess(facts(action_type, **known), shipped().mapping)


def labels(assessment: Assessment, kind: str) -> list[str]:
    """The labels of the factors of a kind."""
    return [factor.label for factor in assessment.factors if factor.kind == kind]


def small_mapping(**parts: Any) -> Mapping:
    """The guide's levels and one type for each, named like it; `texts` and `indicators` as given."""
    types = [type_rule(level, level) for level in mapping.LEVELS]
    return mapping.make(1, base=LEVEL_SCORES, types=[*types, type_rule("*", "medium", 10.0)], **parts)


def type_rule(pattern: str, level: str, extra_points: float = 0.0) -> mapping.TypeRule:
    return mapping.TypeRule(pattern, level, extra_points, "because", "unknown")


def text_rule(words: str, points: float, up_to: float = 100.0) -> mapping.TextRule:
    found = evidence.words_in(words)
    return mapping.TextRule(words, found, points, up_to, f"Has {words}.", evidence.pattern(found))


def indicator(key: str, value: str, points: float = 0.0, up_to: float = 100.0, raises_to: str = "",
              forces_review: bool = False) -> mapping.IndicatorRule:  # fmt: skip
    return mapping.IndicatorRule(
        f"{key} {value}", key, value, points, up_to, raises_to, forces_review, f"It is {value}."
    )


def policy(effect: str, condition: str = "true", *, name: str = "", mode: str = "enforce") -> Policy:
    """A compiled policy; the reason says its effect and condition."""
    name = name or f"{effect} if {condition}"
    return Policy(name, effect, mode, f"{name}.", conditions.compile(condition))
