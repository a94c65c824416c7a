"""The forms around a replay: which past actions, and whether the one who saves a rule has looked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms

from governance.drafts import Drafted, drafted
from governance.errors import InvalidRule
from governance.models import Replay
from governance.past_actions import Window
from governance.replays import viewed_replay
from governance.rule_content import LINKS, Draft
from governance.rulebook import NoRulebook

NOT_SEEN = (
    "You have not looked at what this draft would have changed. Nothing was saved. Replay it over past actions, or"
    " tick the box to save without."
)
_DATES = "dates"
_DAY = forms.DateInput(attrs={"type": "date"})


class WindowForm(forms.Form):
    """Which past actions a draft is held against. Its names are apart from those of the rules."""

    replay_window = forms.ChoiceField(
        label="Past actions",
        choices=[
            *((str(number), f"the last {number:,}") for number in (100, 1_000, 10_000, 100_000)),
            (_DATES, "of these days"),
        ],
        initial="1000",
    )
    replay_since = forms.DateField(label="From", required=False, widget=_DAY)
    replay_until = forms.DateField(label="Until", required=False, widget=_DAY, help_text="UTC, both days included.")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("replay_since"), given.get("replay_until")
        if given.get("replay_window") == _DATES and not self.errors:
            if since is None and until is None:
                self.add_error("replay_since", "Choose the first day, the last one, or both.")
            elif since and until and until < since:
                self.add_error("replay_until", "The last day is before the first one.")
        return given

    def window(self) -> Window:
        """What was chosen. Days begin at midnight UTC."""
        given = self.cleaned_data
        if given["replay_window"] != _DATES:
            return Window(latest=int(given["replay_window"]))
        since, until = given["replay_since"], given["replay_until"]
        return Window(since=since and _midnight(since), until=until and _midnight(until + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


class DraftForm:
    """Mixed in before a rule's form: the rule as a draft, and the look at it that comes before saving."""

    asked_by_id = ""  # who must have looked; empty: nobody, because nothing is saved
    replay: Replay | None = None  # what that one has seen of this very draft

    def draft(self: Any) -> Drafted:
        """The rules with this one as the form has it. Raises InvalidRule."""
        given = self.cleaned_data
        links = {name: list(given[name]) for name in LINKS.get(type(self.instance), ()) if name in given}
        return drafted([Draft(self.instance, links)])

    def _post_clean(self: Any) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.asked_by_id or self.errors:
            return
        try:
            draft = self.draft()
        except (InvalidRule, NoRulebook):
            return  # the verb will say so
        self.replay = viewed_replay(draft.digest, self.asked_by_id)
        if draft.decides and self.replay is None and not self.cleaned_data["without_replay"]:
            self.fields["without_replay"].widget = forms.CheckboxInput()
            self.add_error("without_replay", NOT_SEEN)
