"""A policy tried on one past action before it is saved: whether it holds, which of its parts do, and what would follow.

Nothing is written. The action is judged by the rules in force now, with the draft among them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from governance import condition_parts, conditions, past_actions, policies, risk, rulebook
from governance.condition_parts import Joined, Part
from governance.conditions import Activation, Program
from governance.errors import InvalidRule
from governance.past_actions import PastAction, Window
from governance.policies import Policy, Verdict
from governance.rulebook import NoRulebook

RECENT = 20  # past actions offered to choose from


@dataclass(frozen=True, slots=True)
class Check:
    """What can be said of a condition without an action. `problem` is why it would not be saved, or nothing."""

    problem: str = ""
    leaves_open: bool = False
    most_values: int | None = None


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """A part of a condition by itself: true, false, or None and why."""

    text: str
    joined: Joined
    answer: bool | None
    why: str
    parts: tuple[PartAnswer, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What the draft says of one action.

    `now` is the verdict of the rules in force, `would_be` theirs with the draft enforced. `whole` has parts only when
    they come together to the same answer.
    """

    past: PastAction
    whole: PartAnswer
    in_window: bool
    now: Verdict
    would_be: Verdict

    @property
    def changes(self) -> bool:
        return self.now.outcome != self.would_be.outcome


class CannotTry(Exception):
    """Why nothing was tried, as a sentence."""


def check(condition: str) -> Check:
    """Type-check a condition as saving would."""
    try:
        program = conditions.compile(tidy(condition))
    except InvalidRule as exc:
        return Check(problem=exc.errors["condition"])
    return Check("", conditions.leaves_open(program), conditions.most_values(program))


def tidy(condition: str) -> str:
    """The condition as it is saved: rule_checks does the same to a policy's row."""
    return condition.replace("\r\n", "\n").strip()


def recent() -> list[PastAction]:
    """The latest past actions, latest first; none when nobody keeps any."""
    try:
        return list(past_actions.source().page(Window(latest=RECENT), None, RECENT))
    except LookupError:
        return []


def try_on(draft: Policy, condition: str, action_id: int, *, instead_of: str = "") -> Trial:
    """Judge a past action as it would be judged now, without and with the draft, which replaces the policy so named.

    The draft is taken as enforced, with the condition given. Raises CannotTry.
    """
    past = _past(action_id)
    condition = tidy(condition)
    try:
        program = conditions.compile(condition)
        book = rulebook.current()
    except InvalidRule as exc:
        raise CannotTry("The condition can be tried when it is right.") from exc
    except NoRulebook as exc:
        raise CannotTry(f"There is nothing to judge the action by. {exc}") from exc
    draft = replace(draft, program=program, mode="enforce")
    assessment = risk.assess(past.facts, book.mapping)
    line = book.thresholds.for_agent(past.facts)
    others = (*book.policies.enforced, *book.policies.observed)
    with_draft = policies.policy_set((*(policy for policy in others if policy.name != instead_of), draft))
    values = conditions.activation(policies.values_of(past.facts, assessment))
    return Trial(
        past=past,
        whole=_taken_apart(condition, program, values),
        in_window=draft.applies_at(past.facts.at),
        now=policies.evaluate(past.facts, assessment, book.policies, line),
        would_be=policies.evaluate(past.facts, assessment, with_draft, line),
    )


def _past(action_id: int) -> PastAction:
    try:
        past = past_actions.source().one(action_id)
    except LookupError:
        past = None
    if past is None:
        raise CannotTry(f"There is no action {action_id}.")
    return past


def _taken_apart(condition: str, program: Program, values: Activation) -> PartAnswer:
    """The answer, with those of its parts; without them when a part alone is no condition, or they say otherwise."""
    answer, why = _answer(program, values)
    part = condition_parts.split(condition)
    try:
        parts = tuple(_part(inner, values) for inner in part.parts)
    except InvalidRule:  # a part may be true or false only in its place
        parts = ()
    if parts and condition_parts.together(part.joined, [inner.answer for inner in parts]) is not answer:
        parts = ()
    return PartAnswer(part.text, part.joined if parts else "", answer, why, parts)


def _part(part: Part, values: Activation) -> PartAnswer:
    answer, why = _answer(conditions.compile(part.text), values)
    parts = tuple(_part(inner, values) for inner in part.parts)
    return PartAnswer(part.text, part.joined, answer, why, parts)


def _answer(program: Program, values: Activation) -> tuple[bool | None, str]:
    answer = conditions.evaluate(program, values)
    if answer is True or answer is False:
        return answer, ""
    return None, conditions.why_unknown(program, values)
