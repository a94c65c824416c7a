"""Risk, calibrated to the guide and explained to people: assess(facts, mapping) -> Assessment. PURE.

Score = base of the type's level + raises, capped at 100, then floors. Every number is a factor with its
reason, and the factors add up to the score exactly. What an agent says about its own action can raise the
score or call a person; it never lowers anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, cast

from governance import cvss, evidence
from governance.mapping import FALLBACK, HIGHEST, LEVELS, IndicatorRule, Mapping, TypeRule

REVIEW_LINE = 70.0  # from here on a person decides (the guide, "Status Values")

# Half-open: a level begins at its number and ends below the next one.
_BANDS = ((90.0, "critical"), (70.0, "high"), (50.0, "medium"))

# Words of the clients' own protocol (wire-contract 4.1), so no rows: an agent's opinion of its risk is a
# floor, its wish for a person is granted, and its assurances change nothing.
_OPINIONS = frozenset({"risk_level", "local_risk_level"})
_WISH = "require_human_approval"
_ASSURANCES = frozenset(
    {"auto_approve", "verified", "customer_verified", "mfa_completed", "customer_requested", "risk_score"}
)

_PARTS = ("description", "resource", "tool", "details")

Kind = Literal["base", "raise", "floor", "cap", "note"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about an intended action: content as submitted, who submits it, and when. Pure data.

    `agent_type` is supervised, autonomous or unregistered: what the portal knows, not what the agent says.
    `principal_id` and `principal_type` are those of the agent whose key asks, where it speaks for another one.
    `environment` is the submission's own field. The header X-Environment is no fact: the published client sends
    "production" with everything unless told otherwise.
    """

    agent_id: str
    team: str
    action_type: str
    tool_name: str
    resource: str
    description: str
    details: MappingABC[str, Any] = field(default_factory=dict)
    context: MappingABC[str, Any] = field(default_factory=dict)
    indicators: MappingABC[str, Any] = field(default_factory=dict)
    environment: str = ""
    mcp_server: str = ""
    agent_type: str = "supervised"
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    principal_id: str = ""
    principal_type: str = ""


@dataclass(frozen=True, slots=True)
class Factor:
    """One summand of a score, in points, with its reason. A cap is negative, a note is worth nothing."""

    kind: Kind
    label: str
    points: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """The result of scoring: 0 to 100, explained. The points of the factors add up to the score exactly.

    `cvss` holds the base score; where the context counts, its `environmental` holds the score there and `because`.
    """

    score: float
    level: str
    factors: tuple[Factor, ...]
    rulebook_version: int
    rule: str
    why: str
    reversibility: str
    blast_radius: str
    cvss: dict[str, Any] | None
    techniques: list[dict[str, str]]
    controls: list[dict[str, str]]
    review_reasons: tuple[str, ...]

    def as_snapshot(self) -> dict[str, Any]:
        """Plain JSON with the same keys, to be kept on the action."""
        return {
            "score": self.score,
            "level": self.level,
            "factors": [{"kind": f.kind, "label": f.label, "points": f.points} for f in self.factors],
            "rulebook_version": self.rulebook_version,
            "rule": self.rule,
            "why": self.why,
            "reversibility": self.reversibility,
            "blast_radius": self.blast_radius,
            "cvss": dict(self.cvss) if self.cvss else None,
            "techniques": [dict(technique) for technique in self.techniques],
            "controls": [dict(control) for control in self.controls],
            "review_reasons": list(self.review_reasons),
        }


def cvss_score(assessment: Assessment) -> float:
    """The CVSS score that holds, 0.0 to 10.0: the environmental one where there is one. 0.0 when nothing was scored."""
    if not assessment.cvss:
        return 0.0
    return (assessment.cvss.get("environmental") or assessment.cvss)["score"]


def level_of(score: float) -> str:
    """The level of a score from 0 to 100: low below 50, medium below 70, high below 90, then critical."""
    return next((level for begins, level in _BANDS if score >= begins), "low")


def assess(facts: Facts, mapping: Mapping) -> Assessment:
    """Score an intended action by a mapping."""
    rule = mapping.rule_for(facts.action_type)
    count = _Count(*_base_factors(rule, mapping))
    _raise_by_words(count, facts, mapping)
    declared = _Declared(facts, mapping)
    for hit in declared.hits:
        if hit.points:
            count.raise_by(hit.points, hit.up_to, _said(hit))
    count.cap()
    _lift_to_floors(count, declared, mapping)
    for key in declared.assurances:
        count.add("note", f'"{key}" comes from the agent and cannot lower a score', 0.0)
    return Assessment(
        score=count.total,
        level=level_of(count.total),
        factors=tuple(count.factors),
        rulebook_version=mapping.version,
        rule=rule.pattern,
        why=rule.why,
        reversibility=rule.reversibility,
        blast_radius=rule.blast_radius,
        cvss=_cvss_in_context(rule.cvss, declared.hits),
        techniques=[dict(technique) for technique in rule.techniques],
        controls=[dict(control) for control in rule.controls],
        review_reasons=tuple(declared.review_reasons),
    )


