"""What will happen, in one sentence built from the payload by us, never from the agent's own description. PURE.

The words are ours, in the language of whoever reads them; the values are the agent's, drawn by phrases.py. Where the
payload says a thing twice and differently, no sentence picks one: the reader gets the call with its arguments. What a
sentence leaves unsaid it lists, the gravest first, as far as two lines bear it. It is made for a page and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reviews.changes import Change, changes, told_by
from reviews.deeds import OPERATION, OPERATIONS, kind_of, takes_data_away
from reviews.payload_facts import (
    AMBIGUOUS,
    COUNT,
    FIELD,
    FIELDS,
    REPEATED,
    WHERE,
    amount,
    arguments,
    before_after,
    brief,
    count,
    details_of,
    entity,
    fields,
    grouped,
    is_scalar,
    listed,
    pick,
    place,
    text_of,
)
from reviews.phrases import Parts, Phrase, Value, filled, said, width

__all__ = ["Phrase", "phrase"]

# How far a verb reaches. The agent's own "operation" may make the sentence graver than its action type, never milder.
_REACH = {"read": 0, "create": 1, "change": 2, "delete": 3}
_AMOUNT = ("amount", "value", "total")
_CURRENCY = ("currency", "currency_code")
_PAYEE = ("recipient", "to", "payee", "beneficiary", "destination", "to_account", "destination_account", "counterparty")
_SQL = ("sql", "statement", "query")
_NEW = ("new_value", "new", "after", "value")
# Where exported data goes.
_DESTINATION = ("to", "destination", "target", "recipient", "recipients", "bucket", "send_to", "export_to", "upload_to")
_TO = ("destination", "send_to", "export_to", "upload_to")
_TO = ("to", "recipient", "recipients", "channel")
_TRANSFER = gettext_lazy("Transfer {money} to {payee}")
_MONEY = {
    "refund": gettext_lazy("Refund {money} to {payee}"),
    "payout": gettext_lazy("Pay out {money} to {payee}"),
    **dict.fromkeys(("withdrawal", "withdraw"), gettext_lazy("Withdraw {money} to {payee}")),
}
# What is done to fields, to a record, to records nobody named, and to a resource as a whole.
_FIELDS_OF = {
    "read": gettext_lazy("Read {fields} of {record} in {resource}"),
    "change": gettext_lazy("Change {fields} of {record} in {resource}"),
}
_FIELDS_IN = {
    "read": gettext_lazy("Read {fields} in {resource}"),
    "change": gettext_lazy("Change {fields} in {resource}"),
}
_RECORD = {
    "read": gettext_lazy("Read {record} in {resource}"),
    "create": gettext_lazy("Create {record} in {resource}"),
    "change": gettext_lazy("Change {record} in {resource}"),
    "delete": gettext_lazy("Delete {record} from {resource}"),
}
_WHOLE = {
    "read": gettext_lazy("Read {resource}"),
    "create": gettext_lazy("Create records in {resource}"),
    "change": gettext_lazy("Change {resource}"),
    "delete": gettext_lazy("Delete records in {resource}"),
}
# A row's title is two lines of about so many characters.
_LINES = 130
_CUT_COMMAND = 90


def phrase(payload: Mapping[str, Any]) -> Phrase:
    """The sentence of an action's payload. It always finds one."""
    for build in (_BUILDERS.get(kind_of(payload)), _call):
        if build is not None and (found := build(payload)) is not None:
            return found
    return said(_("Call {tool}"), tool=Value(text_of(payload.get("tool_name")) or _("an unnamed tool")))


# -- One builder per kind of action types; None means: the payload does not say it clearly --------------------


def _money(payload: Mapping[str, Any]) -> Phrase | None:
    details = details_of(payload)
    payee, shown = pick(details, _PAYEE), amount(pick(details, _AMOUNT))
    currency = pick(details, _CURRENCY)
    if shown is None or not is_scalar(payee) or currency is AMBIGUOUS:
        return None
    template = _MONEY.get(text_of(pick(details, ("operation", "type", "transaction_type"))).lower(), _TRANSFER)
    named = text_of(currency).strip()
    money = (Value(named), " ", shown) if named else filled(_("{amount} (no currency named)"), amount=shown)
    return _told(filled(template, money=money, payee=Value(text_of(payee))), details, details.keys() - {*REPEATED})


