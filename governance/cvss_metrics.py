"""The base metrics of CVSS 3.1 and 4.0 as questions a person can answer about a kind of action. PURE.

What each metric and value means follows FIRST's specifications (3.1 section 2, 4.0 section 2); the words are ours.
"""

from __future__ import annotations

from typing import NamedTuple


class Metric(NamedTuple):
    """One question: its group, the metric's short and full name, and the answers (value of the vector, in words)."""

    group: str
    code: str
    name: str
    question: str
    answers: tuple[tuple[str, str], ...]


_HOW, _HERE, _BEYOND = "How it could be misused", "What is at stake in the system itself", "What is at stake beyond it"
_REACHED = (
    ("N", "Over the network, from anywhere"),
    ("A", "From the same network only"),
    ("L", "With an account on the machine"),
    ("P", "By hand, at the machine"),
)
_EFFORT = (("L", "Straight away"), ("H", "Only with preparation or luck"))
_RIGHTS = (("N", "None"), ("L", "Those of an ordinary user"), ("H", "Those of an administrator"))
_LOST = (("N", "No"), ("L", "In part"), ("H", "Entirely"))
_HARM = (("N", "No"), ("L", "Some"), ("H", "Seriously"))

METRICS: dict[str, tuple[Metric, ...]] = {
    "3.1": (
        Metric(_HOW, "AV", "Attack vector", "How would it be reached?", _REACHED),
        Metric(_HOW, "AC", "Attack complexity", "How easily?", _EFFORT),
        Metric(_HOW, "PR", "Privileges required", "Which rights does it take?", _RIGHTS),
        Metric(_HOW, "UI", "User interaction", "Must somebody else do something?", (("N", "No"), ("R", "Yes"))),
        Metric(_HOW, "S", "Scope", "Does the harm reach other systems?", (("U", "No"), ("C", "Yes"))),
        Metric(_HERE, "C", "Confidentiality", "Could data become known?", _LOST),
        Metric(_HERE, "I", "Integrity", "Could data become wrong?", _LOST),
        Metric(_HERE, "A", "Availability", "Could it stop working?", _LOST),
    ),
    "4.0": (
        Metric(_HOW, "AV", "Attack vector", "How would it be reached?", _REACHED),
        Metric(_HOW, "AC", "Attack complexity", "How easily, past what protects it?", _EFFORT),
        Metric(_HOW, "AT", "Attack requirements", "Does it take a special situation?", (("N", "No"), ("P", "Yes"))),
        Metric(_HOW, "PR", "Privileges required", "Which rights does it take?", _RIGHTS),
        Metric(
            _HOW,
            "UI",
            "User interaction",
            "Must somebody else do something?",
            (("N", "No"), ("P", "Yes, in passing"), ("A", "Yes, on purpose")),
        ),
        Metric(_HERE, "VC", "Confidentiality", "Could its data become known?", _LOST),
        Metric(_HERE, "VI", "Integrity", "Could its data become wrong?", _LOST),
        Metric(_HERE, "VA", "Availability", "Could it stop working?", _LOST),
        Metric(_BEYOND, "SC", "Confidentiality beyond", "Could data elsewhere become known?", _HARM),
        Metric(_BEYOND, "SI", "Integrity beyond", "Could data elsewhere become wrong?", _HARM),
        Metric(_BEYOND, "SA", "Availability beyond", "Could other systems stop working?", _HARM),
    ),
}

# The security requirements (3.1 section 4.1, 4.0 section 4.1): how much the organisation would be hurt.
REQUIREMENTS = (("CR", "Confidentiality"), ("IR", "Integrity"), ("AR", "Availability"))
REQUIRED = (("", "not set"), ("M", "as usual (M)"), ("H", "would hurt us badly (H)"))


def groups(version: str) -> list[tuple[str, list[Metric]]]:
    """The metrics of a version under the headings of their groups, in the specification's order."""
    found: dict[str, list[Metric]] = {}
    for metric in METRICS[version]:
        found.setdefault(metric.group, []).append(metric)
    return list(found.items())


def unanswered(vector: str) -> list[Metric]:
    """The questions a vector leaves open; none when it names no version we know."""
    prefix, _, rest = vector.strip().partition("/")
    given = {part.partition(":")[0] for part in rest.split("/")}
    return [metric for metric in METRICS.get(prefix.removeprefix("CVSS:"), ()) if metric.code not in given]


def requirements_in_words(environment: str) -> str:
    """Security requirements like CR:H/IR:H as a half sentence; empty for none."""
    given = dict(part.partition(":")[::2] for part in environment.split("/") if part)
    high = [name.lower() for code, name in REQUIREMENTS if given.get(code) == "H"]
    if not high:
        return ""
    listed = high[0] if len(high) == 1 else f"{', '.join(high[:-1])} and {high[-1]}"
    return f"CVSS is computed with {listed} mattering most"
