"""A rule change is in force for the next submission in every process, and costs a submission no query.

Two servers on one database: what is saved in the one judges what the other is asked next.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.models import Control, LevelScore, RulebookVersion, Technique
from governance.rule_changes import change_rule
from governance.rule_content import KINDS
from tests.clients.circumstances import add_policy
from tests.support.api import GUIDE_EXAMPLE, SUBMIT
from tests.support.people import SETUP
from tests.support.person import Browser, hidden
from tests.support.portal import LivePortal, free_port

LEVELS = "/admin/governance/levelscore/"
CHANGES = 8


@pytest.fixture(scope="module")
def other(live_portal: LivePortal) -> Iterator[LivePortal]:
    """A second server process on the same database."""
    second = replace(live_portal, port=free_port(), process=None)
    second.start()
    try:
        yield second
    finally:
        second.kill9()


@pytest.fixture(scope="module")
def admins(live_portal: LivePortal, other: LivePortal) -> list[Browser]:
    """An admin at each of the two."""
    return [Browser(portal, "adam").sign_in() for portal in (live_portal, other)]


@dataclass(frozen=True)
class Judged:
    """A submission: when it was sent (by the test's clock), and what it was told."""

    sent: float
    version: int
    score: float


def ask(portal: LivePortal, session: requests.Session, path: str = SUBMIT) -> Judged:
    sent = time.monotonic()
    headers = {"Authorization": f"Bearer {portal.key}"}
    answer = session.post(portal.base_url + path, json=GUIDE_EXAMPLE, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return Judged(sent, told["mapping_version"], told["risk_score"])


def score_low(admin: Browser, score: float) -> None:
    """Give the level "low" another score, in the admin page."""
    listed = re.search(rf"{LEVELS}(\d+)/change/[^>]*>low<", admin.read(LEVELS), re.IGNORECASE)
    assert listed, "the admin lists no level low"
    path = f"{LEVELS}{listed[1]}/change/"
    fields = {"level": "low", "score": f"{score:g}", "is_enabled": "on", "seen": hidden(admin.read(path), "seen")}
    fields |= {"change_reason": f"{score:g} from now on.", "without_replay": "on"}
    answer = admin.press(path, **fields)
    assert answer.status_code == 302, answer.text


@pytest.mark.live
def test_what_one_process_saves_the_other_is_judged_by(
    live_portal: LivePortal, other: LivePortal, admins: list[Browser]
) -> None:
    with closing(requests.Session()) as session:
        version = ask(live_portal, session).version
        assert ask(other, session).version == version  # both have compiled it by now
        for number in range(4):
            score = 36.0 + number
            score_low(admins[number % 2], score)
            version += 1
            for portal in (other, live_portal) if number % 2 == 0 else (live_portal, other):
                for path in ("/api/v1/actions/preflight", SUBMIT):
                    judged = ask(portal, session, path)
                    assert (judged.version, judged.score) == (version, score)


@pytest.mark.live
def test_what_a_command_saves_every_process_is_judged_by(live_portal: LivePortal, other: LivePortal) -> None:
    """A policy, by the verb, in a third process."""
    with closing(requests.Session()) as session:
        before = [ask(portal, session).version for portal in (live_portal, other)]
        add_policy(live_portal, effect="require_approval", condition='action.resource == "vault"', reason="A vault.")
        for portal, version in zip((other, live_portal), before, strict=True):
            body = GUIDE_EXAMPLE | {"resource": "vault"}
            headers = {"Authorization": f"Bearer {portal.key}"}
            told = session.post(portal.base_url + SUBMIT, json=body, headers=headers, timeout=60).json()
            assert (told["status"], told["mapping_version"]) == ("pending_approval", version + 1)


def judged_by_old_rules(submissions: Sequence[Judged], saved: Sequence[tuple[float, int, float]]) -> list[Judged]:
    """The submissions sent after a change was saved and judged by the rules before it, or by no version at all.

    `saved` holds of each version when its admin was told that it is saved, its number and what it scores.
    """
    scores = {version: score for _, version, score in saved}
    return [
        one
        for one in submissions
        if any(told < one.sent and one.version < version for told, version, _ in saved)
        or scores.get(one.version, one.score) != one.score
    ]


@pytest.mark.live
def test_while_requests_are_in_flight(live_portal: LivePortal, other: LivePortal, admins: list[Browser]) -> None:
    """Whoever asks after a change was saved is judged by it, and nobody by half of two versions."""
    submissions: list[Judged] = []
    enough = threading.Event()
    failures: list[BaseException] = []

    def submit_for_ever(portal: LivePortal) -> None:
        try:
            with closing(requests.Session()) as session:
                while not enough.is_set():
                    submissions.append(ask(portal, session))
        except BaseException as exc:
            failures.append(exc)

    with closing(requests.Session()) as session:
        first = ask(live_portal, session)
    threads = [threading.Thread(target=submit_for_ever, args=(portal,)) for portal in (live_portal, other) * 2]
    for thread in threads:
        thread.start()
    saved = [(0.0, first.version, first.score)]
    try:
        for number in range(CHANGES):
            score = 30.0 + number / 2
            score_low(admins[number % 2], score)
            saved.append((time.monotonic(), first.version + number + 1, score))
            wait_for(lambda number=number: submissions and submissions[-1].version > first.version + number, failures)
    finally:
        enough.set()
        for thread in threads:
            thread.join(timeout=120)
    assert failures == []
    assert judged_by_old_rules(submissions, saved) == []
    assert {one.version for one in submissions} >= {version for _, version, _ in saved[1:]}


def wait_for(happened: Any, failures: list[BaseException]) -> None:
    give_up = time.monotonic() + 30
    while not happened() and not failures:
        assert time.monotonic() < give_up, "nobody was judged by the new rules"
        time.sleep(0.005)


def test_old_rules_would_be_noticed() -> None:
    """The naive twin: a process that looks for new rules now and then, or mixes two versions."""
    saved = [(0.0, 1, 35.0), (10.0, 2, 40.0)]
    on_the_way = [Judged(9.9, 1, 35.0), Judged(9.9, 2, 40.0), Judged(10.1, 2, 40.0)]
    assert judged_by_old_rules(on_the_way, saved) == []
    stale, mixed = Judged(10.1, 1, 35.0), Judged(9.9, 2, 35.0)
    assert judged_by_old_rules([*on_the_way, stale, mixed], saved) == [stale, mixed]


# -- What it costs ---------------------------------------------------------------------------------------------------

_RULES = [model._meta.db_table for model in (*KINDS, Technique, Control)]


def statements(api: Any, path: str) -> list[str]:
    """The statements of one request, transactions' own left out."""
    with CaptureQueriesContext(connection) as seen:
        assert api.post(path, GUIDE_EXAMPLE).status == 200
    return [query["sql"] for query in seen if not query["sql"].startswith(("BEGIN", "COMMIT"))]


def about_rules(sent: Sequence[str]) -> list[str]:
    """The statements that read a rule's table or the content of a version."""
    names = (*_RULES, f'{RulebookVersion._meta.db_table}"."content')
    return [sql for sql in sent if any(name in sql for name in names)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", [SUBMIT, "/api/v1/actions/preflight"])
def test_a_warm_request_asks_nothing_about_rules(api: Any, path: str) -> None:
    statements(api, path)
    sent = statements(api, path)
    assert about_rules(sent) == []
    # The version's number comes with the key, in the first statement.
    assert [RulebookVersion._meta.db_table in sql for sql in sent] == [True] + [False] * (len(sent) - 1)
    if path == SUBMIT:
        assert len(sent) == 4, "\n".join(sent)  # the key, a possible retry, the action, its entry


@pytest.mark.django_db(transaction=True)
def test_a_new_version_is_read_once(api: Any) -> None:
    statements(api, SUBMIT)
    row = LevelScore.objects.get(level="low")
    row.score = 40.0
    change_rule(row, actor=SETUP, reason="For a test.")
    first, second = statements(api, SUBMIT), statements(api, SUBMIT)
    assert (len(first), len(second)) == (6, 4)  # two more: its digest and its content
    assert len(about_rules(first)) == 1
    assert about_rules([str(LevelScore.objects.all().query)])
