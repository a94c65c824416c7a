"""What a person sets for themselves: one page, and the ending of sessions."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from governance.account_security import end_other_sessions, end_session
from governance.errors import Refusal
from governance.languages import asked_for
from governance.models import Delegation
from governance.routing import CEILINGS
from governance.second_factor import codes_left, has_second_factor
from governance.sessions import sessions_of
from governance.sign_in import actor_of
from governance.zones import zone_names
from reviews.gates import person_of, same_site_only, signed_in
from reviews.notices.preferences import save_display
from reviews.notices.receivers import preferences_of
from reviews.personal.devices import device
from reviews.personal.forms import DisplayForm, EndSessionForm


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponseBase:
    """Everything a person sets for themselves, to read; and how the pages are shown, to save."""
    person = person_of(request)
    if request.method != "POST":
        shown_now = {name: getattr(person, name) for name in DisplayForm.base_fields}
        return _page(request, DisplayForm(initial=shown_now))
    form = DisplayForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        saved = save_display(person, actor=actor_of(request), **form.cleaned_data)
    except Refusal as refused:
        field = next(iter(refused.errors), None)
        form.add_error(field, refused.sentence)
        return _page(request, form, status=refused.status)
    # In the language that was chosen just now.
    with translation.override(saved.language or asked_for(request)):
        messages.success(request, _("Saved how the pages are shown."))
    return redirect("profile")


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest) -> HttpResponseBase:
    """End one session, or every other. Only a POST does; anybody who merely opens the address is shown the page."""
    person = person_of(request)
    form = EndSessionForm(request.POST)
    if request.method == "POST" and form.is_valid():
        actor, pk = actor_of(request), form.cleaned_data["session"]
        try:
            if pk is not None:
                end_session(pk, person=person, actor=actor)
                count = 1
            else:
                count = end_other_sessions(person, keep=request.session.session_key, actor=actor)
        except Refusal as refused:
            messages.error(request, refused.sentence)
        else:
            said = ngettext("%(count)d session ended.", "%(count)d sessions ended.", count) % {"count": count}
            messages.success(request, said if count else _("You are signed in nowhere else."))
    return redirect("profile")


def _page(request: HttpRequest, form: DisplayForm, *, status: int = 200) -> HttpResponse:
    person = person_of(request)
    sessions = [
        {"row": row, "device": device(row.user_agent), "here": row.session_key == request.session.session_key}
        for row in sessions_of(person)
    ]
    context = {
        "section": "profile",
        "form": form,
        "person": person,
        "ceiling": CEILINGS.get(person.approval_level or 0),
        "teams": sorted(person.groups.values_list("name", flat=True)),
        "accounts": person.other_accounts.order_by("username"),
        "zones": zone_names(),
        "now": timezone.now(),
        "preference": preferences_of([person])[person.pk],
        "delegation": Delegation.objects.active().filter(person=person).select_related("delegate").first(),
        "has_code": has_second_factor(person),
        "codes_left": codes_left(person),
        "requires_code": settings.REQUIRE_MFA,
        "sessions": sessions,
        "elsewhere": sum(not one["here"] for one in sessions),
    }
    return render(request, "settings.html", context, status=status)
