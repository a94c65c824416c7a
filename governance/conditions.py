"""Conditions of policies, in CEL: type-checked when saved, bounded when evaluated. PURE.

The only file that imports the engine. Every name a condition may use is declared with its type, so
`action.typ` is an error with line and column when the policy is saved, not a policy that never applies.
Only what is exactly true or false is an answer; an error, a missing key, too much work or anything else is UNKNOWN,
and then a person looks.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from typing import Any, Literal

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional, ext_strings

from governance import condition_costs as costs
from governance.condition_tree import Node
from governance.errors import InvalidRule

MAX_LENGTH = 2000  # characters; the engine itself bounds nesting
MAX_MAPS = 4  # optMap and optFlatMap: each doubles what stands before it, forty of them would fill any memory

_T = cel.Type
_OBJECT = _T.Map(_T.STRING, _T.DYN)

# The names a condition may use. Scores are dynamic so that `risk.score >= 70` is as good as 70.0.
VARIABLES: dict[str, Any] = {
    "action.type": _T.STRING,
    "action.tool": _T.STRING,
    "action.resource": _T.STRING,
    "action.description": _T.STRING,
    "action.environment": _T.STRING,
    "action.mcp_server": _T.STRING,
    "action.details": _OBJECT,
    "action.context": _OBJECT,
    "action.indicators": _OBJECT,
    "action.at": _T.TIMESTAMP,
    "agent.id": _T.STRING,
    "agent.team": _T.STRING,
    "agent.type": _T.STRING,
    "risk.score": _T.DYN,
    "risk.level": _T.STRING,
    "risk.cvss": _T.DYN,
    "risk.rule": _T.STRING,
    "risk.reversibility": _T.STRING,
    "risk.blast_radius": _T.STRING,
    "risk.techniques": _T.List(_T.STRING),
    "risk.controls": _T.List(_T.STRING),
}

# An action of which nothing but the mandatory is known.
BLANK: dict[str, Any] = {
    name: "" if kind == _T.STRING else 0.0 if kind == _T.DYN else {} for name, kind in VARIABLES.items()
} | {"action.at": datetime(2025, 1, 1, tzinfo=UTC), "risk.techniques": [], "risk.controls": []}

# An action nobody would call large. A condition that cannot look even at this one is refused when it is saved.
_ORDINARY = costs.Size(units=4096, widest=64)

_extensions = [ext_strings.ExtStrings(), ext_optional.ExtOptional()]
_environment = cel.NewEnv(variables=VARIABLES, extensions=_extensions)


class _Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN = _Unknown.UNKNOWN
Answer = bool | Literal[_Unknown.UNKNOWN]


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A condition, compiled. Of an action up to `room` units large its work is known to be small enough."""

    engine: Any
    tree: Node
    room: float

    def answer(self, values: Activation) -> Answer:
        """See `evaluate`."""
        try:
            if self.room < costs.UNLIMITED and _too_large(self, values):
                return UNKNOWN
            answer = self.engine.eval(values.engine).plain_value()
        except Exception:  # whatever a foreign engine raises over an agent's values, nobody knows the answer
            return UNKNOWN
        # An engine error comes back as a non-empty string, so truth is identity here.
        if answer is True or answer is False:
            return answer
        return UNKNOWN


class Activation:
    """The values of all VARIABLES for one action, shared by every condition.

    The engine converts each value at most once then: 2 instead of 5 microseconds per condition, and milliseconds less
    where the details are large.
    """

    __slots__ = ("_size", "_values", "engine")

    def __init__(self, values: Mapping[str, Any]):
        self.engine = _environment.Activation(values)
        self._values = values
        self._size: costs.Size | None = None

    @property
    def size(self) -> costs.Size:
        """Measured once, and only for a condition that must know."""
        if self._size is None:
            self._size = costs.measure(self._values)
        return self._size


def check(text: str) -> None:
    """Raise InvalidRule unless the text is a condition: short enough, well-formed, well-typed, true or false.

    The sentence carries the engine's message with line, column and a caret under the place.
    """
    compile(text)


@lru_cache(maxsize=4096)  # a new version of the rules has mostly the old conditions
def compile(text: str) -> Program:
    """The program of a condition, for any number of evaluations in any thread. Raises like `check`."""
    if not text.strip():
        raise _invalid("Line 1, column 1: Syntax error: there is no condition yet. One that always holds is: true")
    if len(text) > MAX_LENGTH:
        raise _invalid(f"The condition has {len(text)} characters; {MAX_LENGTH} is the limit.")
    if len(re.findall(r"\bopt(?:Flat)?Map\b", text)) > MAX_MAPS:
        raise _invalid(f"optMap and optFlatMap may stand in a condition {MAX_MAPS} times at most.")
    try:
        engine = _environment.compile(text)
    except Exception as exc:  # the engine's own exceptions are bare RuntimeErrors
        raise _invalid(_in_words(str(exc), text)) from exc
    kind = engine.return_type().name()
    if kind != "BOOL":
        raise _invalid(f"The condition must be true or false; this is {kind.lower()}. Compare it with something.")
    try:
        tree = costs.tree_of(engine.serialize())
    except costs.TooCostly as exc:
        raise _invalid(str(exc)) from exc
    if costs.work_of(tree, _ORDINARY) > costs.LIMIT:
        raise _invalid(
            "The condition could take too long even on an ordinary action. Use fewer loops, a shorter regular"
            " expression, or less text made of text."
        )
    return Program(engine, tree, costs.room_of(tree))


