"""Whether a route makes sense: asked, through rule_checks, by the verb that saves it and the form that is about to.

`check` first brings the row into its normal form, so that what is stored is what is applied.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.utils.translation import gettext as _

from governance import conditions
from governance.errors import InvalidRule
from governance.models import Route
from governance.routing import CEILINGS

MAX_STAGES = 8
MAX_REQUIREMENTS = 6  # side by side in one stage
MAX_NEEDED = 20
MAX_LABEL = 80


def check(row: Route) -> None:
    """Raise InvalidRule, with a sentence per field in `errors`, unless the route may be saved as it is."""
    row.condition = row.condition.replace("\r\n", "\n").strip()
    if row.condition:
        conditions.check(row.condition)
    row.stages = _stages(row.stages)
    _times(row)


def _stages(given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not given:
        raise _invalid("stages", _("Name at least one stage."))
    if len(given) > MAX_STAGES:
        raise _invalid("stages", _("At most {max_stages} stages.").format(max_stages=MAX_STAGES))
    stages = [_stage(number, stage) for number, stage in enumerate(given, start=1)]
    named = {one["group"] for stage in stages for one in stage["requirements"] if one["group"] is not None}
    known = set(Group.objects.filter(pk__in=named).values_list("pk", flat=True))
    if missing := named - known:
        raise _invalid("stages", _("There is no group with the id {missing}.").format(missing=min(missing)))
    return stages


def _stage(number: int, given: Any) -> dict[str, Any]:
    requirements = given.get("requirements") if isinstance(given, dict) else None
    if not isinstance(requirements, list) or not 1 <= len(requirements) <= MAX_REQUIREMENTS:
        raise _invalid(
            "stages",
            _("Stage {number} must ask for 1 to {max_requirements} kinds of people.").format(
                number=number, max_requirements=MAX_REQUIREMENTS
            ),
        )
    label = str(given.get("label") or "").strip()
    if len(label) > MAX_LABEL:
        raise _invalid(
            "stages",
            _("The name of stage {number} is longer than {max_label} characters.").format(
                number=number, max_label=MAX_LABEL
            ),
        )
    wanted = [_requirement(number, one) for one in requirements]
    groups = [one["group"] for one in wanted]
    if len(set(groups)) < len(groups):
        raise _invalid(
            "stages",
            _("Stage {number} names the same group twice. Ask it for more people instead.").format(number=number),
        )
    return {"label": label, "requirements": wanted}


def _requirement(number: int, given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise _invalid("stages", _("Stage {number} has a requirement that is not one.").format(number=number))
    needed, level, group = given.get("needed"), given.get("level", 1), given.get("group")
    if type(needed) is not int or not 1 <= needed <= MAX_NEEDED:
        raise _invalid(
            "stages",
            _("Stage {number} must ask for 1 to {max_needed} people of a group.").format(
                number=number, max_needed=MAX_NEEDED
            ),
        )
    if type(level) is not int or level not in CEILINGS:
        raise _invalid("stages", _("A level of stage {number} is not one of 1 to 4.").format(number=number))
    if group is not None and type(group) is not int:
        raise _invalid("stages", _("A group of stage {number} is not one.").format(number=number))
    return {"needed": needed, "level": level, "group": group}


def _times(row: Route) -> None:
    if row.escalate_to_id is not None and row.escalate_after is None:
        raise _invalid("escalate_after", _("Say after how many minutes it is escalated, or to nobody."))
    for field, what in (("remind_after", "reminder"), ("escalate_after", "escalation")):
        minutes = getattr(row, field)
        if minutes is not None and row.deadline_minutes is not None and minutes >= row.deadline_minutes:
            raise _invalid(
                field,
                _("The {what} must come before the deadline of {deadline_minutes} minutes.").format(
                    what=what, deadline_minutes=row.deadline_minutes
                ),
            )


def _invalid(field: str, problem: str) -> InvalidRule:
    return InvalidRule(_("{problem} Nothing was changed.").format(problem=problem), errors={field: problem})
