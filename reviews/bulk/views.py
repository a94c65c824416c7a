"""The page that takes a selection, and says of each what became of it."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from actions.models import Action
from governance.errors import MalformedBody, Refusal
from governance.sign_in import actor_of
from reviews.bulk.selected import Chosen, Done, decide_selected
from reviews.gates import person_of, same_site_only, signed_in
from reviews.phrasing import phrase

_CHOSEN = re.compile(r"\A(\d{1,18}):([0-9a-f]{64})\Z")


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponseBase:
    """One verdict on the ticked rows. Only a POST decides."""
    if request.method != "POST":
        return redirect("queue")
    verdict = request.POST.get("verdict", "")
    context: dict[str, Any] = {"section": "review", "verdict": verdict}
    try:
        done = decide_selected(
            _chosen(request),
            actor=actor_of(request),
            person=person_of(request),
            verdict=verdict,
            reason=request.POST.get("reason", ""),
        )
    except Refusal as refused:
        return render(request, "bulk.html", context | {"alert": refused.sentence}, status=refused.status)
    lines = _lines(request, done)
    counted = {"decided": sum(one.vote is not None for one in done), "all": len(done)}
    return render(request, "bulk.html", context | {"lines": lines, "counted": counted})


def _chosen(request: HttpRequest) -> list[Chosen]:
    found = [_CHOSEN.match(text) for text in request.POST.getlist("chosen")]
    if not all(found):
        raise MalformedBody(_("The form did not say which content it showed. Nothing was decided. Reload the queue."))
    return [Chosen(int(match[1]), match[2]) for match in found if match]


def _lines(request: HttpRequest, done: list[Done]) -> list[tuple[Done, Action | None, str]]:
    """Each with its action, as far as the person sees it, and with what it would do in words."""
    visible = Action.objects.visible_to(person_of(request)).filter(pk__in=[one.action_id for one in done])
    actions = {action.pk: action for action in visible}
    return [
        (
            one,
            actions.get(one.action_id),
            phrase(actions[one.action_id].payload).html if one.action_id in actions else "",
        )
        for one in done
    ]
