"""A file is taken over and a whole version brought back after a look at the replay, or knowingly without."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from governance import rule_files
from governance.admin import replay_forms
from governance.errors import Conflict
from governance.models import (
    ActionTypeRule,
    Replay,
    RulebookVersion,
)
from governance.replays import work_on
from governance.rule_changes import change_rule
from governance.rule_imports import import_rules, plan_of
from governance.rule_restores import plans_of, restore_version
from governance.rulebook import latest_version
from tests.governance.changes import change, edited
from tests.governance.files import csv_of, exported
from tests.governance.reviews import Import, Return, Review, replays_noted
from tests.governance.test_replay_first import warned
from tests.governance.test_replay_panel import words
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.drafts import ADAM, asked

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[Import, Return])
def kind(request: pytest.FixtureRequest) -> type[Review]:
    """Both pages obey the same rule."""
    return request.param


# -- Look, then confirm --------------------------------------------------------------------------------------


def test_it_works(api: Api, browser: Client, kind: type[Review], nothing_written: Any) -> None:
    lifecycles.auto_approved(api)
    review = kind(browser)
    assert f'hx-post="{review.address}replay/"' in review.shown.text
    assert f'formaction="{review.address}replay/"' in review.shown.text
    before, rules = latest_version(), ActionTypeRule.objects.get(pattern="query").level
    answer = review.replay()
    assert "<strong>1 of 1</strong> past actions would come out differently." in words(answer)
    replay = Replay.objects.get()
    assert (replay.subject, replay.rule_kind) == review.subject[:2]
    assert replay.viewed_at is not None
    assert (latest_version(), ActionTypeRule.objects.get(pattern="query").level) == (before, rules)
    assert f"version {before + 1} is in force." in review.confirm().text
    assert replays_noted() == [{"id": replay.pk, "changed": 1, "of": 1}]
    assert RulebookVersion.objects.latest("version").digest == replay.digest


def test_without_a_look_it_comes_back(api: Api, browser: Client, kind: type[Review], nothing_written: Any) -> None:
    lifecycles.auto_approved(api)
    review = kind(browser)
    with nothing_written():
        back = review.confirm(replay_window="100")
    assert warned(back)
    assert "Agreed on Monday." in back.text
    assert "level: <del>" in back.text
    assert '<option value="100" selected>' in back.text
    assert "Something is missing below." in back.text
    assert review.replay(replay_window="100").status_code == 200  # the page that came back goes on from here
    assert "is in force." in review.confirm().text


def test_without_the_rule_it_would_be_saved(
    browser: Client, kind: type[Review], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The naive twin: the test above is able to fail."""
    monkeypatch.delattr(replay_forms.DraftForm, "_post_clean")
    assert "is in force." in kind(browser).confirm().text


def test_the_verb_refuses_a_replay_from_other_rules(nothing_written: Any) -> None:
    """Changed and changed back: the same draft, and nobody has seen what it changes now."""
    replay = work_on(asked(edited(ActionTypeRule, {"pattern": "query"}, level="high")).pk, seconds=60)
    change(edited(ActionTypeRule, {"pattern": "query"}, level="medium"))
    with nothing_written(), pytest.raises(Conflict, match="changed since the replay"):
        change_rule(edited(ActionTypeRule, {"pattern": "query"}, level="high"), actor=ADAM, reason="x", replay=replay)


def test_the_verbs_refuse_a_replay_of_something_else(nothing_written: Any) -> None:
    """Between the form's look and the verb's turn somebody may change the rules."""
    change(edited(ActionTypeRule, {"pattern": "query"}, level="high"))
    replay = work_on(asked().pk, seconds=60)
    table = rule_files.read(csv_of(exported(ActionTypeRule, query={"level": "medium"})))
    plan, first = plan_of(ActionTypeRule, table), RulebookVersion.objects.get(version=1)
    with nothing_written(), pytest.raises(Conflict, match="changed since the replay"):
        import_rules(plan, actor=ADAM, reason="x", file="x.csv", digest="0" * 64, replay=replay)
    with nothing_written(), pytest.raises(Conflict, match="changed since the replay"):
        restore_version(first, plans_of(first), seen=2, actor=ADAM, reason="x", replay=replay)
