"""What every page's frame shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from governance.models import Delegation, Person
from reviews.eligibility import Reviewer
from reviews.queues import Counts


def frame(request: HttpRequest) -> dict[str, Any]:
    """The numbers of the rail, and for whom the person acts. Lazy: a page without the frame asks nothing."""
    return {
        "counts": SimpleLazyObject(lambda: counts_of(request)),
        "acting": SimpleLazyObject(lambda: acting_on(request)),
    }


def counts_of(request: HttpRequest) -> Counts | None:
    """The signed-in person's queue counts, one object per request."""
    reviewer = reviewer_on(request)
    if reviewer is None:
        return None
    found = getattr(request, "_counts", None)
    if found is None:
        found = request._counts = Counts(reviewer)  # type: ignore[attr-defined]
    return found


def acting_on(request: HttpRequest) -> list[Delegation]:
    """The delegations by which the signed-in person acts for others now."""
    reviewer = reviewer_on(request)
    return reviewer.lent if reviewer is not None and reviewer.decides else []


def reviewer_on(request: HttpRequest) -> Reviewer | None:
    """The signed-in person with the seats they may decide from, one object per request."""
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return None
    found = getattr(request, "_reviewer", None)
    if found is None:
        found = request._reviewer = Reviewer(person)  # type: ignore[attr-defined]
    return found
