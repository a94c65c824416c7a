"""What will happen, in one sentence built from the payload by us, never from the agent's own description. PURE.

The words are ours; the values are the agent's, so each is cut and drawn by rendering.py. Where the payload says a thing
twice and differently, no sentence picks one: the reader gets the plain call and must look at the payload.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString

from reviews.rendering import plain, visible_line

_LIMIT = 60

# How far a verb reaches. The agent's own "operation" may make the sentence graver than its action type, never milder.
_VERBS = {"Read": 0, "Create": 1, "Change": 2, "Delete": 3}
_OPERATIONS = {
    **dict.fromkeys(("read", "get", "list", "select", "search", "fetch", "view", "query", "export"), "Read"),
    **dict.fromkeys(("create", "insert", "add", "new", "append"), "Create"),
    **dict.fromkeys(("update", "modify", "change", "set", "patch", "edit", "replace", "write", "upsert"), "Change"),
    **dict.fromkeys(("delete", "remove", "drop", "purge", "truncate", "destroy", "erase", "wipe"), "Delete"),
}
_AMOUNT = ("amount", "value", "total")
_CURRENCY = ("currency", "currency_code")
_PAYEE = ("recipient", "to", "payee", "beneficiary", "destination", "to_account", "destination_account", "counterparty")
_OPERATION = ("operation", "op")
_FIELD = ("field", "column", "attribute", "property", "setting")
_SQL = ("sql", "statement", "query")
_MONEY_VERBS = {"refund": "Refund", "payout": "Pay out", "withdrawal": "Withdraw", "withdraw": "Withdraw"}
_ENTITY = re.compile(r"([a-z][a-z_]{1,30})_id\Z")
_NOT_ENTITIES = frozenset({"agent", "session", "request", "change_request", "ticket", "correlation", "trace", "parent"})


@dataclass(frozen=True, slots=True)
class Value:
    """Something of the agent's inside a sentence of ours."""

    text: str


class Phrase:
    """A sentence of our words and the agent's values; as HTML, and as text for titles and exports."""

    __slots__ = ("parts",)

    def __init__(self, *parts: str | Value):
        self.parts = parts

    @property
    def html(self) -> SafeString:
        """The sentence with every value cut and made visible."""
        drawn = (visible_line(p.text, limit=_LIMIT) if isinstance(p, Value) else escape(p) for p in self.parts)
        return SafeString("".join(drawn))

    @property
    def text(self) -> str:
        """The sentence without HTML, hidden characters named."""
        return "".join(plain(part.text, limit=_LIMIT) if isinstance(part, Value) else part for part in self.parts)

    def __str__(self) -> str:
        return self.text


def phrase(payload: Mapping[str, Any]) -> Phrase:
    """The sentence of an action's payload. It always finds one."""
    family = _family(_str(payload.get("action_type")))
    for build in (_BUILDERS.get(family), _call):
        if build is not None and (found := build(payload)) is not None:
            return found
    return Phrase("Call ", Value(_str(payload.get("tool_name")) or "an unnamed tool"))


# -- One builder per family of action types; None means: the payload does not say it clearly --------------------


def _money(payload: Mapping[str, Any]) -> Phrase | None:
    details = _details(payload)
    amount, payee = _pick(details, _AMOUNT), _pick(details, _PAYEE)
    shown = _amount(amount)
    currency = _pick(details, _CURRENCY)
    if shown is None or not _is_scalar(payee) or currency is _AMBIGUOUS:
        return None
    verb = _MONEY_VERBS.get(_str(_pick(details, ("operation", "type", "transaction_type"))).lower(), "Transfer")
    named = _str(currency).strip()
    money: tuple[str | Value, ...] = (Value(named), " ", shown) if named else (shown, " (no currency named)")
    return Phrase(f"{verb} ", *money, " to ", Value(_str(payee)))


def _change(payload: Mapping[str, Any]) -> Phrase | None:
    return _record(payload, "Change")


