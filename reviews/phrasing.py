"""What will happen, in one sentence built from the payload by us, never from the agent's own description. PURE.

The words are ours, in the language of whoever reads them; the values are the agent's, drawn by phrases.py. Where the
payload says a thing twice and differently, no sentence picks one: the reader gets the plain call and must look at the
payload. A sentence is made for a page and kept nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reviews.phrases import Parts, Phrase, Value, filled, said

__all__ = ["Phrase", "phrase"]

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
_TRANSFER = gettext_lazy("Transfer {money} to {payee}")
_MONEY = {
    "refund": gettext_lazy("Refund {money} to {payee}"),
    "payout": gettext_lazy("Pay out {money} to {payee}"),
    **dict.fromkeys(("withdrawal", "withdraw"), gettext_lazy("Withdraw {money} to {payee}")),
}
# What is done to fields, to a record, to records nobody named, and to a resource as a whole.
_FIELDS_OF = {
    "Read": gettext_lazy("Read {fields} of {record} in {resource}"),
    "Change": gettext_lazy("Change {fields} of {record} in {resource}"),
}
_FIELDS_IN = {
    "Read": gettext_lazy("Read {fields} in {resource}"),
    "Change": gettext_lazy("Change {fields} in {resource}"),
}
_RECORD = {
    "Read": gettext_lazy("Read {record} in {resource}"),
    "Create": gettext_lazy("Create {record} in {resource}"),
    "Change": gettext_lazy("Change {record} in {resource}"),
    "Delete": gettext_lazy("Delete {record} from {resource}"),
}
_WHOLE = {
    "Read": gettext_lazy("Read {resource}"),
    "Create": gettext_lazy("Create records in {resource}"),
    "Change": gettext_lazy("Change {resource}"),
    "Delete": gettext_lazy("Delete records in {resource}"),
}
_ENTITY = re.compile(r"([a-z][a-z_]{1,30})_id\Z")
_NOT_ENTITIES = frozenset({"agent", "session", "request", "change_request", "ticket", "correlation", "trace", "parent"})


def phrase(payload: Mapping[str, Any]) -> Phrase:
    """The sentence of an action's payload. It always finds one."""
    family = _family(_str(payload.get("action_type")))
    for build in (_BUILDERS.get(family), _call):
        if build is not None and (found := build(payload)) is not None:
            return found
    return said(_("Call {tool}"), tool=Value(_str(payload.get("tool_name")) or _("an unnamed tool")))


# -- One builder per family of action types; None means: the payload does not say it clearly --------------------


def _money(payload: Mapping[str, Any]) -> Phrase | None:
    details = _details(payload)
    amount, payee = _pick(details, _AMOUNT), _pick(details, _PAYEE)
    shown = _amount(amount)
    currency = _pick(details, _CURRENCY)
    if shown is None or not _is_scalar(payee) or currency is _AMBIGUOUS:
        return None
    template = _MONEY.get(_str(_pick(details, ("operation", "type", "transaction_type"))).lower(), _TRANSFER)
    named = _str(currency).strip()
    money = (Value(named), " ", shown) if named else filled(_("{amount} (no currency named)"), amount=shown)
    return said(template, money=money, payee=Value(_str(payee)))


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
    tool, resource = _str(payload.get("tool_name")), Value(_str(payload.get("resource")))
    if any(isinstance(details.get(key), str) for key in _SQL):
        return _with(tool, resource, _("Run a query of its own on {resource}"))
    fields = _fields(details)
    record = _entity(payload, details)
    if verb in _FIELDS_OF and fields and record:
        return said(_FIELDS_OF[verb], fields=fields, record=record, resource=resource)
    if verb in _FIELDS_IN and fields:
        return _with(tool, resource, _FIELDS_IN[verb], fields=fields)
    if record:
        return said(_RECORD[verb], record=record, resource=resource)
    return _with(tool, resource, _WHOLE[verb])


def _run(payload: Mapping[str, Any]) -> Phrase | None:
    operation = _pick(_details(payload), (*_OPERATION, "command", "action"))
    if operation is None or not _is_scalar(operation):
        return None
    tool, resource = _str(payload.get("tool_name")), Value(_str(payload.get("resource")))
    return _with(tool, resource, _("Run {operation} on {resource}"), operation=Value(_str(operation)))


def _message(payload: Mapping[str, Any]) -> Phrase | None:
    to = _pick(_details(payload), ("to", "recipient", "recipients", "channel"))
    if isinstance(to, list) and to and all(isinstance(one, str) for one in to):
        more = len(to) - 1
        first = filled(_("{listed} and {number} more"), listed=Value(to[0]), number=str(more)) if more else Value(to[0])
        return said(_("Send a message to {to}"), to=first)
    return said(_("Send a message to {to}"), to=Value(_str(to))) if isinstance(to, str) and to else None


def _call(payload: Mapping[str, Any]) -> Phrase:
    tool, resource = _str(payload.get("tool_name")), _str(payload.get("resource"))
    count = len(_details(payload))
    values: dict[str, Value | Parts | str] = {"tool": Value(tool), "resource": Value(resource), "count": str(count)}
    if resource in ("", tool):
        if not count:
            return said(_("Call {tool} without arguments"), **values)
        return said(
            ngettext("Call {tool} with {count} argument", "Call {tool} with {count} arguments", count), **values
        )
    if not count:
        return said(_("Call {tool} on {resource}"), **values)
    template = ngettext(
        "Call {tool} on {resource} with {count} argument", "Call {tool} on {resource} with {count} arguments", count
    )
    return said(template, **values)


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
    """An amount with the language's separators and at least two decimals; never rounded. None for no plain number."""
    if not _is_scalar(value) or not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,8})?", str(value), re.ASCII):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:  # pragma: no cover  (the pattern above admits numbers only)
        return None
    exponent = number.as_tuple().exponent
    places = max(2, -exponent if isinstance(exponent, int) else 0)
    return number_format(number, places, use_l10n=True, force_grouping=True)


def _fields(details: Mapping[str, Any]) -> Parts:
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
    listed, more = tuple(shown), len(names) - 3
    return filled(_("{listed} and {number} more"), listed=listed, number=str(more)) if more > 0 else listed


def _entity(payload: Mapping[str, Any], details: Mapping[str, Any]) -> Parts:
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
    if found or not _is_scalar(resource_id):
        return ()
    return filled(_("record {id}"), id=Value(_str(resource_id)))


def _with(tool: str, resource: Value, template: object, **values: Value | Parts) -> Phrase:
    """What is done in the resource, and with which tool, where that is not the resource itself."""
    deed = filled(template, resource=resource, **values)
    return (
        said(_("{deed} with {tool}"), deed=deed, tool=Value(tool)) if tool and tool != resource.text else Phrase(*deed)
    )
