"""How people review, for those who oversee it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from governance.models import Person
from governance.sign_in import actor_of
from reviews import moments, reading
from reviews.answers import csv_file, page_or_part
from reviews.gates import person_of, same_site_only, signed_in
from reviews.listing.filters import UNSEEN, ActionsFilter
from reviews.listing.rows import counted
from reviews.oversight.exports import export_reviewing
from reviews.oversight.forms import DaysForm
from reviews.oversight.house import MOST, Bounded, Days, House


@signed_in
@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """Everybody's votes over some days, and what waited, expired or was approved alone."""
    person, form = _overseer(request), DaysForm(request.GET)
    context: dict[str, Any] = {
        "section": "oversight",
        "form": form,
        "can_export": person.has_perm("actions.export_history"),
        "query": request.GET.urlencode(),
    }
    if form.is_valid():
        house = House(person, form.days, timezone.now())
        waiting, age = house.waiting()
        context |= {
            "house": house,
            "days": form.days,
            "people": house.people,
            "waiting": waiting,
            "age": "–" if age is None else moments.length(age),
            "expired": _expired(person, form.days, "1"),
            "unseen": _expired(person, form.days, UNSEEN),
            "broken": house.glass_broken(),
            "overdue": house.glass_overdue(),
            "most": MOST,
            "speed": reading.CHARACTERS_PER_SECOND,
            "alarm_from": reading.ALARM_FROM,
        }
    return render(request, page_or_part(request, "oversight/page.html", "oversight/_results.html"), context)


@signed_in
@same_site_only
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The table of reviewers as CSV."""
    person = _overseer(request)
    if not person.has_perm("actions.export_history"):
        raise PermissionDenied
    form = DaysForm(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('oversight')}?{request.GET.urlencode()}")
    if request.method == "HEAD":
        return HttpResponse(content_type="text/csv; charset=utf-8")
    asked = {name: str(value) for name, value in form.cleaned_data.items() if value}
    people = House(person, form.days, timezone.now()).people
    return csv_file(export_reviewing(people, actor=actor_of(request), filters=asked), "oversight")


def _overseer(request: HttpRequest) -> Person:
    person = person_of(request)
    if not person.has_perm("reviews.view_oversight"):
        raise PermissionDenied
    return person


def _expired(person: Person, days: Days, how: str) -> Bounded:
    """How many expired undecided in these days, counted as the listing finds them: its rows are one click away."""
    asked = {"decided_since": str(days.since), "decided_until": str(days.until), "level": days.level}
    return Bounded(counted(ActionsFilter({"overdue": how, **asked}, person).qs))
