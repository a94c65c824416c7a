"""VERBS: ask_replay, work_on, work, cancel_replay, note_viewed, forget_old_replays. Drafts held against past actions.

Any number of processes share the work. One holds a replay for a while (`holder`, `held_until`), computes a page outside
any transaction, and writes page, numbers and cursor in one short one, if replay, holder and cursor are still what they
were. So whoever is killed loses one page that nobody has seen, and whoever is overtaken writes nothing.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Count, F, Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from governance import drafts, past_actions, rulebook
from governance.actors import Actor
from governance.drafts import Drafted
from governance.errors import Conflict, InvalidRule
from governance.models import Replay, ReplayChange
from governance.past_actions import PastAction, Window
from governance.simulation import Comparison, Difference
from governance.tallies import Tally

logger = logging.getLogger(__name__)

MOST = 1_000_000  # actions in one replay
PAGE = 500  # actions between two transactions
HOLD = timedelta(seconds=30)  # then somebody else may go on; what is written is guarded by the cursor, not by this
KEPT = timedelta(days=30)
_LISTED = 20  # agents and types in the numbers of a finished replay
_FORGOTTEN_AT_ONCE = 5000  # rows in one transaction

_UNFINISHED = Q(state__in=[Replay.State.QUEUED, Replay.State.RUNNING])


def ask_replay(draft: Drafted, *, subject: str, rule: Model, window: Window, actor: Actor) -> Replay:
    """Put the question on the list of work. Which actions it is about is fixed now; later ones are not in it.

    Asked twice by the same person while the first is under way, it is the same question. Raises InvalidRule for a
    window too large.
    """
    span = past_actions.source().span(window)
    if span.number > MOST:
        sentence = _("The dates hold {number} actions; {most} is the limit. Choose fewer days.").format(
            number=f"{span.number:,}", most=f"{MOST:,}"
        )
        raise InvalidRule(
            _("{problem} Nothing was changed.").format(problem=sentence), errors={"replay_since": sentence}
        )
    asked = {
        "digest": draft.digest,
        "base_version": draft.base_version,
        "asked_by_id": actor.id,
        "latest": window.latest,
        "since": window.since,
        "until": window.until,
    }
    under_way = Replay.objects.filter(_UNFINISHED, **asked).first()
    if under_way is not None:
        return under_way
    return Replay.objects.create(
        **asked,
        subject=subject[:200],
        rule_kind=str(rule._meta.model_name),
        rule_id=str(rule.pk or ""),
        draft=draft.content,
        asked_by=actor.name[:255],
        total=span.number,
        cursor=span.highest + 1,
        lowest=span.lowest,
    )


def work(seconds: float) -> bool:
    """Give the waiting replays so many seconds, the one with least left to do first. Whether any still waits."""
    end = time.monotonic() + seconds
    while (replay_id := _next()) is not None:
        left = end - time.monotonic()
        if left <= 0:
            return True
        work_on(replay_id, seconds=left)
    return False


def _next() -> int | None:
    waiting = Replay.objects.filter(_UNFINISHED, _free())
    return waiting.order_by(F("total") - F("done"), "pk").values_list("pk", flat=True).first()


def _free() -> Q:
    return Q(holder="") | Q(held_until__lt=timezone.now())


def work_on(replay_id: int, *, seconds: float) -> Replay:
    """Go on with a replay for so many seconds, unless somebody else is at it. Returns it as it stands then.

    Whatever breaks ends this replay, in words; only a database that is away is left to be tried again.
    """
    me = f"{os.getpid()}-{secrets.token_hex(8)}"
    taken = Replay.objects.filter(_UNFINISHED, _free(), pk=replay_id).update(
        state=Replay.State.RUNNING, holder=me, held_until=timezone.now() + HOLD
    )
    replay = Replay.objects.get(pk=replay_id)
    if not taken:
        return replay
    try:
        _go_on(replay, time.monotonic() + seconds)
    except DatabaseError:
        raise
    except Exception as exc:
        logger.exception("Replay %s failed.", replay_id)
        _if_ours(replay).update(
            state=Replay.State.FAILED, error=f"{exc} ({type(exc).__name__})", finished_at=timezone.now(), holder=""
        )
    else:
        _if_ours(replay).update(holder="", held_until=None)
    replay.refresh_from_db()
    return replay


def _if_ours(replay: Replay) -> Any:
    """The row, as long as nobody has cancelled it, taken it over or moved it on."""
    return Replay.objects.filter(pk=replay.pk, state=Replay.State.RUNNING, holder=replay.holder, cursor=replay.cursor)


def _go_on(replay: Replay, end: float) -> None:
    """Page after page, from the latest action down."""
    before = rulebook.current(replay.base_version)
    comparison = Comparison(before, drafts.compiled(replay.base_version, replay.draft))
    window = Window(since=replay.since, until=replay.until, lowest=replay.lowest)
    while True:
        page = past_actions.source().page(window, replay.cursor, PAGE)
        if not page:
            _finish(replay)
            return
        if not _save(replay, *_compared(comparison, page, end)) or time.monotonic() > end:
            return


def _compared(comparison: Comparison, page: Sequence[PastAction], end: float) -> tuple[Tally, list[ReplayChange], int]:
    """The page's numbers and changes, and the last action looked at: time may end before the page does."""
    tally, changes = Tally(), []
    for past in page:
        look = comparison.of(past.facts)
        tally.add(look)
        if look.difference and look.difference.comes_out_differently:
            changes.append(change_of(past, look.difference))
        if time.monotonic() > end:
            break
    return tally, changes, past.action_id


