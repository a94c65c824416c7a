"""The pages: parse, call, answer. What a page shows is gathered in queues, case and history; verbs do the writing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from actions.models import Action
from governance import near_policies
from governance.actors import Actor
from governance.errors import NotYours, Refusal
from governance.sign_in import actor_of, confirm
from reviews import folding, queues
from reviews import history as ledger_history
from reviews.answers import csv_file, page_or_part, query_without
from reviews.bulk.selected import may_approve_together
from reviews.case import Case
from reviews.claim import renew_claim
from reviews.classified import policies_named
from reviews.context import Tally, counts_of, reviewer_on, tally_of
from reviews.desk.filters import QueueFilter
from reviews.desk.forms import Desk
from reviews.eligibility import JOINED, Reviewer, asks_password
from reviews.exports import export_history
from reviews.filters import HistoryFilter
from reviews.forms import DecisionForm
from reviews.gates import person_of, same_site_only, signed_in
from reviews.models import Verdict
from reviews.moves import move_named
from reviews.moves.base import OnPage
from reviews.pace import opened_at
from reviews.receipts import RECEIPT, Receipt, receipt_of
from reviews.rows import Row, with_all_a_row_asks
from reviews.sorting import Sorting
from reviews.vote import cast_vote, voter_name

# The refusals that are about one field of the form.
_FIELDS = {"reason_required": "reason", "step_up_required": "password"}


@signed_in
@require_safe
def queue(request: HttpRequest, slug: str = queues.QUEUES[0].slug) -> HttpResponseBase:
    """One queue, a page of it, in the order and under the filters of the address."""
    person, now = person_of(request), timezone.now()
    reviewer, counts = reviewer_on(request) or Reviewer(person), counts_of(request)
    chosen = queues.queue_named(slug)
    if chosen is None or counts is None or chosen not in counts.shown:
        raise Http404
    template = page_or_part(request, "queue.html", "_queue_refresh.html")
    is_whole = template == "queue.html"
    found = chosen.rows(reviewer)
    # What waits in the teams costs less to look through than what each queue's own rule picks from it.
    offers = (found if chosen.table else queues.everything(reviewer)) if is_whole else None
    filters = QueueFilter(request.GET, found, identity=person.identity, decided=bool(chosen.table), offers=offers)
    sorting = Sorting(chosen.orders, request.GET)
    waiting = filters.qs if chosen.table else folding.leaders(filters.qs)
    page = sorting.order.keyset.page(with_all_a_row_asks(waiting), request.GET, queues.PAGE_SIZE)
    twins = {} if chosen.table else folding.twins_of(filters.qs, page.rows)
    rows = [Row(action, reviewer, now, twins.get(action.pk, ())) for action in page.rows]
    selectable = [] if chosen.table else [row for row in rows if row.refusal is None]
    tally = tally_of(chosen, filters.qs, now) if filters.used else counts.tallies[chosen.slug]
    context = {
        "section": "review",
        "queue": chosen,
        "title": chosen.title_for(reviewer),
        "counts": counts,
        "filter": filters,
        "sorting": sorting,
        "tally": tally if filters.is_valid_or_unused else Tally(),
        "oldest": tally.waiting(now),
        "rows": rows,
        "selectable": selectable,
        "together": any(may_approve_together(row.action) for row in selectable),
        "page": page,
        "now": now,
        "query": query_without(request),
        "desk": Desk(reviewer, counts.shown, chosen, filters, sorting) if is_whole else None,
        "can_decide": person.has_perm("actions.decide_action"),
        "has_team": person.has_perm("actions.view_all_teams") or bool(reviewer.seats[0].groups),
    }
    return render(request, template, context)


@signed_in
@require_safe
def action(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One action: everything about it, and the decision panel."""
    return _action_page(request, _visible_action(request, pk))


