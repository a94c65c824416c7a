"""An action's assessment as a reader meets it: the waterfall of its factors, the CVSS metrics in words. PURE.

Assessments are read as they were frozen, whatever version of the portal wrote them, so every key may be missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.frozen_words import factor as in_words
from governance.frozen_words import number

# What only explains a number, and what is true of every action of a type.
_LIMITS = re.compile(r" \((?:up to|at least) [^()]*\)$")
_OF_ITS_TYPE = ("Unclassified", "Extra points")
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
        steps.append(Step(kind, in_words(str(factor.get("label") or "")), _signed(points, kind), low, high - low))
    return steps


def found_in_it(assessment: Mapping[str, Any]) -> list[str]:
    """What the rules found in this very action, the weightiest first: not what is true of all of its type."""
    factors = [one for one in assessment.get("factors") or [] if one.get("kind") in ("raise", "floor", "note")]
    factors.sort(key=lambda factor: -float(factor.get("points") or 0))
    labels = (str(factor.get("label") or "") for factor in factors)
    return [_unlimited(label) for label in labels if ": " in label and not label.startswith(_OF_ITS_TYPE)]


def _unlimited(label: str) -> str:
    """A factor in the reader's language, without the bracket of its limits."""
    said = in_words(label)
    return said.rpartition(" (")[0] if _LIMITS.search(label) else said


def adds_up(assessment: Mapping[str, Any], score: float) -> bool:
    """Whether the factors really recompute to the score the action carries."""
    total = sum(float(factor.get("points") or 0) for factor in assessment.get("factors") or [])
    return abs(total - score) < 0.001


def cvss_words(vector: str) -> list[tuple[str, str]]:
    """The metrics of a CVSS vector as (metric, value) in words; metrics nobody defined are left out."""
    metrics = dict(part.split(":", 1) for part in vector.split("/") if ":" in part)
    table = _V4 if metrics.pop("CVSS", "").startswith("4") else _V3
    return [
        (str(name), str(values[metrics[short]]))
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
        return number(points)
    if points == 0:
        return "±0"
    return f"+{number(points)}" if points > 0 else f"{_MINUS}{number(-points)}"


_IMPACT = {"N": _("none"), "L": _("low"), "H": _("high")}
_VECTOR = {"N": _("network"), "A": _("adjacent network"), "L": _("local"), "P": _("physical")}
_LOW_HIGH = {"L": _("low"), "H": _("high")}
_REQUIREMENT = {"L": _("low"), "M": _("medium"), "H": _("high")}
_REQUIREMENTS = {
    "CR": (_("Need for confidentiality here"), _REQUIREMENT),
    "IR": (_("Need for integrity here"), _REQUIREMENT),
    "AR": (_("Need for availability here"), _REQUIREMENT),
}
_V3 = {
    "AV": (_("Attack vector"), _VECTOR),
    "AC": (_("Attack complexity"), _LOW_HIGH),
    "PR": (_("Privileges required"), _IMPACT),
    "UI": (_("User interaction"), {"N": _("none"), "R": _("required")}),
    "S": (_("Scope"), {"U": pgettext_lazy("CVSS", "unchanged"), "C": pgettext_lazy("CVSS", "changed")}),
    "C": (_("Confidentiality"), _IMPACT),
    "I": (_("Integrity"), _IMPACT),
    "A": (_("Availability"), _IMPACT),
    **_REQUIREMENTS,
}
_V4 = {
    "AV": (_("Attack vector"), _VECTOR),
    "AC": (_("Attack complexity"), _LOW_HIGH),
    "AT": (_("Attack requirements"), {"N": _("none"), "P": _("present")}),
    "PR": (_("Privileges required"), _IMPACT),
    "UI": (_("User interaction"), {"N": _("none"), "P": _("passive"), "A": _("active")}),
    "VC": (_("Confidentiality"), _IMPACT),
    "VI": (_("Integrity"), _IMPACT),
    "VA": (_("Availability"), _IMPACT),
    "SC": (_("Confidentiality beyond"), _IMPACT),
    "SI": (_("Integrity beyond"), _IMPACT),
    "SA": (_("Availability beyond"), _IMPACT),
    **_REQUIREMENTS,
}