def activation(values: Mapping[str, Any]) -> Activation:
    """The values of all VARIABLES for one action."""
    return Activation(values)


def evaluate(program: Program | None, values: Activation) -> Answer:
    """What the program says about an activation: True, False, or UNKNOWN for all else. Never raises.

    No program at all (None: a condition that compiles no more) says UNKNOWN too.
    """
    return UNKNOWN if program is None else program.answer(values)


def why_unknown(program: Program, values: Activation) -> str:
    """Why `evaluate` says UNKNOWN, as a sentence; empty when it does not."""
    if evaluate(program, values) is not UNKNOWN:
        return ""
    try:
        if _too_large(program, values):
            return "The action is too large for this condition: it could take too long."
        said = str(program.engine.eval(values.engine).plain_value())
    except Exception as exc:
        said = str(exc)
    for pattern, sentence in _WHY:
        if match := re.search(pattern, said):
            return sentence.format(*match.groups())
    return f"The engine says: {_without_status(said)[:200]}"


def leaves_open(program: Program) -> bool:
    """Whether an action without details, context and indicators gets no answer: worth a hint to who wrote it."""
    return evaluate(program, activation(BLANK)) is UNKNOWN


def looks_at(program: Program, family: str) -> bool:
    """Whether the program may look at a variable of a family: `risk` for risk.score. When in doubt, it does."""
    return family.encode() in program.engine.serialize()


def most_values(program: Program) -> int | None:
    """About how many values an action may hold until this condition may refuse to look; None where none is too many."""
    return None if program.room >= costs.UNLIMITED else int(program.room / costs.NODE)


def _too_large(program: Program, values: Activation) -> bool:
    return values.size.units > program.room and costs.work_of(program.tree, values.size) > costs.LIMIT


# -- The engine's messages, for people ---------------------------------------------------------------------

_WHY = (
    (r"Key not found in map : (.+)", "The action has no {}."),
    (r"No matching overloads found : _(\S+)_\((\w+), (\w+)\)", "{1} and {2} cannot be compared or combined by {0}."),
    (r"No matching overloads found : (\w+)\(", "{}() cannot be applied to that kind of value."),
    (r"Applying SELECT to non-message type", "A part was asked for of a value that has no parts."),
    (r"Iteration budget exceeded", "The loops would take more than 10,000 rounds."),
    (r"divide by zero|modulus by zero", "It divides by zero."),
    (r"index=(\S+) size=(\S+)", "The list has no place {0}: it holds {1}."),
    (r"Invalid timezone", "It names no time zone. One is written like Europe/Berlin."),
)  # fmt: skip

_PROSE = (
    "This is a sentence, and sentences are not read here: a “not” read the wrong way would let through what it was"
    ' meant to stop. Write a condition, such as action.type == "transaction", or start from a template.'
)


def _without_status(message: str) -> str:
    return re.sub(r"\s*\[[A-Z_]+\]$", "", re.sub(r"^[A-Z_]+: ", "", message))


def _in_words(message: str, text: str) -> str:
    """The engine's message without its status words, its places spelled out, with a hint where one is to be had."""
    message = _without_status(message).replace(" (in container '')", "")
    message = re.sub(r"ERROR: <input>:(\d+):(\d+): ", r"Line \1, column \2: ", message)
    message = re.sub(r"overload for '_(\S+)_' applied to '\((.*)\)'", r"overload for \1 applied to \2", message)
    if _is_prose(text) and "Syntax error" in message:
        return f"{_PROSE}\n{message}"
    hint = _hint(message, text)
    return f"{message}\n{hint}" if hint else message


def _is_prose(text: str) -> bool:
    """Whether three bare words follow one another, which no condition has."""
    bare = re.sub(r"\"[^\"]*\"|'[^']*'|//.*", '""', text)
    return re.search(r"\b[A-Za-z]{2,} +(?!in\b)[A-Za-z]{2,} +(?!in\b)[A-Za-z]{2,}\b", bare) is not None


def _hint(message: str, text: str) -> str:
    if unknown := re.search(r"undeclared reference to '([\w.]+)'", message):
        name = unknown[1]
        called = re.search(rf"\b{re.escape(name)}\s*\(", text)
        if called:
            return ""
        if close := difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.9):
            return f"Did you mean {close[0]}?"
        first = name.partition(".")[0]
        if parts := [known.removeprefix(f"{first}.") for known in VARIABLES if known.startswith(f"{first}.")]:
            return f"What is known of {first}: {', '.join(parts)}."
        return "" if "." in name else f'Text stands in quotes: "{name}".'
    if "Syntax error" not in message:
        return ""
    if re.search(r"(?<![=!<>])=(?!=)", text):
        return "Two values are compared by ==, not by =."
    if re.search(r"\b(and|or|not)\b", text, re.IGNORECASE):
        return "And is written &&, or is ||, not is !."
    return ""


def _invalid(problem: str) -> InvalidRule:
    return InvalidRule(f"{problem}\nNothing was changed.", errors={"condition": problem})
