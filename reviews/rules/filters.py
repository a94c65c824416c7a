"""The kinds of rules and entries these pages list, declared once, and the filters of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from governance.catalogues.identifiers import control_id
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    IndicatorRule,
    Level,
    LevelScore,
    Policy,
    Route,
    Technique,
    Threshold,
)
from reviews.filters import Filter
from reviews.rules.families import FAMILIES

Words = str | Promise


def _search(label: Words) -> forms.TextInput:
    return forms.TextInput(attrs={"type": "search", "placeholder": label, "aria-label": label, "autocomplete": "off"})


def _choice(label: Words, empty: Words, choices: Any, **options: Any) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(
        choices=choices, empty_label=empty, widget=forms.Select(attrs={"aria-label": label}), **options
    )


def _text(label: Words) -> django_filters.CharFilter:
    return django_filters.CharFilter(method="by_text", max_length=200, widget=_search(label))


STATES = [("on", _("In force")), ("off", _("Disabled"))]


class RuleFilter(Filter):
    """Which rules of a kind to show. A text is looked for in the columns named in `columns`."""

    q = _text(_("Search these rules"))
    state = _choice(_("In force or disabled"), _("In force or not"), STATES, method="by_state")

    columns: tuple[str, ...] = ()

    def by_text(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Rows that hold the text in one of the columns."""
        found = Q()
        for column in self.columns:
            found |= Q(**{f"{column}__icontains": value})
        return rows.filter(found)

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Rules that are in force, or those that were disabled."""
        return rows.filter(is_enabled=value == "on")


class PolicyFilter(RuleFilter):
    effect = _choice(_("Effect"), _("Any effect"), Policy.Effect.choices)
    mode = _choice(_("Enforced or observed"), _("Enforced or observed"), Policy.Mode.choices)

    columns = ("name", "condition", "reason", "owner__username", "owner__first_name", "owner__last_name")

    class Meta:
        model = Policy
        fields: list[str] = []


class RouteFilter(RuleFilter):
    columns = ("name", "condition", "reason", "team__name", "escalate_to__name")

    class Meta:
        model = Route
        fields: list[str] = []


class ThresholdFilter(RuleFilter):
    columns = ("agent_type", "agent_id", "team__name", "reason")

    class Meta:
        model = Threshold
        fields: list[str] = []


class ActionTypeFilter(RuleFilter):
    level = _choice(_("Risk"), _("Any risk"), Level.choices)
    reversibility = _choice(_("Can it be undone"), _("Undone or not"), ActionTypeRule.Reversibility.choices)

    columns = ("pattern", "why")

    class Meta:
        model = ActionTypeRule
        fields: list[str] = []


class EvidenceFilter(RuleFilter):
    columns = ("name", "words", "reason")

    class Meta:
        model = EvidenceRule
        fields: list[str] = []


class IndicatorFilter(RuleFilter):
    columns = ("name", "key", "value", "reason")

    class Meta:
        model = IndicatorRule
        fields: list[str] = []


class _CatalogueFilter(Filter):
    mapped = django_filters.BooleanFilter(
        method="by_mapped", label=_("Used by a rule here"), widget=forms.CheckboxInput
    )

    # The tables of links from enabled rules: (table, column of the entry, column of the rule).
    links: tuple[tuple[Any, str, str], ...] = ()

    def by_mapped(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Entries that a rule in force names."""
        if not value:
            return rows
        found = Q(pk__in=())
        for table, entry, rule in self.links:
            found |= Q(Exists(table.objects.filter(**{entry: OuterRef("pk"), f"{rule}__is_enabled": True})))
        return rows.filter(found)


