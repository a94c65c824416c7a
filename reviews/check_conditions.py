"""VERB: check_conditions. After the outcome, a person says whether the agent kept to the conditions."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from actions.entries import record
from actions.models import Action, State
from governance.actors import Actor
from governance.errors import Conflict, NotEligible, ReasonRequired, Refusal
from governance.models import Person
from reviews.eligibility import owners_of
from reviews.models import ConditionCheck
from reviews.vote import MAX_REASON, checked_text, locked

REPORTED = (State.EXECUTED, State.FAILED)


def check_conditions(action_id: int, *, actor: Actor, person: Person, kept: bool, note: str = "") -> ConditionCheck:
    """Record whether the conditions of an approval were kept, once, after the agent's report.

    Raises, with nothing recorded: NotYours, NotEligible, Conflict when there is nothing to check or it was checked
    before, ReasonRequired when they were not kept and nobody says how, MalformedBody for an unusable note.
    """
    note = checked_text(note, "note", MAX_REASON)
    with transaction.atomic(durable=True):
        action = locked(action_id, person)
        person = Person.objects.get(pk=person.pk)
        if refused := check_refusal(person, action):
            raise refused
        if not kept and not note:
            raise ReasonRequired(_("Say how the conditions were not kept; it stays in the history."))
        check = ConditionCheck(action=action, person=person, kept=kept, note=note)
        check.save(force_insert=True)
        record(
            action,
            "conditions.checked",
            actor=actor,
            data={"found": "kept" if kept else "not kept", "note": note or "no note", "conditions": action.conditions},
        )
    return check


def may_check(person: Person) -> bool:
    """Whether this person's role checks conditions: whoever decides or audits."""
    return person.is_active and (
        person.has_perm("actions.decide_action") or person.has_perm("governance.view_ledgerentry")
    )


def check_refusal(person: Person, action: Action) -> Refusal | None:
    """Why this person may not check the conditions of this action; None when they may."""
    if not action.conditions:
        return Conflict(_("This action was approved without conditions, so there is nothing to check."))
    if action.state not in REPORTED:
        return Conflict(_("The agent has not reported an outcome yet, so its conditions cannot be checked."))
    check = ConditionCheck.objects.filter(action=action).select_related("person").first()
    if check is not None:
        when = f"{check.checked_at:%Y-%m-%d %H:%M:%S} UTC"
        return Conflict(
            _("{person} checked these conditions at {when}. The first check stands.").format(
                person=check.person.shown_name, when=when
            )
        )
    if not may_check(person):
        return NotEligible(_("Your role does not check conditions. Ask a reviewer or an auditor."))
    if person.identity in owners_of(action):
        return NotEligible(_("You own this agent, so somebody else must say whether it kept to its conditions."))
    return None
