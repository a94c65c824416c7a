"""Several workers on one outbox, and one that is killed: nothing is lost, nothing is sent twice while both live."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from actions.models import Action
from reviews import outbox
from reviews.models import Notice
from reviews.notices import deliveries, sending
from tests.reviews.notices import prefer, say
from tests.support import environment, lifecycles
from tests.support.api import Api
from tests.support.people import person_called
from tests.support.portal import LivePortal
from tests.support.threads import failures, together

COUNT = 24


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each message went out, by its key."""
    seen: Counter[str] = Counter()
    monkeypatch.setattr(sending.mail, "post", lambda address, message, key: seen.update([key]))
    return seen


@pytest.fixture
def many(transactional_db: None, api: Api) -> list[Notice]:
    rita, action_id = person_called("rita"), lifecycles.pending(api)
    for _ in range(COUNT):
        say("mention", action_id, rita, by="Olga")
    return list(Notice.objects.order_by("pk"))


def test_two_workers_send_each_notice_once(many: list[Notice], sent: Counter[str]) -> None:
    assert failures(together(*[lambda: deliveries.deliver(60)] * 2)) == []
    assert (len(sent), set(sent.values())) == (COUNT, {1})
    assert not Notice.objects.filter(sent_at=None).exists()


def test_without_the_lease_they_send_twice(
    many: list[Notice], sent: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The naive twin: each looks for what is not sent, and sends it."""
    turn = threading.Barrier(2)

    def lease() -> list[deliveries.Parcel]:
        now = timezone.now()
        found = [deliveries.Parcel((one,), now + deliveries.LEASE) for one in deliveries.due(now)]
        turn.wait(timeout=60)
        return found

    monkeypatch.setattr(deliveries, "lease", lease)

    def work() -> None:
        for parcel in lease():
            deliveries._outcome_of(parcel)

    assert failures(together(work, work)) == []
    assert set(sent.values()) == {2}


def test_a_digest_is_never_halved(transactional_db: None, api: Api, sent: Counter[str]) -> None:
    people = [person_called(name) for name in ("rita", "ravi", "sina")]
    for person in people:
        prefer(person, email="digest")
    for number in range(5):
        say("wanted", lifecycles.pending(api, resource=f"r{number}"), *people)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        Action.objects.update(deadline=timezone.now() + timedelta(hours=5))
        assert failures(together(*[lambda: deliveries.deliver(60)] * 3)) == []
    assert (len(sent), set(sent.values())) == (3, {1})
    assert all(key.startswith("digest-") for key in sent)
    assert not Notice.objects.filter(sent_at=None).exists()


def test_two_workers_announce_once(transactional_db: None, api: Api) -> None:
    person_called("rita")
    ids = [lifecycles.pending(api, resource=f"r{number}") for number in range(6)]
    results = together(*[outbox.announce] * 3)
    assert failures(results) == []
    outbox.announce()  # what one worker skipped because another had it
    assert Counter(Notice.objects.values_list("action_id", flat=True)) == dict.fromkeys(ids, 1)


def test_a_vote_and_an_announcement_at_once(transactional_db: None, api: Api) -> None:
    person_called("rita")
    action_id = lifecycles.pending(api)
    sina = person_called("sina")
    assert failures(together(outbox.announce, lambda: lifecycles.decide(action_id, "approve", by=sina))) == []
    assert Action.objects.get(pk=action_id).state == "approved"
    deliveries.deliver()
    assert not Notice.objects.filter(sent_at=None).exists()


def test_who_is_overtaken_settles_nothing(
    many: list[Notice], sent: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker sleeps through its lease; another sends the notice; the sleeper's failure changes nothing."""
    Notice.objects.exclude(pk=many[0].pk).update(send_at=timezone.now() + timedelta(days=9))
    (parcel,) = deliveries.lease()
    assert deliveries.lease() == []
    with time_machine.travel(timezone.now() + deliveries.LEASE + timedelta(seconds=1)):
        deliveries.deliver()
    assert sum(sent.values()) == 1
    deliveries.settle(parcel, deliveries.Undeliverable("late"))
    notice = Notice.objects.get(pk=many[0].pk)
    assert (notice.attempts, notice.error, notice.failed_at) == (0, "", None)
    assert notice.sent_at is not None


# A worker that sends and then hangs before it notes so, with a lease that lapses at once.
_HANGS = """
import django; django.setup()
from datetime import timedelta
import time
from reviews.notices import deliveries
deliveries.LEASE, deliveries._MARGIN = timedelta(milliseconds=1), -timedelta(days=1)
def settle(*args):
    print("sent", flush=True)
    time.sleep(600)
deliveries.settle = settle
deliveries.deliver(60)
"""

_NOTICES = """
import django; django.setup()
from actions.models import Action
from governance.models import Person
from reviews.outbox import announce
from tests.support.api import Api
Api({key!r}).submit(action_type="transaction")
announce()
"""

_LEFT = """
import django; django.setup()
from reviews.models import Notice
print(Notice.objects.filter(sent_at=None).count(), Notice.objects.count())
"""


@pytest.mark.live
def test_a_worker_killed_between_sending_and_noting_so(live_portal: LivePortal, tmp_path: Path) -> None:
    from tests.support.portal import python

    surroundings = live_portal.environment | {"EMAIL_URL": f"filemail:///{tmp_path}"}
    python(surroundings | {"ALLOWED_HOSTS": "testserver"}, "-c", _NOTICES.format(key=live_portal.key))
    worker = subprocess.Popen(
        [sys.executable, "-c", _HANGS], cwd=environment.ROOT, env=surroundings, stdout=subprocess.PIPE, text=True
    )
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "sent\n"
    finally:
        worker.kill()
        worker.wait()
    left, count = map(int, python(surroundings, "-c", _LEFT).split())
    assert left == count > 1
    python(surroundings | {"WORKER_INTERVAL": "1"}, "manage.py", "run_worker", "--once")
    assert python(surroundings, "-c", _LEFT) == f"0 {count}"
    keys: Counter[str] = Counter(
        key for file in tmp_path.iterdir() for key in re.findall(r"(?m)^Message-ID: (\S+)", file.read_text())
    )
    # Nobody is left out; what was under way is sent twice, and says that it is the same.
    assert (len(keys), sorted(keys.values())) == (count, [1] * (count - 1) + [2])


def test_keys_are_of_exactly_these_notices(many: list[Notice]) -> None:
    def key(*notices: Any) -> str:
        return sending.mail.key_of([sending.name_of(one) for one in notices])

    assert key(many[0]) == key(Notice.objects.get(pk=many[0].pk)) != key(many[1])
    assert key(*many[:2]) == key(*many[:2]) != key(*many[:3])
