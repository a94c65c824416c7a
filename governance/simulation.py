"""What a draft of the rules would change: compare(facts, before, after) -> Difference | None. PURE.

Both sides are answers to the same facts (the action's own time, its agent's type then), the one by the rules in
force, the other by the draft; so what earlier changes of the rules did is not blamed on the draft.

`compare` is the definition. `Comparison` gives the same differences and leaves out what cannot matter, which is most
of the work: a policy of which nothing is different needs no answer, and a type rule of another type no second score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, Protocol

from governance import conditions, policies, risk, route_rules
from governance.mapping import Mapping as RiskMapping
from governance.policies import Policy, PolicySet
from governance.risk import Assessment, Facts
from governance.route_rules import RouteRule
from governance.routing import HIGHEST, Route
from governance.thresholds import Thresholds


class Rules(Protocol):
    """A compiled rulebook, as far as it decides."""

    @property
    def mapping(self) -> RiskMapping: ...

    @property
    def policies(self) -> PolicySet: ...

    @property
    def thresholds(self) -> Thresholds: ...

    @property
    def routes(self) -> tuple[RouteRule, ...]: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What rules say to an action: approved, pending or rejected, the score from 0 to 100, its level, the reasons.

    `route` is how it is approved, where it is pending.
    """

    outcome: str
    score: float
    level: str
    reasons: tuple[str, ...]
    route: Route | None = None


class Difference(NamedTuple):
    """An action to which the draft gives another outcome, score, level or route."""

    before: Answer
    after: Answer

    @property
    def comes_out_differently(self) -> bool:
        """Whether the outcome is another one, not only the number."""
        return self.before.outcome != self.after.outcome

    @property
    def routes(self) -> tuple[Route, Route] | None:
        """Route before and after, where it is approved on another one; None where it is not."""
        before, after = self.before.route, self.after.route
        return None if before is None or after is None or before == after else (before, after)


# What stands in where rules break over an action, as actions/gate.py has it: it does not pass, and ranks highest.
_UNASSESSED = Answer("pending", 100.0, "critical", ("Risk could not be assessed, so a person must look.",), HIGHEST)
_UNEVALUATED = "Policies could not be evaluated, so a person must look."


def compare(facts: Facts, before: Rules, after: Rules) -> Difference | None:
    """How the action would come out differently; None when outcome, score, level and route are the same."""
    return _difference(_answer(facts, before), _answer(facts, after))


def _answer(facts: Facts, rules: Rules) -> Answer:
    try:
        assessment = risk.assess(facts, rules.mapping)
    except Exception:  # as the gate does: whatever breaks, the action waits for a person
        return _UNASSESSED
    answer = _evaluated(facts, assessment, rules, conditions.evaluate)
    return _on_its_route(answer, facts, assessment, rules, conditions.evaluate)


def _evaluated(facts: Facts, assessment: Assessment, rules: Rules, ask: policies.Ask) -> Answer:
    try:
        line = rules.thresholds.for_agent(facts)
        verdict = policies.evaluate(facts, assessment, rules.policies, line, ask)
    except Exception:  # as above
        return Answer("pending", assessment.score, assessment.level, (_UNEVALUATED,))
    return Answer(verdict.outcome, assessment.score, assessment.level, verdict.reasons)


def _on_its_route(answer: Answer, facts: Facts, assessment: Assessment, rules: Rules, ask: policies.Ask) -> Answer:
    """A pending answer with its route, found as the gate finds it."""
    if answer.outcome != "pending":
        return answer
    try:
        return replace(answer, route=route_rules.choose(rules.routes, facts, assessment, ask).route)
    except Exception:  # as above
        return replace(answer, route=HIGHEST)


def _difference(before: Answer, after: Answer) -> Difference | None:
    return None if _same(before, after) and before.route == after.route else Difference(before, after)


def _same(before: Answer, after: Answer) -> bool:
    """Whether all but the route is."""
    return (before.outcome, before.score, before.level) == (after.outcome, after.score, after.level)


class Look(NamedTuple):
    """What was seen of one action: the difference, and whether a drafted policy applies to it or has no answer."""

    difference: Difference | None = None
    applies: bool = False
    unanswered: bool = False


_NOTHING = Look()


