"""An action's assessment as a reader meets it: the waterfall of its factors, the CVSS metrics in words. PURE.

Assessments are read as they were frozen, whatever version of the portal wrote them, so every key may be missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

_MINUS = "\N{MINUS SIGN}"


class Step(NamedTuple):
    """One factor of the waterfall: its label, its points, and the bar from `x` over `width` (of 100)."""

    kind: str
    label: str
    points: str
    x: float
    width: float


def waterfall(assessment: Mapping[str, Any]) -> list[Step]:
    """The factors in their order. Their points add up to the score; the bars show where each one starts and ends."""
    steps: list[Step] = []
    total = 0.0
    for factor in assessment.get("factors") or []:
        points = float(factor.get("points") or 0)
        before, total = total, total + points
        low, high = sorted((_bounded(before), _bounded(total)))
        kind = str(factor.get("kind") or "note")
        steps.append(Step(kind, str(factor.get("label") or ""), _signed(points, kind), low, high - low))
    return steps


def adds_up(assessment: Mapping[str, Any], score: float) -> bool:
    """Whether the factors really recompute to the score the action carries."""
    total = sum(float(factor.get("points") or 0) for factor in assessment.get("factors") or [])
    return abs(total - score) < 0.001


def cvss_words(vector: str) -> list[tuple[str, str]]:
    """The metrics of a CVSS vector as (metric, value) in words; metrics nobody defined are left out."""
    metrics = dict(part.split(":", 1) for part in vector.split("/") if ":" in part)
    table = _V4 if metrics.pop("CVSS", "").startswith("4") else _V3
    return [
        (name, values[metrics[short]])
        for short, (name, values) in table.items()
        if short in metrics and metrics[short] in values
    ]


def of_owasp(techniques: Iterable[Mapping[str, Any]] | None) -> list[Mapping[str, Any]]:
    """The risks of OWASP's agentic list among an action's techniques."""
    return [technique for technique in techniques or [] if str(technique.get("id")).startswith("ASI")]


def of_mitre(techniques: Iterable[Mapping[str, Any]] | None) -> list[Mapping[str, Any]]:
    """The techniques of ATT&CK and ATLAS among them."""
    return [technique for technique in techniques or [] if not str(technique.get("id")).startswith("ASI")]


def _bounded(value: float) -> float:
    return round(min(100.0, max(0.0, value)), 2)


def _signed(points: float, kind: str) -> str:
    if kind == "base":
        return f"{points:g}"
    if points == 0:
        return "±0"
    return f"+{points:g}" if points > 0 else f"{_MINUS}{-points:g}"


_IMPACT = {"N": "none", "L": "low", "H": "high"}
_VECTOR = {"N": "network", "A": "adjacent network", "L": "local", "P": "physical"}
_LOW_HIGH = {"L": "low", "H": "high"}
_REQUIREMENT = {"L": "low", "M": "medium", "H": "high"}
_REQUIREMENTS = {
    "CR": ("Need for confidentiality here", _REQUIREMENT),
    "IR": ("Need for integrity here", _REQUIREMENT),
    "AR": ("Need for availability here", _REQUIREMENT),
}
_V3 = {
    "AV": ("Attack vector", _VECTOR),
    "AC": ("Attack complexity", _LOW_HIGH),
    "PR": ("Privileges required", _IMPACT),
    "UI": ("User interaction", {"N": "none", "R": "required"}),
    "S": ("Scope", {"U": "unchanged", "C": "changed"}),
    "C": ("Confidentiality", _IMPACT),
    "I": ("Integrity", _IMPACT),
    "A": ("Availability", _IMPACT),
    **_REQUIREMENTS,
}
_V4 = {
    "AV": ("Attack vector", _VECTOR),
    "AC": ("Attack complexity", _LOW_HIGH),
    "AT": ("Attack requirements", {"N": "none", "P": "present"}),
    "PR": ("Privileges required", _IMPACT),
    "UI": ("User interaction", {"N": "none", "P": "passive", "A": "active"}),
    "VC": ("Confidentiality", _IMPACT),
    "VI": ("Integrity", _IMPACT),
    "VA": ("Availability", _IMPACT),
    "SC": ("Confidentiality beyond", _IMPACT),
    "SI": ("Integrity beyond", _IMPACT),
    "SA": ("Availability beyond", _IMPACT),
    **_REQUIREMENTS,
}
