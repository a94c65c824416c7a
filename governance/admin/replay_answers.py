"""A replay prepared for reading: numbers, and the list of changes a page at a time."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from governance import stage_texts
from governance.characters import plain
from governance.models import Replay, ReplayChange, RulebookVersion

# What the outcomes of a replay are called on its page.
OUTCOMES = (gettext_noop("approved"), gettext_noop("pending"), gettext_noop("rejected"))
ROWS = 25
_PATIENCE = timedelta(seconds=20)  # a worker looks for work more often than that

# What names a rule within its section of a rulebook.
_KEYS = {
    "action_types": ("pattern",),
    "evidence": ("name",),
    "indicators": ("name",),
    "policies": ("name",),
    "thresholds": ("agent_type", "agent_id", "team"),
    "routes": ("name",),
}


def answer(replay: Replay, below: int | None = None) -> dict[str, Any]:
    """What the page shows. `below`: changes of actions with smaller ids only."""
    page = Changes(replay, below)
    counts = replay.counts
    return {
        "replay": replay,
        "percent": 100 if not replay.total else min(100, 100 * replay.done // replay.total),
        "is_under_way": replay.state in (Replay.State.QUEUED, Replay.State.RUNNING),
        "nobody_works": replay.state == Replay.State.QUEUED and timezone.now() - replay.asked_at > _PATIENCE,
        "over": over_what(replay),
        "transitions": [(*name.split(">"), number) for name, number in sorted(counts.get("transitions", {}).items())],
        "groups": [
            (title, caption, [(plain(key) or _("all others"), number) for key, number in counts.get(name, [])])
            for title, caption, name in (
                (_("Agent"), _("By agent"), "agent_id"),
                (_("Agent type"), _("By agent type"), "agent_type"),
                (_("Action type"), _("By action type"), "action_type"),
            )
        ],
        "page": page,
    }


def over_what(replay: Replay) -> str:
    """Which actions, in words."""
    if replay.latest is not None:
        return _("the last {number} actions").format(number=f"{replay.latest:,}")
    since = f"{replay.since:%Y-%m-%d}" if replay.since else ""
    until = f"{replay.until - timedelta(days=1):%Y-%m-%d}" if replay.until else ""
    if since and until:
        return _("the actions from {since} until {until}").format(since=since, until=until)
    if since:
        return _("the actions from {since}").format(since=since)
    return _("the actions until {until}").format(until=until) if until else _("the actions")


class Changes:
    """One page of a replay's changes, latest action first."""

    def __init__(self, replay: Replay, below: int | None):
        rows = replay.changes.all() if below is None else replay.changes.filter(action_id__lt=below)
        found = list(rows[: ROWS + 1])
        self.rows = [_shown(change) for change in found[:ROWS]]
        self.next = found[ROWS - 1].action_id if len(found) > ROWS else None
        self.is_first = below is None


def _shown(change: ReplayChange) -> dict[str, Any]:
    return {
        "change": change,
        "url": reverse("action", args=[change.action_id]),
        "agent": plain(change.agent_id),
        "kind": plain(change.action_type),
        "reason": plain(change.reason),
    }


def what_was_drafted(replay: Replay) -> list[tuple[str, str, str, str]]:
    """What is different from the rules it was compared with: rule, field, before, after."""
    row = RulebookVersion.objects.filter(version=replay.base_version).values_list("content", flat=True).first()
    before, after = json.loads(row or "{}"), json.loads(replay.draft)
    found = [
        ("level", name, str(before.get("levels", {}).get(name, "")), str(score))
        for name, score in after["levels"].items()
        if before.get("levels", {}).get(name) != score
    ]
    for section, keys in _KEYS.items():
        ours, theirs = _by_name(before.get(section, []), keys), _by_name(after.get(section, []), keys)
        for name in dict.fromkeys([*ours, *theirs]):
            old, new = ours.get(name, {}), theirs.get(name, {})
            found += [
                (name, field, _text(old.get(field)), _text(new.get(field)))
                for field in dict.fromkeys([*old, *new])
                if field not in keys and _text(old.get(field)) != _text(new.get(field))
            ]
    return found


def _by_name(rules: list[dict[str, Any]], keys: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    return {" ".join(str(rule[key]) for key in keys if rule[key]): rule for rule in rules}


def _text(value: Any) -> str:
    if value is None or value == []:
        return ""
    if isinstance(value, list) and isinstance(value[0], dict) and "requirements" in value[0]:
        return stage_texts.frozen_text(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
