"""The forms around a replay: which past actions, and whether the one who saves a rule has looked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.admin.rule_forms import ReasonForm
from governance.drafts import Drafted, drafted
from governance.errors import InvalidRule
from governance.models import Replay
from governance.past_actions import Window
from governance.replays import viewed_replay
from governance.rule_content import LINKS, Draft
from governance.rule_imports import Plan, drafts_of
from governance.rulebook import NoRulebook

NOT_SEEN = gettext_lazy(
    "You have not looked at what this draft would have changed. Nothing was saved. Replay it over past actions, or"
    " tick the box to save without."
)
_DATES = "dates"
_DAY = forms.DateInput(attrs={"type": "date"})


def _windows() -> list[tuple[str, str]]:
    latest = (
        (str(number), _("the last {number}").format(number=f"{number:,}")) for number in (100, 1_000, 10_000, 100_000)
    )
    return [*latest, (_DATES, _("of these days"))]


class WindowForm(forms.Form):
    """Which past actions a draft is held against. Its names are apart from those of the rules."""

    replay_window = forms.ChoiceField(
        label=gettext_lazy("Past actions"),
        choices=_windows,
        initial="1000",
    )
    replay_since = forms.DateField(label=gettext_lazy("From"), required=False, widget=_DAY)
    replay_until = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=_DAY, help_text=gettext_lazy("UTC, both days included.")
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("replay_since"), given.get("replay_until")
        if given.get("replay_window") == _DATES and not self.errors:
            if since is None and until is None:
                self.add_error("replay_since", _("Choose the first day, the last one, or both."))
            elif since and until and until < since:
                self.add_error("replay_until", _("The last day is before the first one."))
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
    """Mixed in before a form that saves rules: these as a draft, and the look at it that comes before saving."""

    asked_by_id = ""  # who must have looked; empty: nobody, because nothing is saved
    replay: Replay | None = None  # what that one has seen of this very draft

    def drafts(self: Any) -> list[Draft]:
        """What the form would save; here the one rule it is about. Raises InvalidRule."""
        given = self.cleaned_data
        links = {name: list(given[name]) for name in LINKS.get(type(self.instance), ()) if name in given}
        return [Draft(self.instance, links)]

    def about(self: Any) -> tuple[str, Model]:
        """The draft in words, and the row that it is filed under."""
        rule = self.instance
        return f"{'' if rule.pk else 'new '}{rule._meta.verbose_name_raw} {rule}", rule

    def draft(self) -> Drafted:
        """The rules as they would be once the form is saved. Raises InvalidRule and NoRulebook."""
        return drafted(self.drafts())

    def _post_clean(self: Any) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.cleaned_data.get("without_replay"):  # a yes is shown again, so that it can be taken back
            self.fields["without_replay"].widget = forms.CheckboxInput()
        if not self.asked_by_id or self.errors:
            return
        try:
            draft = self.draft()
        except (InvalidRule, NoRulebook):
            return  # the verb will say so
        self.replay = viewed_replay(draft, self.asked_by_id)
        if draft.decides and self.replay is None and not self.cleaned_data["without_replay"]:
            self.fields["without_replay"].widget = forms.CheckboxInput()
            self.add_error("without_replay", NOT_SEEN)


class ReviewForm(DraftForm, ReasonForm):
    """The reason for changes that are looked at and made together: those of a file, or back to a version.

    `about` is what DraftForm.about returns.
    """

    def __init__(
        self, *args: Any, plans: Sequence[Plan], about: tuple[str, Model], asked_by_id: str = "", **kwargs: Any
    ):
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        self.plans, self._about, self.asked_by_id = plans, about, asked_by_id

    def drafts(self) -> list[Draft]:
        return drafts_of(*self.plans)

    def about(self) -> tuple[str, Model]:
        return self._about
