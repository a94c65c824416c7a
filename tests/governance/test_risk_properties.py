"""For any action and any rules: the factors add up, and nothing an agent adds lowers anything."""

from __future__ import annotations

import json
from collections.abc import Mapping as MappingABC
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from governance import mapping
from governance.default_action_types import ACTION_TYPES
from governance.risk import Facts, assess, cvss_score, level_of
from tests.governance.rules import facts, indicator, shipped, text_rule, type_rule

_WORDS = st.sampled_from(
    "delete prod customer all passwords DROP TABLE query profile rm -rf é \u200b pastebin everyone".split(" ")
)
_TEXT = st.lists(_WORDS | st.text(max_size=8), max_size=8).map(" ".join)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=8,
)
_KEYS = st.sampled_from(
    "external_transfer data_sensitivity amount_threshold unusual_pattern risk_level local_risk_level verified"
    " auto_approve require_human_approval financial_data shell_mode pii_involved Risk_Level environment"
    " compliance_flags data_classification health_data".split()
)
_OTHERS = ["production", "staging", ["GDPR", "hipaa"], "pci", "secret", "confidential"]
_DECLARED = st.dictionaries(
    _KEYS | st.text(max_size=4),
    st.sampled_from([True, False, "true", "high", "critical", "low", "exceeded", ["high"], None, 0, 1, *_OTHERS])
    | _JSON,
    max_size=6,
)
_TYPES = st.sampled_from([row.pattern.replace("*", "x") for row in ACTION_TYPES]) | st.text(max_size=12)


def _facts(action_type: str, text: str, details: Any, indicators: MappingABC[str, Any]) -> Facts:
    return facts(action_type, description=text, details={"given": details}, indicators=indicators)


_PLACES = st.sampled_from(["", "production", "staging", "sandbox"]) | _TEXT


@settings(deadline=None)
@given(_TYPES, _TEXT, _JSON, _DECLARED, _DECLARED, _PLACES)
def test_factors_add_up_to_the_score(
    action_type: str, text: str, details: Any, indicators: dict[str, Any], context: dict[str, Any], place: str
) -> None:
    """Wire-contract 14, row 27: there, the documented example did not follow its own formula."""
    action = facts(action_type, description=text, details={"given": details}, indicators=indicators, context=context,
                   environment=place)  # fmt: skip
    result = assess(action, shipped().mapping)
    assert sum(factor.points for factor in result.factors) == result.score
    assert 0 <= result.score <= 100
    assert result.level == level_of(result.score)
    assert result.factors[0].kind == "base"
    signs = {"base": 1, "raise": 1, "floor": 1, "cap": -1, "note": 0}
    assert all((f.points > 0) - (f.points < 0) == signs[f.kind] for f in result.factors)
    assert result == assess(action, shipped().mapping)
    assert json.loads(json.dumps(result.as_snapshot(), allow_nan=False)) == result.as_snapshot()


@settings(deadline=None)
@given(_TYPES, _TEXT, _JSON, _DECLARED, _DECLARED, _TEXT)
def test_nothing_an_agent_adds_lowers_anything(
    action_type: str, text: str, details: Any, some: dict[str, Any], more: dict[str, Any], words: str
) -> None:
    before = assess(_facts(action_type, text, details, some), shipped().mapping)
    for richer in (
        facts(action_type, description=text, details={"given": details}, indicators=some, context=more),
        facts(action_type, description=text, details={"given": details}, indicators=more | some),
        facts(action_type, description=f"{text}. {words}", details={"given": details}, indicators=some),
        facts(action_type, description=text, details={"given": details, "more": words}, indicators=some),
        facts(action_type, description=text, details={"given": details}, indicators=some, environment="production"),
    ):
        after = assess(richer, shipped().mapping)
        assert after.score >= before.score
        assert cvss_score(after) >= cvss_score(before) >= (before.cvss or {})["score"]
        assert set(after.review_reasons) >= set(before.review_reasons)


_POINTS = st.integers(0, 200).map(lambda halves: halves / 2)


@settings(deadline=None)
@given(st.data(), _POINTS, _POINTS)
def test_they_add_up_by_any_rules(data: st.DataObject, one: float, other: float) -> None:
    levels = sorted(data.draw(st.lists(_POINTS, min_size=4, max_size=4)))
    rules = mapping.make(
        3,
        base=dict(zip(mapping.LEVELS, levels, strict=True)),
        types=[type_rule("*", data.draw(st.sampled_from(mapping.LEVELS)), one)],
        texts=[text_rule("delete", other, one), text_rule("prod", one, other)],
        indicators=[indicator("a", "true", one, other, raises_to="high"), indicator("b", "true", other)],
    )
    action = facts("x", description="delete prod", indicators={"a": True, "b": True, "risk_level": "critical"})
    result = assess(action, rules)
    assert sum(factor.points for factor in result.factors) == result.score <= 100
    assert result.rulebook_version == 3
