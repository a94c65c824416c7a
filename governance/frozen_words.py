"""What the rules said of an action, in the reader's language. PURE.

An action keeps the words of its factors, reasons and lines as they were written, in English; agents, digests and the
ledger have these. Here each sentence of the portal's own is known by its form and said again; what an admin or an
agent wrote stays as it is, inside such a sentence and alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from string import Formatter
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_noop as _

# As governance/risk.py and actions/gate.py write the factors of a score.
FACTORS = (
    _("{label} (at least {level}, which it is already)"),
    _("{label} (at least {level})"),
    _("{label} (up to {number})"),
    _("No rule knows this action type: {level}"),
    _("Unclassified: nobody has rated this action type yet"),
    _("Extra points of action type {pattern}"),
    _("Action type {pattern}: {level}"),
    _("A score ends at {number}"),
    _("Risk could not be assessed; the highest class stands in"),
    _("“{key}” comes from the agent and cannot lower a score"),
    _("“{word}” in the description: {reason}"),
    _("“{word}” in the resource: {reason}"),
    _("“{word}” in the tool: {reason}"),
    _("“{word}” in the details: {reason}"),
    _("{key}: the agent itself calls this {level}"),
)
# As governance/policies.py, risk.py, actions/gate.py, senders.py and standing_uses.py word a verdict.
REASONS = (
    _("Risk {number} is below the review line of {line}."),
    _("Human review required: risk {number} >= {line}"),
    _("Risk {number} is not acceptable for {agents}: {reason}"),
    _("The agent asks for a person's decision (require_human_approval)."),
    _("Policy “{name}” could not be evaluated, so a person decides."),
    _("Policy “{name}” allows this, but a critical score is never passed without a person."),
    _("Risk could not be assessed, so a person must look."),
    _("Risk could not be assessed."),
    _("Policies could not be evaluated, so a person must look."),
    _("The formulas of CVSS would give less here, so the base score stands."),
    _("The kill switch is on: {reason}"),
    _("Agent {agent} is blocked: {reason}"),
    _("Agent {agent} is retired."),
    _("Allowed in advance by {people}: standing approval {id}, use {use} of {most}, until {until}. {reason}"),
)
# As reviews/canaries.py names a test that is a copy.
COPIED = _("{title}, copied from action {number}")
LINES = (_("every agent"), _("{one} and {other}"), _("{type} agents"), _("agent {agent} of {team}"), _("agent {agent}"))

_NUMBERS = {"number", "line"}


def factor(label: str) -> str:
    """The label of a factor."""
    return _said(label, FACTORS)


def reason(text: str) -> str:
    """Why the rules answered as they did; an admin's own words stay."""
    return _said(text, REASONS)


def line(applies_to: str) -> str:
    """Whose threshold it is."""
    return _said(applies_to, LINES)


def stage(name: str) -> str:
    """What could not be evaluated: one policy or route, all of them, or the risk."""
    kind, _colon, its_name = name.partition(":")
    words = {
        "risk": gettext("the risk"),
        "policies": gettext("the policies"),
        "route": gettext("route {name}") if its_name else gettext("the route"),
        "policy": gettext("policy {name}"),
    }
    return words[kind].format(name=its_name) if kind in words else name


def level(name: str) -> str:
    """A risk level as it stands within a sentence."""
    words = {"low": gettext("low"), "medium": gettext("medium"), "high": gettext("high")}
    return words.get(name) or (gettext("critical") if name == "critical" else name)


def risk(name: str) -> str:
    """A risk of that level."""
    words = {"low": gettext("low risk"), "medium": gettext("medium risk"), "high": gettext("high risk")}
    return words.get(name) or (gettext("critical risk") if name == "critical" else name)


def agent_type(name: str) -> str:
    """A type of agents, before the word agents."""
    words = {
        "supervised": pgettext("agents", "supervised"),
        "autonomous": pgettext("agents", "autonomous"),
        "unregistered": pgettext("agents", "unregistered"),
    }
    return words.get(name, name)


def number(value: float | str) -> str:
    """A number without a needless decimal, its decimals parted as the reader's language does: 72.5, 72,5."""
    text = value if isinstance(value, str) else f"{value:g}"
    return str(number_format(text)) if re.fullmatch(r"-?\d+(?:\.\d+)?", text) else text


def verdict(frozen: Mapping[str, Any]) -> dict[str, Any]:
    """A verdict, every sentence of the portal's own in the reader's language."""
    found = dict(frozen)
    for key, words in (("reasons", reason), ("degraded", stage)):
        if isinstance(found.get(key), list | tuple):
            found[key] = [words(str(one)) for one in found[key]]
    return found


def because(sentences: Iterable[Any]) -> list[str]:
    """Why the context counts, each sentence by itself."""
    return [reason(str(one)) for one in sentences]


def canary(text: str) -> str:
    """What a test is called, and what it teaches."""
    found = _said(text, (COPIED,))
    return gettext(text) if text and found == text else found


_INNER: dict[str, Callable[[str], str]] = {
    "label": factor,
    "level": level,
    "agents": line,
    "one": line,
    "other": line,
    "type": agent_type,
    "title": lambda title: gettext(title) if title else "",
    **dict.fromkeys(_NUMBERS, number),
}


def _said(text: str, forms: tuple[str, ...]) -> str:
    if is_english():
        return text
    for form in forms:
        if found := _read(form).fullmatch(text):
            values = {name: _INNER.get(name, str)(value) for name, value in found.groupdict().items()}
            return gettext(form).format_map(values)
    return text


def is_english() -> bool:
    """Whether the words are already in the reader's language."""
    return (get_language() or "en").startswith("en")


@lru_cache(maxsize=128)
def _read(form: str) -> re.Pattern[str]:
    """A form as it is found: quotes as they were written, numbers and levels nothing else."""
    pattern = ""
    for literal, name, _spec, _conversion in Formatter().parse(form):
        pattern += re.escape(literal.replace("“", '"').replace("”", '"'))
        if name is not None:
            pattern += f"(?P<{name}>{_SHAPES.get(name, '.+?')})"
    return re.compile(pattern, re.DOTALL)


_LEVEL = "low|medium|high|critical"
_LINE = r"every agent|\w+ agents|agent .+?"
_SHAPES = {"level": _LEVEL, "one": _LINE, "other": _LINE, **dict.fromkeys(_NUMBERS, r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")}
