"""What a draft of a rule would do, worked out by the functions that judge real actions. Nothing is written.

Every function gives the values of one fragment: `problem` when the draft cannot be judged yet, saying what to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from governance import cvss, cvss_metrics, evidence, past_actions, policies, risk, routing, rulebook
from governance.errors import InvalidRule
from governance.frozen_words import number
from governance.mapping import FALLBACK, HIGHEST, LEVELS, Mapping, TypeRule
from governance.models import ActionTypeRule, AgentType, IndicatorRule, Level, LevelScore
from governance.rulebook import NoRulebook, Rulebook

_ANY = "…"  # stands for the part of a type that a family leaves open; no agent's type is called so
_NAMES = 12  # types listed by name; the others are counted
_LOOKED_AT = 200  # past actions searched for the words of a draft
_COMMON = 0.2  # the share of them from which on a word says little
_FEW = 20  # with fewer past actions than that a share says nothing

# Words that are in nearly every action's text, for when there are no past actions to ask.
_EVERYDAY = frozenset(
    "action agent all and api by call change customer data file for from get id in is list name new of on read"
    " record request service set system the to update user with".split()
)


def level_preview(row: ActionTypeRule) -> dict[str, Any]:
    """The score a draft of an action type starts from, who would decide, and which types it answers for."""
    try:
        book = rulebook.current()
    except NoRulebook as exc:
        return {"problem": str(exc)}
    pattern = row.pattern.strip().lower()
    if row.level not in LEVELS or not pattern:
        return {"problem": _("Name an action type and choose a level; then the score and who decides stand here.")}
    stored = ActionTypeRule.objects.filter(pk=row.pk).first() if row.pk else None
    others = {name: rule for name, rule in book.mapping.types.items() if not stored or name != stored.pattern}
    draft = TypeRule(pattern, row.level, row.extra_points or 0.0, row.why, row.reversibility)
    with_draft = replace(book.mapping, types=others | {pattern: draft} if row.is_enabled else others)
    probe = pattern.replace("*", _ANY)
    try:
        judged = judge(probe, with_draft, book)
        without = judge(probe, replace(book.mapping, types=others), book) if pattern != FALLBACK else None
    except KeyError:
        return {"problem": _("This rule answers for every type without a rule; it must stay enabled and stay *.")}
    return {
        "pattern": pattern,
        "is_off": not row.is_enabled,
        "base": book.mapping.base[draft.level],
        "extra": draft.extra_points,
        **judged,
        "without": without,
        "answers": _answers_for(pattern, with_draft, row),
        "warning": fallback_warning(judged["score"], judged["deciders"]) if pattern == FALLBACK else "",
        "own_lines": len(book.thresholds.by_agent),
        "policies": len(book.policies.enforced),
    }


def judge(action_type: str, rules: Mapping, book: Rulebook) -> dict[str, Any]:
    """A bare action of a type: its score by some rules, and what each kind of agent is told by the row alone."""
    deciders = []
    for kind in AgentType:
        facts = risk.Facts("", "", action_type, "", "", "", agent_type=kind.value)
        assessment = risk.assess(facts, rules)
        verdict = policies.evaluate(facts, assessment, policies.PolicySet(), book.thresholds.for_agent(facts))
        deciders.append(
            {
                "agents": kind.label,
                "outcome": verdict.outcome,
                "line": verdict.threshold["review_from"],
                "level": routing.level_for(assessment.score),
            }
        )
    return {
        "rule": assessment.rule,
        "score": assessment.score,
        "level": assessment.level,
        "factors": [factor for factor in assessment.factors if factor.points],
        "deciders": deciders,
    }


def fallback_warning(score: float, deciders: Iterable[dict[str, Any]] = ()) -> str:
    """What to say when an action type nobody has rated would pass unseen; empty when somebody looks."""
    passing = [str(one["agents"]).lower() for one in deciders if one["outcome"] == "approved"]
    if score >= risk.REVIEW_LINE and not passing:
        return ""
    says = _(
        "An action type nobody has rated now starts at {score}, below the review line of {line}: nobody looks at it."
    )
    if passing:
        says = _(
            "An action type nobody has rated now starts at {score}, below the review line of {line}: nobody looks at it"
            " when the agent is {agents}."
        )
    return says.format(score=number(score), line=number(risk.REVIEW_LINE), agents=_listed(passing, _("or")))


def vector_preview(text: str) -> dict[str, Any]:
    """The base score of a vector, and its score where the indicator rules say how much is at stake."""
    text = text.strip()
    if not text:
        return {"problem": _("Answer the questions, or write a vector, and the score stands here."), "is_empty": True}
    if open_questions := cvss_metrics.unanswered(text):
        return {"open": open_questions}
    try:
        base = cvss.base(text)
    except InvalidRule as exc:
        return {"problem": exc.errors["cvss_vector"]}
    rules = IndicatorRule.objects.filter(is_enabled=True).exclude(cvss_environment="")
    declared: dict[str, list[str]] = {}
    for key, value, needed in rules.values_list("key", "value", "cvss_environment"):
        declared.setdefault(needed, []).append(f"{key} = {value}")
    places = [
        {"cvss": cvss.with_environment(base, needed), "needed": needed, "declared": names[:3], "more": len(names) - 3}
        for needed, names in sorted(declared.items())
    ]
    return {"base": base, "places": places}


def words_preview(lines: str, text: str) -> dict[str, Any]:
    """Which of the drafted words are in a text, shown as it is read, and which of them are in everybody's text."""
    try:
        words = evidence.words_in(lines)
        searched = evidence.pattern(words)
    except InvalidRule as exc:
        return {"problem": exc.errors["words"]}
    readings = dict.fromkeys(evidence.searchable([text]).split("\x1f")) if text.strip() else {}
    shown, found = _telling([_marked(searched, reading) for reading in readings])
    return {"words": words, "readings": shown, "found": found, "common": _common(words), "asked": bool(readings)}


