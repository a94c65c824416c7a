"""Away: who acts for me, for whom I act, and how to end it."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from governance.delegations import delegate, end_delegation
from governance.errors import Refusal
from governance.local_time import shown
from governance.models import Delegation
from governance.sign_in import actor_of
from reviews.away.forms import AwayForm, EndForm
from reviews.gates import person_of, same_site_only, signed_in

# The latest that are listed; the ledger has all of them.
_LISTED = 50


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponseBase:
    """Name a delegate, and see what was arranged."""
    person = person_of(request)
    if request.method != "POST":
        return _page(request, AwayForm(person=person))
    form = AwayForm(request.POST, person=person)
    if not form.is_valid():
        return _page(request, form, status=400)
    given = form.cleaned_data
    try:
        made = delegate(
            actor=actor_of(request),
            by=person,
            person=person,
            to=given["delegate"],
            starts_at=given["starts_at"],
            ends_at=given["ends_at"],
            reason=given["reason"],
        )
    except Refusal as refused:
        field = next(iter(refused.errors), None)
        form.add_error(field if field in form.fields else None, refused.sentence)
        return _page(request, form, status=refused.status)
    begins = _("now") if made.starts_at <= timezone.now() else shown(made.starts_at)
    said = {"who": made.delegate.shown_name, "begins": begins, "ends": shown(made.ends_at)}
    messages.success(request, _("%(who)s acts for you from %(begins)s until %(ends)s.") % said)
    return redirect("away")


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End one of them early. Only a POST does; anybody who merely opens the address is shown the page."""
    person = person_of(request)
    found = _theirs(person.pk).filter(pk=pk).first()
    if found is None:
        raise Http404
    if request.method != "POST":
        return redirect("away")
    form = EndForm(request.POST)
    if not form.is_valid():
        alert = _("The reason is too long. Nothing was changed.")
        return _page(request, AwayForm(person=person), alert=alert, status=400)
    try:
        end_delegation(found.pk, actor=actor_of(request), by=person, reason=form.cleaned_data["reason"])
    except Refusal as refused:
        return _page(request, AwayForm(person=person), alert=refused.sentence, status=refused.status)
    mine = found.person_id == person.pk
    if mine:
        said = _("%(who)s no longer acts for you.") % {"who": found.delegate.shown_name}
    else:
        said = _("You no longer act for %(who)s.") % {"who": found.person}
    messages.success(request, said)
    return redirect("away")


def _theirs(pk: int) -> QuerySet[Delegation]:
    either = Delegation.objects.filter(Q(person=pk) | Q(delegate=pk))
    return either.select_related("person", "delegate")


def _page(request: HttpRequest, form: AwayForm, *, alert: str = "", status: int = 200) -> HttpResponse:
    person, now = person_of(request), timezone.now()
    listed = [_Line(row, now) for row in _theirs(person.pk).order_by("-starts_at", "-pk")[:_LISTED]]
    context = {
        "section": "away",
        "form": form,
        "alert": alert,
        "decides": person.has_perm("actions.decide_action"),
        "mine": [line for line in listed if line.row.person_id == person.pk],
        "lent": [line for line in listed if line.row.delegate_id == person.pk],
    }
    return render(request, "away.html", context, status=status)


class _Line:
    """One delegation as a line of the page."""

    def __init__(self, row: Delegation, now: datetime):
        self.row = row
        self.is_open = row.ended_at is None and row.ends_at > now
        if row.ended_at is not None:
            self.standing = _("ended early")
        elif row.ends_at <= now:
            self.standing = _("over")
        else:
            self.standing = _("in force") if row.starts_at <= now else _("to come")
        self.in_force = self.is_open and row.starts_at <= now
