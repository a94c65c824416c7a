"""What differs between two contents, place by place: a list that turns the one into the other exactly. PURE."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def differences(before: Any, after: Any) -> list[dict[str, Any]]:
    """Every place that differs, in an order in which the changes can be made one after the other.

    Each is `path` (a JSON pointer, RFC 6901) with `before` and `after`. A side that does not exist is left out, which
    is not the same as null. Lists are compared place by place; what one has more stands at its end, and is taken
    away from the last place on.
    """
    return list(_between(before, after, ""))


def _between(before: Any, after: Any, path: str) -> Iterator[dict[str, Any]]:
    if type(before) is dict and type(after) is dict:
        for key in sorted({**before, **after}):
            place = f"{path}/{_escaped(key)}"
            if key not in after:
                yield {"path": place, "before": before[key]}
            elif key not in before:
                yield {"path": place, "after": after[key]}
            else:
                yield from _between(before[key], after[key], place)
    elif type(before) is list and type(after) is list:
        common = min(len(before), len(after))
        for index in range(common):
            yield from _between(before[index], after[index], f"{path}/{index}")
        for index in range(common, len(after)):
            yield {"path": f"{path}/{index}", "after": after[index]}
        for index in reversed(range(common, len(before))):
            yield {"path": f"{path}/{index}", "before": before[index]}
    elif not _same(before, after):
        yield {"path": path, "before": before, "after": after}


def _same(before: Any, after: Any) -> bool:
    """Whether two scalars are one in JSON: 1 and 1.0 are, 1 and true are not."""
    return before is after if bool in (type(before), type(after)) else bool(before == after)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
