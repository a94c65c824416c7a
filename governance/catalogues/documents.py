"""Text to a document, and the careful ways into one: files come from elsewhere and may be anything. PURE."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import yaml

# What each option of load_catalogues expects, and how a document of the kind is recognised.
EXPECTED = {
    "attack": "a STIX 2.0 or 2.1 bundle (JSON) of ATT&CK Enterprise",
    "atlas": "the ATLAS data (YAML)",
    "controls": "an OSCAL catalogue (JSON) of NIST SP 800-53 Rev. 5",
    "baseline": "an OSCAL profile (JSON) of a NIST SP 800-53 Rev. 5 baseline",
    "mapping": "a Mappings Explorer file (JSON) from ATT&CK to NIST SP 800-53 Rev. 5",
}
_MARKS = {
    "attack": "objects",
    "atlas": "matrices",
    "controls": "catalog",
    "baseline": "profile",
    "mapping": "mapping_objects",
}

# ATLAS nests 7 deep. The parser written in C dies of a few thousand, so the depth is looked at first.
_DEEPEST_YAML = 50

AGAIN = "Download it again from its publisher."


class Unreadable(Exception):
    """Why a document is not the catalogue it should be: what it is, as the end of a sentence, and what to do."""

    def __init__(self, problem: str, advice: str = AGAIN):
        self.problem = problem
        self.advice = advice
        super().__init__(problem)


def parse(kind: str, text: str) -> dict[str, Any]:
    """The document of a file that an option named. Raises Unreadable when it is of another kind, or of none."""
    start = text.lstrip()[:200]
    if not start:
        raise Unreadable(f"is empty; expected was {EXPECTED[kind]}")
    if start.startswith("<"):
        raise Unreadable(
            f"is a web page or XML; expected was {EXPECTED[kind]}",
            "Download the file itself, not the page that shows it.",
        )
    if start.startswith("version https://git-lfs"):
        raise Unreadable(f"is a pointer to a large file; expected was {EXPECTED[kind]}", "Download the file itself.")
    document = _from_yaml(kind, text) if kind == "atlas" and not start.startswith("{") else _from_json(kind, text)
    _of_kind(kind, document)
    return document


class _Words(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Every plain scalar stays text: version 5.10 is not 5.1, and `<<` merges nothing, so a file cannot multiply."""

    yaml_implicit_resolvers: dict[str, Any] = {}


def _from_yaml(kind: str, text: str) -> Any:
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Words):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _DEEPEST_YAML:
                raise Unreadable(f"is nested too deeply to be {EXPECTED[kind]}")
        return yaml.load(text, Loader=_Words)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        where = f" from line {mark.line + 1} on" if mark else ""
        raise Unreadable(f"is not readable as YAML{where}; expected was {EXPECTED[kind]}") from exc


def _from_json(kind: str, text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as exc:
        raise Unreadable(f"is nested too deeply to be {EXPECTED[kind]}") from exc
    except ValueError as exc:
        if re.match(r"---\s|\w[\w-]*:\s", text.lstrip()):
            advice = "Take the JSON file; YAML is read for --atlas only."
            raise Unreadable(f"is YAML; expected was {EXPECTED[kind]}", advice) from exc
        line = getattr(exc, "lineno", 1)
        raise Unreadable(f"is not readable as JSON from line {line} on; expected was {EXPECTED[kind]}") from exc


def _of_kind(kind: str, document: Any) -> None:
    found = [name for name, mark in _MARKS.items() if isinstance(document, dict) and mark in document]
    if kind in found:
        return
    if found:
        raise Unreadable(f"is {EXPECTED[found[0]]}; expected was {EXPECTED[kind]}", f"Name it with --{found[0]}.")
    raise Unreadable(f"is something else; expected was {EXPECTED[kind]}")


def part(holder: dict[str, Any], key: str) -> dict[str, Any]:
    """An object within an object; empty when it is missing."""
    value = holder.get(key) or {}
    if not isinstance(value, dict):
        raise Unreadable(f"is not in its publisher's form: {key} is no object")
    return value


def parts(holder: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """A list of objects within an object; empty when it is missing."""
    value = holder.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Unreadable(f"is not in its publisher's form: {key} is no list of objects")
    return value


def texts(holder: dict[str, Any], key: str) -> list[str]:
    """A list of texts within an object; empty when it is missing."""
    value = holder.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Unreadable(f"is not in its publisher's form: {key} is no list of texts")
    return value


def words(holder: dict[str, Any], key: str, *, of: str, most: int = 200) -> str:
    """A text of one line. Invisible characters are dropped: nothing may look like something it is not.

    Raises Unreadable when it is missing, no text, or longer than `most`. `of` says whose it is.
    """
    value = holder.get(key)
    shown = plain(value) if isinstance(value, str) else ""
    if not shown:
        raise Unreadable(f"is not in its publisher's form: {of} has no {key}")
    if len(shown) > most:
        raise Unreadable(f"is not in its publisher's form: the {key} of {of} has more than {most} characters")
    return shown


def plain(text: str) -> str:
    """One line, single blanks, printable characters only."""
    return " ".join("".join(c for c in " ".join(text.split()) if c.isprintable()).split())


def once(ids: Iterable[str], what: str) -> None:
    """Raise Unreadable when an id comes twice."""
    seen: set[str] = set()
    for number in ids:
        if number in seen:
            raise Unreadable(f"has the {what} {number} twice")
        seen.add(number)
