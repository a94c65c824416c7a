"""CVSS 3.1 and 4.0, base score and score in context: a thin face over the cvss library. PURE."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypedDict

import cvss
from django.utils.translation import gettext as _

from governance.errors import InvalidRule

_MAKERS = {"3.1": cvss.CVSS3, "4.0": cvss.CVSS4}

# A rule rates a kind of action, not one incident: metrics of a moment or a place have no business here.
_BASE_METRICS = {
    "3.1": {"AV", "AC", "PR", "UI", "S", "C", "I", "A"},
    "4.0": {"AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"},
}


# Confidentiality, integrity and availability requirement (CVSS 3.1 section 4.1, 4.0 section 4.1).
_REQUIREMENTS = ("CR", "IR", "AR")


class BaseScore(TypedDict):
    """`score` runs from 0.0 to 10.0 with one decimal; `severity` is NONE, LOW, MEDIUM, HIGH or CRITICAL."""

    version: str
    vector: str
    score: float
    severity: str


class InContext(NamedTuple):
    """A score where more is at stake; its vector recomputes to it. `holds_base` says that the base score stands."""

    vector: str
    score: float
    severity: str
    holds_base: bool


def base(vector: str) -> BaseScore:
    """The base score of a vector like CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N, its metrics put in order.

    Raises InvalidRule, with the library's own sentence, for anything but a complete 3.1 or 4.0 base vector.
    """
    version, clean, score, severity = _base(vector)
    return {"version": version, "vector": clean, "score": score, "severity": severity}


# Every new version of the rules asks for the vectors of all of them, most of which many rules share.
@lru_cache(maxsize=4096)
def _base(vector: str) -> tuple[str, str, float, str]:
    prefix, _slash, metrics = vector.partition("/")
    version = prefix.removeprefix("CVSS:")
    if prefix == version or version not in _MAKERS:
        raise _invalid(_("a vector begins with CVSS:3.1/ or CVSS:4.0/"))
    try:
        scored = _MAKERS[version](vector)
    except cvss.CVSSError as exc:
        raise _invalid(str(exc)) from exc
    if extra := [name for name in _names(metrics) if name not in _BASE_METRICS[version]]:
        raise _invalid(_("only base metrics belong here, not {names}").format(names=", ".join(extra)))
    return version, scored.clean_vector(), float(scored.base_score), scored.severities()[0].upper()


def environment(requirements: str) -> str:
    """Security requirements like CR:H/IR:H in their order; empty for none. They mean the same in 3.1 and 4.0.

    Only H (the organisation would be hurt badly) and M (as usual): what an agent's context says never lowers a score.
    Raises InvalidRule for anything else.
    """
    given = [part for part in requirements.upper().replace(" ", "").split("/") if part]
    allowed = {f"{name}:{value}" for name in _REQUIREMENTS for value in "HM"}
    if wrong := [part for part in given if part not in allowed]:
        sentence = _("{wrong} is not a security requirement. Write CR, IR or AR with H or M: CR:H/IR:H.")
        raise _refused("cvss_environment", sentence.format(wrong=wrong[0]))
    return strictest(tuple(given))


@lru_cache(maxsize=4096)
def strictest(environments: tuple[str, ...]) -> str:
    """Several security requirements as one: where they differ about a metric, the higher one holds."""
    metrics = {metric for one in environments for metric in one.split("/") if metric}
    return "/".join(
        next(f"{name}:{value}" for value in "HM" if f"{name}:{value}" in metrics)
        for name in _REQUIREMENTS
        if metrics & {f"{name}:H", f"{name}:M"}
    )


def with_environment(base: BaseScore, requirements: str) -> InContext:
    """The environmental score of a base score under security requirements, as `environment` writes them; at least one.

    Context never lowers: where FIRST's formulas give less than the base score, the base vector and score stand. In 3.1
    that is so for a few vectors of changed scope; 4.0 counts a requirement nobody defined as high from the start, so
    its scores stay as they are.
    """
    return _with_environment(base["version"], base["vector"], base["score"], base["severity"], requirements)


# Vectors and requirements come from rules, so there are few of them; the arithmetic costs 20 microseconds once.
@lru_cache(maxsize=4096)
def _with_environment(version: str, vector: str, score: float, severity: str, requirements: str) -> InContext:
    scored = _MAKERS[version](f"{vector}/{requirements}")
    found = float(scored.environmental_score if version == "3.1" else scored.base_score)
    if found < score:
        return InContext(vector, score, severity, holds_base=True)
    return InContext(scored.clean_vector(), found, scored.severities()[-1].upper(), holds_base=False)


def _names(metrics: str) -> list[str]:
    return [metric.partition(":")[0] for metric in metrics.split("/")]


def _invalid(problem: str) -> InvalidRule:
    return _refused("cvss_vector", _("The CVSS vector is not valid: {problem}.").format(problem=problem))


def _refused(field: str, sentence: str) -> InvalidRule:
    return InvalidRule(f"{sentence} {_('Nothing was changed.')}", errors={field: sentence})
