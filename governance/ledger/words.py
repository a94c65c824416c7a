"""A ledger entry in the language of whoever reads the page; what is stored and exported stays English. PURE."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from governance import frozen_words
from governance.ledger.kinds import KINDS, filled

# The portal's own words among the values of entries; whatever else stands there was given by somebody.
_STATES = {
    _("approved"), _("cancelled"), _("changes requested"), _("completed"), _("executed"), _("executing"), _("expired"),
    _("failed"), _("outcome unknown"), _("pending"), _("rejected"), _("approve"), _("reject"),
}  # fmt: skip
_OURS = {
    **dict.fromkeys(("outcome", "state", "verdict"), _STATES),
    "finding": {_("justified"), _("not justified"), _("rightly approved"), _("should have been seen by a person")},
    "found": {_("kept"), _("not kept")},
    "result": {_("caught"), _("missed")},
    "role": {_("reviewer"), _("senior"), _("admin"), _("auditor")},
    "reason": {_("no reason given")},
    "note": {_("no note")},
    "rule_kind": {
        _("action type"), _("channel"), _("control"), _("evidence rule"), _("indicator rule"), _("level score"),
        _("policy"), _("route"), _("technique"), _("threshold"),
    },
}  # fmt: skip


def template(kind: str) -> str | None:
    """The sentence of that kind of entry, with places for its values; None for a kind nobody knows any more."""
    return gettext(KINDS[kind]) if kind in KINDS else None


def value(name: str, given: str) -> str:
    """A value of an entry as it stands in the sentence: translated where it is a word of the portal's own."""
    if name == "level":
        return frozen_words.level(given)
    if name == "score":
        return frozen_words.number(given)
    if name in ("title", "lesson"):  # of a canary
        return frozen_words.canary(given)
    text = given.replace("_", " ") if name in ("outcome", "state") else given
    return gettext(text) if text in _OURS.get(name, ()) else given


def said(kind: str, data: Mapping[str, Any]) -> str:
    """What happened, in words."""
    values = {name: value(name, one) if isinstance(one, str) else one for name, one in data.items()}
    return filled(template(kind) or kind.replace(".", " "), values)