def indicator_sentence(row: IndicatorRule) -> str:
    """What a draft of an indicator does, as one sentence; empty when it does nothing yet."""
    if not (row.key and row.value):
        return ""
    effects = []
    if row.points:
        says = _("the score rises by {points} but not above {up_to}")
        if row.up_to >= HIGHEST:
            says = _("the score rises by {points}")
        effects.append(says.format(points=number(row.points), up_to=number(row.up_to)))
    if row.raises_to in LEVELS:
        base = LevelScore.objects.filter(level=row.raises_to).values_list("score", flat=True).first() or 0.0
        level = str(Level(row.raises_to).label).lower()
        effects.append(_("the score is at least {score} ({level})").format(score=number(base), level=level))
    if row.forces_review:
        effects.append(_("a person decides, whatever the score"))
    if words := cvss_metrics.requirements_in_words(row.cvss_environment.upper()):
        effects.append(words)
    if not effects:
        return ""
    return _("When the agent declares {key} = {value}, {effects}.").format(
        key=row.key.strip().lower(), value=row.value.strip().lower(), effects=_listed(effects, _("and"))
    )


def levels_preview(draft: LevelScore) -> dict[str, Any]:
    """The four levels with their bands, and which action types would be answered otherwise with a moved base score."""
    bands = {"low": (0, 50), "medium": (50, 70), "high": (70, 90), "critical": (90, None)}
    scores = dict(LevelScore.objects.values_list("level", "score"))
    if draft.level not in scores:
        return {"problem": _("There are four levels, and each has its row. Open one of them.")}
    moved = scores | {draft.level: draft.score}
    rows = Counter(ActionTypeRule.objects.filter(is_enabled=True).values_list("level", flat=True))
    table = [
        {"level": level, "score": moved[level], "before": scores[level], "from": bands[level][0],
         "below": bands[level][1], "rows": rows[level]}
        for level in LEVELS if level in scores
    ]  # fmt: skip
    called = risk.level_of(draft.score)
    if called != draft.level:
        return {
            "table": table,
            "problem": _("A score of {score} would be called {called}, not {level}.").format(
                score=number(draft.score), called=called, level=draft.level
            ),
        }
    if moved == scores:
        return {"table": table}
    try:
        book = rulebook.current()
    except NoRulebook as exc:
        return {"table": table, "problem": str(exc)}
    rules = replace(book.mapping, base=moved)
    changed = []
    for pattern, rule in sorted(book.mapping.types.items()):
        if rule.level == draft.level:
            old, new = (judge(pattern.replace("*", _ANY), which, book) for which in (book.mapping, rules))
            if turns := [
                f"{after['agents'].lower()}: {_decided(before)} → {_decided(after)}"
                for before, after in zip(old["deciders"], new["deciders"], strict=True)
                if _decided(before) != _decided(after)
            ]:
                changed.append({"pattern": pattern, "score": new["score"], "level": new["level"], "turns": turns})
    return {
        "table": table,
        "moved": {"from": scores[draft.level], "to": draft.score},
        "changed": changed,
        "more": max(0, len(changed) - 20),
    }


