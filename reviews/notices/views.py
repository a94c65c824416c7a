"""The page on which a person says how they want to be told."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from governance.errors import InvalidPreference
from governance.sign_in import actor_of
from reviews.gates import person_of, same_site_only, signed_in
from reviews.models import Notice
from reviews.notices.forms import PreferenceForm
from reviews.notices.preferences import save_preference
from reviews.notices.receivers import preferences_of


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponseBase:
    """The signed-in person's own preference: to read, and to save."""
    person = person_of(request)
    preference = preferences_of([person])[person.pk]
    form = PreferenceForm(request.POST or None, instance=preference)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                save_preference(form.save(commit=False), actor=actor_of(request))
            except InvalidPreference as refused:
                form.add_error(None, refused.sentence)
            else:
                messages.success(request, _("Saved how you are told."))
                return redirect("notices")
    waiting = Notice.objects.filter(person=person, sent_at=None, failed_at=None)
    context = {
        "section": "notices",
        "form": form,
        "person": person,
        "waiting": waiting.count(),
        "only_printed": settings.EMAIL_BACKEND.endswith("console.EmailBackend"),
    }
    return render(request, "notices.html", context, status=status)
