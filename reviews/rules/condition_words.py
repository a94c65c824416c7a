"""A condition for people who do not write CEL: its parts, the plain ones in words, and what its names mean.

Words are given only where the whole of a part is understood; every other part stays what its author wrote.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from governance.condition_parts import Joined, Part, split
from governance.condition_reference import ENTRIES, Entry

_TEXT = r'"(?:[^"\\\n]|\\["\\])*"'
_VALUE = rf"(?:{_TEXT}|-?\d+(?:\.\d+)?|true|false)"
_NAME = rf"(?P<name>(?:action|agent|risk)(?:\.\??[a-z_]\w*)+)(?:\.orValue\((?P<other>{_VALUE})\))?"
_COMPARED = re.compile(rf"{_NAME}\s*(?P<sign>==|!=|<=|>=|<|>)\s*(?P<value>{_VALUE})")
_ONE_OF = re.compile(
    rf"(?P<not>!\s*\(\s*)?{_NAME}\s+in\s+\[\s*(?P<values>{_VALUE}(?:\s*,\s*{_VALUE})*)\s*\](?(not)\s*\))"
)
_HOLDS = re.compile(rf"(?P<value>{_TEXT})\s+in\s+{_NAME}")
_CALLED = re.compile(rf"(?P<not>!)?{_NAME}\.(?P<call>contains|startsWith|endsWith)\(\s*(?P<value>{_TEXT})\s*\)")
_SENT = re.compile(rf"(?P<not>!)?has\(\s*{_NAME}\s*\)")

# What each form says; a template's text is looked up in the reader's language.
SIGNS = {
    "==": gettext_noop("{name} is {value}"),
    "!=": gettext_noop("{name} is not {value}"),
    "<": gettext_noop("{name} is below {value}"),
    "<=": gettext_noop("{name} is at most {value}"),
    ">": gettext_noop("{name} is above {value}"),
    ">=": gettext_noop("{name} is at least {value}"),
}
CALLS = {
    "contains": (gettext_noop("{name} contains {value}"), gettext_noop("{name} does not contain {value}")),
    "startsWith": (gettext_noop("{name} begins with {value}"), gettext_noop("{name} does not begin with {value}")),
    "endsWith": (gettext_noop("{name} ends with {value}"), gettext_noop("{name} does not end with {value}")),
}
ONE_OF = (gettext_noop("{name} is one of {value}"), gettext_noop("{name} is none of {value}"))
SENT = (gettext_noop("{name} was sent"), gettext_noop("{name} was not sent"))
IF_SENT = gettext_noop("{name} (if it was not sent: {value})")
HOLDS = gettext_noop("{name} include {value}")

# Quoted texts and comments, in which a name is no name.
_QUIET = re.compile(r"""r?"(?:\\.|[^"\\])*"|r?'(?:\\.|[^'\\])*'|//[^\n]*""", re.DOTALL)
_NAMED = re.compile(r"\b(?:action|agent|risk)\.[a-z_]+")


@dataclass(frozen=True, slots=True)
class Shown:
    """A part of a condition: as it was written, in words if it is plain, and its own parts."""

    text: str
    said: str = ""
    joined: Joined = ""
    parts: tuple[Shown, ...] = ()


def shown(condition: str) -> Shown:
    """The parts of a condition, each with its words."""
    return _shown(split(condition))


def names_in(condition: str) -> list[Entry]:
    """What a condition looks at, each name once, in the order of the reference."""
    used = set(_NAMED.findall(_QUIET.sub(" ", condition)))
    return [entry for entry in ENTRIES if entry.name in used]


def said(text: str) -> str:
    """One plain part in words; nothing for every other."""
    if match := _COMPARED.fullmatch(text):
        return _in_words(SIGNS[match["sign"]], match, _value(match["value"]))
    if match := _ONE_OF.fullmatch(text):
        values = ", ".join(_value(value) for value in re.findall(_VALUE, match["values"]))
        return _in_words(ONE_OF[bool(match["not"])], match, values)
    if match := _HOLDS.fullmatch(text):
        return _in_words(HOLDS, match, _value(match["value"]))
    if match := _CALLED.fullmatch(text):
        return _in_words(CALLS[match["call"]][bool(match["not"])], match, _value(match["value"]))
    if match := _SENT.fullmatch(text):
        return _in_words(SENT[bool(match["not"])], match)
    return ""


def _shown(part: Part) -> Shown:
    return Shown(part.text, said(part.text), part.joined, tuple(map(_shown, part.parts)))


def _in_words(template: str, match: re.Match[str], value: str = "") -> str:
    name = match["name"].replace(".?", " ").replace(".", " ").replace("_", " ")
    if match["other"]:
        name = gettext(IF_SENT).format(name=name, value=match["other"])
    return gettext(template).format(name=name, value=value)


def _value(text: str) -> str:
    """A text without its quotes, unless it would vanish or run into the sentence without them."""
    if not text.startswith('"'):
        return text
    value = str(json.loads(text))
    return value if re.fullmatch(r"[\w.*:/-]+", value) else text
