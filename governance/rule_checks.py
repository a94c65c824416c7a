"""Whether a rule's row makes sense: one place for the verb that saves it and the form that is about to.

`check` first brings the row into its normal form (lower case, no stray blanks), so that what is stored is what is
matched.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from governance import conditions, cvss, evidence, route_checks
from governance.errors import InvalidRule
from governance.mapping import FALLBACK
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    IndicatorRule,
    LevelScore,
    Policy,
    Route,
    Technique,
    Threshold,
)
from governance.risk import level_of

_PATTERN = re.compile(r"\*|[^\s.*]+(\.[^\s.*]+)*(\.\*)?")
_TECHNIQUE = re.compile(r"(AML\.)?T\d{4}(\.\d{3})?|ASI\d{2}")
_TACTIC = re.compile(r"(AML\.)?TA\d{4}")
_CONTROL = re.compile(r"[A-Z]{2}-\d{1,2}(\(\d{1,2}\))?")


def check(row: Model) -> None:
    """Raise InvalidRule, with a sentence per field in `errors`, unless the row may be saved as it is."""
    _by_django(row.clean_fields)
    _KINDS[type(row)](row)
    _by_django(row.full_clean)


def _by_django(validation: Callable[[], None]) -> None:
    try:
        validation()
    except ValidationError as exc:
        errors = {name: " ".join(messages) for name, messages in exc.message_dict.items()}
        raise InvalidRule(f"{' '.join(errors.values())} Nothing was changed.", errors=errors) from exc


def _action_type(row: ActionTypeRule) -> None:
    row.pattern = row.pattern.strip().lower()
    if not _PATTERN.fullmatch(row.pattern):
        raise _invalid("pattern", "Write an action type (transaction), a dotted family (database.*) or *.")
    stored = ActionTypeRule.objects.filter(pk=row.pk).first() if row.pk else None
    if stored and stored.pattern == FALLBACK:
        if row.pattern != FALLBACK:
            raise _invalid("pattern", "This rule answers for every type without a rule; it must stay *.")
        if not row.is_enabled:
            raise _invalid("is_enabled", "This rule answers for every type without a rule; it must stay enabled.")
    row.cvss_vector = cvss.base(row.cvss_vector.strip())["vector"]


def _evidence(row: EvidenceRule) -> None:
    words = evidence.words_in(row.words)
    evidence.pattern(words)
    row.words = "\n".join(words)


def _indicator(row: IndicatorRule) -> None:
    row.key, row.value = row.key.strip().lower(), row.value.strip().lower()
    row.cvss_environment = cvss.environment(row.cvss_environment)
    if not (row.points or row.raises_to or row.forces_review or row.cvss_environment):
        raise _invalid(
            "points", "Say what it does: raise by points, lift to a level, force a review, or name a CVSS environment."
        )


def _level(row: LevelScore) -> None:
    stored = LevelScore.objects.filter(pk=row.pk).first() if row.pk else None
    if stored and stored.level != row.level:
        raise _invalid("level", "A level keeps its name. Change its score.")
    if level_of(row.score) != row.level:
        # Otherwise a reviewer would read "high" in the rule and "medium" in the queue.
        raise _invalid("score", f"A score of {row.score:g} would be called {level_of(row.score)}, not {row.level}.")


def _policy(row: Policy) -> None:
    row.condition = row.condition.replace("\r\n", "\n").strip()
    conditions.check(row.condition)


def _threshold(row: Threshold) -> None:
    row.agent_id = row.agent_id.strip()
    if taken := line_taken(row):
        raise _invalid(*taken)
    if row.deny_from is not None and row.deny_from <= row.review_from:
        raise _invalid("deny_from", "It must be above the score from which a person decides, or empty.")


def line_taken(row: Threshold) -> tuple[str, str] | None:
    """The field that says for whom the line is, and that there is one already; None when there is not."""
    same = Threshold.objects.filter(agent_type=row.agent_type, agent_id=row.agent_id, team=row.team)
    if not (row.agent_type or row.agent_id) or not same.exclude(pk=row.pk).exists():
        return None
    field = "agent_type" if row.agent_type else "agent_id"
    return field, f"There is a line for {row.name} already. Change that one; it may be disabled."


def _technique(row: Technique) -> None:
    if not _TECHNIQUE.fullmatch(row.external_id):
        raise _invalid("external_id", "Write an ATT&CK, ATLAS or OWASP ASI id: T1565.001, AML.T0053 or ASI02.")
    _keeps_its_id(row, "external_id")
    row.framework = Technique.framework_of(row.external_id)
    if row.tactic_id and not _TACTIC.fullmatch(row.tactic_id):
        raise _invalid("tactic_id", "Write a tactic's id: TA0040 or AML.TA0011.")


def _control(row: Control) -> None:
    if not _CONTROL.fullmatch(row.control_id):
        raise _invalid("control_id", "Write a control of SP 800-53: AC-3 or AC-6(9).")
    _keeps_its_id(row, "control_id")


def _keeps_its_id(row: Technique | Control, field: str) -> None:
    """What its publisher named is not made into something else: the next load would speak of another thing."""
    stored = type(row)._default_manager.filter(pk=row.pk).first() if row.pk else None
    if stored and stored.published and getattr(stored, field) != getattr(row, field):
        raise _invalid(field, "A published id stays what it is. Add another entry for another id.")


def _invalid(field: str, problem: str) -> InvalidRule:
    return InvalidRule(f"{problem} Nothing was changed.", errors={field: problem})


_KINDS: dict[type[Model], Callable[[Any], None]] = {
    ActionTypeRule: _action_type,
    EvidenceRule: _evidence,
    IndicatorRule: _indicator,
    LevelScore: _level,
    Policy: _policy,
    Threshold: _threshold,
    Route: route_checks.check,
    Technique: _technique,
    Control: _control,
}
