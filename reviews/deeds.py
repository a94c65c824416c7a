"""Which kind of deed an action type means, and what cannot be undone: in one place, for every page. PURE.

An agent's own words about its operation make a deed graver, never milder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from reviews.payload_facts import details_of, pick, text_of

# What is said of it wherever it is said.
FINAL = gettext_lazy("cannot be undone")

OPERATION = ("operation", "op")
# Where something that calls itself a read takes the data.
SENT_TO = ("destination", "send_to", "export_to", "upload_to")
OPERATIONS = {
    **dict.fromkeys(("read", "get", "list", "select", "search", "fetch", "view", "query", "export"), "read"),
    **dict.fromkeys(("create", "insert", "add", "new", "append"), "create"),
    **dict.fromkeys(("update", "modify", "change", "set", "patch", "edit", "replace", "write", "upsert"), "change"),
    **dict.fromkeys(("delete", "remove", "drop", "purge", "truncate", "destroy", "erase", "wipe"), "delete"),
}
_KINDS = {
    **dict.fromkeys(("transaction", "payment", "transfer", "financial", "refund", "payout", "charge"), "pay"),
    **dict.fromkeys(("data_modification", "update", "modify", "write", "edit", "patch", "upsert"), "change"),
    **dict.fromkeys(("query", "data_access", "read", "select", "search", "get", "list", "view"), "read"),
    **dict.fromkeys(("create", "insert"), "create"),
    **dict.fromkeys(("delete", "data_deletion", "drop", "purge", "truncate"), "delete"),
    **dict.fromkeys(("export", "data_export", "dump", "data_exfiltration"), "export"),
    **dict.fromkeys(("system_operation", "system", "code", "deployment", "infrastructure", "shell"), "run"),
    **dict.fromkeys(("email", "message", "notification", "communication", "sms", "slack", "teams", "chat"), "send"),
}
# What one does with a message or with money, besides reading, changing and deleting it.
_SENDS = frozenset({"send", "reply", "forward", "post", "email"})
_PAYS = frozenset({"wire", "transaction", "payment", "transfer", "refund", "payout", "charge", "withdrawal"})


def kind_of(payload: Mapping[str, Any]) -> str:
    """What the action type does: read, create, change, delete, export, run, send or pay; empty for no known word.

    `database.query` is a query, `file_read` a read: what is done stands last. A noun alone means its usual deed, so
    with another verb after it (`email.forward` is sent, `email.set_forwarding` and `payment.approve` are something
    else) it says nothing.
    """
    name = text_of(payload.get("action_type")).lower()
    words = re.split(r"[._]", name)
    noun, verb = words[0], words[-1]
    if name in _KINDS:
        return _KINDS[name]
    if _KINDS.get(verb) in ("read", "create", "change", "delete", "export"):
        return _KINDS[verb]
    of_noun = _KINDS.get(noun, "")
    if of_noun == "send":
        return of_noun if verb in _SENDS or len(words) == 1 else ""
    if verb in _PAYS and (of_noun == "pay" or verb in _KINDS):
        return "pay"
    return "" if of_noun == "pay" and len(words) > 1 else of_noun


def takes_data_away(details: Mapping[str, Any]) -> bool:
    """Whether what calls itself a read takes the data elsewhere."""
    return text_of(pick(details, OPERATION)).lower() == "export" or pick(details, SENT_TO) is not None


def cannot_be_undone(assessment: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    """Whether nobody can take it back: what was paid, sent, exported or deleted. What a backup may hold, nobody knows.

    The rule of its type has the word, as far as it says anything; beyond that, and beyond its type, the deed has.
    """
    rated = str(assessment.get("reversibility") or "unknown")
    if rated == "no":
        return True
    kind = kind_of(payload)
    if kind in ("pay", "send", "export", "delete"):
        return rated == "unknown"
    details = details_of(payload)
    if kind in ("create", "change", "read") and _deletes(details):
        return True
    return kind == "read" and takes_data_away(details)


def _deletes(details: Mapping[str, Any]) -> bool:
    return OPERATIONS.get(text_of(pick(details, OPERATION)).lower()) == "delete"
