"""How much work a condition can be at worst, before it is evaluated: room_of(program) and work_of(...). PURE.

The engine stops a loop after 10,000 rounds, yet each round may walk an agent's whole list again, or copy what it has
gathered: 64 KiB of JSON then cost it seconds. So the tree of a condition is walked once with upper bounds for values,
and what comes out is compared with LIMIT. One unit of work is about a nanosecond at worst, as measured.

The tree comes from the engine's own serialised form (cel.expr.CheckedExpr), whose field numbers stand below.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import re2

from governance import condition_messages, condition_tree
from governance.condition_tree import Node

LIMIT = 30_000_000  # units of work one condition may be: some 30 ms at worst
NODE = 16  # what a value counts besides its characters
SHORT = 2_048  # no other variable of an action is longer; see `measure`

UNLIMITED = 2.0**20  # more units than a body of 64 KiB can come to: such room is room for any action
DEEPEST = 3  # loops in loops
_ROUNDS = 10_000  # the engine's own limit, for all loops of a condition together
_MOST = 1e15  # bounds end here, so that nothing overflows

# Variables that grow with what an agent sends. All others are short.
LONG = frozenset(
    "action.description action.details action.context action.indicators risk.techniques risk.controls".split()
)


class TooCostly(ValueError):
    """What a condition must not do, as a sentence for who wrote it."""


class Size(NamedTuple):
    """How large an action is: characters and values together, and the most values in one list or object."""

    units: float
    widest: float


class Bound(NamedTuple):
    """The most a value can be: its size, how many values it holds directly, and the widest anything in it is."""

    units: float
    items: float = 0.0
    widest: float = 0.0

    def element(self) -> Bound:
        """Whatever may be in it."""
        return Bound(self.units, min(self.widest, self.units / NODE), self.widest)


_SMALL = Bound(NODE)
_NOTHING = Bound(0.0)


def tree_of(serialised: bytes) -> Node:
    """The tree of a compiled condition. Raises TooCostly for what no bound is known for."""
    tree = condition_tree.read(serialised)
    if (depth := _depth(tree)) > DEEPEST:
        raise TooCostly(condition_messages.too_deep(depth, DEEPEST))
    _cost(tree, {}, Size(SHORT, SHORT))
    return tree


def room_of(tree: Node) -> float:
    """The largest action, in units, of which the work stays below LIMIT, however its values are arranged.

    A power of two: what is larger is looked at more closely when it comes.
    """
    if _at_worst(tree, 20) <= LIMIT:
        return UNLIMITED
    return 2.0 ** bisect_left(range(20), True, key=lambda power: _at_worst(tree, power) > LIMIT) / 2


def _at_worst(tree: Node, power: int) -> float:
    return work_of(tree, Size(2.0**power, 2.0**power / NODE))


def work_of(tree: Node, size: Size) -> float:
    """The most work the condition can be on an action of that size."""
    return _cost(tree, {}, size)[0]


def measure(values: Mapping[str, Any]) -> Size:
    """The size of an action. Larger than anything allowed when what should be short is not."""
    units = widest = 0.0
    for name, value in values.items():
        if name in LONG:
            these, wide = _measured(value)
            units, widest = units + these, max(widest, wide)
        elif isinstance(value, str) and _length(value) > SHORT:
            return Size(_MOST, _MOST)
    return Size(units, widest)


def _measured(value: Any) -> tuple[float, float]:
    units, widest, waiting = 0, 0, [value]
    while waiting:
        value = waiting.pop()
        units += NODE
        if isinstance(value, str):
            units += _length(value)
        elif isinstance(value, Mapping):
            widest = max(widest, len(value))
            waiting += value.keys()
            waiting += value.values()
        elif isinstance(value, list | tuple):
            widest = max(widest, len(value))
            waiting += value
    return units, widest


def _length(text: str) -> int:
    """Bytes, at most."""
    return len(text) if text.isascii() else 4 * len(text)


# -- Counting ----------------------------------------------------------------------------------------------

Names = Mapping[str, Bound]
Cost = tuple[float, Bound]


def _cost(node: Node, names: Names, size: Size) -> Cost:
    """The work of a place of the tree, and the bound of its value."""
    if node.kind == "literal":
        return 20.0, Bound(NODE + _length(node.text or ""))
    if node.kind == "variable":
        if node.name in names:
            return 20.0, names[node.name]
        if node.name in LONG:
            return 20.0, Bound(size.units, size.widest, size.widest)
        return 20.0, Bound(min(SHORT, size.units) + NODE)
    if node.kind == "loop":
        return _loop(node, names, size)
    costs = [_cost(part, names, size) for part in node.parts]
    work, bounds = sum(work for work, _ in costs) + 50.0, [bound for _, bound in costs]
    if node.kind == "field":
        return work, bounds[0].element()
    if node.kind in ("list", "map"):
        items = float(len(bounds))
        units = NODE + sum(bound.units for bound in bounds)
        return work, Bound(min(units, _MOST), items, max([items, *(bound.widest for bound in bounds)]))
    more, bound = _function(node)(node, bounds)
    return min(work + more, _MOST), Bound(min(bound.units, _MOST), *bound[1:])


def _loop(node: Node, names: Names, size: Size) -> Cost:
    """A macro's loop. All rounds together cost what they would if the elements were alike, and one was everything.

    Where work grows faster than an element the one is more, where it grows slower the others are. And never more than
    the engine's rounds, each with everything.
    """
    over, first, condition, step, result = node.parts
    work, whole = _cost(over, names, size)
    start_work, start = _cost(first, names, size)
    rounds = min(whole.items, whole.units / NODE)
    one, two, gathered = node.name.split(" ")
    share = whole.units / max(rounds, 1.0)
    elements = (whole.element(), Bound(share, min(whole.widest, share / NODE), whole.widest))

    def every_round(so_far: Bound) -> tuple[float, float, Bound]:
        """The work of all rounds, the units they gather, and what one adds at most."""
        costs = []
        for element in elements:
            inside = {**names, one: element, two: element, gathered: so_far}
            condition_work = _cost(condition, inside, size)[0]
            step_work, added = _cost(step, inside, size)
            costs.append((condition_work + step_work + 100.0, added))
        works, units = [cost for cost, _ in costs], [added.units for _, added in costs]
        return _together(rounds, *works), _together(rounds, *units), costs[0][1]

    end = start
    if rounds:
        all_work, units, added = every_round(_NOTHING)
        items = min(start.items + min(rounds, _ROUNDS) * added.items, _MOST)
        end = Bound(min(start.units + units, _MOST), items, max(start.widest, added.widest, items))
        if items:  # it gathers a list, and every round copies what is there
            all_work = every_round(end)[0]
        work += all_work
    after, bound = _cost(result, {**names, gathered: end}, size)
    return min(work + start_work + after, _MOST), bound


def _together(rounds: float, large: float, alike: float) -> float:
    return min(rounds * alike + large, min(rounds, _ROUNDS) * large, _MOST)


def _depth(node: Node) -> int:
    """How many loops stand in each other. What binds a name runs no round and is none."""
    inside = max((_depth(part) for part in node.parts), default=0)
    if node.kind != "loop" or (node.parts[0].kind == "list" and not node.parts[0].parts):
        return inside
    return max(1 + max(_depth(part) for part in node.parts[2:4]), inside)


def _function(node: Node) -> Callable[[Node, list[Bound]], Cost]:
    try:
        return _FUNCTIONS[node.name]
    except KeyError:
        raise TooCostly(condition_messages.not_available(node.name)) from None


def _constant(node: Node, bounds: list[Bound]) -> Cost:
    return 50.0, _SMALL


def _compare(node: Node, bounds: list[Bound]) -> Cost:
    return 2.5 * min(bound.units for bound in bounds), _SMALL


def _either(node: Node, bounds: list[Bound]) -> Cost:
    """One of its parts, or one inside of them."""
    return 50.0, _wider(bounds, max(bound.units for bound in bounds))


def _inside(node: Node, bounds: list[Bound]) -> Cost:
    return 50.0, bounds[0].element()


def _is_in(node: Node, bounds: list[Bound]) -> Cost:
    return bounds[1].units, _SMALL


def _add(node: Node, bounds: list[Bound]) -> Cost:
    units, items = sum(bound.units for bound in bounds), sum(bound.items for bound in bounds)
    return 40.0 * items + 0.15 * units, Bound(units, items, max(items, *(bound.widest for bound in bounds)))


def _read(node: Node, bounds: list[Bound]) -> Cost:
    """Reads its texts once; what comes out is no longer."""
    text, sought = bounds[0].units, bounds[1].units if len(bounds) > 1 else 0.0
    return 6.0 * text + text * sought / 100, Bound(text + 64)


def _starts(node: Node, bounds: list[Bound]) -> Cost:
    return min(bound.units for bound in bounds), _SMALL


def _moment(node: Node, bounds: list[Bound]) -> Cost:
    return 5_000.0, _SMALL


def _replace(node: Node, bounds: list[Bound]) -> Cost:
    text, old, new = (bound.units for bound in bounds[:3])
    units = text + (text + 1) * new
    return 6.0 * text + text * old / 100 + 3.0 * units, Bound(units)


def _split(node: Node, bounds: list[Bound]) -> Cost:
    pieces = bounds[0].units
    return 50.0 * pieces, Bound(pieces * (NODE + 1), pieces, pieces)


def _join(node: Node, bounds: list[Bound]) -> Cost:
    between = bounds[1].units if len(bounds) > 1 else 0.0
    units = bounds[0].units + bounds[0].items * between
    return 20.0 * bounds[0].items + 3.0 * units, Bound(units)


def _matches(node: Node, bounds: list[Bound]) -> Cost:
    """RE2 is linear in the text, times the size of the expression where no table of states can help."""
    pattern = node.parts[1].text
    if pattern is None:
        raise TooCostly(condition_messages.no_expression())
    steps = _steps(pattern)
    return 10.0 * steps * bounds[0].units + 200.0 * steps, _SMALL


_QUIET = re2.Options()
_QUIET.log_errors = False


@cache
def _steps(pattern: str) -> int:
    try:
        return int(re2.compile(pattern, _QUIET).programsize)
    except re2.error as exc:
        why = exc.args[0].decode() if exc.args and isinstance(exc.args[0], bytes) else str(exc)
        raise TooCostly(condition_messages.no_expression(why)) from exc


def _wider(bounds: list[Bound], units: float) -> Bound:
    return Bound(units, max(bound.items for bound in bounds), max(bound.widest for bound in bounds))


_FUNCTIONS: dict[str, Callable[[Node, list[Bound]], Cost]] = {
    **dict.fromkeys("_&&_ _||_ !_ @not_strictly_false -_ _-_ _*_ _/_ _%_ type hasValue".split(), _constant),
    **dict.fromkeys("_==_ _!=_ _<_ _<=_ _>_ _>=_".split(), _compare),
    **dict.fromkeys(
        "_?_:_ dyn or orValue optional.of optional.ofNonZeroValue optional.none value".split(),
        lambda node, bounds: _either(node, bounds or [_SMALL]),
    ),
    **dict.fromkeys("_[_] _[?_] _?._ first last".split(), _inside),
    "@in": _is_in,
    "_+_": _add,
    **dict.fromkeys(
        "contains size lowerAscii upperAscii trim reverse charAt indexOf lastIndexOf substring"
        " string bytes int uint double bool duration timestamp".split(),
        _read,
    ),
    **dict.fromkeys(("startsWith", "endsWith"), _starts),
    **dict.fromkeys(
        "getFullYear getMonth getDate getDayOfMonth getDayOfWeek getDayOfYear"
        " getHours getMinutes getSeconds getMilliseconds".split(),
        _moment,
    ),
    "replace": _replace,
    "split": _split,
    "join": _join,
    "matches": _matches,
}
