"""The ledger as people read it: which entries a person may see, and each entry as a sentence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from string import Formatter
from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from actions.models import Action
from governance.ledger import words
from governance.ledger.kinds import sentence
from governance.models import LedgerEntry, Person
from reviews.keyset import Keyset
from reviews.phrasing import Phrase, phrase
from reviews.rendering import plain, visible_line

PAGE_SIZE = 50
ORDER = Keyset("-id")
_LIMIT = 160

# Facts whose words are always the portal's own. Every other one is drawn as a value from outside.
_OURS = frozenset(
    {"outcome", "score", "level", "state", "version", "rows", "deadline", "from", "role", "rule_kind", "public_id"}
)

# The kinds of entries that can have conditions.
_ASKS = frozenset({"action.approved", "vote.approved"})


def visible_entries(person: Person) -> QuerySet[LedgerEntry]:
    """The entries of the person's teams; those of no team (rules, people, sign-ins) only with sight of all teams."""
    if person.has_perm("actions.view_all_teams"):
        entries = LedgerEntry.objects.all()
        # Whoever decides must not read beforehand which of the actions is a test.
        return entries.exclude(type="canary.planted") if person.has_perm("actions.decide_action") else entries
    return LedgerEntry.objects.filter(team_id__in=list(person.groups.values_list("pk", flat=True)))


def timeline_of(action_id: int) -> list[Line]:
    """Everything that happened to one action, in order."""
    return [Line(entry) for entry in LedgerEntry.objects.filter(action_id=action_id).order_by("seq", "id")]


def lines_of(entries: Sequence[LedgerEntry], person: Person) -> list[Line]:
    """A line of each, with what its action would do where the person sees it: one statement for all."""
    numbers = {entry.action_id for entry in entries if entry.action_id}
    seen = Action.objects.visible_to(person).only("pk", "content").in_bulk(numbers) if numbers else {}
    return [Line(entry, seen.get(entry.action_id or 0)) for entry in entries]


class Line:
    """One entry, for a page or an export."""

    def __init__(self, entry: LedgerEntry, action: Action | None = None):
        self.entry = entry
        self.action = action
        # The words of a comment, which the entry knows by their digest only; and whether they are no longer those.
        self.words = ""
        self.is_altered = False

    @cached_property
    def body(self) -> dict[str, Any]:
        """The entry as a value."""
        body = json.loads(self.entry.body)
        return body if isinstance(body, dict) else {}

    @property
    def data(self) -> dict[str, Any]:
        """What the entry says happened."""
        data = self.body.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def html(self) -> SafeString:
        """The sentence after the actor's name, in the reader's language.

        What came from outside is a marked value in it, never words of ours.
        """
        template = words.template(self.entry.type)
        if template is None:
            return visible_line(self.text, limit=_LIMIT)
        parts: list[SafeString] = []
        for literal, name, _, _ in Formatter().parse(template):
            parts.append(format_html("{}", literal))
            if name is not None:
                shown = visible_line(words.value(name, _text(self.data.get(name))), limit=_LIMIT)
                parts.append(shown if name in _OURS else format_html('<span class="val">{}</span>', shown))
        return SafeString("".join(parts))

    @property
    def text(self) -> str:
        """The same sentence without HTML, in English, for files."""
        return plain(sentence(self.entry.type, {name: _text(value) for name, value in self.data.items()}))

    @cached_property
    def phrase(self) -> Phrase | None:
        """What its action would do."""
        return phrase(self.action.payload) if self.action else None

    @property
    def conditions(self) -> list[str]:
        """What an approval asks the agent to keep to."""
        found = self.data.get("conditions") if self.entry.type in _ASKS else None
        return [str(one) for one in found] if isinstance(found, list) else []

    @property
    def on_behalf_of(self) -> str:
        """The absent person in whose place the actor did it; empty when they did it as themselves."""
        absent = self.data.get("on_behalf_of")
        return str(absent.get("name") or "") if isinstance(absent, dict) else ""

    def fact(self, name: str) -> str:
        """A fact from the entry, or nothing. The risk block goes first: the level in a vote's data is a person's."""
        risk = self.body.get("risk")
        value = risk.get(name) if isinstance(risk, dict) else None
        if value is None:
            value = self.data.get(name)
        return _text(value) if value is not None else ""


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "?" if value is None else json.dumps(value, ensure_ascii=False)
