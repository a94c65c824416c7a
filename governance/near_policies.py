"""Which policies nearly matched a past action: all parts of the condition held but one.

Asked of the very rules that judged the action, with the facts they judged it by. Nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A policy and the one part of its condition that kept it from matching; `why` where nobody could answer it."""

    policy: Policy
    held: int
    lacked: str
    why: str = ""

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
    values = conditions.activation(policies.values_of(past.facts, risk.assess(past.facts, book.mapping)))
    found = (_missed(policy, texts.get(policy.name, ""), values) for policy in asked)
    return Nearly(tuple(miss for miss in found if miss), min(len(every), MOST_POLICIES), len(every))


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
