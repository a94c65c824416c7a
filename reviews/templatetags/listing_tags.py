"""What stands above every listing: the filters in use, and the way to what the reader decided."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils import timezone

from reviews.answers import query_without
from reviews.filters import Chip, Filter

register = template.Library()


class Decided(NamedTuple):
    """Where somebody's own decisions are listed: those of today, and all; and which of the two is open."""

    today: str
    all: str
    here: str


@register.simple_tag(takes_context=True)
def chips_of(context: template.Context, filters: Filter | None) -> list[tuple[Chip, str]]:
    """The filters in use, each with the address's query without it."""
    request = context["request"]
    return [(chip, query_without(request, chip.name, "page")) for chip in filters.chips] if filters else []


@register.simple_tag(takes_context=True)
def decided_by_me(context: template.Context) -> Decided:
    """The reader's own decisions. It asks the database nothing."""
    request: Any = context["request"]
    mine, given = {"reviewer": str(request.user.pk)}, request.GET.dict()
    today = mine | {"voted_since": f"{timezone.localdate()}"}
    here = ""
    if request.path == reverse("actions"):
        here = "today" if given == today else "all" if given == mine else ""
    actions = reverse("actions")
    return Decided(f"{actions}?{urlencode(today)}", f"{actions}?{urlencode(mine)}", here)
