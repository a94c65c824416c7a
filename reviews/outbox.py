"""VERBS: announce, announce_again, tell. What people and chat rooms are to be told, as rows; a worker sends them.

A row is written in the transaction of what it tells about, so nobody is told of what did not happen, and nothing that
happened is kept from them. Nothing is ever sent here (reviews/notices/deliveries.py), and a submission writes nothing
of this: it leaves `announced_at` empty, which is all that `announce` looks for.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from actions.models import Action, State
from governance.models import Person
from reviews.deciders import deciders, groups_of
from reviews.eligibility import JOINED, VOTES
from reviews.models import Channel, Notice, NoticePreference
from reviews.notices.kinds import KINDS
from reviews.notices.receivers import preferences_of, send_time

AT_ONCE = 100
_SOON = timedelta(hours=1)
# The kinds `announce` writes: who got one of them about an action knows of it.
_ANNOUNCED = ("wanted", "due_soon")

logger = logging.getLogger(__name__)


def announce(limit: int = AT_ONCE) -> int:
    """Tell those who can decide about up to `limit` pending actions nobody was told about yet, oldest first.

    Each in a transaction of its own, under the lock of its row. What waits for a daily mail while its action became due
    within the hour is hurried on. Returns how many actions were announced.
    """
    now = timezone.now()
    _hurry(now)
    waiting = Action.objects.pending().filter(announced_at__isnull=True, deadline__gt=now).order_by("pk")
    announced = 0
    for pk in list(waiting.values_list("pk", flat=True)[:limit]):
        try:
            announced += _announce_one(pk)
        except DatabaseError:
            raise
        except Exception:  # one action that cannot be read must not keep the others from being announced
            logger.exception("Action %s could not be announced; it is tried again.", pk)
    return announced


def announce_again(action: Action) -> None:
    """Let the worker look again who can decide a locked action: its stage changed, or others were called in.

    Those who were told before are not told twice.
    """
    if action.announced_at is not None:
        action.announced_at = None
        action.save(update_fields=["announced_at"])


def tell(kind: str, action: Action, people: Iterable[Person], *, by: str = "", channels: bool = False) -> int:
    """Note that these people are to be told about an action; one of notices/kinds.py. For verbs, in their transaction.

    `by` is the name of the person who caused it; with `channels`, the chat rooms of its team and groups are told as
    well. Who wants no e-mail, or has no address, is left out. Returns how many notices were written.

    Raises KeyError for an unknown kind, RuntimeError outside a transaction.
    """
    if kind not in KINDS:
        raise KeyError(f"{kind} is not in reviews/notices/kinds.py")
    if not connection.in_atomic_block:
        raise RuntimeError("a notice belongs in the transaction of what it tells about")
    now = timezone.now()
    facts = {"stage": action.stage, **({"by": by} if by else {})}
    notices = [
        Notice(kind=kind, person=person, action=action, facts=facts, created_at=now, send_at=at)
        for person, at in _reached(kind, people, now)
    ]
    if channels:
        notices += [
            Notice(kind=kind, channel=channel, action=action, facts=facts, created_at=now, send_at=now)
            for channel in fitting_channels(action)
        ]
    Notice.objects.bulk_create(notices)
    return len(notices)


def fitting_channels(action: Action) -> list[Channel]:
    """The chat rooms that are told about an action: those for all, of its team, of the groups it waits for."""
    return list(Channel.objects.filter(Q(team=None) | Q(team__in=groups_of(action)), is_enabled=True).order_by("pk"))


def _reached(kind: str, people: Iterable[Person], now: datetime) -> list[tuple[Person, datetime]]:
    """Who of them can be told by e-mail, each once, and from when."""
    by_id = {person.pk: person for person in people if person.is_active and person.email}
    wanted = preferences_of(by_id.values())
    return [
        (person, send_time(kind, wanted[pk], now))
        for pk, person in sorted(by_id.items())
        if wanted[pk].email != NoticePreference.Email.OFF
    ]


def _announce_one(pk: int) -> bool:
    with transaction.atomic(durable=True):
        # Another worker at it, or somebody voting: it is looked at in the next round.
        rows = Action.objects.select_for_update(of=("self",), skip_locked=True).select_related(*JOINED)
        action = rows.prefetch_related(*VOTES).pending().filter(pk=pk, announced_at__isnull=True).first()
        if action is None:
            return False
        now = timezone.now()
        told = Notice.objects.filter(action=action, kind__in=_ANNOUNCED)
        kind = "due_soon" if action.deadline and action.deadline - now < _SOON else "wanted"
        before = set(told.filter(person__isnull=False).values_list("person_id", flat=True))
        tell(kind, action, [one for one in able(action) if one.pk not in before])
        _tell_channels(kind, action, told.filter(channel__isnull=False), now)
        action.announced_at = now
        action.save(update_fields=["announced_at"])
        return True


def _hurry(now: datetime) -> None:
    """A daily mail that comes after the deadline would tell nobody anything."""
    pressing = Notice.objects.filter(
        kind__in=[name for name, kind in KINDS.items() if kind.wants_decision and not kind.urgent],
        person__isnull=False,
        action__state=State.PENDING,
        action__deadline__gt=now,
        action__deadline__lt=now + _SOON,
        send_at__gt=now,
        sent_at=None,
        failed_at=None,
        attempts=0,
    )
    if not pressing.exists():  # in nearly every round; then no transaction is opened
        return
    with transaction.atomic(durable=True):
        rows = list(pressing.select_for_update(of=("self",), skip_locked=True).select_related("person"))
        wanted = preferences_of([notice.person for notice in rows if notice.person])
        for notice in rows:
            notice.kind = "due_soon"
            notice.send_at = send_time(notice.kind, wanted[notice.person_id], now)  # type: ignore[index]
            notice.save(update_fields=["kind", "send_at"])


def _tell_channels(kind: str, action: Action, told: Iterable[Notice], now: datetime) -> None:
    """Once in each stage: a room is no person, and whoever reads there may have their turn now."""
    before = {notice.channel_id for notice in told if notice.facts.get("stage") == action.stage}
    Notice.objects.bulk_create(
        Notice(kind=kind, channel=one, action=action, facts={"stage": action.stage}, created_at=now, send_at=now)
        for one in fitting_channels(action)
        if one.pk not in before
    )


def able(action: Action) -> list[Person]:
    """Who can decide it now, of the people in its team and in the groups it waits for, and of their delegates."""
    return [seat.person for seat in deciders(action)]
