"""What is wrong with a condition, and why one has no answer: sentences in the reader's language. PURE.

The engine speaks English. Its places and its commonest complaints are said again; the rest stays as it says it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_WHY = (
    (r"Key not found in map : (.+)", gettext_lazy("The action has no {0}.")),
    (
        r"No matching overloads found : _(\S+)_\((\w+), (\w+)\)",
        gettext_lazy("{1} and {2} cannot be compared or combined by {0}."),
    ),
    (r"No matching overloads found : (\w+)\(", gettext_lazy("{0}() cannot be applied to that kind of value.")),
    (r"Applying SELECT to non-message type", gettext_lazy("A part was asked for of a value that has no parts.")),
    (r"Iteration budget exceeded", gettext_lazy("The loops would take more than 10,000 rounds.")),
    (r"divide by zero|modulus by zero", gettext_lazy("It divides by zero.")),
    (r"index=(\S+) size=(\S+)", gettext_lazy("The list has no place {0}: it holds {1}.")),
    (r"Invalid timezone", gettext_lazy("It names no time zone. One is written like Europe/Berlin.")),
)

_PROSE = gettext_lazy(
    "This is a sentence, and sentences are not read here: a “not” read the wrong way would let through what it was"
    ' meant to stop. Write a condition, such as action.type == "transaction", or start from a template.'
)
_COMPLAINTS = (
    (r"(?<=: )Syntax error(?=: )", gettext_lazy("Syntax error")),
    (r"(?<=: )undeclared reference to '([\w.]+)'", gettext_lazy("undeclared reference to '{0}'")),
    (r"(?<=: )undefined field '([\w.]+)'", gettext_lazy("undefined field '{0}'")),
    (
        r"(?<=: )found no matching overload for (\S+) applied to (.+)",
        gettext_lazy("found no matching overload for {0} applied to {1}"),
    ),
)


def why_unknown(said: str) -> str:
    """Why the engine gave no answer, from what it said."""
    for pattern, sentence in _WHY:
        if match := re.search(pattern, said):
            return str(sentence).format(*match.groups())
    return _("The engine says: {message}").format(message=_without_status(said)[:200])


def in_words(message: str, text: str, variables: Iterable[str]) -> str:
    """The engine's message without its status words, its places spelled out, with a hint where one is to be had."""
    message = _without_status(message).replace(" (in container '')", "")
    message = re.sub(r"overload for '_(\S+)_' applied to '\((.*)\)'", r"overload for \1 applied to \2", message)
    hint = str(_PROSE) if _is_prose(text) and "Syntax error" in message else _hint(message, text, list(variables))
    said = re.sub(r"ERROR: <input>:(\d+):(\d+): ", _place, message)
    for pattern, sentence in _COMPLAINTS:
        if match := re.search(pattern, said):
            said = said[: match.start()] + str(sentence).format(*match.groups()) + said[match.end() :]
    if hint == str(_PROSE):
        return f"{hint}\n{said}"
    return f"{said}\n{hint}" if hint else said


def _place(match: re.Match[str]) -> str:
    return _("Line {line}, column {column}:").format(line=match[1], column=match[2]) + " "


def too_deep(depth: int, most: int) -> str:
    """Loops within loops."""
    return _("Loops stand {depth} deep in each other here; {most} is the limit.").format(depth=depth, most=most)


def not_available(name: str) -> str:
    """A function that conditions do not have."""
    return _("{name}() is not available in conditions.").format(name=name)


def no_expression(why: str = "") -> str:
    """A call of matches() whose expression is none, or is not written out."""
    if not why:
        return _("The expression of matches() must be written out in the condition, as a text in quotes.")
    return _("matches() is given no regular expression of RE2: {why}.").format(why=why)


def _without_status(message: str) -> str:
    return re.sub(r"\s*\[[A-Z_]+\]$", "", re.sub(r"^[A-Z_]+: ", "", message))


def _is_prose(text: str) -> bool:
    """Whether three bare words follow one another, which no condition has."""
    bare = re.sub(r"\"[^\"]*\"|'[^']*'|//.*", '""', text)
    return re.search(r"\b[A-Za-z]{2,} +(?!in\b)[A-Za-z]{2,} +(?!in\b)[A-Za-z]{2,}\b", bare) is not None


def _hint(message: str, text: str, variables: list[str]) -> str:
    if unknown := re.search(r"undeclared reference to '([\w.]+)'", message):
        name = unknown[1]
        if re.search(rf"\b{re.escape(name)}\s*\(", text):  # a function
            return ""
        if close := difflib.get_close_matches(name, variables, n=1, cutoff=0.9):
            return _("Did you mean {name}?").format(name=close[0])
        first = name.partition(".")[0]
        if parts := [known.removeprefix(f"{first}.") for known in variables if known.startswith(f"{first}.")]:
            return _("What is known of {first}: {parts}.").format(first=first, parts=", ".join(parts))
        return "" if "." in name else _('Text stands in quotes: "{name}".').format(name=name)
    if "Syntax error" not in message:
        return ""
    if re.search(r"(?<![=!<>])=(?!=)", text):
        return _("Two values are compared by ==, not by =.")
    if re.search(r"\b(and|or|not)\b", text, re.IGNORECASE):
        return _("And is written &&, or is ||, not is !.")
    return ""