def _read(payload: Mapping[str, Any]) -> Phrase | None:
    return _record(payload, "Read")


def _create(payload: Mapping[str, Any]) -> Phrase | None:
    return _record(payload, "Create")


def _delete(payload: Mapping[str, Any]) -> Phrase | None:
    return _record(payload, "Delete")


def _record(payload: Mapping[str, Any], least: str) -> Phrase | None:
    """Read, create, change or delete something in a resource: the gravest of what type and operation say."""
    details = _details(payload)
    if _pick(details, _AMOUNT) is not None and _pick(details, _PAYEE) is not None:
        return None  # whatever its type says, it may well move money
    operation = _pick(details, _OPERATION)
    if operation is _AMBIGUOUS:
        return None
    named = _OPERATIONS.get(_str(operation).lower(), "")
    if operation is not None and not named and least != "Read":
        return _run(payload)
    verb = max(least, named or least, key=lambda name: _VERBS[name])
    resource, tool = _str(payload.get("resource")), _str(payload.get("tool_name"))
    if any(isinstance(details.get(key), str) for key in _SQL):
        return Phrase("Run a query of its own on ", Value(resource), *_with(tool, resource))
    what = _fields(details)
    entity = _entity(payload, details)
    if verb in ("Change", "Read") and what and entity:
        return Phrase(f"{verb} ", *what, " of ", *entity, " in ", Value(resource))
    if verb in ("Change", "Read") and what:
        return Phrase(f"{verb} ", *what, " in ", Value(resource), *_with(tool, resource))
    if entity:
        return Phrase(f"{verb} ", *entity, " from " if verb == "Delete" else " in ", Value(resource))
    if verb in ("Delete", "Create"):
        return Phrase(f"{verb} records in ", Value(resource), *_with(tool, resource))
    return Phrase(f"{verb} ", Value(resource), *_with(tool, resource))


def _run(payload: Mapping[str, Any]) -> Phrase | None:
    operation = _pick(_details(payload), (*_OPERATION, "command", "action"))
    if operation is None or not _is_scalar(operation):
        return None
    resource, tool = _str(payload.get("resource")), _str(payload.get("tool_name"))
    return Phrase("Run ", Value(_str(operation)), " on ", Value(resource), *_with(tool, resource))


def _message(payload: Mapping[str, Any]) -> Phrase | None:
    to = _pick(_details(payload), ("to", "recipient", "recipients", "channel"))
    if isinstance(to, list) and to and all(isinstance(one, str) for one in to):
        rest = f" and {len(to) - 1} more" if len(to) > 1 else ""
        return Phrase("Send a message to ", Value(to[0]), rest)
    return Phrase("Send a message to ", Value(_str(to))) if isinstance(to, str) and to else None


def _call(payload: Mapping[str, Any]) -> Phrase:
    tool, resource = _str(payload.get("tool_name")), _str(payload.get("resource"))
    count = len(_details(payload))
    arguments = f" with {count} argument{'' if count == 1 else 's'}"
    if resource in ("", tool):
        return Phrase("Call ", Value(tool), arguments if count else " without arguments")
    if not count:
        return Phrase("Call ", Value(tool), " on ", Value(resource))
    return Phrase("Call ", Value(tool), " on ", Value(resource), arguments)


_BUILDERS: dict[str, Callable[[Mapping[str, Any]], Phrase | None]] = {
    **dict.fromkeys(("transaction", "payment", "transfer", "financial", "refund", "payout", "charge"), _money),
    **dict.fromkeys(("data_modification", "update", "modify", "write", "edit", "patch", "upsert"), _change),
    **dict.fromkeys(("query", "data_access", "read", "select", "search", "get", "list", "view"), _read),
    **dict.fromkeys(("create", "insert"), _create),
    **dict.fromkeys(("delete", "data_deletion", "drop", "purge", "truncate"), _delete),
    **dict.fromkeys(("system_operation", "system", "code", "deployment", "infrastructure", "shell"), _run),
    **dict.fromkeys(("email", "message", "notification", "communication", "sms", "slack", "teams", "chat"), _message),
}
# What one does with a message or with money, besides reading, changing and deleting it.
_SENDS = frozenset({"send", "reply", "forward", "post", "email"})
_PAYS = frozenset({"wire", "transaction", "payment", "transfer", "refund", "payout", "charge", "withdrawal"})


