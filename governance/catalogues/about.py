"""What a technique's and a control's page shows beside its form, prepared for the template."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.db.models.expressions import Case, Combinable, When
from django.db.models.functions import Concat, Length, LPad, StrIndex, Substr
from django.utils.translation import gettext as _

from governance.catalogues import words
from governance.catalogues.identifiers import page_of_control, page_of_technique
from governance.models import CatalogueRelease, Control, Technique

# Mitigations shown on the page; AC-6 has hundreds, and their own list has them all.
_SHOWN = 12


def in_order(field: str = "control_id") -> Combinable:
    """What controls are sorted by: AC-2 before AC-10, AC-2(1) between them."""
    bracket = StrIndex(field, Value("("))
    inside = {f"{field}__contains": "("}
    number = Case(When(**inside, then=Substr(field, 4, bracket - 4)), default=Substr(field, 4))
    within = Case(When(**inside, then=Substr(field, bracket + 1, Length(field) - bracket - 1)), default=Value(""))
    padded = (LPad(part, 2, Value("0")) for part in (number, within))
    return Concat(Substr(field, 1, 3), *padded, output_field=CharField())


def about_technique(row: Technique) -> dict[str, Any]:
    """Publisher, rules and mitigating controls of a technique. Three queries, however many there are."""
    mine = {name: getattr(row, name) for name in ("name", "tactic", "tactic_id", "is_withdrawn")}
    tactics = [f"{tactic['name']} ({tactic['id']})" for tactic in row.published.get("tactics", ())]
    return {
        "publisher": row.get_framework_display(),
        "page": page_of_technique(row.external_id),
        "differs": _labelled(row, words.differences_of_technique(mine, row.published)),
        "tactics": ", ".join(tactics) if len(tactics) > 1 else "",
        "action_types": _rules(row.action_types.all()),
        "counterparts": _("Controls that mitigate it"),
        "link": "admin:governance_control_change",
        "all": f"?technique={row.pk}",
        **_mitigations(row.mitigations.select_related("control").order_by(in_order("control__control_id")), "control"),
    }


def about_control(row: Control) -> dict[str, Any]:
    """Publisher, rules and mitigated techniques of a control. Four queries, however many there are."""
    mine = {name: getattr(row, name) for name in ("title", "is_withdrawn")}
    levels = [level for level in ("low", "moderate", "high", "privacy") if getattr(row, f"in_{level}")]
    return {
        "publisher": "NIST SP 800-53",
        "page": page_of_control(row.control_id),
        "differs": _labelled(row, words.differences_of_control(mine, row.published)),
        "baselines": ", ".join(levels) or _("none that is loaded"),
        "action_types": _rules(row.action_types.all()),
        "policies": _rules(row.policies.all()),
        "counterparts": _("Techniques it mitigates"),
        "link": "admin:governance_technique_change",
        "all": f"?control={row.pk}",
        **_mitigations(row.mitigations.select_related("technique").order_by("technique__external_id"), "technique"),
    }


def releases_of(catalogues: tuple[str, ...]) -> list[CatalogueRelease]:
    """The release of each catalogue that was loaded last; of baselines, of each level in the order of loading."""
    latest: dict[tuple[str, str], CatalogueRelease] = {}
    for release in CatalogueRelease.objects.filter(catalogue__in=catalogues):
        level = release.title if release.catalogue == CatalogueRelease.Catalogue.BASELINE else ""
        latest.setdefault((release.catalogue, level), release)
    return sorted(latest.values(), key=lambda release: (catalogues.index(release.catalogue), release.pk))


def _labelled(row: Technique | Control, differences: dict[str, str]) -> list[tuple[str, str]]:
    return [(str(row._meta.get_field(name).verbose_name), said) for name, said in differences.items()]  # type: ignore[union-attr]


def _rules(rules: QuerySet[Any]) -> list[Any]:
    """Rules that use it, those in force first."""
    return sorted(rules, key=lambda rule: (not rule.is_enabled, str(rule)))


def _mitigations(rows: QuerySet[Any], name: str) -> dict[str, Any]:
    found = list(rows)
    return {"mitigations": [getattr(row, name) for row in found[:_SHOWN]], "more": max(0, len(found) - _SHOWN)}
