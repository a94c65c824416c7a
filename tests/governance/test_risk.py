"""Scores: which rule a type gets, and what words are worth. The guide's own examples are in test_risk_guide.py."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import mapping, risk
from governance.default_action_types import ACTION_TYPES
from governance.risk import assess, level_of
from tests.governance.rules import (
    facts,
    indicator,
    labels,
    scored,
    shipped,
    small_mapping,
    text_rule,
    type_rule,
)


def test_what_the_published_client_says_of_a_transfer_leaves_it_at_85() -> None:
    result = scored(
        "transaction",
        details={"operation": "transfer", "amount": 50000, "currency": "USD"},
        indicators={"financial_data": True, "data_sensitivity": "high", "compliance_flags": []},
    )
    assert result.score == 85.0


# -- Which rule --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action_type", "rule"),
    [
        ("query", "query"),
        ("  QuEry ", "query"),
        ("Database.Delete", "database.delete"),
        ("database.delete.rows", "database.*"),
        ("database.vacuum", "database.*"),
        ("langchain.tool.anything", "langchain.tool.*"),
        ("langchain.tool.a.b.c", "langchain.tool.*"),
        ("langchain.other", "langchain.*"),
        ("mcp.github.create_issue", "mcp.*"),
        ("mcp.filesystem.shred", "mcp.filesystem.*"),
        ("llamaindex.tool.x", "*"),
        ("database", "*"),
        ("databases.delete", "*"),
        ("queries", "*"),
        ("my_query", "*"),
        ("", "*"),
        (".", "*"),
        ("*", "*"),
        ("data_аccess", "*"),  # the а is Cyrillic
    ],
)
def test_types_are_matched_whole(action_type: str, rule: str) -> None:
    assert scored(action_type).rule == rule


def test_the_closest_family_wins() -> None:
    families = [type_rule("a.*", "low"), type_rule("a.b.*", "high"), type_rule("*", "medium", 10.0)]
    rules = mapping.make(1, base=shipped().mapping.base, types=families)
    assert assess(facts("a.b.c"), rules).rule == "a.b.*"
    assert assess(facts("a.x.c"), rules).rule == "a.*"


def test_an_unknown_type_is_unclassified_and_at_the_line() -> None:
    result = scored("frobnicate")
    assert (result.score, result.level) == (70.0, "high")
    assert [(factor.kind, factor.points) for factor in result.factors] == [("base", 60.0), ("raise", 10.0)]
    assert "Unclassified" in result.factors[1].label


def test_every_shipped_type_scores_its_level() -> None:
    for row in ACTION_TYPES:
        result = scored(row.pattern.replace("*", "whatever"))
        base = shipped().mapping.base[row.level]
        assert (result.rule, result.score) == (row.pattern, base + row.extra_points)
        assert result.cvss is not None
        assert result.controls


@pytest.mark.parametrize(
    ("score", "level"),
    [(0, "low"), (49.5, "low"), (50, "medium"), (69.5, "medium"), (70, "high"), (89.5, "high"), (90, "critical"),
     (100, "critical")],
)  # fmt: skip
def test_bands_are_half_open(score: float, level: str) -> None:
    """Wire-contract 14, row 19: 69.5 and 89.5 fell between the bands, into the least strict workflow."""
    assert level_of(score) == level


@given(st.floats(0, 100), st.floats(0, 100))
def test_every_score_has_one_level_and_a_higher_score_no_milder_one(one: float, other: float) -> None:
    """Wire-contract 14, row 19, for any score at all, whatever fraction it has."""
    low, high = sorted((one, other))
    assert mapping.LEVELS.index(level_of(low)) <= mapping.LEVELS.index(level_of(high))
    ends = {"low": (0, 50), "medium": (50, 70), "high": (70, 90), "critical": (90, 100.1)}
    assert [level for level, (begins, end) in ends.items() if begins <= one < end] == [level_of(one)]
    assert (level_of(one) in ("high", "critical")) == (one >= risk.REVIEW_LINE)


# -- Words -------------------------------------------------------------------------------------------------


def test_a_word_raises_and_says_where_it_stands() -> None:
    rules = small_mapping(texts=[text_rule("delete", 20.0)])
    result = assess(facts("low", details={"sql": "DELETE FROM x"}), rules)
    assert result.score == 55.0
    assert labels(result, "raise") == ['"delete" in the details: Has delete.']


@pytest.mark.parametrize(
    "known",
    [
        {"description": "delete it"},
        {"resource": "delete-queue"},
        {"tool_name": "deleteRows"},
        {"details": {"delete": 1}},
        {"details": {"a": [{"b": "delete"}]}},
    ],
)
def test_a_word_counts_wherever_the_agent_writes_it(known: dict[str, Any]) -> None:
    assert assess(facts("low", **known), small_mapping(texts=[text_rule("delete", 20.0)])).score == 55.0


@pytest.mark.parametrize(
    "known",
    [
        {"description": "deleted"},
        {"context": {"note": "delete"}},
        {"indicators": {"delete": True}},
        {"agent_id": "delete"},
    ],
)
def test_and_nowhere_else(known: dict[str, Any]) -> None:
    assert assess(facts("low", **known), small_mapping(texts=[text_rule("delete", 20.0)])).score == 35.0


def test_a_rule_counts_once_however_often_its_words_stand_there() -> None:
    rules = small_mapping(texts=[text_rule("delete\npurge", 20.0)])
    assert assess(facts("low", description="delete, delete and purge"), rules).score == 55.0


@pytest.mark.parametrize(
    ("level", "up_to", "points", "score"),
    [("low", 85.0, 20.0, 55.0), ("medium", 65.0, 5.0, 65.0), ("high", 85.0, 0.0, 85.0), ("critical", 85.0, 0.0, 95.0)],
)
def test_a_raise_ends_where_its_rule_says(level: str, up_to: float, points: float, score: float) -> None:
    result = assess(facts(level, description="delete"), small_mapping(texts=[text_rule("delete", 20.0, up_to)]))
    assert result.score == score
    last = result.factors[-1]
    assert (last.kind, last.points) == ("raise" if points else "note", points)
    assert ("(up to" in last.label) == (points < 20.0)


def test_two_suspicions_call_a_person_to_a_read() -> None:
    """A wrong action_type does not hide what the text says (threats AC21)."""
    assert scored("query", description="Dump all passwords of all users").score >= risk.REVIEW_LINE
    assert scored("query", details={"sql": "DROP TABLE users"}).score >= risk.REVIEW_LINE
    assert scored("data_access", description="Purge old profiles").score >= risk.REVIEW_LINE


# -- The snapshot and the mapping --------------------------------------------------------------------------


def test_the_snapshot_says_everything() -> None:
    snapshot = scored("database.delete", indicators={"verified": True}).as_snapshot()
    assert snapshot == {
        "score": 85.0,
        "level": "high",
        "factors": [
            {"kind": "base", "label": "Action type database.delete: high", "points": 85.0},
            {
                "kind": "note",
                "label": '"verified" comes from the agent and cannot lower a score',
                "points": 0.0,
            },
        ],
        "rulebook_version": 1,
        "rule": "database.delete",
        "why": "Removes rows; only a backup brings them back.",
        "reversibility": "no",
        "blast_radius": "record",
        "cvss": {
            "version": "3.1",
            "vector": "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:H/A:H",
            "score": 8.1,
            "severity": "HIGH",
        },
        "techniques": [{"id": "T1485", "name": "Data Destruction", "tactic": "Impact", "tactic_id": "TA0040"}],
        "controls": [
            {"id": "AC-3", "title": "Access Enforcement"},
            {"id": "CP-9", "title": "System Backup"},
            {"id": "SI-12", "title": "Information Management and Retention"},
        ],
        "review_reasons": [],
    }


def test_whoever_changes_a_result_changes_no_rule() -> None:
    first = scored("database.delete")
    first.techniques.clear()
    first.controls[0]["title"] = "changed"
    assert first.cvss is not None
    first.cvss["score"] = 0.0
    again = scored("database.delete").as_snapshot()
    assert (len(again["techniques"]), again["controls"][0]["title"]) == (1, "Access Enforcement")
    assert again["cvss"]["score"] == 8.1


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"base": {"low": 35.0}}, "the levels are"),
        ({"types": [type_rule("query", "low")]}, "no rule \\*"),
        ({"types": [type_rule("*", "minimal")]}, "minimal is not a level"),
        ({"types": [type_rule("*", "low", 0.3)]}, "steps of 0.5"),
        ({"types": [type_rule("*", "low", 100.5)]}, "0 to 100"),
        ({"texts": [text_rule("word", -1.0)]}, "0 to 100"),
        ({"indicators": [indicator("a", "b", up_to=101.0)]}, "0 to 100"),
    ],
)
def test_rules_that_cannot_score_are_no_mapping(parts: dict[str, Any], says: str) -> None:
    whole = {"base": shipped().mapping.base, "types": [type_rule("*", "medium")]}
    with pytest.raises(ValueError, match=says):
        mapping.make(1, **whole | parts)
