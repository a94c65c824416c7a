"""Who has the last word on a row: the publisher, unless somebody here changed what the publisher had said. PURE.

`published` on a row is what the publisher said last. Where the row says the same, it follows the publisher; where it
says something else, somebody here decided so, and it stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from governance.catalogues.values import PublishedControl, PublishedTechnique

Published = Mapping[str, Any]

# What `published` holds of a technique: name, is_withdrawn, tactics as a list of {"id", "name"}. Of a control: title
# and is_withdrawn. Empty for a row its publisher never spoke of.


class Words(NamedTuple):
    """The fields a row shall have, and whether some of them are not the publisher's."""

    fields: dict[str, Any]
    kept: bool


def of_technique(technique: PublishedTechnique) -> dict[str, Any]:
    """What `published` holds when the publisher says this."""
    tactics = [{"id": tactic.id, "name": tactic.name} for tactic in technique.tactics]
    return {"name": technique.name, "tactics": tactics, "is_withdrawn": technique.is_withdrawn}


def of_control(control: PublishedControl) -> dict[str, Any]:
    """What `published` holds when the publisher says this."""
    return {"title": control.title, "is_withdrawn": control.is_withdrawn}


def withdrawn(before: Published) -> dict[str, Any]:
    """What the publisher says by leaving something out that it said before."""
    return {**before, "is_withdrawn": True}


def of_control_row(mine: Mapping[str, Any], before: Published, now: Published) -> Words:
    """A control's fields after its publisher spoke. `mine` is the row as it stands."""
    fields = {
        "title": _decided(mine["title"], before.get("title"), now["title"]),
        "is_withdrawn": _decided(mine["is_withdrawn"], before.get("is_withdrawn", False), now["is_withdrawn"]),
    }
    return Words(fields, any(fields[name] != now[name] for name in fields))


def of_technique_row(mine: Mapping[str, Any], before: Published, now: Published) -> Words:
    """A technique's fields after its publisher spoke. `mine` is the row as it stands.

    A publisher may name several tactics and a row has the one that matters here: any of them is the publisher's word.
    """
    tactic_id, tactic = _tactic((mine["tactic_id"], mine["tactic"]), before.get("tactics"), now["tactics"])
    fields = {
        "name": _decided(mine["name"], before.get("name"), now["name"]),
        "tactic": tactic,
        "tactic_id": tactic_id,
        "is_withdrawn": _decided(mine["is_withdrawn"], before.get("is_withdrawn", False), now["is_withdrawn"]),
    }
    return Words(fields, bool(differences_of_technique(fields, now)))


def differences_of_technique(mine: Mapping[str, Any], published: Published) -> dict[str, str]:
    """What the publisher says where the row says something else, by field, in words."""
    found = {}
    if published and mine["name"] != published["name"]:
        found["name"] = published["name"]
    if published and (mine["tactic_id"], mine["tactic"]) not in (_named(published["tactics"]) or [("", "")]):
        found["tactic"] = ", ".join(f"{name} ({number})" for number, name in _named(published["tactics"])) or "none"
    return found | _withdrawal(mine, published)


def differences_of_control(mine: Mapping[str, Any], published: Published) -> dict[str, str]:
    """What the publisher says where the row says something else, by field, in words."""
    found = {}
    if published and mine["title"] != published["title"]:
        found["title"] = published["title"]
    return found | _withdrawal(mine, published)


def _withdrawal(mine: Mapping[str, Any], published: Published) -> dict[str, str]:
    if published and mine["is_withdrawn"] != published["is_withdrawn"]:
        return {"is_withdrawn": "withdrawn" if published["is_withdrawn"] else "in force"}
    return {}


def _decided(mine: Any, before: Any, now: Any) -> Any:
    """The publisher's word, unless mine differs from what it said before. A blank nobody wrote is filled."""
    if mine == before or (before is None and mine == ""):
        return now
    return mine


def _tactic(
    mine: tuple[str, str], before: Sequence[Mapping[str, str]] | None, now: Sequence[Mapping[str, str]]
) -> tuple[str, str]:
    offered, offered_before = _named(now), _named(before or ())
    if mine in offered:
        return mine
    if mine in offered_before or (mine == ("", "") and not offered_before):
        renamed = [pair for pair in offered if pair[0] == mine[0]]
        return next(iter(renamed or offered), ("", ""))
    return mine


def _named(tactics: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    return [(tactic["id"], tactic["name"]) for tactic in tactics]
