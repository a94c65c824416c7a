"""Which policies nearly matched a past action: all parts of the condition held but one.

Asked of the very rules that judged the action, with the facts they judged it by. Nothing is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from governance import condition_parts, conditions, past_actions, policies, risk, rulebook
from governance.conditions import Activation
from governance.errors import InvalidRule
from governance.models import RulebookVersion
from governance.policies import Policy
from governance.rulebook import NoRulebook

# As many policies are asked, in the order in which they apply.
MOST_POLICIES = 200
# A condition of more parts says nothing useful by failing at one of them.
MOST_PARTS = 20


# A number of the action compared with one of the policy's: action.details.amount > 10000
_COMPARED = re.compile(r"(double\()?([a-z][\w.]*)(?(1)\)) *(>=|>|<=|<) *(-?[0-9]+(?:\.[0-9]+)?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """The number an action has, and the one a policy wanted it to reach, or to stay below."""

    has: float
    wanted: float
    below: bool

    @property
    def distance(self) -> float:
        """How far one is from the other, from 0 (equal) to 1 (no comparison)."""
        return min(1.0, abs(self.wanted - self.has) / (max(abs(self.wanted), abs(self.has)) or 1.0))

    @property
    def words(self) -> str:
        """Both numbers: 64.9 of 10,000."""
        has, wanted = _written(self.has), _written(self.wanted)
        if self.below:
            return _("{number}, and it would have to be below {limit}").format(number=has, limit=wanted)
        return _("{number} of {limit}").format(number=has, limit=wanted)


def _written(number: float) -> str:
    places = 0 if number.is_integer() else min(8, len(f"{number:.8f}".rstrip("0").partition(".")[2]))
    return number_format(number, places, use_l10n=True, force_grouping=True)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A policy and the one part of its condition that kept it from matching; `why` where nobody could answer it."""

    policy: Policy
    held: int
    lacked: str
    why: str = ""
    shortfall: Shortfall | None = None

    @property
    def distance(self) -> float:
        """How far from matching, from 0 to 1: in the middle where no number says it."""
        return self.shortfall.distance if self.shortfall else 0.5

    @property
    def parts(self) -> int:
        """How many parts its condition has."""
        return self.held + 1


@dataclass(frozen=True, slots=True)
class Nearly:
    """What was found. `asked` of `all` policies were looked at; `problem` is why none were, or nothing."""

    misses: tuple[NearMiss, ...] = ()
    asked: int = 0
    all: int = 0
    problem: str = ""


def nearly(action_id: int, version: int) -> Nearly:
    """The policies of a rulebook version that nearly matched an action."""
    try:
        past = past_actions.source().one(action_id)
        book = rulebook.current(version)
    except (LookupError, NoRulebook):
        past = None
    if past is None:
        return Nearly(problem=_("The rules that judged this action cannot be read."))
    texts = _conditions_of(version)
    every = (*book.policies.enforced, *book.policies.observed)
    asked = [policy for policy in every[:MOST_POLICIES] if policy.applies_at(past.facts.at)]
    known = policies.values_of(past.facts, risk.assess(past.facts, book.mapping))
    values = conditions.activation(known)
    found = (_missed(policy, texts.get(policy.name, ""), values) for policy in asked)
    misses = [replace(miss, shortfall=_shortfall(miss.lacked, known)) for miss in found if miss]
    misses.sort(key=lambda miss: miss.distance)
    return Nearly(tuple(misses), min(len(every), MOST_POLICIES), len(every))


def _shortfall(part: str, known: Mapping[str, Any]) -> Shortfall | None:
    """By how much a comparison of two numbers did not hold; None where it is none."""
    match = _COMPARED.fullmatch(part.strip())
    value = _value_of(match[2], known) if match else None
    if match and isinstance(value, str) and match[1] and re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,8})?", value, re.ASCII):
        value = float(value)
    if match is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Shortfall(float(value), float(match[4]), match[3].startswith("<"))


def _value_of(path: str, known: Mapping[str, Any]) -> Any:
    """What stands at action.details.amount."""
    names = path.split(".")
    value = known.get(".".join(names[:2]))
    for name in names[2:]:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _conditions_of(version: int) -> dict[str, str]:
    """The conditions as their authors wrote them, by the policy's name."""
    content = json.loads(RulebookVersion.objects.values_list("content", flat=True).get(version=version))
    return {rule["name"]: rule["condition"] for rule in content["policies"]}


def _missed(policy: Policy, condition: str, values: Activation) -> NearMiss | None:
    """What was missing, where it was one part of those that must all hold."""
    part = condition_parts.split(condition) if condition else None
    if part is None or part.joined != "all" or len(part.parts) > MOST_PARTS or policy.program is None:
        return None
    if conditions.evaluate(policy.program, values) is not False:  # it matched, or nobody could answer it
        return None
    lacking = list(_lacking((one.text for one in part.parts), values))
    if len(lacking) != 1:
        return None
    text, why = lacking[0]
    return NearMiss(policy, len(part.parts) - 1, text, why)


def _lacking(texts: Iterable[str], values: Activation) -> Iterable[tuple[str, str]]:
    """The parts that do not hold by themselves, two at most: more are no near miss."""
    lacking = 0
    for text in texts:
        try:
            program = conditions.compile(text)
        except InvalidRule:  # a part may be true or false only in its place
            yield text, _("It means something in its place only.")
            lacking += 1
        else:
            answer = conditions.evaluate(program, values)
            if answer is not True:
                yield text, "" if answer is False else conditions.why_unknown(program, values)
                lacking += 1
        if lacking == 2:
            return
