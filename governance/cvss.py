"""CVSS base scores, 3.1 and 4.0: a thin face over the cvss library, which follows FIRST's text. PURE."""

from __future__ import annotations

from typing import TypedDict

import cvss

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


def base(vector: str) -> BaseScore:
    """The base score of a vector like CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N, its metrics put in order.

    Raises InvalidRule, with the library's own sentence, for anything but a complete 3.1 or 4.0 base vector.
    """
    prefix, _, metrics = vector.partition("/")
    version = prefix.removeprefix("CVSS:")
    if prefix == version or version not in _MAKERS:
        raise _invalid("a vector begins with CVSS:3.1/ or CVSS:4.0/")
    try:
        scored = _MAKERS[version](vector)
    except cvss.CVSSError as exc:
        raise _invalid(str(exc)) from exc
    if extra := [name for name in _names(metrics) if name not in _BASE_METRICS[version]]:
        raise _invalid(f"only base metrics belong here, not {', '.join(extra)}")
    return {
        "version": version,
        "vector": scored.clean_vector(),
        "score": float(scored.base_score),
        "severity": scored.severities()[0].upper(),
    }


def environment(requirements: str) -> str:
    """Security requirements like CR:H/IR:H in their order; empty for none. They mean the same in 3.1 and 4.0.

    Only H (the organisation would be hurt badly) and M (as usual): what an agent's context says never lowers a score.
    Raises InvalidRule for anything else.
    """
    given = dict(part.partition(":")[::2] for part in requirements.upper().replace(" ", "").split("/") if part)
    if wrong := [
        f"{name}:{value}"
        for name, value in given.items()
        if name not in _REQUIREMENTS or value not in "HM" or not value
    ]:
        sentence = f"{wrong[0]} is not a security requirement. Write CR, IR or AR with H or M: CR:H/IR:H."
        raise InvalidRule(f"{sentence} Nothing was changed.", errors={"cvss_environment": sentence})
    return "/".join(f"{name}:{given[name]}" for name in _REQUIREMENTS if name in given)


def _names(metrics: str) -> list[str]:
    return [metric.partition(":")[0] for metric in metrics.split("/")]


def _invalid(problem: str) -> InvalidRule:
    sentence = f"The CVSS vector is not valid: {problem}."
    return InvalidRule(f"{sentence} Nothing was changed.", errors={"cvss_vector": sentence})
