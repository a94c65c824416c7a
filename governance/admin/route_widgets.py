"""The stage builder: stages and whom they want, as plain fields of a form.

A field's name is `stages-STAGE-PLACE-what`. Rows without a number of people are spare and are left out, so that the
form can be filled in without a script; routes.js only adds, removes and moves such rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from governance.routing import CEILINGS

_FIELD = re.compile(r"(\d{1,3})-(?:(label|place)|(\d{1,3})-(needed|group|level))")
_SPARE_STAGES, _SPARE_ROWS = 2, 2


class StageBuilder(forms.Widget):
    """Stages as fieldsets, with spare empty ones."""

    template_name = "admin/governance/_stage_builder.html"
    use_fieldset = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, Any]]:
        """What was sent, in the order of the places given, still as text."""
        stages: dict[int, dict[str, Any]] = {}
        for key in data:
            found = _FIELD.fullmatch(key.removeprefix(f"{name}-")) if key.startswith(f"{name}-") else None
            if found is None:
                continue
            number, own, row, what = found.groups()
            stage = stages.setdefault(int(number), {"label": "", "place": "", "rows": {}})
            if own:
                stage[own] = data[key].strip()
            else:
                stage["rows"].setdefault(int(row), {"needed": "", "group": "", "level": "1"})[what] = data[key].strip()
        ordered = sorted(stages.items(), key=lambda item: (_place(item[1]["place"], item[0]), item[0]))
        return [
            {"label": stage["label"], "requirements": [row for number, row in sorted(stage["rows"].items())]}
            for number, stage in ordered
        ]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}-") for key in data)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Our templates are the site's, not those of Django's forms."""
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, None, attrs)
        given = [stage for stage in value or [] if _is_filled(stage)]
        stages = [_shown(stage, spare=1) for stage in given]
        stages += [_shown({}, spare=_SPARE_ROWS) for spare in range(_SPARE_STAGES)]
        groups = list(Group.objects.order_by("name").values_list("pk", "name"))
        context |= {"name": name, "stages": stages, "groups": groups, "levels": _levels(), "blank": _shown({}, spare=1)}
        return context


class StagesField(forms.Field):
    """Cleans to the stages as a route's row holds them; whether they make sense is route_checks' to say."""

    widget = StageBuilder

    def clean(self, value: Any) -> list[dict[str, Any]]:
        stages = []
        for number, given in enumerate((stage for stage in value or [] if _is_filled(stage)), start=1):
            requirements = [_requirement(number, row) for row in given["requirements"] if _is_wanted(row)]
            stages.append({"label": given["label"], "requirements": requirements})
        if not stages:
            raise forms.ValidationError(_("Name at least one stage: how many people, and of which group."))
        return stages

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except forms.ValidationError:
            return True


def _levels() -> list[tuple[int, str]]:
    says = _("{level}: scores up to {score}")
    return [(level, says.format(level=level, score=f"{ceiling:g}")) for level, ceiling in CEILINGS.items()]


def _place(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else otherwise + 1


def _is_wanted(row: Mapping[str, Any]) -> bool:
    return str(row.get("needed") or "") != "" or bool(row.get("group"))


def _is_filled(stage: Mapping[str, Any]) -> bool:
    return bool(stage.get("label")) or any(_is_wanted(row) for row in stage["requirements"])


def _requirement(number: int, row: Mapping[str, str]) -> dict[str, Any]:
    if not re.fullmatch(r"[0-9]{1,4}", row["needed"]):
        raise forms.ValidationError(
            _("Stage {number}: write how many people are wanted, as a number.").format(number=number)
        )
    if not re.fullmatch(r"[0-9]{1,2}", row["level"]) or not re.fullmatch(r"[0-9]{0,9}", row["group"]):
        raise forms.ValidationError(
            _("Stage {number}: choose the group and the level from the lists.").format(number=number)
        )
    group = int(row["group"]) if row["group"] else None
    return {"needed": int(row["needed"]), "level": int(row["level"]), "group": group}


def _shown(stage: Mapping[str, Any], spare: int) -> dict[str, Any]:
    """A stage for the template: everything as text, and spare rows at its end."""
    rows = [
        {name: "" if row.get(name) is None else str(row[name]) for name in ("needed", "group", "level")}
        for row in stage.get("requirements", ())
        if _is_wanted(row)
    ]
    rows += [{"needed": "", "group": "", "level": "1"} for number in range(spare)]
    return {"label": stage.get("label", ""), "rows": rows, "is_spare": not stage}