def _change(payload: Mapping[str, Any]) -> Phrase | None:
    return _record(payload, "change")


def _read(payload: Mapping[str, Any]) -> Phrase | None:
    return _export(payload) if takes_data_away(details_of(payload)) else _record(payload, "read")


def _create(payload: Mapping[str, Any]) -> Phrase | None:
    return _record(payload, "create")


def _delete(payload: Mapping[str, Any]) -> Phrase | None:
    return _record(payload, "delete")


def _record(payload: Mapping[str, Any], least: str) -> Phrase | None:
    """Read, create, change or delete something in a resource: the gravest of what type and operation say."""
    details = details_of(payload)
    if _may_pay(details):
        return None
    operation = pick(details, OPERATION)
    if operation is AMBIGUOUS:
        return None
    named = OPERATIONS.get(text_of(operation).lower(), "")
    if operation is not None and not named and least != "read":
        return _run(payload)
    verb = max(least, named or least, key=lambda name: _REACH[name])
    used = {*OPERATION} if named == verb else set()
    if (statement := pick(details, _SQL)) is not None and any(isinstance(details.get(key), str) for key in _SQL):
        asked = filled(_("Run a query of its own on {resource}"), resource=Value(text_of(payload.get("resource"))))
        return _query(payload, _with(payload, asked), statement, used)
    table, where = place(payload)
    names, number = fields(details), count(details)
    pairs = changes(payload) if verb == "change" else []
    changed = [one for one in pairs if not one.same]
    if not names and len(changed) == 1 and changed[0].label != _("value"):
        names = (Value(changed[0].label, 24),)
    key, record = entity(payload)
    if number is not None and number != 1:  # many records are graver than the one that is named
        key, record = "", _records(number)
    found = _sentence(verb, names, record, where)
    used |= {table, key, *FIELD, *FIELDS, *(COUNT if number is not None else ())}
    found = found if record else _with(payload, found)
    if changed:
        told = [
            _change_told(one) if len(changed) == 1 else (Value(one.label, 24), " ", *_change_told(one))
            for one in changed
        ]
        found = filled("{deed}: {changes}", deed=found, changes=listed(told, 3 if len(told) > 1 else 1))
    elif verb == "change" and not pairs and len(names) == 1 and (new := pick(details, _NEW)) not in (None, AMBIGUOUS):
        found = filled(_("{deed} to {value}"), deed=found, value=brief(new))
        used |= {*_NEW}
    return _told(*_narrowed(found, details, used | (told_by(details) if pairs else set())))


def _change_told(one: Change) -> Parts:
    before, after = before_after(one.before, one.after)
    none: Parts = (_("nothing"),)
    return *(none if one.before_absent else before), " → ", *(none if one.after_absent else after)


def _sentence(verb: str, names: Parts, record: Parts, where: Parts) -> Parts:
    if verb in _FIELDS_OF and names and record:
        return filled(_FIELDS_OF[verb], fields=names, record=record, resource=where)
    if verb in _FIELDS_IN and names:
        return filled(_FIELDS_IN[verb], fields=names, resource=where)
    if record:
        return filled(_RECORD[verb], record=record, resource=where)
    return filled(_WHOLE[verb], resource=where)


def _records(number: int) -> Parts:
    return filled(ngettext("{count} record", "{count} records", number), count=grouped(number))


def _narrowed(
    found: Parts, details: Mapping[str, Any], used: Collection[str]
) -> tuple[Parts, Mapping[str, Any], Collection[str]]:
    """Which records, where the payload says so once."""
    where = pick(details, WHERE)
    if where in (None, AMBIGUOUS, ""):
        return found, details, used
    told = (Value(where),) if isinstance(where, str) else brief(where)
    return filled(_("{deed} where {condition}"), deed=found, condition=told), details, {*used, *WHERE}


