"""The list of changes: made one after the other, it turns the one content into the other exactly."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.differences import differences
from governance.ledger.canonical import canonical

scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from([0.5, 1.0, -0.0]) | st.text(max_size=2)
keys = st.sampled_from(["a", "b", "a/b", "~1", "~0", "", "0", "-"]) | st.text(max_size=2)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)
contents = st.dictionaries(keys, values, max_size=4)


def applied(content: Any, changes: list[dict[str, Any]]) -> Any:
    """What an agent would make of it: each change in its turn, and what it says was before must be there."""
    content = copy.deepcopy(content)
    for change in changes:
        assert change["path"].startswith("/")
        *way, last = (part.replace("~1", "/").replace("~0", "~") for part in change["path"].split("/")[1:])
        place = content
        for part in way:
            place = place[int(part) if isinstance(place, list) else part]
        _make(place, int(last) if isinstance(place, list) else last, change)
    return content


def _make(place: Any, key: Any, change: dict[str, Any]) -> None:
    there = key < len(place) if isinstance(place, list) else key in place
    assert there is ("before" in change)
    if there:
        assert canonical(place[key]) == canonical(change["before"])
    if "after" not in change:
        del place[key]
    elif isinstance(place, list) and not there:
        assert key == len(place)
        place.append(change["after"])
    else:
        place[key] = change["after"]


@settings(max_examples=300, deadline=None)
@given(before=contents, after=contents)
def test_the_changes_give_the_new_content(before: Any, after: Any) -> None:
    changes = differences(before, after)
    assert canonical(applied(before, changes)) == canonical(after)
    assert bool(changes) is (canonical(before) != canonical(after))


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"a": 1}, {"a": 2}, [{"path": "/a", "before": 1, "after": 2}]),
        ({"a": 1}, {"a": True}, [{"path": "/a", "before": 1, "after": True}]),
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": 10**17}, {"a": 1e17}, []),
        ({"a": None}, {}, [{"path": "/a", "before": None}]),
        ({}, {"a": None}, [{"path": "/a", "after": None}]),
        ({"a/b~": {"": 1}}, {"a/b~": {"": 2}}, [{"path": "/a~1b~0/", "before": 1, "after": 2}]),
        ({"a": [1, 2, 3]}, {"a": [1]}, [{"path": "/a/2", "before": 3}, {"path": "/a/1", "before": 2}]),
        ({"a": []}, {"a": {}}, [{"path": "/a", "before": [], "after": {}}]),
    ],
)
def test_the_list_itself(before: Any, after: Any, changes: list[dict[str, Any]]) -> None:
    assert differences(before, after) == changes
