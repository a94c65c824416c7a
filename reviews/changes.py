"""The before and after an agent's payload holds, as rows to compare. PURE.

Both sides are the agent's words: "before" is what the agent says it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from reviews.payload_facts import FIELD

_PAIRS = (("old_value", "new_value"), ("old", "new"), ("before", "after"), ("previous", "new"))


class Change(NamedTuple):
    """One row of the comparison. `absent` says that the side does not exist at all, which is not null."""

    label: str
    before: Any
    after: Any
    before_absent: bool = False
    after_absent: bool = False

    @property
    def same(self) -> bool:
        """Whether nothing changes."""
        return (
            self.before_absent == self.after_absent
            and type(self.before) is type(self.after)
            and self.before == self.after
        )


def changes(payload: Mapping[str, Any]) -> list[Change]:
    """The rows of "What will change"; empty when the payload does not say what was before."""
    details = payload.get("action_details")
    if not isinstance(details, Mapping):
        return []
    listed = details.get("changes")
    if isinstance(listed, Mapping) and listed:
        rows = [_listed(str(name), change) for name, change in listed.items()]
        return [row for row in rows if row is not None] if all(rows) else []
    found = _pair(details, from_to=_named(details) is not None)
    if found is None:
        return []
    before, after = found
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return list(_compared(before, after))
    return [Change(_named(details) or _("value"), before, after)]


def told_by(details: Mapping[str, Any]) -> set[str]:
    """The arguments that give before and after."""
    return {name for pair in (*_PAIRS, ("from", "to")) if all(one in details for one in pair) for name in pair} | {
        "changes"
    }


def _listed(name: str, change: Any) -> Change | None:
    pair = _pair(change, from_to=True) if isinstance(change, Mapping) else None
    return Change(name, *pair) if pair else None


def _pair(details: Mapping[str, Any], *, from_to: bool) -> tuple[Any, Any] | None:
    """Before and after, where exactly one pair of names is present. `from` and `to` alone may mean two parties."""
    names = (*_PAIRS, ("from", "to")) if from_to else _PAIRS
    found = [(details[old], details[new]) for old, new in names if old in details and new in details]
    return found[0] if len(found) == 1 else None


def _named(details: Mapping[str, Any]) -> str | None:
    names = {details[key] for key in FIELD if isinstance(details.get(key), str)}
    return names.pop() if len(names) == 1 else None


def _compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Two objects, key by key: what changes first, what stays the same after it."""
    rows = [
        Change(str(key), before.get(key), after.get(key), key not in before, key not in after)
        for key in {**before, **after}
    ]
    yield from sorted(rows, key=lambda row: row.same)
