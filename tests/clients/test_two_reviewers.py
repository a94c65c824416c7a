"""Two reviewers press their buttons at once: item 12 of the wire contract's checklist, through the pages."""

from __future__ import annotations

import pytest

from tests.clients.rest import Rest
from tests.support.person import Browser
from tests.support.portal import LivePortal
from tests.support.threads import together

pytestmark = pytest.mark.live

ROUNDS = 10


def test_one_wins_and_the_other_is_told(live_portal: LivePortal, rest: Rest, rita: Browser, sina: Browser) -> None:
    for _ in range(ROUNDS):
        action_id = rest.submit()["id"]
        pages = [person.read(f"/actions/{action_id}/") for person in (rita, sina)]
        answers = together(
            lambda: rita.send_decision(action_id, pages[0], "approve", "Fine."),  # noqa: B023
            lambda: sina.send_decision(action_id, pages[1], "reject", "Not fine."),  # noqa: B023
        )
        assert sorted(answer.status_code for answer in answers) == [302, 409]
        won, event = ("rita", "action.approved") if answers[0].status_code == 302 else ("sina", "action.rejected")
        (told,) = (answer.text for answer in answers if answer.status_code == 409)
        assert f"decided by {won}" in told
        assert rest.status(action_id)["reviewed_by"] == won
        assert rest.events(action_id) == ["action.submitted", event]


def test_a_page_opened_too_long_ago(rest: Rest, rita: Browser, sina: Browser) -> None:
    """The form it shows is still there; the decision is not."""
    action_id = rest.submit()["id"]
    page = sina.read(f"/actions/{action_id}/")
    rita.approve(action_id)
    answer = sina.send_decision(action_id, page, "reject", "Too late.")
    assert answer.status_code == 409
    assert "decided by rita" in answer.text
    assert rest.events(action_id) == ["action.submitted", "action.approved"]