@signed_in
@require_safe
def nearly(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The policies that nearly matched an action: a part of its page, asked for once somebody looks there."""
    found = _visible_action(request, pk)
    near = near_policies.nearly(found.pk, found.rulebook_version)
    rows = policies_named(miss.policy.name for miss in near.misses)
    misses = [(miss, rows.get(miss.policy.name)) for miss in near.misses]
    context = {"section": "review", "action": found, "found": near, "misses": misses}
    return render(request, page_or_part(request, "action_nearly.html", "_action_nearly.html"), context)


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A verdict on an action. Only a POST decides; anybody who merely opens the address is shown the action."""
    person = person_of(request)
    # What its page shows besides is read only where the page is drawn; the verb reads it anew, behind the lock.
    found = Action.objects.visible_to(person).filter(pk=pk).first()
    if found is None:
        raise Http404
    if request.method != "POST":
        return redirect("action", pk=pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _action_page(
            request, _visible_action(request, pk), form=form, alert=form.sentence, wrong=_wrong(form), status=400
        )
    try:
        approving = form.cleaned_data["verdict"] == Verdict.APPROVE
        vote = cast_vote(
            found.pk,
            actor=_actor(request, form, confirms=approving and asks_password(found)),
            person=person,
            verdict=form.cleaned_data["verdict"],
            digest=form.cleaned_data["digest"],
            reason=form.cleaned_data["reason"],
            conditions=form.cleaned_data["conditions"],
            opened=opened_at(form.cleaned_data["opened"], found, person),
        )
    except NotYours:
        raise Http404 from None
    except Refusal as refused:
        # Read again: somebody else, or the deadline, may have changed it a moment ago.
        again = _visible_action(request, pk)
        wrong = _FIELDS.get(refused.code, "")
        return _action_page(request, again, form=form, alert=refused.sentence, wrong=wrong, status=refused.status)
    messages.success(request, receipt_of(vote, voter_name(vote)), extra_tags=RECEIPT)
    return redirect("action", pk=pk)


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: int, slug: str) -> HttpResponseBase:
    """One of the other moves. Only a POST makes it; anybody who merely opens the address is shown the action."""
    chosen = move_named(slug)
    if chosen is None:
        raise Http404
    found = _visible_action(request, pk)
    if request.method != "POST":
        return redirect("action", pk=pk)
    person = person_of(request)
    form = chosen.form(request.POST, request.FILES, action=found, person=person, prefix=chosen.slug)
    if not form.is_valid():
        tried = OnPage(chosen, form, is_open=True)
        return _action_page(request, found, tried=tried, alert=form.sentence, status=400)
    try:
        done = chosen.make(found, _actor(request, form, confirms=chosen.confirms), person, form.cleaned_data)
    except NotYours:
        raise Http404 from None
    except Refusal as refused:
        tried = OnPage(chosen, form, is_open=True)
        again = _visible_action(request, pk)
        return _action_page(request, again, tried=tried, alert=refused.sentence, status=refused.status)
    messages.success(request, done, extra_tags=RECEIPT if chosen.is_decision else "")
    return redirect("action", pk=pk)


@signed_in
@require_safe
def following(request: HttpRequest, pk: int) -> HttpResponseBase:
    """On to the next of the person's queue after this one, undecided as it is; to the queue when there is none."""
    found = Action.objects.visible_to(person_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    after = queues.next_for(_reviewer(request), besides=found)
    if after is not None:
        return redirect("action", pk=after.pk)
    messages.info(request, _("Nothing else waits for you."))
    return redirect("queue")


@signed_in
@same_site_only
@require_http_methods(["GET", "HEAD", "POST"])
def at_it(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who is at an action by now. Asked from an open page, which renews the claim of the person who has it open."""
    found = _visible_action(request, pk)
    if request.method != "POST":
        return redirect("action", pk=pk)
    renew_claim(found.pk, person=person_of(request))
    again = _visible_action(request, pk)
    case = Case(again, _reviewer(request))
    return render(request, "_at_it.html", {"case": case, "action": again})


@signed_in
@require_safe
def history(request: HttpRequest) -> HttpResponseBase:
    """What happened, latest first."""
    person = person_of(request)
    filters = HistoryFilter(request.GET, ledger_history.visible_entries(person))
    page = ledger_history.ORDER.page(filters.qs, request.GET, ledger_history.PAGE_SIZE)
    context = {
        "section": "history",
        "filter": filters,
        "lines": ledger_history.lines_of(page.rows, person),
        "page": page,
        "query": query_without(request),
        "can_export": person.has_perm("actions.export_history"),
        "sees_all": person.has_perm("actions.view_all_teams"),
    }
    return render(request, page_or_part(request, "history.html", "_history_results.html"), context)


@signed_in
@same_site_only
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The history as CSV, under the same filters as the page."""
    person = person_of(request)
    if not person.has_perm("actions.export_history"):
        raise PermissionDenied
    filters = HistoryFilter(request.GET, ledger_history.visible_entries(person))
    if not filters.is_valid_or_unused:
        return redirect(f"{request.path.removesuffix('export.csv')}?{request.GET.urlencode()}")
    if request.method == "HEAD":
        return HttpResponse(content_type="text/csv; charset=utf-8")
    return csv_file(export_history(filters.qs, actor=actor_of(request), filters=filters.used), "history")


def _actor(request: HttpRequest, form: Form, *, confirms: bool) -> Actor:
    """Who sent the form, and whether they proved themselves again with it. Without a password the verb says so."""
    password = form.cleaned_data.get("password") if confirms else ""
    return confirm(person_of(request), password, request) if password else actor_of(request)


def _wrong(form: DecisionForm) -> str:
    """The field of the form that says itself what is wrong with it; empty when none of those is."""
    return next((name for name in form.errors if name in _FIELDS.values()), "")


def _reviewer(request: HttpRequest) -> Reviewer:
    """The signed-in person with their seats, the one of the frame."""
    return reviewer_on(request) or Reviewer(person_of(request))


def _visible_action(request: HttpRequest, pk: int) -> Action:
    """The action, if it is one of the person's teams; a stranger's id does not exist."""
    seen = with_all_a_row_asks(_reviewer(request).sees())
    found = seen.select_related(*JOINED, "team", "outcome").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _action_page(
    request: HttpRequest,
    found: Action,
    *,
    form: DecisionForm | None = None,
    tried: OnPage | None = None,
    alert: str = "",
    wrong: str = "",
    status: int = 200,
) -> HttpResponse:
    case = Case(found, _reviewer(request), tried=tried)
    # What comes next is asked only where this one is done with.
    after = queues.next_for(case.row.reviewer, besides=found) if case.row.refusal else None
    told = list(get_messages(request))
    context: dict[str, Any] = {
        "section": "review",
        # A receipt takes the place of the form; everything else is told at the top.
        "messages": [one for one in told if RECEIPT not in one.tags.split()],
        "receipt": next((Receipt(str(one)) for one in told if RECEIPT in one.tags.split()), None),
        "counts": counts_of(request),
        "case": case,
        "action": found,
        "next": Row(after, case.row.reviewer, case.now) if after else None,
        "form": form or DecisionForm(),
        "alert": alert,
        # Where the form cannot be drawn any more, no field of it says what was wrong.
        "wrong": "" if case.row.refusal else wrong,
        "tried": tried,
        "undone": _("Not done.") if tried else _("Not decided."),
    }
    return render(request, "action.html", context, status=status)