class _Count:
    """The running total and its factors."""

    def __init__(self, *factors: Factor):
        self.factors = list(factors)
        self.total = sum(factor.points for factor in factors)

    def add(self, kind: Kind, label: str, points: float) -> None:
        self.factors.append(Factor(kind, label, points))
        self.total += points

    def raise_by(self, points: float, up_to: float, label: str) -> None:
        """Raise, but not above `up_to`; what is left of the points may be nothing, and is shown all the same.

        The end of the scale is no limit of a rule's own: there, the cap shows what was too much.
        """
        left = points if up_to >= HIGHEST else min(points, max(0.0, up_to - self.total))
        self.add("raise" if left else "note", label if left == points else f"{label} (up to {up_to:g})", left)

    def cap(self) -> None:
        if self.total > HIGHEST:
            self.add("cap", f"A score ends at {HIGHEST:g}", HIGHEST - self.total)


def _base_factors(rule: TypeRule, mapping: Mapping) -> Iterator[Factor]:
    if rule.pattern == FALLBACK:
        base, extra = "No rule knows this action type", "Unclassified: nobody has rated this action type yet"
    else:
        base, extra = f"Action type {rule.pattern}", f"Extra points of action type {rule.pattern}"
    yield Factor("base", f"{base}: {rule.level}", mapping.base[rule.level])
    if rule.extra_points:
        yield Factor("raise", extra, rule.extra_points)


def _raise_by_words(count: _Count, facts: Facts, mapping: Mapping) -> None:
    if mapping.any_word is None:
        return
    details = evidence.strings_in(facts.details)
    text = evidence.searchable((facts.description, facts.resource, facts.tool_name, *details))
    if mapping.any_word.search(text) is None:
        return
    for rule in mapping.texts:
        hit = evidence.found(rule.pattern, text, parts=3 + len(details))
        if hit is None:
            continue
        word, part = hit
        count.raise_by(rule.points, rule.up_to, f'"{word}" in the {_PARTS[min(part, 3)]}: {rule.reason}')


class _Declared:
    """What the agent declares in risk_indicators, context and environment, read once."""

    def __init__(self, facts: Facts, mapping: Mapping):
        hits: dict[tuple[str, str], IndicatorRule] = {}
        self.opinions: dict[str, str] = {}
        self.assurances: dict[str, None] = {}
        self.review_reasons: list[str] = []
        said = [*facts.indicators.items(), *facts.context.items()]
        if facts.environment:
            said.append(("environment", facts.environment))
        for name, value in said:
            key = name.lower()
            for token in _tokens(value):
                if rule := mapping.indicators.get((key, token)):
                    hits[key, token] = rule
                if key in _OPINIONS and token in LEVELS:
                    self.opinions[key] = max(self.opinions.get(key, token), token, key=LEVELS.index)
            if key == _WISH and not _says_no(value):
                self.review_reasons = ["The agent asks for a person's decision (require_human_approval)."]
            elif key in _ASSURANCES and not _says_no(value):
                self.assurances[key] = None
        # What reaches further counts first: a rule that ends lower then adds nothing to what was said already.
        self.hits = sorted(hits.values(), key=lambda hit: (-hit.up_to, hit.key, hit.value))
        self.review_reasons += [hit.reason for hit in self.hits if hit.forces_review]


def _lift_to_floors(count: _Count, declared: _Declared, mapping: Mapping) -> None:
    """The highest floor first: it is the one that moves the score, and the lower ones are then met."""
    floors = [(mapping.base[hit.raises_to], _said(hit), hit.raises_to) for hit in declared.hits if hit.raises_to]
    for key, level in sorted(declared.opinions.items()):
        if mapping.base[level] < count.total:
            declared.assurances[key] = None
        else:
            floors.append((mapping.base[level], f"{key}: the agent itself calls this {level}", level))
    for score, label, level in sorted(floors, key=lambda floor: -floor[0]):
        if score > count.total:
            count.add("floor", f"{label} (at least {level})", score - count.total)
        else:
            count.add("note", f"{label} (at least {level}, which it is already)", 0.0)


def _said(hit: IndicatorRule) -> str:
    return f"{hit.key} = {hit.value}: {hit.reason}"


def _cvss_in_context(base: MappingABC[str, Any] | None, hits: Iterable[IndicatorRule]) -> dict[str, Any] | None:
    """The base score of a type with the score where this action happens, if anything is said about that."""
    if base is None:
        return None
    here = dict(base)
    if stakes := [hit for hit in hits if hit.cvss_environment]:
        requirements = cvss.strictest(tuple([hit.cvss_environment for hit in stakes]))
        found = cvss.with_environment(cast("cvss.BaseScore", here), requirements)
        because = [_said(hit) for hit in stakes]
        if found.holds_base:
            because.append("The formulas of CVSS would give less here, so the base score stands.")
        here["environmental"] = {
            "vector": found.vector,
            "score": found.score,
            "severity": found.severity,
            "because": because,
        }
    return here


def _tokens(value: Any) -> list[str]:
    """A declared value as the text an admin writes in a rule: true, high, 3; each of a list's."""
    if isinstance(value, str):
        return [value.strip().lower()]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, int):
        return [str(value)]
    if isinstance(value, float):
        return [f"{value:g}"]
    if isinstance(value, list | tuple):
        return [token for item in value if not isinstance(item, list | tuple) for token in _tokens(item)]
    return []


def _says_no(value: Any) -> bool:
    """Whether a declared value is a clear no. The unclear counts as a yes, which only ever adds care."""
    return not value or (isinstance(value, str) and value.strip().lower() in {"", "false", "no", "off", "0"})
