"""VERBS: break_glass, review_break_glass, glass_alarms. One senior approves alone; somebody else looks within a day.

For the emergency in which the people a route asks for cannot be had (threats AC42). It is never quiet: it has an entry
of its own, a banner stands on the pages until somebody else has looked, and an alarm goes off when nobody does.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from actions import lifecycle
from actions.entries import record
from actions.expire import expire_locked
from actions.models import Action, DecidedVia, State
from governance import ledger
from governance.actors import Actor, system
from governance.english import in_english
from governance.errors import (
    AlreadyLookedAt,
    Conflict,
    DeadlinePassed,
    MalformedBody,
    NotEligible,
    ReasonRequired,
    Refusal,
    StepUpRequired,
)
from governance.models import Person, Role
from governance.routing import CEILINGS
from reviews import outbox
from reviews.canaries import reveal
from reviews.eligibility import Reviewer, refused_outright, reviewer_of
from reviews.models import BreakGlass
from reviews.vote import MAX_REASON, check_digest, checked_text, conditions_of, locked

LEAST_REASON = 20  # characters: a sentence, not a word
REVIEW_WITHIN = timedelta(hours=24)
ALARM = system("glass")

logger = logging.getLogger(__name__)


def break_glass(action_id: int, *, actor: Actor, person: Person, reason: str, digest: str) -> Action:
    """Approve a pending action alone, on exactly the content whose digest was shown. Votes already cast stay.

    A canary is settled as what it is, a test that was approved: no glass is broken for it.

    Raises, with nothing decided: ReasonRequired below 20 characters, MalformedBody for an unusable reason, NotYours,
    NotPending, DeadlinePassed, NotEligible (`glass_refusal`), StaleContent, StepUpRequired without a fresh password.
    """
    reason = checked_text(reason, "reason", MAX_REASON)
    if len(reason) < LEAST_REASON:
        raise ReasonRequired(
            _(
                "Breaking the glass takes a reason of at least {least_reason} characters. Nothing was"
                " decided. Say what the emergency is and why nobody else can be asked."
            ).format(least_reason=LEAST_REASON)
        )
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        if not expire_locked(action):
            # Read again behind the lock, like every vote (I19).
            person = Person.objects.get(pk=person.pk)
            if refused := glass_refusal(person, action):
                raise refused
            check_digest(action, digest)
            at = timezone.now()
            if not actor.is_confirmed(at):
                raise StepUpRequired
            _approve_alone(action, actor=actor, person=person, reason=reason, at=at)
            return action
    # Raised after the commit, so that the expiry this came too late for stays recorded.
    raise DeadlinePassed


def glass_refusal(who: Person | Reviewer, action: Action) -> Refusal | None:
    """Why this person may not break the glass for this action; None when they may.

    Every rule of a decision holds but those of the route: who is wanted, and how many. Who approved it before may.
    """
    reviewer = reviewer_of(who)
    if refused := refused_outright(reviewer, action, may_have_approved=True):
        return refused
    if not reviewer.person.has_perm("actions.break_glass"):
        return NotEligible(_("Only a senior reviewer may break the glass."))
    own = reviewer.seats[0]
    if own.level < max(CEILINGS):
        return NotEligible(
            _("Breaking the glass takes approval level {wanted}; yours is {level}.").format(
                wanted=max(CEILINGS), level=own.level
            )
        )
    theirs = own.sees_all or action.team_id in own.groups or action.seats.filter(group__in=own.groups).exists()
    if not theirs:
        return NotEligible(_("You see this action for somebody who is away. Break the glass in your own teams only."))
    return None


def _approve_alone(action: Action, *, actor: Actor, person: Person, reason: str, at: datetime) -> None:
    via = DecidedVia.PERSON if action.is_canary else DecidedVia.GLASS
    action.conditions = conditions_of(action)
    lifecycle.settle(action, State.APPROVED, via=via, at=at, reason=reason, by=person, by_name=person.shown_name)
    data: dict[str, Any] = {
        "from": str(State.PENDING),
        "to": str(State.APPROVED),
        "reason": reason,
        "votes": action.votes.count(),
        "needed": action.way.needed,
        "waited_s": int((at - action.created_at).total_seconds()),
    }
    if action.is_canary:
        _record("action.approved", action, actor, {**data, "alone": True}, at)
        reveal(action, actor=actor, at=at)
        return
    glass = BreakGlass(action=action, person=person, reason=reason, broken_at=at, review_by=at + REVIEW_WITHIN)
    glass.save(force_insert=True)
    outbox.tell("break_glass", action, _to_be_told(person), by=person.shown_name, channels=True)
    _record("action.glass_broken", action, actor, {**data, "review_by": ledger.timestamp(glass.review_by)}, at)


def _to_be_told(person: Person) -> QuerySet[Person]:
    """Every admin, and everybody else who may look at a broken glass."""
    return Person.objects.filter(role__in=[Role.ADMIN, Role.AUDITOR, Role.SENIOR], is_active=True).exclude(pk=person.pk)


def review_break_glass(action_id: int, *, actor: Actor, person: Person, finding: str, note: str) -> BreakGlass:
    """Record what somebody else finds about a broken glass: "right" or "wrong", and why.

    Raises, with nothing recorded: MalformedBody for another finding, ReasonRequired without a note, NotYours, Conflict
    where no glass was broken, NotEligible (`review_refusal`), AlreadyLookedAt naming who was first.
    """
    if finding not in BreakGlass.Finding.values:
        raise MalformedBody(_("The finding is neither right nor wrong. Nothing was recorded. Choose one of them."))
    note = checked_text(note, "note", MAX_REASON)
    if not note:
        raise ReasonRequired(_("A note is required. Nothing was recorded. Say in a sentence what you looked at."))
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        glass = BreakGlass.objects.select_related("person", "reviewed_by").filter(action=action).first()
        if glass is None:
            raise Conflict(_("No glass was broken for action {action}. Nothing was recorded.").format(action=action.pk))
        if refused := review_refusal(Person.objects.get(pk=person.pk), glass):
            raise refused
        glass.reviewed_at, glass.reviewed_by = timezone.now(), person
        glass.finding, glass.note = finding, note
        glass.save(update_fields=["reviewed_at", "reviewed_by", "finding", "note"])
        data = {"finding": in_english(glass.get_finding_display).lower(), "note": note, "by": glass.person.shown_name}
        _record("glass.reviewed", action, actor, data, glass.reviewed_at)
    return glass


def review_refusal(person: Person, glass: BreakGlass) -> Refusal | None:
    """Why this person may not look at this broken glass; None when they may."""
    if glass.reviewed_at is not None and glass.reviewed_by is not None:
        return AlreadyLookedAt(
            _("{reviewed_by} looked at this at {reviewed_at} UTC and found it {finding}. Nothing was recorded.").format(
                reviewed_by=glass.reviewed_by.shown_name,
                reviewed_at=f"{glass.reviewed_at:%Y-%m-%d %H:%M:%S}",
                finding=glass.get_finding_display().lower(),
            )
        )
    if not person.has_perm("actions.review_glass"):
        return NotEligible(_("A senior reviewer, an admin or an auditor looks at broken glass; your role does not."))
    if glass.person.identity == person.identity:
        return NotEligible(_("You broke this glass yourself, so somebody else must look at it."))
    return None


def glass_alarms() -> int:
    """Report every broken glass nobody looked at in time, each once. Returns how many were reported now."""
    late = BreakGlass.objects.filter(reviewed_at__isnull=True, alarmed_at__isnull=True, review_by__lte=timezone.now())
    return sum(_alarm(pk) for pk in list(late.order_by("review_by").values_list("action_id", flat=True)[:500]))


def _alarm(action_id: int) -> bool:
    with transaction.atomic(durable=True):
        action = Action.objects.select_for_update(of=("self",)).get(pk=action_id)
        glass = BreakGlass.objects.select_related("person").get(action=action)
        if glass.reviewed_at is not None or glass.alarmed_at is not None:
            return False  # somebody looked, or another worker reported it, a moment ago
        glass.alarmed_at = timezone.now()
        glass.save(update_fields=["alarmed_at"])
        data = {"review_by": ledger.timestamp(glass.review_by), "by": glass.person.shown_name}
        _record("glass.review_overdue", action, ALARM, data, glass.alarmed_at)
    logger.error("Nobody looked at the broken glass of action %s before %s.", action_id, glass.review_by)
    return True


def _record(kind: str, action: Action, actor: Actor, data: dict[str, Any], at: datetime) -> None:
    record(
        action,
        kind,
        actor=actor,
        data=data,
        judged=True,
        at=at,
    )