def _query(payload: Mapping[str, Any], found: Parts, statement: Any, used: set[str]) -> Phrase:
    if not isinstance(statement, str):
        return _told(found, details_of(payload), used)
    parts = filled("{deed}: {statement}", deed=found, statement=Value(statement, _CUT_COMMAND))
    return _told(parts, details_of(payload), {*used, *_SQL})


def _export(payload: Mapping[str, Any]) -> Phrase | None:
    """Data taken out: how much, of what, which fields, whereto."""
    details = details_of(payload)
    if _may_pay(details):
        return None
    key, what = place(payload)
    number, names = count(details), fields(details)
    if number is not None:
        what = filled(_("{records} of {resource}"), records=_records(number), resource=what)
    if names:
        what = filled(_("{what} ({fields})"), what=what, fields=names)
    operation = {*OPERATION} if text_of(pick(details, OPERATION)).lower() in ("", "export") else set()
    used = {key, *FIELD, *FIELDS, *(COUNT if number is not None else ()), *operation}
    to = None if "from" in details else pick(details, _DESTINATION)
    if to in (None, AMBIGUOUS, "") or isinstance(to, bool):
        return _told(*_narrowed(_with(payload, filled(_("Export {what}"), what=what)), details, used))
    found = filled(_("Export {what} to {destination}"), what=what, destination=_whereto(to))
    return _told(*_narrowed(found, details, {*used, *_DESTINATION}))


def _whereto(to: Any) -> Parts:
    return listed([(Value(one),) for one in to], 1) if _are_texts(to) else (Value(to),) if is_scalar(to) else brief(to)


def _may_pay(details: Mapping[str, Any]) -> bool:
    """Whether it may well move money, whatever its type says."""
    return pick(details, _AMOUNT) is not None and pick(details, _PAYEE) is not None


def _run(payload: Mapping[str, Any]) -> Phrase | None:
    details, names = details_of(payload), (*OPERATION, "command", "action")
    operation = pick(details, names)
    if operation is None or not is_scalar(operation):
        return None
    told, resource = Value(text_of(operation), _CUT_COMMAND), Value(text_of(payload.get("resource")))
    found = filled(_("Run {operation} on {resource}"), operation=told, resource=resource)
    return _told(_with(payload, found), details, names)


def _message(payload: Mapping[str, Any]) -> Phrase | None:
    details = details_of(payload)
    to = pick(details, _TO)
    if not (to and (isinstance(to, str) or _are_texts(to))):
        return None
    return _told(filled(_("Send a message to {to}"), to=_whereto(to)), details, _TO)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def _call(payload: Mapping[str, Any]) -> Phrase:
    tool, resource, details = text_of(payload.get("tool_name")), text_of(payload.get("resource")), details_of(payload)
    values = {"tool": Value(tool), "resource": Value(resource)}
    if resource not in ("", tool):
        return _told(filled(_("Call {tool} on {resource}"), **values), details, ())
    if not details:
        return said(_("Call {tool} without arguments"), **values)
    return _told(filled(_("Call {tool}"), **values), details, ())


_BUILDERS: dict[str, Callable[[Mapping[str, Any]], Phrase | None]] = {
    "pay": _money,
    "change": _change,
    "read": _read,
    "create": _create,
    "delete": _delete,
    "export": _export,
    "run": _run,
    "send": _message,
}


def _with(payload: Mapping[str, Any], found: Parts) -> Parts:
    """With which tool, where the resource does not say that itself."""
    tool, resource = text_of(payload.get("tool_name")), text_of(payload.get("resource"))
    if not tool or resource == tool or resource.startswith((f"{tool}.", f"{tool}/", f"{tool}:")):
        return found
    return filled(_("{deed} with {tool}"), deed=found, tool=Value(tool))


def _told(found: Parts, details: Mapping[str, Any], used: Collection[str]) -> Phrase:
    """The sentence with what it has not said yet in brackets."""
    rest = arguments(details, used, max(40, _LINES - width(found)))
    return Phrase(*filled("{deed} ({arguments})", deed=found, arguments=rest)) if rest else Phrase(*found)
