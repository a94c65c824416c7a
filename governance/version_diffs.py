"""Two versions of the rulebook side by side: rules that came, went or changed, field by field. PURE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from governance import stage_texts
from governance.rule_diffs import FieldDiff, differences

# Section of a content: what it is called, and the fields by which a rule is known again.
SECTIONS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "levels": (_("Level scores"), ("level",)),
    "action_types": (_("Action types"), ("pattern",)),
    "evidence": (_("Evidence rules"), ("name",)),
    "indicators": (_("Indicator rules"), ("name",)),
    "policies": (_("Policies"), ("name",)),
    "thresholds": (_("Thresholds"), ("agent_type", "agent_id", "team")),
    "routes": (_("Routes"), ("name",)),
}
# What became of a rule, as the page translates it.
WHAT = (gettext_noop("added"), gettext_noop("removed"), gettext_noop("changed"))
# Kinds whose order says something.
_ORDERED = {
    "policies": _("The policies give their reasons in another order."),
    "routes": _("The routes are tried in another order; the first that fits is taken."),
}
_LISTS = {"techniques": "\n", "controls": "\n", "words": "\n"}

# Frozen contents have their fields in the order of the alphabet; people read what a rule does first.
_ORDER = (
    "level", "effect", "mode", "key", "value", "condition", "words", "points", "extra_points", "up_to", "raises_to",
    "forces_review", "stages", "score", "review_from", "deny_from", "reason", "why",
)  # fmt: skip


@dataclass(frozen=True)
class RuleDiff:
    """One rule that is different: `what` is added, removed or changed."""

    what: str
    name: str
    fields: list[FieldDiff]


@dataclass(frozen=True)
class Section:
    """What is different among the rules of one kind. `reordered` says so when their order is another one, too."""

    title: Any
    rules: list[RuleDiff]
    same: int
    reordered: Any = ""

    def count(self, what: str) -> int:
        return sum(rule.what == what for rule in self.rules)

    @property
    def added(self) -> int:
        return self.count("added")

    @property
    def removed(self) -> int:
        return self.count("removed")

    @property
    def changed(self) -> int:
        return self.count("changed")


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Section]:
    """The sections of two contents in which something is different. A section that one format lacks is empty in it."""
    sections = [_section(name, before, after) for name in SECTIONS]
    return [section for section in sections if section.rules or section.reordered]


def _section(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Section:
    title, keys = SECTIONS[name]
    old, new = _rules(before.get(name, ()), keys), _rules(after.get(name, ()), keys)
    rules = [RuleDiff("added", key, differences({}, _told(new[key], keys), _LISTS)) for key in new if key not in old]
    rules += [RuleDiff("removed", key, differences(old[key], dict.fromkeys(_told(old[key], keys), ""), _LISTS))
              for key in old if key not in new]  # fmt: skip
    both = [key for key in new if key in old]
    for key in both:
        # A field that one of the formats does not know says nothing.
        shared = {field: text for field, text in new[key].items() if field in old[key]}
        if changed := differences(old[key], shared, _LISTS):
            rules.append(RuleDiff("changed", key, changed))
    rules.sort(key=lambda rule: rule.name)
    reordered = _ORDERED.get(name, "") if both != [key for key in old if key in new] else ""
    return Section(title, rules, len(both) - sum(rule.what == "changed" for rule in rules), reordered)


def _rules(items: Any, keys: Sequence[str]) -> dict[str, dict[str, str]]:
    if isinstance(items, Mapping):
        items = [{"level": level, "score": score} for level, score in items.items()]
    return {" ".join(item[key] for key in keys if item[key]): _cells(item) for item in items}


def _cells(item: Mapping[str, Any]) -> dict[str, str]:
    if "stages" in item:  # a route: groups go by their names
        named = {"stages": stage_texts.frozen_text(item["stages"]), "escalate_to": item["escalate_to_name"]}
        item = {name: value for name, value in item.items() if name != "escalate_to_name"} | named
    cells = {"cvss_vector" if name == "cvss" else name: _text(value) for name, value in item.items()}
    return dict(sorted(cells.items(), key=lambda cell: _ORDER.index(cell[0]) if cell[0] in _ORDER else len(_ORDER)))


def _told(cells: Mapping[str, str], keys: Sequence[str]) -> dict[str, str]:
    """The cells that say something, besides the name that stands beside them."""
    return {name: text for name, text in cells.items() if text and name not in keys}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:.15g}"
    if isinstance(value, list):
        return "\n".join(map(_text, value))
    if isinstance(value, Mapping):  # a vector, or a link with its name
        if "vector" in value:
            return f"{value['vector']} ({value['score']:g})"
        tactic = f" ({value['tactic']})" if value.get("tactic") else ""
        return f"{value['id']} {value.get('name') or value.get('title', '')}{tactic}"
    return value or ""
