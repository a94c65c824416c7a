"""What the pages say about one technique or control: what it is, which rules use it, which actions carried it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Model, Q, QuerySet

from governance.catalogues.about import about_control, about_technique, in_order, releases_of
from governance.catalogues.identifiers import TECHNIQUE, control_id, page_of_control, page_of_technique
from governance.models import ActionTypeRule, CatalogueRelease, Control, Policy, Route, Technique
from reviews.rules.families import family_of
from reviews.rules.recent import Matches, Recent, controls_on, techniques_on

TECHNIQUES, CONTROLS = ("attack", "atlas", "owasp"), ("controls", "baseline", "mapping")
RELATED = 40  # techniques below one, or enhancements of a control, named on its page


def releases(catalogues: tuple[str, ...]) -> list[CatalogueRelease]:
    """The releases that are loaded."""
    return releases_of(catalogues)


def in_their_order(rows: QuerySet[Control]) -> QuerySet[Control]:
    """Controls as their publisher counts them: AC-2 before AC-10."""
    return rows.order_by(in_order())


class Usage:
    """How many rules in force name each entry of a page. One query for each kind of rule."""

    def __init__(self, rows: Iterable[Model], *links: tuple[Any, str, str]):
        pks = [row.pk for row in rows]
        self.by_rule: list[dict[int, int]] = []
        for table, entry, rule in links:
            used = table.objects.filter(**{f"{entry}__in": pks, f"{rule}__is_enabled": True})
            self.by_rule.append(dict(used.order_by().values_list(entry).annotate(often=Count("pk"))))

    def of(self, pk: int) -> list[int]:
        """How many of each kind of rule name it."""
        return [counts.get(pk, 0) for counts in self.by_rule]


BY_TECHNIQUE = ((ActionTypeRule.techniques.through, "technique", "actiontyperule"),)
BY_CONTROL = (
    (ActionTypeRule.controls.through, "control", "actiontyperule"),
    (Policy.controls.through, "control", "policy"),
)


def naming(identifier: str) -> tuple[list[Policy], list[Route]]:
    """The policies and routes in force whose condition names an id."""
    written = Q(condition__contains=f'"{identifier}"') | Q(condition__contains=f"'{identifier}'")
    return list(Policy.objects.filter(written, is_enabled=True)), list(Route.objects.filter(written, is_enabled=True))


class TechniqueRecord:
    """One technique, as its page shows it."""

    def __init__(self, row: Technique, recent: Recent):
        self.row = row
        self.about = about_technique(row)
        self.policies, self.routes = naming(row.external_id)
        self.matches = recent.where(lambda action: row.external_id in techniques_on(action))
        serving = Policy.objects.filter(controls__mitigations__technique=row, is_enabled=True)
        self.serving = list(serving.distinct())
        whole, dot, _ = row.external_id.rpartition(".")
        is_part = bool(dot) and whole != "AML"
        self.parent_id = whole if is_part else ""
        self.parent = Technique.objects.filter(external_id=whole).first() if is_part else None
        parts = Technique.objects.filter(external_id__startswith=f"{row.external_id}.")
        self.parts = [] if is_part else list(parts[:RELATED])


class ControlRecord:
    """One control, as its page shows it."""

    def __init__(self, row: Control, recent: Recent):
        self.row = row
        self.about = about_control(row)
        self.family = family_of(row.control_id)
        self.policies, self.routes = naming(row.control_id)
        self.matches = recent.where(lambda action: row.control_id in controls_on(action))
        whole, bracket, _ = row.control_id.partition("(")
        self.parent_id = whole if bracket else ""
        self.parent = Control.objects.filter(control_id=whole).first() if bracket else None
        parts = Control.objects.filter(control_id__startswith=f"{row.control_id}(")
        self.parts = [] if bracket else list(in_their_order(parts)[:RELATED])


class Gone:
    """An id that no loaded catalogue has, and what still names it."""

    def __init__(self, identifier: str, page: str, matches: Matches):
        self.identifier = identifier
        self.page = page
        self.matches = matches
        self.policies, self.routes = naming(identifier) if page else ([], [])

    def __bool__(self) -> bool:
        """Whether anything names it."""
        return bool(self.matches.count or self.policies or self.routes)


def gone_technique(identifier: str, recent: Recent) -> Gone:
    """What still names a technique that is in no catalogue."""
    page = page_of_technique(identifier) if TECHNIQUE.fullmatch(identifier) else ""
    return Gone(identifier, page, recent.where(lambda action: identifier in techniques_on(action)))


def gone_control(identifier: str, recent: Recent) -> Gone:
    """What still names a control that is in no catalogue."""
    page = page_of_control(identifier) if control_id(identifier) else ""
    return Gone(identifier, page, recent.where(lambda action: identifier in controls_on(action)))
