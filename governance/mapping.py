"""The rules of risk as one frozen, compiled value: what an action type, a word, an indicator is worth. PURE.

Points run from 0 to 100 in steps of a half, because binary floats add halves without error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from governance import evidence

LEVELS = ("low", "medium", "high", "critical")
HIGHEST = 100.0
STEP = 0.5
FALLBACK = "*"  # the rule for every type without a rule of its own


@dataclass(frozen=True, slots=True)
class TypeRule:
    """What one action type, a dotted family or `*` means for risk. `cvss` is what cvss.base gives."""

    pattern: str
    level: str
    extra_points: float
    why: str
    reversibility: str
    blast_radius: str = "unknown"
    cvss: MappingABC[str, Any] | None = None
    techniques: Sequence[MappingABC[str, str]] = ()
    controls: Sequence[MappingABC[str, str]] = ()


@dataclass(frozen=True, slots=True)
class TextRule:
    """Words that raise the score by `points`, but not above `up_to`."""

    name: str
    words: tuple[str, ...]
    points: float
    up_to: float
    reason: str
    pattern: evidence.Pattern


@dataclass(frozen=True, slots=True)
class IndicatorRule:
    """What one value of one declared indicator does: raise like a word does, lift to a level, call a person, or say
    what is at stake (`cvss_environment`, as CVSS security requirements: CR:H/IR:H).
    """

    name: str
    key: str
    value: str
    points: float
    up_to: float
    raises_to: str
    forces_review: bool
    reason: str
    cvss_environment: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """One version of the rules of risk. Made by `make`, which checks and compiles it."""

    version: int
    base: MappingABC[str, float]
    types: MappingABC[str, TypeRule]
    texts: tuple[TextRule, ...]
    indicators: MappingABC[tuple[str, str], IndicatorRule]
    any_word: evidence.Pattern | None

    def rule_for(self, action_type: str) -> TypeRule:
        """The rule of a type: its own, else that of its closest dotted family, else the fallback."""
        name = action_type.strip().lower()
        rule = self.types.get(name)
        while rule is None and "." in name:
            name = name.rpartition(".")[0]
            rule = self.types.get(f"{name}.*")
        return rule or self.types[FALLBACK]


def make(
    version: int,
    *,
    base: MappingABC[str, float],
    types: Iterable[TypeRule],
    texts: Iterable[TextRule] = (),
    indicators: Iterable[IndicatorRule] = (),
) -> Mapping:
    """A compiled Mapping. `base` holds the score of each level.

    Raises ValueError when it could not give every action a score that adds up.
    """
    by_pattern = {rule.pattern: rule for rule in types}
    by_value = {(rule.key, rule.value): rule for rule in indicators}
    texts = tuple(texts)
    if set(base) != set(LEVELS):
        raise ValueError(
            _("the levels are {levels}, not {given}").format(levels=", ".join(LEVELS), given=", ".join(base) or "–")
        )
    if FALLBACK not in by_pattern:
        raise ValueError(
            _("there is no rule {name} for action types without a rule of their own").format(name=FALLBACK)
        )
    if unknown := {rule.level for rule in by_pattern.values()} - set(LEVELS):
        raise ValueError(_("{name} is not a level").format(name=unknown.pop()))
    points = [
        *base.values(),
        *(rule.extra_points for rule in by_pattern.values()),
        *(number for rule in texts for number in (rule.points, rule.up_to)),
        *(number for one in by_value.values() for number in (one.points, one.up_to)),
    ]
    if wrong := [number for number in points if not 0 <= number <= HIGHEST or number % STEP]:
        raise ValueError(
            _("points run from 0 to 100 in steps of {step}, not {given}").format(step=STEP, given=wrong[0])
        )
    words = [word for rule in texts for word in rule.words]
    any_word = evidence.pattern(words) if words else None
    return Mapping(version, base, by_pattern, texts, by_value, any_word)
