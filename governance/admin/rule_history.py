"""A rule's history out of the ledger: what each change did, what the rule was before it, and the way back.

"Restore" opens the ordinary form with former values; nothing is written until somebody saves it with a reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from governance import rule_tables
from governance.ledger.words import said
from governance.models import LedgerEntry
from governance.rule_changes import STREAM, state_of, subject
from governance.rule_diffs import differences
from governance.rule_tables import Cells

# The ledger writes microseconds where there are none.
_WHOLE_SECOND = re.compile(r"\A(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.000000Z\Z")
_SHOWN = 200  # entries; the ledger's own list has them all


class Former(NamedTuple):
    """A rule as it was: its cells, and the columns in which somebody changed it without an entry about it."""

    cells: Cells
    unrecorded: list[str]


def entries_about(rule: Model) -> list[dict[str, Any]]:
    """The ledger's entries about one rule, latest first, each with what it made different."""
    return [_entry(row) for row in _rows_about(rule)[:_SHOWN]]


def state_at(rule: Model, seq: int) -> Former | None:
    """The rule as it was right after an entry of the ledger's stream of rules (0: before all of them).

    Found by taking the later changes back, latest first. None when the rule did not exist then.
    """
    columns = {column.field.name: column.name for column in rule_tables.columns(type(rule))}
    state = state_of(rule)
    unrecorded = []
    for row in _rows_about(rule).filter(seq__gt=seq):
        data = json.loads(row.body)["data"]
        if data.get("before") is None:
            return None
        unrecorded += [
            columns[name] for name in data["after"] if name in columns and state[name] != data["after"][name]
        ]
        state.update(data["before"])
    return Former({columns[name]: _cell(value) for name, value in state.items() if name in columns}, unrecorded)


def _rows_about(rule: Model) -> Any:
    about = subject(rule)
    return LedgerEntry.objects.filter(
        stream=STREAM, subject=f"{about['kind']}:{about['id']}", type__in=("rule.created", "rule.changed")
    ).order_by("-seq")


def _entry(row: LedgerEntry) -> dict[str, Any]:
    data = json.loads(row.body)["data"]
    before, after = data.get("before") or {}, data.get("after") or {}
    # What was empty when a rule was made says nothing.
    told = [name for name in after if data.get("before") is not None or after[name] not in ("", [], None)]
    return {
        "seq": row.seq,
        "at": row.ts,
        "who": row.actor_name,
        "what": said(row.type, data),
        "version": data.get("version"),
        "replay": data.get("replay"),
        "changes": differences(_cells(before), _cells({name: after[name] for name in told}), rule_tables.LISTS),
    }


def _cells(state: Mapping[str, Any]) -> Cells:
    return {name.removeprefix("is_"): _cell(value) for name, value in state.items()}


def _cell(value: Any) -> str:
    """A value of the ledger as the cell of a file."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, str):
        return _WHOLE_SECOND.sub(r"\1Z", value)
    return "" if value is None else json.dumps(value, sort_keys=True)


class RuleHistory:
    """Mixed into a rule's ModelAdmin: its history, and a form filled with what the rule once was."""

    def history_view(self: Any, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What the ledger says about this rule, latest first."""
        rule = self.get_object(request, object_id)
        if rule is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, rule):
            raise PermissionDenied
        entries = entries_about(rule)
        context = self.admin_site.each_context(request) | {
            "title": _("History of {kind} {rule}").format(kind=self.opts.verbose_name, rule=rule),
            "opts": self.opts,
            "object": rule,
            "entries": entries,
            "may_restore": self.has_change_permission(request, rule),
            "may_restore_first": bool(entries) and len(entries) < _SHOWN and state_at(rule, 0) is not None,
        }
        return TemplateResponse(request, "admin/governance/rule_history.html", context)

    def get_form(self: Any, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]
        seq = request.GET.get("restore", "")
        if obj is None or request.method != "GET" or not (seq.isascii() and seq.isdigit() and len(seq) < 16):
            return form
        if not self.has_change_permission(request, obj):
            return form
        former = state_at(obj, int(seq))
        if former is None:
            messages.warning(request, _("This rule did not exist then. The form shows it as it is."))
            return form
        initial, problems = _initial(obj, former.cells)
        messages.info(
            request, _("The form shows the rule as it was. Nothing is changed until you give a reason and save it.")
        )
        for problem in _problems(problems, former.unrecorded):
            messages.warning(request, problem)

        class Restored(form):  # type: ignore[misc, valid-type]
            def __init__(self, *args: Any, **options: Any):
                super().__init__(*args, **options | {"initial": initial | (options.get("initial") or {})})

        return Restored


def _initial(rule: Model, cells: Mapping[str, str]) -> tuple[dict[str, Any], Cells]:
    """The values of cells for a form's fields, and a sentence for each column that cannot be brought back."""
    named = rule_tables.Named()
    initial: dict[str, Any] = {}
    problems: Cells = {}
    for column in rule_tables.columns(type(rule)):
        text = cells.get(column.name)
        if text is None:
            continue
        if column.is_links:
            found = []
            for name in text.split():
                try:
                    found += column.value(name, named, new=False)
                except ValueError as exc:
                    problems[column.name] = str(exc)
            initial[column.field.name] = [link.pk for link in found]
            continue
        try:
            value = column.value(text, named, new=False)
        except ValueError as exc:
            problems[column.name] = str(exc)
        else:
            initial[column.field.name] = value.pk if isinstance(value, Model) else value
    return initial, problems


def _problems(problems: Mapping[str, str], unrecorded: Iterable[str]) -> list[str]:
    found = [
        _("Left out of {name}: {problem}").format(name=name, problem=problem) for name, problem in problems.items()
    ]
    if names := ", ".join(dict.fromkeys(unrecorded)):
        found.append(
            _("Changed since by something else than this form, such as a load of a catalogue: {names}.").format(
                names=names
            )
        )
    return found
