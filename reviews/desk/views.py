"""Saving, changing and deleting a view, and the density of the rows. The queue's page is where they lead back to."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

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
from reviews.gates import View, person_of, same_site_only, signed_in
from reviews.models import SavedView
from reviews.rendering import plain
from reviews.saved_views import change_view, delete_view, save_view


def posted(act: Callable[..., None]) -> View:
    """A form of the desk: a POST does it, a refusal is said, and the queue it stood on is shown again."""

    @wraps(act)
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            try:
                act(request, *args, **kwargs)
            except Refusal as refused:
                messages.error(request, refused.sentence)
        return _back(request)

    return signed_in(same_site_only(require_http_methods(["GET", "HEAD", "POST"])(view)))


@posted
def save(request: HttpRequest) -> None:
    """Keep what the queue shows under a name."""
    person = person_of(request)
    form = SaveForm(request.POST, teams=person.groups.order_by("name"))
    if form.is_valid():
        view = save_view(actor=actor_of(request), person=person, **form.cleaned_data)
        messages.success(request, _("Saved the view %(name)s.") % {"name": plain(view.name)})
    else:
        messages.error(request, form.sentence)


@posted
def change(request: HttpRequest, pk: int) -> None:
    """Rename a view of one's own, or share it otherwise."""
    person = person_of(request)
    form = ViewForm(request.POST, teams=person.groups.order_by("name"))
    if form.is_valid():
        view = _own(change_view(pk, actor=actor_of(request), person=person, **form.cleaned_data))
        messages.success(request, _("Changed the view %(name)s.") % {"name": plain(view.name)})
    else:
        messages.error(request, form.sentence)


@posted
def delete(request: HttpRequest, pk: int) -> None:
    """Delete a view of one's own."""
    view = _own(delete_view(pk, actor=actor_of(request), person=person_of(request)))
    messages.success(request, _("Deleted the view %(name)s.") % {"name": plain(view.name)})


@posted
def density(request: HttpRequest) -> None:
    """Set the rows closer, or further apart."""
    set_density(person_of(request), request.POST.get("density", ""))


def _own(view: SavedView | None) -> SavedView:
    if view is None:
        raise Http404
    return view


def _back(request: HttpRequest) -> HttpResponseBase:
    """To the queue the form stood on; never to another site."""
    asked = request.POST.get("back", "")
    is_ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return redirect(asked if is_ours else "queue")
