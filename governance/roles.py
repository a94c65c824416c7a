"""Roles and what they may do. Permissions follow from the role; they are not stored, so they cannot drift."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from governance.models import Person, Role
from governance.statements import Question

_RULE_MODELS = (
    "actiontyperule",
    "evidencerule",
    "indicatorrule",
    "levelscore",
    "policy",
    "threshold",
    "route",
    "technique",
    "control",
)

_READ_RULES = {
    f"governance.view_{model}"
    for model in (*_RULE_MODELS, "rulebookversion", "cataloguerelease", "mitigation", "replay")
}
_READ_LEDGER = {"governance.view_ledgerentry"}
_READ_AGENTS = {"actions.view_agent", "actions.view_agentkey", "actions.view_action", "actions.view_outcome"}
_READ_PEOPLE = {"governance.view_person", "governance.view_delegation", "auth.view_group"}
_READ_NOTICES = {"reviews.view_channel", "reviews.view_notice"}

_REVIEW_GLASS = {"actions.review_glass"}
_READ_OVERSIGHT = {
    "reviews.view_oversight",
    "reviews.view_canary",
    "reviews.view_breakglass",
    "actions.view_sample",
}

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.NONE: frozenset(),
    Role.REVIEWER: frozenset({"actions.decide_action", "actions.export_history"}),
    Role.SENIOR: frozenset({"actions.decide_action", "actions.export_history", "actions.break_glass"} | _REVIEW_GLASS),
    Role.ADMIN: frozenset(
        {"actions.view_all_teams", "actions.export_history"}
        | _READ_RULES
        | _READ_LEDGER
        | _READ_AGENTS
        | _READ_PEOPLE
        | _REVIEW_GLASS
        | _READ_OVERSIGHT
        | {"reviews.add_canary"}
        | _READ_NOTICES
        | {"reviews.add_channel", "reviews.change_channel", "reviews.change_notice"}
        | {f"governance.{verb}_{model}" for verb in ("add", "change") for model in _RULE_MODELS}
        | {f"governance.{verb}_{model}" for verb in ("add", "change") for model in ("person", "delegation")}
        | {f"auth.{verb}_group" for verb in ("add", "change")}
        | {f"actions.{verb}_{model}" for verb in ("add", "change") for model in ("agent", "agentkey")}
    ),
    Role.AUDITOR: frozenset(
        {"actions.view_all_teams", "actions.export_history"}
        | _REVIEW_GLASS
        | _READ_OVERSIGHT
        | _READ_RULES
        | _READ_LEDGER
        | _READ_AGENTS
        | _READ_PEOPLE
        | _READ_NOTICES
    ),
}

# Who may enter Django admin at all.
STAFF_ROLES = frozenset({Role.ADMIN, Role.AUDITOR})

# The approval level a new person of a role starts with.
STARTING_LEVEL: dict[str, int | None] = {Role.REVIEWER: 3, Role.SENIOR: 4}


# Whose role decides. A person may be given the permission besides; these are who a list of reviewers is made of.
DECIDING_ROLES = frozenset(role for role, given in PERMISSIONS.items() if "actions.decide_action" in given)


@cache
def _everybody_with(permission: str) -> Question:
    return Question(lambda: Person.objects.with_perm(permission).order_by().values_list("pk"))


def everybody_with(permission: str) -> set[int]:
    """The accounts of everybody who has a permission. One statement."""
    return {pk for (pk,) in _everybody_with(permission).all()}


def _given(person: int) -> QuerySet[Any, Any]:
    """What Django stores that a person and their teams may do."""
    names = ("content_type__app_label", "codename")
    teams = Permission.objects.filter(group__user=person).order_by().values_list(*names)
    return Permission.objects.filter(user=person).order_by().values_list(*names).union(teams)


_GIVEN = Question(_given, person=int)


class RoleBackend(ModelBackend):
    """Django's own backend, with the role's permissions added to those of the person and their teams."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if user_obj.is_superuser:
            return super().get_all_permissions(user_obj)
        if not hasattr(user_obj, "_given"):
            given = {f"{app}.{name}" for app, name in _GIVEN.all(person=user_obj.pk)}
            user_obj._given = frozenset(given | PERMISSIONS.get(user_obj.role, frozenset()))
        return set(user_obj._given)

    def with_perm(self, perm: Any, is_active: bool = True, include_superusers: bool = True, obj: Any = None) -> Any:
        """Everybody who has a permission, as a query: those Django knows of, and those whose role gives it."""
        given = super().with_perm(perm, is_active=is_active, include_superusers=include_superusers, obj=obj)
        if obj is not None:  # nobody has a permission on a single object, as in get_all_permissions
            return given
        name = perm if isinstance(perm, str) else f"{perm.content_type.app_label}.{perm.codename}"
        roles = [role for role, has in PERMISSIONS.items() if name in has]
        return given | Person.objects.filter(role__in=roles, is_active=is_active)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(perm.startswith(f"{app_label}.") for perm in self.get_all_permissions(user_obj))
