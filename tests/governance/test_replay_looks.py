"""The pages around such a look: what counts as one, what asks for another, and who gets none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from governance.admin import replays as pages
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    Person,
    Replay,
)
from governance.people import create_person
from governance.replays import work_on
from tests.governance.changes import change, edited
from tests.governance.files import csv_of, exported, page, upload
from tests.governance.reviews import Import, Return, Review, replays_noted
from tests.governance.test_replay_first import WARNING, warned
from tests.governance.test_replay_panel import HTMX, words
from tests.governance.test_rule_versions import place
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.cast import PASSWORD, TEAM

SignIn = Callable[[Person], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]


@pytest.fixture(params=[Import, Return])
def kind(request: pytest.FixtureRequest) -> type[Review]:
    """Both pages obey the same rule."""
    return request.param


# -- Look, then confirm --------------------------------------------------------------------------------------


def test_knowingly_without(browser: Client, kind: type[Review]) -> None:
    review = kind(browser)
    assert '<input type="hidden" name="without_replay"' in review.shown.text
    assert warned(review.confirm())
    assert "is in force." in review.confirm(without_replay="on").text
    assert replays_noted() == [None]


def test_a_yes_is_shown_until_it_counts(browser: Client, kind: type[Review], nothing_written: Any) -> None:
    """It does not travel on unseen while something else is put right."""
    review = kind(browser)
    with nothing_written():
        back = review.confirm(without_replay="on", change_reason=" ")
    assert WARNING not in back.text
    assert '<input type="checkbox" name="without_replay"' in back.text


@pytest.mark.parametrize("sent", ["", "False", "0"])
def test_the_hidden_field_is_no_yes(browser: Client, kind: type[Review], nothing_written: Any, sent: str) -> None:
    review = kind(browser)
    with nothing_written():
        assert warned(review.confirm(without_replay=sent))


def test_somebody_elses_look_does_not_count(
    browser: Client, sign_in: SignIn, kind: type[Review], nothing_written: Any
) -> None:
    other = create_person(actor=lifecycles.SETUP, username="anna", role="admin", team=TEAM, password=PASSWORD)
    kind(sign_in(other)).replay()
    assert Replay.objects.get().state == "done"
    review = kind(browser)
    with nothing_written():
        assert warned(review.confirm())


def test_a_look_at_another_file_does_not_count(browser: Client, nothing_written: Any) -> None:
    Import(browser).replay()

    class Other(Import):
        to = "critical"

    review = Other(browser)
    with nothing_written():
        assert warned(review.confirm())


def test_a_long_one_shows_how_far_it_is_and_counts_when_it_was_seen(
    api: Api, browser: Client, kind: type[Review], monkeypatch: pytest.MonkeyPatch, nothing_written: Any
) -> None:
    lifecycles.auto_approved(api)
    monkeypatch.setattr(pages, "AT_ONCE", 0)
    review = kind(browser)
    assert '<progress id="replay-bar" max="1" value="0">' in words(review.replay())
    replay = Replay.objects.get()
    with nothing_written():
        assert warned(review.confirm())
    work_on(replay.pk, seconds=60)
    with nothing_written():
        assert warned(review.confirm()), "finished, and not seen yet"
    browser.get(f"/admin/governance/replay/{replay.pk}/part/", headers=HTMX)
    assert "is in force." in review.confirm().text


def test_without_scripts_the_answer_has_a_page(api: Api, browser: Client, kind: type[Review]) -> None:
    lifecycles.auto_approved(api)
    review = kind(browser)
    answer = review.replay(as_part=False)
    assert answer.status_code == 302
    shown = browser.get(answer.headers["Location"])
    assert "<strong>1 of 1</strong>" in words(shown)
    assert review.subject[0] in shown.text
    assert "is in force." in review.confirm().text
    assert replays_noted() == [{"id": Replay.objects.get().pk, "changed": 1, "of": 1}]


def test_what_decides_nothing_is_saved_at_once(browser: Client) -> None:
    shown = upload(browser, ActionTypeRule, csv_of(exported(ActionTypeRule, query={"why": "It only reads."})))
    sent = {"upload": shown.context["form"]["upload"].value(), "change_reason": "Better said."}
    answer = browser.post(page(ActionTypeRule, "import/"), sent, follow=True)
    assert "rulebook version 2 is in force." in answer.text
    back = browser.get(place(1, "restore/"))
    sent = {"seen": back.context["form"].initial["seen"], "change_reason": "It was better before."}
    assert "version 3 is in force." in browser.post(place(1, "restore/"), sent, follow=True).text


def test_catalogues_are_not_asked_about(browser: Client, nothing_written: Any) -> None:
    shown = upload(browser, Control, csv_of([{"control_id": "AC-3", "title": "Who may"}]))
    assert 'id="replay-panel"' not in shown.text
    sent = {"upload": shown.context["form"]["upload"].value(), "change_reason": "Shorter."}
    with nothing_written():
        assert browser.post(page(Control, "import/replay/"), sent | {"replay_window": "100"}).status_code == 403
    assert "is in force." in browser.post(page(Control, "import/"), sent, follow=True).text


def test_rules_changed_elsewhere_ask_for_another_look(browser: Client, nothing_written: Any) -> None:
    review = Import(browser)
    review.replay()
    change(edited(EvidenceRule, {"name": "Production"}, points=9.0))
    with nothing_written():
        assert warned(review.confirm())
    review.replay()
    assert "rulebook version 3 is in force." in review.confirm().text
    assert replays_noted() == [{"id": Replay.objects.latest("pk").pk, "changed": 0, "of": 0}]


def test_a_look_from_other_rules_does_not_count(browser: Client, nothing_written: Any) -> None:
    """The rules would be the same as then; what that changes is not."""
    review = Return(browser)
    review.replay()
    assert "version 3 is in force." in review.confirm().text
    change(edited(ActionTypeRule, {"pattern": "query"}, level="critical"))
    again = Return(browser)
    with nothing_written():
        assert warned(again.confirm())
    again.replay()
    assert "version 5 is in force." in again.confirm().text
    assert len(set(Replay.objects.values_list("digest", flat=True))) == 1


def test_what_was_compared_and_is_another_is_said_first(
    browser: Client, kind: type[Review], nothing_written: Any
) -> None:
    """Neither a replay nor a question about one, of what nobody looked at."""
    review = kind(browser)
    change(edited(ActionTypeRule, {"pattern": "query"}, level="medium"))
    with nothing_written():
        refused = words(review.replay())
        assert "Nothing was replayed." in refused
        assert "meanwhile. Nothing was changed. Look at the comparison again." in refused
        answer = review.confirm()
    assert answer.status_code == 409
    assert WARNING not in answer.text
    assert "medium" in answer.text
    with nothing_written():
        assert warned(review.confirm())
    assert review.replay().status_code == 200
    assert "is in force." in review.confirm().text


@pytest.mark.parametrize("forged", [None, "", "nonsense", "a:b:c"])
def test_a_page_that_is_nobodys_is_not_replayed(browser: Client, nothing_written: Any, forged: str | None) -> None:
    sent = {"replay_window": "100"} | ({} if forged is None else {"upload": forged})
    with nothing_written():
        as_part = browser.post("/admin/governance/policy/import/replay/", sent, headers=HTMX)
        whole = browser.post("/admin/governance/policy/import/replay/", sent)
    assert "Upload the file again." in as_part.text
    assert (whole.status_code, "Upload the file again." in whole.text) == (400, True)


def test_the_window_must_make_sense(browser: Client, kind: type[Review], nothing_written: Any) -> None:
    review = kind(browser)
    with nothing_written():
        assert "Choose the first day" in words(review.replay(replay_window="dates"))
        assert "Select a valid choice" in words(review.replay(replay_window="7"))


def test_what_is_wrong_is_not_replayed(browser: Client, nothing_written: Any) -> None:
    shown = upload(browser, EvidenceRule, csv_of(exported(EvidenceRule, Production={"points": "many"})))
    assert 'id="replay-panel"' not in shown.text
    sent = {"upload": shown.context["form"]["upload"].value(), "replay_window": "100"}
    with nothing_written():
        answer = browser.post(page(EvidenceRule, "import/replay/"), sent, headers=HTMX)
    assert "1 row is wrong, so nothing was changed." in words(answer)


@pytest.mark.parametrize("who", ["auditor", "reviewer", "outsider"])
def test_who_may_not_change_rules_replays_none(
    who: str, browser: Client, sign_in: SignIn, request: pytest.FixtureRequest, kind: type[Review],
    nothing_written: Any,
) -> None:  # fmt: skip
    review = kind(browser)
    review.browser = sign_in(request.getfixturevalue(who))
    with nothing_written():
        assert review.replay().status_code in (302, 403)


def test_a_replay_is_asked_for_not_read(browser: Client, kind: type[Review], nothing_written: Any) -> None:
    review = kind(browser)
    with nothing_written():
        answer = browser.get(f"{review.address}replay/", follow=True)
    assert answer.redirect_chain[-1][0].endswith(review.address) or answer.redirect_chain == [("..", 302)]
    assert browser.get("/admin/governance/rulebookversion/99/restore/replay/").status_code == 404