def _family(action_type: str) -> str:
    """The word of an action type that says what kind it is: `database.query` is a query, `file_read` a read.

    What is done to it stands last. A noun alone means its usual deed, so with another verb after it (`email.forward`
    is sent, `email.set_forwarding` and `payment.approve` are something else) it says nothing.
    """
    name = action_type.lower()
    words = re.split(r"[._]", name)
    noun, verb = words[0], words[-1]
    if name in _BUILDERS:
        return name
    if _BUILDERS.get(verb) in (_read, _create, _change, _delete):
        return verb
    if _BUILDERS.get(noun) is _message:
        return noun if verb in _SENDS or len(words) == 1 else ""
    if verb in _PAYS and (_BUILDERS.get(noun) is _money or verb in _BUILDERS):
        return "transaction"
    return "" if _BUILDERS.get(noun) is _money and len(words) > 1 else noun if noun in _BUILDERS else ""


# -- Reading the payload -------------------------------------------------------------------------------------


class _Ambiguous:
    """The payload names a thing twice, differently."""


_AMBIGUOUS = _Ambiguous()


def _pick(details: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """The one value the payload gives under any of these names; None without, _AMBIGUOUS when they differ."""
    found = [details[name] for name in names if details.get(name) is not None]
    if not found:
        return None
    return found[0] if all(type(one) is type(found[0]) and one == found[0] for one in found) else _AMBIGUOUS


def _details(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    details = payload.get("action_details")
    return details if isinstance(details, Mapping) else {}


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""


def _str(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _amount(value: Any) -> str | None:
    """An amount with separators and at least two decimals; never rounded. None when it is no plain number."""
    if not _is_scalar(value) or not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,8})?", str(value), re.ASCII):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:  # pragma: no cover  (the pattern above admits numbers only)
        return None
    exponent = number.as_tuple().exponent
    places = max(2, -exponent if isinstance(exponent, int) else 0)
    return f"{number:,.{places}f}"


def _fields(details: Mapping[str, Any]) -> tuple[str | Value, ...]:
    """Which fields are read or changed: the first three by name, the others by number."""
    names = _pick(details, ("fields", "columns"))
    one = _pick(details, _FIELD)
    if isinstance(one, str) and names is None:
        return (Value(one),)
    if not isinstance(names, list) or one is not None or not all(isinstance(name, str) for name in names):
        return ()
    shown: list[str | Value] = []
    for name in names[:3]:
        shown += [", ", Value(name)] if shown else [Value(name)]
    return (*shown, f" and {len(names) - 3} more") if len(names) > 3 else tuple(shown)


def _entity(payload: Mapping[str, Any], details: Mapping[str, Any]) -> tuple[str | Value, ...]:
    """Which record: `customer_id: 12345` is customer 12345. Two candidates are none."""
    found = [
        (match[1], value)
        for key, value in details.items()
        if (match := _ENTITY.match(key)) and match[1] not in _NOT_ENTITIES and _is_scalar(value)
    ]
    if len(found) == 1:
        name, value = found[0]
        return f"{name.replace('_', ' ')} ", Value(_str(value))
    resource_id = payload.get("resource_id")
    return ("record ", Value(_str(resource_id))) if not found and _is_scalar(resource_id) else ()


def _with(tool: str, resource: str) -> tuple[str | Value, ...]:
    return (" with ", Value(tool)) if tool and tool != resource else ()