class TechniqueFilter(_CatalogueFilter):
    """Which techniques to show."""

    q = _text(_("Search id, name, tactic"))
    source = _choice(_("Source"), _("Any source"), Technique.Framework.choices, field_name="framework")
    tactic = _choice(_("Tactic"), _("Any tactic"), [])

    links = ((ActionTypeRule.techniques.through, "technique", "actiontyperule"),)

    class Meta:
        model = Technique
        fields: list[str] = []

    def __init__(self, data: Any = None, queryset: Any = None, **kwargs: Any):
        super().__init__(data, queryset, **kwargs)
        tactics = Technique.objects.exclude(tactic="").order_by("tactic").values_list("tactic", flat=True).distinct()
        self.filters["tactic"].extra["choices"] = [(tactic, tactic) for tactic in tactics]

    def by_text(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Techniques whose id begins with the text, or whose words hold it."""
        text = value.strip()
        return rows.filter(
            Q(external_id__istartswith=text) | Q(name__icontains=text) | Q(tactic__icontains=text) | Q(tactic_id=text)
        )


BASELINES = [("low", _("Low")), ("moderate", _("Moderate")), ("high", _("High")), ("privacy", _("Privacy"))]


class ControlFilter(_CatalogueFilter):
    """Which controls to show."""

    q = _text(_("Search id, title"))
    family = _choice(
        _("Family"),
        _("Any family"),
        [(short, f"{short} {name}") for short, name in FAMILIES.items()],
        method="by_family",
    )
    baseline = _choice(_("Baseline"), _("Any baseline"), BASELINES, method="by_baseline")

    links = (
        (ActionTypeRule.controls.through, "control", "actiontyperule"),
        (Policy.controls.through, "control", "policy"),
    )

    class Meta:
        model = Control
        fields: list[str] = []

    def by_text(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Controls whose id begins with the text, however it is spelt, or whose title holds it."""
        text = value.strip()
        return rows.filter(Q(control_id__istartswith=control_id(text) or text) | Q(title__icontains=text))

    def by_family(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Controls of a family: AC."""
        return rows.filter(control_id__startswith=f"{value}-")

    def by_baseline(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Controls in a baseline."""
        return rows.filter(**{f"in_{value}": True})


@dataclass(frozen=True)
class Kind:
    """One kind of rule or entry: the name of its address, its words, its table, and what is shown of its rows."""

    name: str
    title: str | Promise
    model: type[Model]
    template: str
    filter: Any = None
    related: tuple[str, ...] = ()
    said: str | Promise = ""

    @property
    def is_catalogue(self) -> bool:
        """Whether it is what a publisher says, and no rule."""
        return self.name.startswith("catalogue")

    @property
    def url(self) -> str:
        """Where its listing is."""
        return reverse(self.name)


POLICIES = Kind(
    "rules",
    _("Policies"),
    Policy,
    "_policies",
    PolicyFilter,
    ("owner",),
    _("when a condition holds, an effect applies: refusing beats calling a person, which beats passing"),
)
ROUTES = Kind(
    "rules_routes",
    _("Routes"),
    Route,
    "_routes",
    RouteFilter,
    ("team", "escalate_to"),
    _("who decides a pending action: the first that fits is taken"),
)
THRESHOLDS = Kind(
    "rules_thresholds",
    _("Thresholds"),
    Threshold,
    "_thresholds",
    ThresholdFilter,
    ("team",),
    _("from which score a person decides"),
)
TYPES = Kind(
    "rules_action_types",
    _("Action types"),
    ActionTypeRule,
    "_action_types",
    ActionTypeFilter,
    said=_("what a type means for risk: its own rule, else that of its closest family, else *"),
)
EVIDENCE = Kind("rules_words", _("Words"), EvidenceRule, "_words", EvidenceFilter)
INDICATORS = Kind("rules_indicators", _("Indicators"), IndicatorRule, "_indicators", IndicatorFilter)
LEVELS = Kind("rules_levels", _("Levels"), LevelScore, "_levels")
TECHNIQUES = Kind(
    "catalogue",
    _("Techniques"),
    Technique,
    "_techniques",
    TechniqueFilter,
    said=_("of MITRE ATT&CK and ATLAS, and the risks of OWASP’s list for agents"),
)
CONTROLS = Kind(
    "catalogue_controls",
    _("Controls"),
    Control,
    "_controls",
    ControlFilter,
    said=_("of NIST SP 800-53"),
)

KINDS = (POLICIES, ROUTES, THRESHOLDS, TYPES, EVIDENCE, INDICATORS, LEVELS, TECHNIQUES, CONTROLS)
