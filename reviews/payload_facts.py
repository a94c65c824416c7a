"""What a payload says clearly: an amount, how many records, which fields, whereto. PURE.

A thing that is said twice and differently is AMBIGUOUS; whoever asks says neither.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from reviews.phrases import Parts, Value, filled, width

FIELD = ("field", "column", "attribute", "property", "setting")
FIELDS = ("fields", "columns")
COUNT = ("count", "rows", "records", "row_count", "record_count", "affected_rows", "number_of_records")
WHERE = ("where", "filter", "filters", "condition", "criteria")
TABLE = ("table", "collection", "dataset")
# Told first among the arguments, because they make a call graver than it sounds without them.
_GRAVE = (
    *("bcc", "cc", "attachments", "attachment", "force", "recursive", "cascade", "public", "admin"),
    *("to", "destination", "recipient", "recipients", "forward_to", "notify", *WHERE, *COUNT),
)
REPEATED = ("recurring", "repeat", "frequency", "interval", "schedule", "first_payment")
_ENTITY = re.compile(r"([a-z][a-z_]{1,30})_id\Z")
_NOT_ENTITIES = frozenset({"agent", "session", "request", "change_request", "ticket", "correlation", "trace", "parent"})
_SHORT = 40
_MOST_ARGUMENTS = 4


class _Ambiguous:
    """The payload names a thing twice, differently."""


AMBIGUOUS = _Ambiguous()


def pick(details: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """The one value the payload gives under any of these names; None without, AMBIGUOUS when they differ."""
    found = [details[name] for name in names if details.get(name) is not None]
    if not found:
        return None
    return found[0] if all(type(one) is type(found[0]) and one == found[0] for one in found) else AMBIGUOUS


def details_of(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments of the call."""
    details = payload.get("action_details")
    return details if isinstance(details, Mapping) else {}


def is_scalar(value: Any) -> bool:
    """Whether it is a text or a number."""
    return isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""


def text_of(value: Any) -> str:
    """A text or a number as text; empty for all else."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def amount(value: Any) -> str | None:
    """An amount with the language's separators and at least two decimals; never rounded. None for no plain number."""
    if not is_scalar(value) or not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,8})?", str(value), re.ASCII):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:  # pragma: no cover  (the pattern above admits numbers only)
        return None
    exponent = number.as_tuple().exponent
    places = max(2, -exponent if isinstance(exponent, int) else 0)
    return number_format(number, places, use_l10n=True, force_grouping=True)


def count(details: Mapping[str, Any]) -> int | None:
    """How many records, where the payload gives one whole number."""
    found = pick(details, COUNT)
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def grouped(number: int) -> str:
    """A number with the language's separators."""
    return number_format(number, use_l10n=True, force_grouping=True)


def fields(details: Mapping[str, Any]) -> Parts:
    """Which fields are read or changed: the first five by name, the others by number."""
    names, one = pick(details, FIELDS), pick(details, FIELD)
    if isinstance(one, str) and names is None:
        return (Value(one),)
    if not isinstance(names, list) or one is not None or not all(isinstance(name, str) for name in names):
        return ()
    return listed([(Value(name, 24),) for name in names], 5)


def listed(items: list[Parts], most: int) -> Parts:
    """Some by name, the others by number. One more is named: that takes no more room than to count it."""
    shown: list[str | Value] = []
    number = len(items) if len(items) == most + 1 else most
    for item in items[:number]:
        shown += [", ", *item] if shown else item
    more = len(items) - number
    return filled(_("{listed} and {number} more"), listed=tuple(shown), number=str(more)) if more > 0 else tuple(shown)


def entity(payload: Mapping[str, Any]) -> tuple[str, Parts]:
    """Which record, and the argument that says so: `customer_id: 12345` is customer 12345. Two candidates are none."""
    found = [
        (key, match[1], value)
        for key, value in details_of(payload).items()
        if (match := _ENTITY.match(key)) and match[1] not in _NOT_ENTITIES and is_scalar(value)
    ]
    if len(found) == 1:
        key, name, value = found[0]
        return key, (f"{name.replace('_', ' ')} ", Value(text_of(value)))
    resource_id = payload.get("resource_id")
    if found or not is_scalar(resource_id):
        return "", ()
    return "", filled(_("record {id}"), id=Value(text_of(resource_id)))


def place(payload: Mapping[str, Any]) -> tuple[str, Parts]:
    """The resource, with the table inside it where the resource's own name does not end with that; and what said so."""
    details, resource = details_of(payload), text_of(payload.get("resource"))
    table = pick(details, TABLE)
    if not isinstance(table, str) or not table:
        return "", (Value(resource),)
    key = next(name for name in TABLE if details.get(name) is not None)
    if resource == table or resource.endswith((f".{table}", f"/{table}", f":{table}")):
        return key, (Value(resource),)
    return key, filled(_("{table} in {resource}"), table=Value(table), resource=Value(resource))


def brief(value: Any) -> Parts:
    """Any value in a few words: a list by its first members, an object as JSON."""
    if isinstance(value, str) and value:
        return (Value(value, _SHORT),)
    if isinstance(value, list) and value and all(isinstance(one, str | int | float) for one in value):
        return listed([(Value(one if isinstance(one, str) else _json(one), 30),) for one in value], 3)
    return (Value(_json(value), _SHORT),)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def before_after(before: Any, after: Any) -> tuple[Parts, Parts]:
    """Both values in a few words. Long texts that begin alike are shown from where they begin to differ."""
    if isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > _SHORT:
        same = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), -1)
        start = (min(len(before), len(after)) if same < 0 else same) - 8
        if start > 8:
            return ("…", Value(before[start:], _SHORT)), ("…", Value(after[start:], _SHORT))
    return brief(before), brief(after)


def arguments(details: Mapping[str, Any], said: Collection[str], room: int) -> Parts:
    """The first few arguments that nobody has said yet, by name, as far as there is room; the others by number."""
    rest = [key for key in details if key not in said]
    rest.sort(key=lambda key: key not in _GRAVE)
    parts: list[str | Value] = []
    shown = 0
    for key in rest[:_MOST_ARGUMENTS]:
        pair: Parts = (Value(key, 24), ": ", *brief(details[key]))
        room -= width(pair) + 2
        if shown and room < 0:
            break
        parts += ["; ", *pair] if shown else pair
        shown += 1
    more = len(rest) - shown
    return filled(_("{listed}; and {number} more"), listed=tuple(parts), number=str(more)) if more else tuple(parts)
