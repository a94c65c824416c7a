"""Every page, drawn in a language nobody speaks: whatever plain word is left is English that cannot be translated.

The portal it is drawn of holds no Latin letter of anybody's, as far as the fields allow; what is stored is what it
stores in English: names, code, the shipped rules, the words of files. And all of it is made while that language is
active, so whatever the portal kept in it would have leaked out of a page into the ledger or to an agent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import translation

from governance.condition_reference import ENTRIES
from governance.models import Person
from governance.policy_templates import TEMPLATES
from reviews.presets import CHANGES, REJECTIONS
from reviews.rules.families import FAMILIES
from tests.reviews.every_page import FILES, FORMS, PORTAL, Ids, paths, routes
from tests.reviews.pages import body_of
from tests.support import hostile_portal, pseudo
from tests.support.api import Api
from tests.support.people import browser_of, person_called

# What is the same in every language: names, abbreviations, units.
NAMES = set(
    "Foureyes UTC CSV XLSX JSON YAML CVSS CEL RE2 API ID URL MITRE ATT CK ATLAS OWASP ASI NIST SP TOTP MFA English"
    " Deutsch Slack Microsoft Teams Apprise Enterprise Top for Agentic Applications to min ms True None".split()
)
# What publishers call their works, and how they want to be named.
PUBLISHERS = (
    "NIST SP 800-53B baseline",
    "The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.",
)
# Words of the rules' files, as the help of an import names them and a diff shows them.
CELLS = set(
    "yes no partly unknown low medium high critical deny require approval allow enforce observe of team level".split()
)
# What a page's script reads, and what agents read: reasons that are put into a field.
SCRIPT = re.compile(
    r"\[data-(?!words|one|many|gone|lost|on|off|says|all|some|refused|chosen|moved|stage-added|label)[\w-]*\]"
)
_PLAIN = re.compile(r"(?<![^\W_])[A-Za-z]{2,}(?![^\W_])")
_ADDRESS = re.compile(r"https?://\S+")
# Places for a script's values, metrics, names with a dot or an underscore, kinds, keys, and what a name mixes.
_CODE = re.compile(
    r"\{\w+\}|\S*[A-Za-z_]+[._:=(\[?]+\S*|\S*_\w+\S*|\[?mixed [\w+]+\]?|\b[A-Z]{2}\b|\baction resource\b"
)
# What was written down in English for good: frozen on an action, and said again by governance/frozen_words.py.
_SAID_AGAIN = {"factors", "reasons", "degraded", "review_reasons", "applies_to"}
_REASONS = {("actions.Action", "reason")}
_OURS = {"state", "level", "mode", "effect", "severity", "kind", "decided_via", "role", "status", "risk_level"}


def leaves(value: Any) -> Iterator[str]:
    """Every text in a value, without what pages say in the reader's words."""
    if isinstance(value, str):
        yield value
        yield from value.split("\n")
        with suppress(ValueError):  # an entry's body, an action's content
            yield from leaves(json.loads(value) if value[:1] in "[{" else None)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in _SAID_AGAIN:
                yield key
                yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)


def rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row there is of a model of ours."""
    for model in apps.get_models():
        if model._meta.app_label in ("governance", "actions", "reviews", "auth"):
            for row in model._default_manager.values():
                yield model._meta.label, row


def kept() -> list[str]:
    """What a page may say as it was stored, longest first."""
    found = {
        " ".join(_ADDRESS.sub(" ", text).split())
        for label, row in rows()
        for name, value in row.items()
        if name not in _OURS and (label, name) not in _REASONS
        for text in leaves(value)
    }
    found |= {text for one in TEMPLATES for text in (one.name, one.reason)}
    found |= {one.text for one in (*REJECTIONS, *CHANGES)} | set(FAMILIES.values())
    found |= {text for one in ENTRIES for text in (one.name, str(one.kind), one.example)} | set(PUBLISHERS)
    return sorted((text for text in found if re.search("[A-Za-z]{2}", text)), key=len, reverse=True)


def english(said: str, stored: list[str], known: set[str]) -> list[str]:
    """The plain words of something a page says that are nobody's data and no name."""
    text = " ".join(_ADDRESS.sub(" ", re.sub(r"^\[[\w-]+\] ", "", said)).split())
    if SCRIPT.match(said) or text in known or not _PLAIN.search(text):
        return []
    for one in stored:
        if one in text:
            text = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", " ", text)
    words = _PLAIN.findall(_CODE.sub(" ", text))
    return [word for word in words if word not in NAMES and word not in CELLS]


def looked_at(client: Client, ids: Ids, *, portal: bool) -> Iterator[tuple[str, str]]:
    """What pages say, each thing once, with where."""
    seen: set[str] = set()
    for index, route in enumerate(routes()):
        if route in FILES or route in FORMS or (route in PORTAL) is not portal:
            continue
        found = list(paths(route, ids, first=index))
        for path in found if route in PORTAL else found[:1]:
            answer = client.get(path)
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                for said in pseudo.said(body_of(answer)):
                    if said not in seen:
                        seen.add(said)
                        yield path, said


@pytest.mark.any_engine
def test_it_works(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    pseudo.speak(monkeypatch)
    for made in ("name", "short_name", "words"):
        monkeypatch.setattr(hostile_portal, made, pseudo.somebodys)
    monkeypatch.setattr(hostile_portal, "ROUNDS", 2)
    with translation.override("de"):
        ids = hostile_portal.build()
    Person.objects.update(language="de")
    stored = kept()
    known = set(stored)
    left: dict[str, str] = {}
    said = 0
    for who, portal in (("sina", True), ("adam", True), ("adam", False)):
        for path, text in looked_at(browser_of(person_called(who)), ids, portal=portal):
            said += 1
            if words := english(text, stored, known):
                left.setdefault(text, f"{path}: {' '.join(words)}: {text[:160]}")
    assert not left, "\n".join(left.values())
    assert said > 3000
    for route in FILES:
        for path in paths(route, ids):
            taken = browser_of(person_called("sina")).get(path)
            if taken.headers.get("Content-Type", "").startswith("text/csv"):
                assert not pseudo.is_marked(body_of(taken)), f"{path}: a file is for programs, so it is English"
    leaked = [f"{model}: {text[:100]}" for model, row in rows() for text in leaves(row) if pseudo.is_marked(str(text))]
    assert not leaked, "\n".join(leaked[:20])
