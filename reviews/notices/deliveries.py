"""VERBS: lease, settle, retry_notice; and deliver, which sends between the first two, outside any transaction.

A worker leases a few notices and commits; sends them; and notes in a second transaction what came of it. Killed in
between, it leaves a lease that lapses after five minutes: the notice is then sent again. So a notice is sent at least
once, and at most repeated, never lost. Every repeat bears the same Message-ID, Idempotency-Key and `id`, by which a
receiver can drop it. While a lease lasts nobody else touches its notices, and a worker whose lease lapsed settles
nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPResponseException

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from governance import ledger
from governance.actors import Actor
from governance.errors import Conflict
from reviews.models import Notice, NoticePreference
from reviews.notices.kinds import KINDS
from reviews.notices.sending import Later, NotNeeded, Undeliverable, send

LEASE = timedelta(minutes=5)
# No message is begun that might not be done before its lease lapses.
_MARGIN = timedelta(minutes=1)
BATCH = 10
MAX_DIGEST = 500
ATTEMPTS = 8
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)

_URGENT = [name for name, kind in KINDS.items() if kind.urgent]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parcel:
    """What goes out as one message: one notice, or all of one person's digest; ours until the lease lapses."""

    notices: tuple[Notice, ...]
    until: datetime

    @property
    def rows(self) -> QuerySet[Notice]:
        """Its rows, as long as they are ours and nothing came of them yet."""
        keys = [notice.pk for notice in self.notices]
        return Notice.objects.filter(pk__in=keys, leased_until=self.until, sent_at=None, failed_at=None)


def deliver(seconds: float = 5.0) -> bool:
    """Send what is due, for about so many seconds. Returns whether more may wait."""
    ends = time.monotonic() + seconds
    while parcels := lease():
        for place, parcel in enumerate(parcels):
            if time.monotonic() > ends or timezone.now() > parcel.until - _MARGIN:
                for rest in parcels[place:]:
                    give_back(rest)
                return True
            settle(parcel, _outcome_of(parcel))
    return False


def lease() -> list[Parcel]:
    """Take a few of the notices that are due, for five minutes, and nobody else does."""
    if not due(timezone.now()).exists():  # in nearly every round; then no transaction is opened
        return []
    with transaction.atomic(durable=True):
        now = timezone.now()
        until = now + LEASE
        rows = due(now).select_for_update(of=("self",), skip_locked=True).order_by("send_at", "pk")
        single = [Parcel((notice,), until) for notice in rows.exclude(_in_digest())[:BATCH]]
        parcels = single or _digests(now, until)
        Notice.objects.filter(pk__in=[one.pk for parcel in parcels for one in parcel.notices]).update(
            leased_until=until
        )
    return parcels


def due(now: datetime) -> QuerySet[Notice]:
    """What is to be sent now and is in nobody's hands."""
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    return Notice.objects.filter(free, send_at__lte=now, sent_at=None, failed_at=None)


def settle(parcel: Parcel, outcome: Exception | None) -> None:
    """Note what came of it: None when it was sent; otherwise why not. A failure is tried again, eight times in all.

    Notices that somebody else has meanwhile taken over, because the lease lapsed, are left alone.
    """
    with transaction.atomic(durable=True):
        now = timezone.now()
        for notice in parcel.rows.select_for_update():
            notice.leased_until = None
            if isinstance(outcome, Later):
                notice.send_at = outcome.at
            elif outcome is None or isinstance(outcome, NotNeeded):
                notice.sent_at = now
                notice.error = str(outcome or "")[:300]
            else:
                notice.attempts += 1
                notice.error = str(outcome)[:300]
                notice.send_at = now + min(_FIRST_PAUSE * 2 ** (notice.attempts - 1), _LONGEST_PAUSE)
                notice.failed_at = now if notice.attempts >= ATTEMPTS else None
            notice.save(update_fields=["leased_until", "send_at", "sent_at", "failed_at", "attempts", "error"])


def give_back(parcel: Parcel) -> None:
    """Return what was leased and not begun."""
    parcel.rows.update(leased_until=None)


def retry_notice(notice_id: int, *, actor: Actor) -> Notice:
    """Try one that failed again from the beginning. Raises Conflict when it did not fail."""
    with transaction.atomic():
        notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice_id)
        if notice.failed_at is None:
            raise Conflict(_("This notice has not failed, so it is not tried again. Nothing was changed."))
        notice.failed_at, notice.attempts, notice.send_at = None, 0, timezone.now()
        notice.save(update_fields=["failed_at", "attempts", "send_at"])
        ledger.append(
            "notice.retried",
            actor=actor,
            stream=f"notice:{notice.pk}",
            subject={"kind": "notice", "id": str(notice.pk)},
            data={"notice_kind": notice.kind, "error": notice.error},
        )
    return notice


def _in_digest() -> Q:
    """Notices whose receiver wants one mail a day; asked anew each time, because people change their mind."""
    daily = NoticePreference.objects.filter(person=OuterRef("person"), email=NoticePreference.Email.DIGEST)
    return Q(Exists(daily)) & ~Q(kind__in=_URGENT)


def _digests(now: datetime, until: datetime) -> list[Parcel]:
    """All that is due for each of a few people. Their preference is locked: two workers never halve one digest."""
    waiting = due(now).exclude(kind__in=_URGENT)
    daily = NoticePreference.objects.select_for_update(skip_locked=True).filter(
        Exists(waiting.filter(person=OuterRef("person"))), email=NoticePreference.Email.DIGEST
    )
    people = [preference.person_id for preference in daily.order_by("pk")[:BATCH]]
    found: Iterable[list[Notice]] = (
        list(waiting.filter(person=person).order_by("action_id", "pk")[:MAX_DIGEST]) for person in people
    )
    return [Parcel(tuple(notices), until) for notices in found if notices]


def _outcome_of(parcel: Parcel) -> Exception | None:
    try:
        send(parcel.notices)
    except (Later, NotNeeded, Undeliverable) as exc:
        return exc
    except Exception as exc:  # whatever a mail server or a library comes up with: one notice must not stop the rest
        logger.warning("A notice could not be sent: %s", type(exc).__name__)
        code = f" {exc.smtp_code}" if isinstance(exc, SMTPResponseException) else ""
        return Undeliverable(f"It could not be sent ({type(exc).__name__}{code}).")
    return None
