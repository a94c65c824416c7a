"""The stages of a route as one line of text, which a person reads in a file, and back. PURE.

    Compliance: 2 of Compliance & 1 of Security level 3; 1 of team level 2

Stages are parted by `;`, what is wanted side by side by `&`; a label ends with `:`. `team` is the team of the agent.
A name that could be taken for something else stands in double quotes, a quote in it twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

TEAM = "team"

_NAME = r'"(?:[^"]|"")*"|[^";&:]+?'
_LABEL = re.compile(rf"\s*({_NAME})\s*:", re.DOTALL)
_WANTED = re.compile(
    rf"\s*([0-9]{{1,4}})\s+of\s+({_NAME})(?:\s+level\s+([0-9]+))?\s*(?=[;&]|\Z)", re.DOTALL | re.IGNORECASE
)
_AMBIGUOUS = re.compile(r'[";&:]|^\s|\s$|^team\b|\slevel\s+[0-9]+$|^$', re.IGNORECASE)


def text_of(stages: Iterable[Mapping[str, Any]], name_of: Callable[[Mapping[str, Any]], str]) -> str:
    """The line. `name_of` gives the group's name of a requirement that has a group."""
    return "; ".join(_stage_text(stage, name_of) for stage in stages)


def frozen_text(stages: Iterable[Mapping[str, Any]]) -> str:
    """The line for stages of a rulebook's content, which hold their groups' names."""
    return text_of(stages, lambda one: str(one.get("group_name", "")))


def stages_of(text: str, find_group: Callable[[str], int]) -> list[dict[str, Any]]:
    """What the line says, as a row holds it. `find_group` gives the id of a name.

    Raises ValueError with a sentence, as `find_group` does.
    """
    stages = []
    place, number = 0, 1
    while True:
        label, requirements = "", []
        if found := _LABEL.match(text, place):
            label, place = _plain(found[1]), found.end()
        while True:
            if not (wanted := _WANTED.match(text, place)):
                raise ValueError(
                    _(
                        "Stage {number} is not read. Write who is wanted like this: Compliance: 2 of Compliance"
                        " & 1 of Security level 3; 1 of team level 2."
                    ).format(number=number)
                )
            name, place = wanted[2], wanted.end()
            group = None if name.lower() == TEAM else find_group(_plain(name))
            requirements.append({"needed": int(wanted[1]), "level": int(wanted[3] or 1), "group": group})
            if text[place : place + 1] != "&":
                break
            place += 1
        stages.append({"label": label, "requirements": requirements})
        if place >= len(text) or not text[place + 1 :].strip():  # a line may end with its semicolon
            return stages
        place, number = place + 1, number + 1


def _stage_text(stage: Mapping[str, Any], name_of: Callable[[Mapping[str, Any]], str]) -> str:
    wanted = " & ".join(_wanted_text(one, name_of) for one in stage["requirements"])
    return f"{_written(stage['label'])}: {wanted}" if stage.get("label") else wanted


def _wanted_text(one: Mapping[str, Any], name_of: Callable[[Mapping[str, Any]], str]) -> str:
    whom = TEAM if one.get("group") is None else _written(name_of(one))
    level = one.get("level", 1)
    return f"{one['needed']} of {whom}" + (f" level {level}" if level > 1 else "")


def _written(name: str) -> str:
    if not _AMBIGUOUS.search(name):
        return name
    return '"' + name.replace('"', '""') + '"'


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.strip()
