"""VERB: edit_and_approve. A reviewer puts other content in the place of the agent's, and approves that."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from actions.contract import Submission
from actions.differences import differences
from actions.edited import parse_edited
from actions.expire import expire_locked
from actions.models import Action, KillSwitch, State
from actions.submit import Arrival, store, weigh_for
from governance.actors import Actor
from governance.errors import DeadlinePassed, NotEligible, Refusal, StepUpRequired
from governance.models import Person, RulebookVersion
from governance.routing import Requirement, Route, Stage
from reviews.eligibility import VOTES, Seat, asks_password, seat_for
from reviews.models import Verdict
from reviews.request_changes import send_back
from reviews.vote import locked, look, reason_of, write_vote


def edit_and_approve(
    action_id: int, *, actor: Actor, person: Person, digest: str, content: str, reason: str
) -> tuple[Action, Refusal | None]:
    """Submit `content`, a JSON text, in the place of a pending action, and approve it as far as this person may.

    The new action has the same agent, key and team. The rules score, judge and route it anew: what they deny is
    rejected, what they would let pass is approved by the editor, and what people must decide waits for them, with
    the editor's approval as the first vote if their seat is wanted. The old one is sent back; both are linked.

    Returns the new action, and why the editor's approval does not count there (None when it does, or was not asked).
    A critical one has to be approved on its own page, with the password. Of a planted test nothing new comes.

    Raises, with nothing written: ReasonRequired, MalformedBody naming the place of a mistake, what else a submission
    raises for its content, NotEligible where the route forbids edits, and what a vote raises.
    """
    reason = reason_of(reason)
    with transaction.atomic(durable=True):
        old = locked(action_id, person)
        if not expire_locked(old):
            person = Person.objects.get(pk=person.pk)
            seat = look(old, person=person, digest=digest)
            if not old.way.edit_allowed:
                raise NotEligible(
                    _("The route of this action allows no edits. Request changes from the agent instead.")
                )
            edited = parse_edited(content, old.payload, settings.MAX_BODY_BYTES)
            if old.is_canary:  # who would not let it pass as it was has caught it; nothing takes a test's place
                send_back(old, seat, kind="action.changes_requested", actor=actor, reason=reason, said=reason)
                return old, None
            return _replace(old, edited, seat, actor=actor, reason=reason)
    raise DeadlinePassed


def _replace(
    old: Action, edited: Submission, seat: Seat, *, actor: Actor, reason: str
) -> tuple[Action, Refusal | None]:
    by_editor = _route_of(seat, old)
    new, answer = weigh_for(old.agent, edited, key=old.key, arrival=_arrival(old, edited), at_least=by_editor)
    new.supersedes, new.edited_by = old, seat.person
    new.team_id = old.team_id
    store(new, answer, actor)
    changed = differences(old.payload, new.payload)
    send_back(
        old,
        seat,
        kind="action.edited",
        actor=actor,
        reason=reason,
        said=f"A reviewer edited this action; the edited one is action {new.pk}. {reason}",  # the agent reads it
        superseded_by=str(new.pk),
        digest_after=new.digest,
        changed=len(changed),
    )
    if new.state != State.PENDING:
        return new, None
    prefetch_related_objects([new], *VOTES)
    if asks_password(new):
        return new, StepUpRequired(_("It is critical. Open it and approve it with your password."))
    wanted = seat if answer.route is by_editor else seat_for(seat.person, new)
    if isinstance(wanted, Refusal):
        return new, wanted
    write_vote(new, wanted, actor=actor, verdict=Verdict.APPROVE, reason=reason)
    return new, None


def _route_of(seat: Seat, action: Action) -> Route:
    """How an edit is approved where the rules ask nobody: by somebody who belongs where its editor does."""
    group = None if seat.ballot(action, 1).in_team else Group.objects.filter(pk__in=seat.groups).first()
    wanted = Requirement(1, group=group.pk, group_name=group.name) if group else Requirement(1)
    return Route("Edited by a reviewer", (Stage((wanted,)),))


def _arrival(old: Action, edited: Submission) -> Arrival:
    """How the edited content came in. The rules and the kill switch are those of now."""
    return Arrival(
        path="",
        body_digest=hashlib.sha256(edited.content.encode()).hexdigest(),
        correlation_id=old.correlation_id,
        idempotency_key=None,
        rules_version=RulebookVersion.objects.order_by("-version").values_list("version", flat=True).first(),
        switched_off=KillSwitch.objects.filter(blocked=True).values_list("reason", flat=True).first() or "",
    )
