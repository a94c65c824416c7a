"""The pages of standing approvals: the list, one of them, its two forms, and the trial of terms not yet proposed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actions.models import Action, StandingApproval
from governance.errors import NotYours, Refusal
from governance.sign_in import actor_of
from reviews.context import reviewer_on
from reviews.eligibility import Reviewer
from reviews.gates import person_of, same_site_only, signed_in
from reviews.moves.standing import MOVE, StandingForm
from reviews.standing import terms
from reviews.standing.case import ORDER, PAGE_SIZE, StandingCase
from reviews.standing.forms import TermsVoteForm
from reviews.standing.verbs import revoke_standing, vote_standing


@signed_in
@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    """The standing approvals of the person's teams, latest first."""
    person, now = person_of(request), timezone.now()
    reviewer = reviewer_on(request) or Reviewer(person)
    page = ORDER.page(terms.visible_to(person), request.GET, PAGE_SIZE)
    rows = [StandingCase(one, reviewer, now) for one in page.rows]
    return render(request, "standing_list.html", {"section": "standing", "rows": rows, "page": page, "query": ""})


@signed_in
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One standing approval: its terms, votes and uses, and what the person may do with it."""
    return _page(request, _visible(request, pk))


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def vote(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A verdict on the terms. Only a POST votes."""
    found = _visible(request, pk)
    if request.method != "POST":
        return redirect("standing", pk=pk)
    form = TermsVoteForm(request.POST)
    if not form.is_valid():
        return _page(request, found, alert=form.sentence, status=400)
    person = person_of(request)
    try:
        done = vote_standing(pk, actor=actor_of(request), person=person, **form.cleaned_data)
    except NotYours:
        raise Http404 from None
    except Refusal as refused:
        return _page(
            request,
            _visible(request, pk),
            alert=refused.sentence,
            typed=form.cleaned_data["reason"],
            status=refused.status,
        )
    messages.success(request, _said_of(done).format(number=pk))
    return redirect("standing", pk=pk)


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End it. Only a POST does."""
    _visible(request, pk)
    if request.method != "POST":
        return redirect("standing", pk=pk)
    reason = request.POST.get("reason", "")
    try:
        revoke_standing(pk, actor=actor_of(request), person=person_of(request), reason=reason)
    except NotYours:
        raise Http404 from None
    except Refusal as refused:
        return _page(request, _visible(request, pk), alert=refused.sentence, typed=reason[:4000], status=refused.status)
    said = _("Standing approval {number} is revoked: the next such action waits for people again.")
    messages.success(request, said.format(number=pk))
    return redirect("standing", pk=pk)


@signed_in
@same_site_only
@require_POST
def trial(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What terms still being typed would cover. Writes nothing; the page asks while somebody types."""
    found = Action.objects.visible_to(person_of(request)).select_related("agent", "team").filter(pk=pk).first()
    if found is None:
        raise Http404
    form = StandingForm(request.POST, action=found, person=person_of(request), prefix=MOVE.slug)
    form.is_valid()
    return render(
        request, "_standing_trial.html", {"trial": form.trial, "condition": form.cleaned_data.get("condition")}
    )


def _said_of(voted: StandingApproval) -> str:
    """What a vote came to."""
    if voted.status == StandingApproval.Status.ACTIVE:
        return _("Your vote on standing approval {number} is recorded. It is in force now.")
    if voted.status == StandingApproval.Status.DECLINED:
        return _("Your vote on standing approval {number} is recorded. It is declined.")
    return _("Your vote on standing approval {number} is recorded. It still waits for others.")


def _visible(request: HttpRequest, pk: int) -> StandingApproval:
    found = terms.visible_to(person_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, found: StandingApproval, *, alert: str = "", typed: str = "", status: int = 200
) -> HttpResponse:
    reviewer = reviewer_on(request) or Reviewer(person_of(request))
    case = StandingCase(found, reviewer, timezone.now())
    context = {"section": "standing", "case": case, "standing": found, "alert": alert, "typed": typed}
    return render(request, "standing.html", context, status=status)
