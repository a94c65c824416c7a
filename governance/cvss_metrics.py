"""The base metrics of CVSS 3.1 and 4.0 as questions a person can answer about a kind of action. PURE.

What each metric and value means follows FIRST's specifications (3.1 section 2, 4.0 section 2); the words are ours.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance import frozen_words


class Metric(NamedTuple):
    """One question: its group, the metric's short and full name, and the answers (value of the vector, in words)."""

    group: Any  # translated when it is shown, as are the other words
    code: str
    name: Any
    question: Any
    answers: tuple[tuple[str, Any], ...]


_HOW, _HERE, _BEYOND = (
    _("How it could be misused"),
    _("What is at stake in the system itself"),
    _("What is at stake beyond it"),
)
_REACHED = (
    ("N", _("Over the network, from anywhere")),
    ("A", _("From the same network only")),
    ("L", _("With an account on the machine")),
    ("P", _("By hand, at the machine")),
)
_EFFORT = (("L", _("Straight away")), ("H", _("Only with preparation or luck")))
_RIGHTS = (("N", _("None")), ("L", _("Those of an ordinary user")), ("H", _("Those of an administrator")))
_LOST = (("N", _("No")), ("L", _("In part")), ("H", _("Entirely")))
_HARM = (("N", _("No")), ("L", _("Some")), ("H", _("Seriously")))
_IF_R, _IF_P = (("N", _("No")), ("R", _("Yes"))), (("N", _("No")), ("P", _("Yes")))

METRICS: dict[str, tuple[Metric, ...]] = {
    "3.1": (
        Metric(_HOW, "AV", _("Attack vector"), _("How would it be reached?"), _REACHED),
        Metric(_HOW, "AC", _("Attack complexity"), _("How easily?"), _EFFORT),
        Metric(_HOW, "PR", _("Privileges required"), _("Which rights does it take?"), _RIGHTS),
        Metric(_HOW, "UI", _("User interaction"), _("Must somebody else do something?"), _IF_R),
        Metric(_HOW, "S", _("Scope"), _("Does the harm reach other systems?"), (("U", _("No")), ("C", _("Yes")))),
        Metric(_HERE, "C", _("Confidentiality"), _("Could data become known?"), _LOST),
        Metric(_HERE, "I", _("Integrity"), _("Could data become wrong?"), _LOST),
        Metric(_HERE, "A", _("Availability"), _("Could it stop working?"), _LOST),
    ),
    "4.0": (
        Metric(_HOW, "AV", _("Attack vector"), _("How would it be reached?"), _REACHED),
        Metric(_HOW, "AC", _("Attack complexity"), _("How easily, past what protects it?"), _EFFORT),
        Metric(
            _HOW,
            "AT",
            _("Attack requirements"),
            _("Does it take a special situation?"),
            (("N", _("No")), ("P", _("Yes"))),
        ),
        Metric(_HOW, "PR", _("Privileges required"), _("Which rights does it take?"), _RIGHTS),
        Metric(
            _HOW,
            "UI",
            _("User interaction"),
            _("Must somebody else do something?"),
            (("N", _("No")), ("P", _("Yes, in passing")), ("A", _("Yes, on purpose"))),
        ),
        Metric(_HERE, "VC", _("Confidentiality"), _("Could its data become known?"), _LOST),
        Metric(_HERE, "VI", _("Integrity"), _("Could its data become wrong?"), _LOST),
        Metric(_HERE, "VA", _("Availability"), _("Could it stop working?"), _LOST),
        Metric(_BEYOND, "SC", _("Confidentiality beyond"), _("Could data elsewhere become known?"), _HARM),
        Metric(_BEYOND, "SI", _("Integrity beyond"), _("Could data elsewhere become wrong?"), _HARM),
        Metric(_BEYOND, "SA", _("Availability beyond"), _("Could other systems stop working?"), _HARM),
    ),
}

# The security requirements (3.1 section 4.1, 4.0 section 4.1): how much the organisation would be hurt.
REQUIREMENTS = (("CR", _("Confidentiality")), ("IR", _("Integrity")), ("AR", _("Availability")))
REQUIRED = (("", _("not set")), ("M", _("as usual (M)")), ("H", _("would hurt us badly (H)")))


def groups(version: str) -> list[tuple[Any, list[Metric]]]:
    """The metrics of a version under the headings of their groups, in the specification's order."""
    found: dict[Any, list[Metric]] = {}
    for metric in METRICS[version]:
        found.setdefault(metric.group, []).append(metric)
    return list(found.items())


def unanswered(vector: str) -> list[Metric]:
    """The questions a vector leaves open; none when it names no version we know."""
    prefix, _slash, rest = vector.strip().partition("/")
    given = {part.partition(":")[0] for part in rest.split("/")}
    return [metric for metric in METRICS.get(prefix.removeprefix("CVSS:"), ()) if metric.code not in given]


def requirements_in_words(environment: str) -> str:
    """Security requirements like CR:H/IR:H as a half sentence; empty for none."""
    given = dict(part.partition(":")[::2] for part in environment.split("/") if part)
    high = [str(name) for code, name in REQUIREMENTS if given.get(code) == "H"]
    if not high:
        return ""
    if frozen_words.is_english():  # the other languages write nouns as they stand alone
        high = [name.lower() for name in high]
    listed = (
        high[0] if len(high) == 1 else gettext("{some} and {last}").format(some=", ".join(high[:-1]), last=high[-1])
    )
    return gettext("CVSS is computed with {listed} mattering most").format(listed=listed)