def _decided(one: dict[str, Any]) -> str:
    if one["outcome"] == "pending":
        return _("reviewer of level {level}").format(level=one["level"])
    return _(one["outcome"])


def _answers_for(pattern: str, rules: Mapping, row: ActionTypeRule) -> dict[str, Any]:
    """Which types a row answers for: those with rows of their own aside, and those whose rows are disabled."""
    if pattern == FALLBACK:
        inside = [name for name in rules.types if name != FALLBACK]
    elif pattern.endswith(".*"):
        inside = [name for name in rules.types if name.startswith(pattern[:-1]) and name != pattern]
    else:
        inside = []
    off = ActionTypeRule.objects.filter(is_enabled=False).exclude(pk=row.pk).values_list("pattern", flat=True)
    also = sorted(name for name in off if not name.endswith("*") and rules.rule_for(name).pattern == pattern)
    inside.sort()
    return {
        "is_family": pattern.endswith(".*"),
        "is_fallback": pattern == FALLBACK,
        "family": pattern[:-1] + _ANY,
        "own": inside[:_NAMES],
        "more": max(0, len(inside) - _NAMES),
        "total": len(inside),
        "disabled": also[:_NAMES],
    }


def _telling(readings: list[list[tuple[bool, str]]]) -> tuple[list[list[tuple[bool, str]]], list[str]]:
    """The readings that show every word found, as few as needed, and the words; all readings when none was found."""
    telling, found = [], dict[str, None]()
    for pieces in sorted(readings, key=lambda pieces: -len({word for is_hit, word in pieces if is_hit})):
        words = dict.fromkeys(word for is_hit, word in pieces if is_hit)
        if not words.keys() <= found.keys():
            telling.append(pieces)
            found |= words
    return telling or readings, list(found)


def _marked(searched: evidence.Pattern, text: str) -> list[tuple[bool, str]]:
    """A reading in pieces, the hits marked. The separator before a word may be the one after the last."""
    pieces, at = [], 0
    while (match := searched.search(text, at)) is not None:  # type: ignore[call-arg]
        place = next(number for number, group in enumerate(match.groups(), 1) if group is not None)
        pieces += [(False, text[at : match.start(place)]), (True, match.group(place))]
        at = match.end(place)
    return [*pieces, (False, text[at:])]


def _common(words: Iterable[str]) -> list[dict[str, Any]]:
    """The words that say little: those in many past actions' texts, or in anybody's."""
    counts, looked_at = _in_past_actions(words)
    common = []
    for word in words:
        if looked_at >= _FEW and counts[word] >= _COMMON * looked_at:
            common.append({"word": word, "count": counts[word], "of": looked_at})
        elif word in _EVERYDAY:
            common.append({"word": word})
    return common


def _in_past_actions(words: Iterable[str]) -> tuple[Counter[str], int]:
    words = list(words)
    any_word, patterns = evidence.pattern(words), {word: evidence.pattern([word]) for word in words}
    try:
        past = past_actions.source().page(past_actions.Window(latest=_LOOKED_AT), None, _LOOKED_AT)
    except LookupError:
        past = []
    counts: Counter[str] = Counter()
    for one in past:
        facts = one.facts
        parts = (facts.description, facts.resource, facts.tool_name, *evidence.strings_in(facts.details))
        text = evidence.searchable(parts)
        if any_word.search(text):
            counts.update(word for word, pattern in patterns.items() if pattern.search(text))
    return counts, len(past)


def _listed(parts: list[str], last: str) -> str:
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}" if len(parts) > 1 else "".join(parts)
