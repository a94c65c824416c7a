"""Conditions of policies, in CEL: type-checked when saved, bounded when evaluated. PURE.

The only file that imports the engine. Every name a condition may use is declared with its type, so
`action.typ` is an error with line and column when the policy is saved, not a policy that never applies.
Only what is exactly true or false is an answer; an error, a missing key, too much work or anything else is UNKNOWN,
and then a person looks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from typing import Any, Literal

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional, ext_strings
from django.utils.translation import gettext as _

from governance import condition_costs as costs
from governance import condition_messages as messages
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
        raise _invalid(_("Line 1, column 1: Syntax error: there is no condition yet. One that always holds is: true"))
    if len(text) > MAX_LENGTH:
        raise _invalid(
            _("The condition has {count} characters; {most} is the limit.").format(count=len(text), most=MAX_LENGTH)
        )
    if len(re.findall(r"\bopt(?:Flat)?Map\b", text)) > MAX_MAPS:
        raise _invalid(_("optMap and optFlatMap may stand in a condition {most} times at most.").format(most=MAX_MAPS))
    try:
        engine = _environment.compile(text)
    except Exception as exc:  # the engine's own exceptions are bare RuntimeErrors
        raise _invalid(messages.in_words(str(exc), text, VARIABLES)) from exc
    kind = engine.return_type().name()
    if kind != "BOOL":
        raise _invalid(
            _("The condition must be true or false; this is {kind}. Compare it with something.").format(
                kind=kind.lower()
            )
        )
    try:
        tree = costs.tree_of(engine.serialize())
    except costs.TooCostly as exc:
        raise _invalid(str(exc)) from exc
    if costs.work_of(tree, _ORDINARY) > costs.LIMIT:
        raise _invalid(
            _(
                "The condition could take too long even on an ordinary action. Use fewer loops, a shorter regular"
                " expression, or less text made of text."
            )
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
            return _("The action is too large for this condition: it could take too long.")
        said = str(program.engine.eval(values.engine).plain_value())
    except Exception as exc:
        said = str(exc)
    return messages.why_unknown(said)


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


def _invalid(problem: str) -> InvalidRule:
    return InvalidRule(f"{problem}\n{_('Nothing was changed.')}", errors={"condition": problem})