def change_of(past: PastAction, difference: Difference) -> ReplayChange:
    """The difference as a row, not saved and of no replay yet."""
    before, after = difference
    return ReplayChange(
        action_id=past.action_id,
        agent_id=past.facts.agent_id,
        agent_type=past.facts.agent_type,
        action_type=past.facts.action_type,
        submitted_at=past.facts.at,
        before=before.outcome,
        after=after.outcome,
        score_before=before.score,
        score_after=after.score,
        reason=" ".join(after.reasons),
    )


def _save(replay: Replay, tally: Tally, changes: list[ReplayChange], cursor: int) -> bool:
    """Write what was found, if the replay is still ours; otherwise write nothing and say so."""
    counts = tally.on_top_of(replay.counts)
    with transaction.atomic():
        ours = _if_ours(replay).update(
            cursor=cursor,
            done=F("done") + tally.looked,
            changed=F("changed") + tally.changed,
            counts=counts,
            held_until=timezone.now() + HOLD,
        )
        if ours:
            for change in changes:
                change.replay = replay
            ReplayChange.objects.bulk_create(changes)
    replay.cursor, replay.counts = cursor, counts
    return bool(ours)


def _finish(replay: Replay) -> None:
    counts = replay.counts | {name: _most(replay, name) for name in ("agent_id", "agent_type", "action_type")}
    _if_ours(replay).update(
        state=Replay.State.DONE, counts=counts, finished_at=timezone.now(), holder="", held_until=None
    )


def _most(replay: Replay, name: str) -> list[list[Any]]:
    """Who or what changes most often: name and number, and under an empty name all the rest."""
    groups = list(replay.changes.order_by().values_list(name).annotate(number=Count("pk")).order_by("-number", name))
    rest = sum(number for _, number in groups[_LISTED:])
    return [[key, number] for key, number in groups[:_LISTED]] + ([["", rest]] if rest else [])


def cancel_replay(replay_id: int, *, actor: Actor) -> None:
    """Stop a replay somebody asked for. What was found so far stays until it is forgotten.

    Raises Conflict when it has ended already.
    """
    stopped = Replay.objects.filter(_UNFINISHED, pk=replay_id).update(
        state=Replay.State.CANCELLED, error=f"Cancelled by {actor.name}."[:300], finished_at=timezone.now(), holder=""
    )
    if not stopped:
        raise Conflict(_("This replay has ended already. Nothing was changed."))


def note_viewed(replay: Replay, *, actor: Actor) -> None:
    """Note when the one who asked first saw the finished answer."""
    if replay.state == Replay.State.DONE and replay.viewed_at is None and replay.asked_by_id == actor.id:
        replay.viewed_at = timezone.now()
        Replay.objects.filter(pk=replay.pk, viewed_at=None).update(viewed_at=replay.viewed_at)


def viewed_replay(draft: Drafted, asked_by_id: str) -> Replay | None:
    """The latest finished replay of exactly this draft that this person has asked for and seen.

    Compared with the rules in force: the same draft held against earlier rules said something else.
    """
    return Replay.objects.filter(
        digest=draft.digest,
        base_version=draft.base_version,
        asked_by_id=asked_by_id,
        state=Replay.State.DONE,
        viewed_at__isnull=False,
    ).first()


def forget_old_replays() -> int:
    """Delete replays older than 30 days, a few rows at a time so that nobody waits. Returns how many went."""
    forgotten = 0
    old = Replay.objects.filter(_free(), asked_at__lt=timezone.now() - KEPT).values_list("pk", flat=True)
    for replay_id in list(old):
        changes = ReplayChange.objects.filter(replay=replay_id).order_by()
        while some := list(changes.values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE]):
            ReplayChange.objects.filter(pk__in=some).delete()
        forgotten += bool(Replay.objects.filter(pk=replay_id).delete()[0])
    return forgotten
