"""Whether a route makes sense: asked, through rule_checks, by the verb that saves it and the form that is about to.

`check` first brings the row into its normal form, so that what is stored is what is applied.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group

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
        raise _invalid("stages", "Name at least one stage.")
    if len(given) > MAX_STAGES:
        raise _invalid("stages", f"At most {MAX_STAGES} stages.")
    stages = [_stage(number, stage) for number, stage in enumerate(given, start=1)]
    named = {one["group"] for stage in stages for one in stage["requirements"] if one["group"] is not None}
    known = set(Group.objects.filter(pk__in=named).values_list("pk", flat=True))
    if missing := named - known:
        raise _invalid("stages", f"There is no group with the id {min(missing)}.")
    return stages


def _stage(number: int, given: Any) -> dict[str, Any]:
    requirements = given.get("requirements") if isinstance(given, dict) else None
    if not isinstance(requirements, list) or not 1 <= len(requirements) <= MAX_REQUIREMENTS:
        raise _invalid("stages", f"Stage {number} must ask for 1 to {MAX_REQUIREMENTS} kinds of people.")
    label = str(given.get("label") or "").strip()
    if len(label) > MAX_LABEL:
        raise _invalid("stages", f"The name of stage {number} is longer than {MAX_LABEL} characters.")
    wanted = [_requirement(number, one) for one in requirements]
    groups = [one["group"] for one in wanted]
    if len(set(groups)) < len(groups):
        raise _invalid("stages", f"Stage {number} names the same group twice. Ask it for more people instead.")
    return {"label": label, "requirements": wanted}


def _requirement(number: int, given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise _invalid("stages", f"Stage {number} has a requirement that is not one.")
    needed, level, group = given.get("needed"), given.get("level", 1), given.get("group")
    if type(needed) is not int or not 1 <= needed <= MAX_NEEDED:
        raise _invalid("stages", f"Stage {number} must ask for 1 to {MAX_NEEDED} people of a group.")
    if type(level) is not int or level not in CEILINGS:
        raise _invalid("stages", f"A level of stage {number} is not one of 1 to 4.")
    if group is not None and type(group) is not int:
        raise _invalid("stages", f"A group of stage {number} is not one.")
    return {"needed": needed, "level": level, "group": group}


def _times(row: Route) -> None:
    if row.escalate_to_id is not None and row.escalate_after is None:
        raise _invalid("escalate_after", "Say after how many minutes it is escalated, or to nobody.")
    for field, what in (("remind_after", "reminder"), ("escalate_after", "escalation")):
        minutes = getattr(row, field)
        if minutes is not None and row.deadline_minutes is not None and minutes >= row.deadline_minutes:
            raise _invalid(field, f"The {what} must come before the deadline of {row.deadline_minutes} minutes.")


def _invalid(field: str, problem: str) -> InvalidRule:
    return InvalidRule(f"{problem} Nothing was changed.", errors={field: problem})
