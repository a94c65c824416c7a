"""VERBS: delegate, end_delegation. While somebody is away, one other person acts for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from governance import ledger
from governance.actors import Actor
from governance.errors import Forbidden, InvalidDelegation, ReasonRequired
from governance.models import Delegation, Person

LONGEST = timedelta(days=90)
MAX_REASON = 300


def delegate(
    *,
    actor: Actor,
    by: Person,
    person: Person,
    to: Person,
    starts_at: datetime | None,
    ends_at: datetime,
    reason: str = "",
) -> Delegation:
    """Let `to` act for `person` from one moment (now for None) until another, at most 90 days.

    `by` is whoever asks for it: the person, or for somebody else an admin, who must say why. Lent are the groups that
    are the person's own; what others lent to them stays with them.

    Raises Forbidden, ReasonRequired, or InvalidDelegation with a sentence per field; nothing is written then.
    """
    reason = _checked_reason(reason)
    with transaction.atomic(durable=True):
        # Both rows are locked in the order of their ids, so that two delegations of one person take turns.
        wanted = {row.pk: row for row in _locked({person.pk, to.pk, by.pk}).order_by("pk")}
        person, to, by = wanted[person.pk], wanted[to.pk], wanted[by.pk]
        if by.pk != person.pk:
            _check_for_another(by, "governance.add_delegation", reason)
        now = timezone.now()
        starts_at = now if starts_at is None or starts_at < now else starts_at
        _check_people(person, to)
        _check_times(now, starts_at, ends_at)
        _check_alone(person, starts_at, ends_at)
        made = Delegation(person=person, delegate=to, starts_at=starts_at, ends_at=ends_at, reason=reason)
        made.save(force_insert=True)
        _record("delegation.started", made, actor, reason)
    return made


def end_delegation(delegation_id: int, *, actor: Actor, by: Person, reason: str = "") -> Delegation:
    """End a delegation before its time: the next vote of the delegate is refused. Ending it twice changes nothing.

    The person, the delegate, or an admin, who must say why. Raises Forbidden, ReasonRequired; InvalidDelegation for a
    reason that is too long.
    """
    reason = _checked_reason(reason)
    with transaction.atomic(durable=True):
        # A vote cast by the delegate locks this row, too (reviews.vote.look): one of the two comes first.
        found = Delegation.objects.select_for_update(of=("self",)).select_related("person", "delegate")
        ended = found.get(pk=delegation_id)
        by = Person.objects.get(pk=by.pk)
        if by.pk not in (ended.person_id, ended.delegate_id):
            _check_for_another(by, "governance.change_delegation", reason)
        now = timezone.now()
        if ended.ended_at is None and ended.ends_at > now:
            ended.ended_at = now
            ended.save(update_fields=["ended_at"])
            _record("delegation.ended", ended, actor, reason)
    return ended


def _locked(ids: set[int]) -> Any:
    # Not the full lock: that would make every vote of these people, whose foreign key points here, wait.
    return Person.objects.select_for_update(no_key=True).filter(pk__in=ids)


def _checked_reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if len(reason) > MAX_REASON or "\x00" in reason:
        raise _invalid(
            "reason", _("Say it in at most {max_reason} characters of plain text.").format(max_reason=MAX_REASON)
        )
    return reason


def _check_for_another(by: Person, permission: str, reason: str) -> None:
    if not by.has_perm(permission):
        raise Forbidden(_("Only the person themselves or an admin arranges who acts for them. Nothing was changed."))
    if not reason:
        raise ReasonRequired


def _check_people(person: Person, to: Person) -> None:
    if not person.is_active or not person.has_perm("actions.decide_action"):
        raise _invalid(
            "person",
            _("{person} decides nothing, so there is nothing to do in their place.").format(person=person.shown_name),
        )
    if to.identity == person.identity:
        raise _invalid("delegate", _("The delegate must be another human being, not another account of the same one."))
    if not to.is_active:
        raise _invalid("delegate", _("The account of {to} is not active. Name somebody else.").format(to=to.shown_name))
    if not to.has_perm("actions.decide_action") or to.approval_level is None:
        raise _invalid(
            "delegate", _("{to} may not decide anything themselves. Name a reviewer.").format(to=to.shown_name)
        )


def _check_times(now: datetime, starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= now:
        raise _invalid("ends_at", _("The end is not in the future."))
    if ends_at <= starts_at:
        raise _invalid("ends_at", _("The delegation must begin before it ends."))
    if ends_at - starts_at > LONGEST:
        raise _invalid(
            "ends_at", _("A delegation lasts at most {days} days. Renew it when it is over.").format(days=LONGEST.days)
        )


def _check_alone(person: Person, starts_at: datetime, ends_at: datetime) -> None:
    """One delegate at a time for one human being: two would be two voices of one absent person."""
    other = (
        Delegation.objects.filter(Q(person=person.identity) | Q(person__same_as=person.identity))
        .filter(ended_at__isnull=True, starts_at__lt=ends_at, ends_at__gt=starts_at)
        .select_related("delegate")
        .first()
    )
    if other is not None:
        raise _invalid(
            "delegate",
            _(
                "{delegate} acts for {person} from {starts_at} until {ends_at} UTC already. End that"
                " first, or choose another time."
            ).format(
                delegate=other.delegate.shown_name,
                person=person.shown_name,
                starts_at=f"{other.starts_at:%Y-%m-%d %H:%M}",
                ends_at=f"{other.ends_at:%Y-%m-%d %H:%M}",
            ),
        )


def _invalid(field: str, problem: str) -> InvalidDelegation:
    return InvalidDelegation(_("{problem} Nothing was changed.").format(problem=problem), errors={field: problem})


def _record(kind: str, row: Delegation, actor: Actor, reason: str) -> None:
    ledger.append(
        kind,
        actor=actor,
        stream=f"person:{row.person_id}",
        subject={"kind": "person", "id": str(row.person_id)},
        data={
            "delegation": str(row.pk),
            "person": row.person.username,
            "delegate": row.delegate.username,
            "delegate_id": str(row.delegate_id),
            "from": ledger.timestamp(row.starts_at),
            "until": ledger.timestamp(row.ends_at),
            "reason": reason or "no reason given",
        },
    )
