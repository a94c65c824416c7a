"""What every move says about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from actions.models import Action
from governance.actors import Actor
from governance.models import Person
from reviews.eligibility import Reviewer
from reviews.forms import MAX_REASON

# Words of ours, as a page shows them: in the language of whoever reads it.
Words = Promise | str

# Whether the page offers it to this reviewer for this action. The verb looks again, on the locked row.
Offered = Callable[[Reviewer, Action], bool]
# Calls the verb with what the form holds, and says what was done.
Made = Callable[[Action, Actor, Person, dict[str, Any]], str]

# The headings of the other moves, in the order of the page. The last is for emergencies, and quiet.
AFTERWARDS, INSTEAD, TIME = gettext_lazy("Afterwards"), gettext_lazy("Instead"), gettext_lazy("Time and others")
NEXT_ONES, EMERGENCY = gettext_lazy("The next ones"), gettext_lazy("In an emergency")
GROUPS = (AFTERWARDS, INSTEAD, TIME, NEXT_ONES, EMERGENCY)


class MoveForm(forms.Form):
    """A move's fields. `digest` names the content that was shown, for the moves that are bound to it."""

    digest = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, action: Action, person: Person, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.action, self.person = action, person
        self.fields["digest"].initial = action.digest

    @property
    def sentence(self) -> str:
        """The first thing that is wrong."""
        return str(next(iter(next(iter(self.errors.values()), [])), ""))


def reason_field(help_text: Words) -> forms.CharField:
    """A reason that must be given. Its label is not that of the decision's own reason."""
    return forms.CharField(
        label=gettext_lazy("Why"),
        help_text=cast(str, help_text),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": gettext_lazy(
                "A reason is required. Nothing was changed. Say why in a sentence; it is kept in the history."
            ),
            "max_length": format_lazy(
                gettext_lazy("The reason is longer than {max_reason} characters. Nothing was changed."),
                max_reason=MAX_REASON,
            ),
        },
    )


@dataclass(frozen=True)
class Move:
    """One thing a person may do with an action.

    `slug` is its place in the address, `label` stands on what opens it, `button` on what does it; `weight` is the
    class of that button ("", "go" or "no"). `group` is the heading it stands under; `hint` says in a few words beside
    its label what it does, `help` says it whole beside the form. `template` draws the fields, where the plain listing
    of them will not do. `place` names the part of the page that draws it; without one it stands among the other moves.
    """

    slug: str
    label: Words
    button: Words
    form: type[MoveForm]
    offered: Offered
    make: Made
    group: Words = INSTEAD
    hint: Words = ""
    help: Words = ""
    weight: str = ""
    template: str = "_move_fields.html"
    confirms: bool = False  # whether the form's `password` is asked again and checked (governance/sign_in.confirm)
    place: str = ""
    is_decision: bool = False  # whether what was done is told in place of the form, as after a vote


@dataclass(frozen=True)
class OnPage:
    """A move with its form, as one page shows it."""

    move: Move
    form: MoveForm
    is_open: bool = False
