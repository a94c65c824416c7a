"""The orders a queue can be read in. Each is a keyset, so that a page of any of them is as flat as the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reviews.keyset import Keyset

# Where a place in a listing stands in the address: another order has other places.
PLACE = ("after", "before")


@dataclass(frozen=True)
class Order:
    """One order: its columns, what it is called, what the pages before and after are called, and how a head says it."""

    keyset: Keyset
    words: Promise
    earlier: Promise
    later: Promise
    aria: str


def by_age(*columns: str) -> dict[str, Order]:
    """Longest waiting first, and the other way round."""
    first, back = Keyset(*columns), Keyset(*(f"-{name}" for name in columns))
    return {
        "age": Order(first, _("oldest first"), _("Older"), _("Newer"), "descending"),
        "-age": Order(back, _("newest first"), _("Newer"), _("Older"), "ascending"),
    }


BY_RISK = {
    "risk": Order(Keyset("-risk_score", "id"), _("riskiest first"), _("Riskier"), _("Less risky"), "descending"),
    "-risk": Order(Keyset("risk_score", "id"), _("least risky first"), _("Less risky"), _("Riskier"), "ascending"),
}
BY_DEADLINE = {
    "deadline": Order(Keyset("deadline", "id"), _("soonest due first"), _("Due sooner"), _("Due later"), "ascending"),
    "-deadline": Order(Keyset("-deadline", "id"), _("latest due first"), _("Due later"), _("Due sooner"), "descending"),
}
BY_AGENT = {
    "agent": Order(Keyset("agent__agent_id", "id"), _("by agent, A to Z"), _("Before"), _("After"), "ascending"),
    "-agent": Order(Keyset("-agent__agent_id", "id"), _("by agent, Z to A"), _("Before"), _("After"), "descending"),
}
WAITING = {**BY_RISK, **by_age("id"), **BY_DEADLINE, **BY_AGENT}


class Head(NamedTuple):
    """The head of a column that sorts: where it leads, and how the column is sorted now ("" when it is not)."""

    query: str
    aria: str


class Sorting:
    """The order that an address asks for. One that does not exist is the queue's own."""

    def __init__(self, orders: Mapping[str, Order], params: QueryDict):
        self._orders = orders
        self._params = params
        self.own = next(iter(orders))
        asked = params.get("order", "")
        self.slug = asked if asked in orders else self.own
        self.order = orders[self.slug]

    @property
    def given(self) -> str:
        """The order as the address has to name it; empty for the queue's own."""
        return "" if self.slug == self.own else self.slug

    @property
    def heads(self) -> dict[str, Head]:
        """The head of each column that sorts: pressed again, it sorts the other way round."""
        found = {}
        for name in self._orders:
            if not name.startswith("-"):
                here = self.slug.lstrip("-") == name
                turned = f"-{name}" if self.slug == name else name
                found[name] = Head(self._query(turned), self.order.aria if here else "")
        return found

    def _query(self, slug: str) -> str:
        params: Any = self._params.copy()
        for name in (*PLACE, "order"):
            params.pop(name, None)
        if slug != self.own:
            params["order"] = slug
        return params.urlencode()