class Comparison:
    """Two sets of rules, made ready to be held against many actions."""

    def __init__(self, before: Rules, after: Rules):
        self._before, self._after = before, after
        self._memory = _Memory((*_all_of(before.policies), *_all_of(after.policies), *before.routes, *after.routes))
        self._one_way = before.routes == after.routes
        parts = _different_parts(before.mapping, after.mapping)
        self._one_score = not parts
        self._only_types = parts == {"types"}
        self._one_line = before.thresholds == after.thresholds
        ours, theirs = _by_all_it_says(before.policies), _by_all_it_says(after.policies)
        self._dropped = _watched(policy for says, policy in ours.items() if says not in theirs)
        self._drafted = _watched(policy for says, policy in theirs.items() if says not in ours)

    def of(self, facts: Facts) -> Look:
        """The same difference as `compare`, and what the drafted policies say."""
        self._memory.forget()
        try:
            first = risk.assess(facts, self._before.mapping)
            second = first if self._scores_alike(facts) else risk.assess(facts, self._after.mapping)
            return self._settled(facts, first, second)
        except Exception:  # one side broke; say what each would have done with it
            return Look(compare(facts, self._before, self._after))

    def _scores_alike(self, facts: Facts) -> bool:
        """Whether no difference between the mappings can reach this action."""
        if self._one_score:
            return True
        kind = facts.action_type
        return self._only_types and self._before.mapping.rule_for(kind) == self._after.mapping.rule_for(kind)

    def _settled(self, facts: Facts, first: Assessment, second: Assessment) -> Look:
        alike = first is second or first == second
        drafted = _seen(facts, second, self._drafted)
        if (
            not drafted
            and alike
            and self._one_way
            and (self._one_line or self._held_alike(facts))
            and not _seen(facts, first, self._dropped)
        ):
            return _NOTHING
        difference = self._between(facts, first, second, alike)
        unanswered = [item for item in drafted if "unknown" in item]
        return Look(difference, len(drafted) > len(unanswered), bool(unanswered))

    def _between(self, facts: Facts, first: Assessment, second: Assessment, alike: bool) -> Difference | None:
        ask = self._memory.ask
        before = _evaluated(facts, first, self._before, ask)
        if alike:
            after = _evaluated(facts, second, self._after, ask)
            if self._one_way and _same(before, after):
                return None  # both take the same route, whichever that is
            before = _on_its_route(before, facts, first, self._before, ask)
        else:
            before = _on_its_route(before, facts, first, self._before, ask)
            self._memory.forget_risk()
            after = _evaluated(facts, second, self._after, ask)
        return _difference(before, _on_its_route(after, facts, second, self._after, ask))

    def _held_alike(self, facts: Facts) -> bool:
        return self._before.thresholds.for_agent(facts) == self._after.thresholds.for_agent(facts)


class _Memory:
    """The answers of conditions to one action: those that another score could change, and the others.

    A condition that both sides have is one program (conditions.compile sees to it), so it is known by its identity.
    """

    def __init__(self, known: Iterable[Policy | RouteRule]):
        programs = [rule.program for rule in known if rule.program is not None]
        self._about_content = {id(one) for one in programs if not conditions.looks_at(one, "risk")}
        self._programs = programs  # kept, so that no other object gets the same identity
        self._of_content: dict[int, conditions.Answer] = {}
        self._of_risk: dict[int, conditions.Answer] = {}

    def ask(self, program: Any, values: Any) -> conditions.Answer:
        """conditions.evaluate, once."""
        key = id(program)
        memory = self._of_content if key in self._about_content else self._of_risk
        answer = memory.get(key)
        if answer is None:
            answer = memory[key] = conditions.evaluate(program, values)
        return answer

    def forget(self) -> None:
        """Another action comes."""
        self._of_content.clear()
        self._of_risk.clear()

    def forget_risk(self) -> None:
        """The same action comes with another assessment."""
        self._of_risk.clear()


def _different_parts(before: RiskMapping, after: RiskMapping) -> set[str]:
    """The parts of two mappings that are not the same. Neither number nor what is compiled from the rest counts."""
    names = {part.name for part in fields(RiskMapping)} - {"version", "any_word"}
    return {name for name in names if getattr(before, name) != getattr(after, name)}


def _all_of(policy_set: PolicySet) -> tuple[Policy, ...]:
    return (*policy_set.enforced, *policy_set.observed)


def _by_all_it_says(policy_set: PolicySet) -> dict[tuple[Any, ...], Policy]:
    """The policies by all their fields, a program by its identity: two that say the same are the same."""
    return {
        tuple(id(value) if name == "program" else value for name, value in _said(policy)): policy
        for policy in _all_of(policy_set)
    }


def _said(policy: Policy) -> list[tuple[str, Any]]:
    return [(part.name, getattr(policy, part.name)) for part in fields(Policy)]


def _watched(chosen: Iterable[Policy]) -> PolicySet:
    """These policies, only to see whether they apply."""
    return PolicySet(observed=tuple(replace(policy, mode="observe") for policy in chosen))


def _seen(facts: Facts, assessment: Assessment, watched: PolicySet) -> tuple[dict[str, Any], ...]:
    """The watched policies that apply to an action, or have no answer to it."""
    return policies.evaluate(facts, assessment, watched).observed if watched.observed else ()


# What a rule says about itself: read by people, weighed by nothing.
_WORDS: dict[str, set[str]] = {
    "action_types": {"why"},
    "evidence": {"name", "reason"},
    "indicators": {"name", "reason"},
    "policies": {"name", "reason", "severity", "owner", "controls"},
    "thresholds": {"reason"},
    "routes": {"reason"},
}


def decisive(content: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a rulebook's content that can move a score, an outcome or a route. Two equal ones answer alike."""
    # A kind of rule that there is none of weighs nothing; contents older than the kind do not name it.
    return {section: _weighed(section, rules) for section, rules in content.items() if rules}


def _weighed(section: str, rules: Any) -> Any:
    words = _WORDS.get(section)
    if words is None:
        return rules
    weighed = [{name: value for name, value in rule.items() if name not in words} for rule in rules]
    # The first route that fits is taken. The others' order is that of the reasons given; it decides nothing.
    return weighed if section == "routes" else sorted(weighed, key=repr)
