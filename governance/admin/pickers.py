"""Search and pick rows of a catalogue: a list of checkboxes and one field that finds more.

Without a script the field takes ids, separated by commas; with one it searches while one types (admin.js).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from governance.models import Control, Mitigation, Technique

FOUND = 12  # rows a search shows; more letters find the rest
_TYPED = "typed:"  # marks an id that was typed, among the numbers of rows that were ticked

# The id of each catalogue's rows, and the fields a search looks into.
_NAMED_BY: dict[type[Model], str] = {Technique: "external_id", Control: "control_id"}
_SEARCHED: dict[type[Model], tuple[str, ...]] = {
    Technique: ("external_id", "name", "tactic"),
    Control: ("control_id", "title"),
}


def item(row: Any) -> dict[str, Any]:
    """A row as the list and the search show it."""
    if isinstance(row, Technique):
        shown = {"id": row.external_id, "name": row.name, "more": row.tactic}
    else:
        shown = {"id": row.control_id, "name": row.title, "more": ""}
    return {"pk": row.pk, **shown, "withdrawn": row.is_withdrawn}


def search(rows: QuerySet[Any], text: str) -> tuple[list[dict[str, Any]], int]:
    """The first rows that have every word of a text in their id or name, ids first, and how many there are."""
    for word in text.split()[:8]:
        fields = (Q(**{f"{field}__icontains": _as_published(word)}) for field in _SEARCHED[rows.model])
        rows = rows.filter(_any(fields))
    name = _NAMED_BY[rows.model]
    begins = Q(**{f"{name}__istartswith": _as_published(text.strip())})
    found = list(rows.filter(begins)[:FOUND])
    found += list(rows.exclude(begins)[: FOUND - len(found)])
    return [item(row) for row in found], rows.count()


def numbers(values: Iterable[str]) -> list[int]:
    """Those of some sent values that can be the number of a row."""
    return [int(value) for value in values if value.isdecimal() and len(value) < 19]


def suggested_controls(techniques: Iterable[str]) -> dict[str, Any]:
    """The controls published as mitigating some techniques (by row number), most often named first."""
    pks = numbers(techniques)
    named: dict[int, dict[str, Any]] = {}
    if pks:
        rows = Mitigation.objects.filter(technique__in=pks, control__is_withdrawn=False)
        for row in rows.select_related("technique", "control"):
            one = named.setdefault(row.control_id, item(row.control) | {"mitigates": []})
            one["mitigates"].append(row.technique.external_id)
    suggested = sorted(named.values(), key=lambda one: (-len(one["mitigates"]), one["pk"]))
    return {"techniques": len(pks), "controls": suggested, "is_loaded": bool(named) or Mitigation.objects.exists()}


class PickWidget(forms.Widget):
    """The chosen rows as ticked boxes, and the field that finds more."""

    def __init__(self, model: type[Model], *, kind: str, hint: Any, suggests: bool = False):
        super().__init__()
        self.model, self.kind, self.hint, self.suggests = model, kind, hint, suggests

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        ticked = data.getlist(name) if hasattr(data, "getlist") else list(data.get(name) or ())
        typed = re.split(r"[\s,;]+", data.get(f"{name}-typed") or "")
        return [*map(str, ticked), *(_TYPED + word for word in typed if word)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False  # boxes that are not ticked are not sent

    def id_for_label(self, id_: str, index: Any = None) -> str:
        return id_

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        values = [str(one) for one in value or ()]
        pks = numbers(values)
        rows = self.model._default_manager.filter(pk__in=pks) if pks else []
        context = {
            "name": name,
            "id": (attrs or {}).get("id", f"id_{name}"),
            "described_by": (attrs or {}).get("aria-describedby", ""),
            "invalid": (attrs or {}).get("aria-invalid", ""),
            "kind": self.kind,
            "shown_kind": _("techniques") if self.kind == "techniques" else _("controls"),
            "hint": self.hint,
            "chosen": [item(row) for row in rows],
            "typed": ", ".join(one.removeprefix(_TYPED) for one in values if one.startswith(_TYPED)),
            "search_url": reverse_lazy("admin:governance_actiontyperule_pick"),
            "suggest_url": reverse_lazy("admin:governance_actiontyperule_suggest") if self.suggests else "",
        }
        return render_to_string("admin/governance/_picker.html", context)


class PickField(forms.ModelMultipleChoiceField):
    """Rows of a catalogue, ticked or named by their ids."""

    def __init__(self, model: type[Model], *, kind: str, hint: Any, suggests: bool = False, **options: Any):
        widget = PickWidget(model, kind=kind, hint=hint, suggests=suggests)
        super().__init__(model._default_manager.all(), widget=widget, required=False, **options)

    def clean(self, value: Any) -> Any:
        values = [str(one) for one in value or ()]
        typed = {_as_published(one.removeprefix(_TYPED)) for one in values if one.startswith(_TYPED)}
        ticked = [one for one in values if not one.startswith(_TYPED)]
        name = _NAMED_BY[self.queryset.model]  # type: ignore[union-attr]
        known = dict(self.queryset.filter(**{f"{name}__in": typed}).values_list(name, "pk")) if typed else {}  # type: ignore[union-attr]
        if unknown := sorted(typed - set(known)):
            raise ValidationError(
                _(
                    "{ids}: not in the catalogue. Check the id, or load the catalogue that has it (manage.py"
                    " load_catalogues)."
                ).format(ids=", ".join(unknown))
            )
        return super().clean([*ticked, *map(str, known.values())])


def _as_published(word: str) -> str:
    """An id as its publisher writes it: capitals, and AC-2 for AC-02."""
    return re.sub(r"\b([A-Z]{2}-)0(?=\d)", r"\1", word.upper())


def _any(conditions: Iterable[Q]) -> Q:
    whole = Q()
    for condition in conditions:
        whole |= condition
    return whole
