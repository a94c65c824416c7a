"""VERB: look_at_sample. What a person thinks of an action that the rules approved, after the fact."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.entries import record
from actions.models import Action, DecidedVia, Sample
from governance.actors import Actor
from governance.english import in_english
from governance.errors import AlreadyLookedAt, Conflict, MalformedBody, NotEligible, ReasonRequired, Refusal
from governance.frozen_words import number
from governance.models import Person
from reviews.eligibility import Reviewer, owners_of, reaches, reviewer_of
from reviews.vote import MAX_REASON, checked_text, locked


def look_at_sample(action_id: int, *, actor: Actor, person: Person, finding: str, note: str = "") -> Sample:
    """Record a look at a sample: "fine", or "concern" with a note. The action itself stays as it is.

    Raises, with nothing recorded: MalformedBody for another finding, ReasonRequired for a concern without a note,
    NotYours, Conflict where the action is no sample, NotEligible (`sample_refusal`), AlreadyLookedAt.
    """
    if finding not in Sample.Finding.values:
        raise MalformedBody(_("The finding is neither fine nor concern. Nothing was recorded. Choose one of them."))
    note = checked_text(note, "note", MAX_REASON)
    if finding == Sample.Finding.CONCERN and not note:
        raise ReasonRequired(_("A concern needs a note. Nothing was recorded. Say what a person should have seen."))
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        sample = Sample.objects.select_related("looked_by").filter(action=action).first()
        if sample is None:
            raise Conflict(_("Action {action} is no sample. Nothing was recorded.").format(action=action.pk))
        if refused := sample_refusal(Person.objects.get(pk=person.pk), action, sample):
            raise refused
        sample.looked_at, sample.looked_by = timezone.now(), person
        sample.finding, sample.note = finding, note
        sample.save(update_fields=["looked_at", "looked_by", "finding", "note"])
        record(
            action,
            "sample.looked_at",
            actor=actor,
            data={"finding": in_english(sample.get_finding_display).lower(), "note": note},
            at=sample.looked_at,
        )
    return sample


def sample_of(action: Action) -> Sample | None:
    """The sample it was drawn as. Asked once for the action, and only of what the rules approved."""
    return getattr(action, "sample", None) if action.decided_via == DecidedVia.RULES else None


def sample_refusal(who: Person | Reviewer, action: Action, sample: Sample) -> Refusal | None:
    """Why this person may not look at this sample; None when they may. Who could have decided it may."""
    reviewer = reviewer_of(who)
    if sample.looked_at is not None and sample.looked_by is not None:
        return AlreadyLookedAt(
            _("{looked_by} looked at this at {looked_at} UTC. Nothing was recorded.").format(
                looked_by=sample.looked_by.shown_name, looked_at=f"{sample.looked_at:%Y-%m-%d %H:%M:%S}"
            )
        )
    if not reviewer.decides:
        return NotEligible(_("Your role reads; it does not decide, so it takes no samples either."))
    if reviewer.person.identity in owners_of(action):
        return NotEligible(_("You own this agent, so somebody else must look at what it does."))
    if not reaches(reviewer.person.approval_level or 0, action):
        return NotEligible(
            _("The score {risk_score} is above your approval level.").format(risk_score=number(action.risk_score))
        )
    return None
