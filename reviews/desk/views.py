"""Saving, changing and deleting a view, and the density of the rows. The queue's page is where they lead back to."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from governance.errors import Refusal
from governance.sign_in import actor_of
from reviews.density import set_density
from reviews.desk.forms import SaveForm, ViewForm
from reviews.gates import person_of, same_site_only, signed_in
from reviews.rendering import plain
from reviews.saved_views import change_view, delete_view, save_view


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def save(request: HttpRequest) -> HttpResponseBase:
    """Keep what the queue shows under a name. Only a POST does."""
    if request.method == "POST":
        person = person_of(request)
        form = SaveForm(request.POST, teams=person.groups.order_by("name"))
        if not form.is_valid():
            messages.error(request, form.sentence)
            return _back(request)
        given = form.cleaned_data
        try:
            view = save_view(
                actor=actor_of(request),
                person=person,
                name=given["name"],
                queue=given["queue"],
                query=given["query"],
                team=given["team"],
            )
        except Refusal as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, _("Saved the view %(name)s.") % {"name": plain(view.name)})
    return _back(request)


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Rename a view of one's own, or share it otherwise. Only a POST does."""
    if request.method == "POST":
        person = person_of(request)
        form = ViewForm(request.POST, teams=person.groups.order_by("name"))
        if not form.is_valid():
            messages.error(request, form.sentence)
            return _back(request)
        given = form.cleaned_data
        try:
            view = change_view(pk, actor=actor_of(request), person=person, name=given["name"], team=given["team"])
        except Refusal as refused:
            messages.error(request, refused.sentence)
            return _back(request)
        if view is None:
            raise Http404
        messages.success(request, _("Changed the view %(name)s.") % {"name": plain(view.name)})
    return _back(request)


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Delete a view of one's own. Only a POST does."""
    if request.method == "POST":
        view = delete_view(pk, actor=actor_of(request), person=person_of(request))
        if view is None:
            raise Http404
        messages.success(request, _("Deleted the view %(name)s.") % {"name": plain(view.name)})
    return _back(request)


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def density(request: HttpRequest) -> HttpResponseBase:
    """Set the rows closer, or further apart. Only a POST does."""
    if request.method == "POST":
        try:
            set_density(person_of(request), request.POST.get("density", ""))
        except Refusal as refused:
            messages.error(request, refused.sentence)
    return _back(request)


def _back(request: HttpRequest) -> HttpResponseBase:
    """To the queue the form stood on; never to another site."""
    asked = request.POST.get("back", "")
    is_ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return redirect(asked if is_ours else "queue")
