"""What every move says about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from actions.models import Action
from governance.actors import Actor
from governance.models import Person
from reviews.eligibility import Reviewer
from reviews.forms import MAX_REASON

# Whether the page offers it to this reviewer for this action. The verb looks again, on the locked row.
Offered = Callable[[Reviewer, Action], bool]
# Calls the verb with what the form holds, and says what was done.
Made = Callable[[Action, Actor, Person, dict[str, Any]], str]

# The headings of the other moves, in the order of the page. The last is for emergencies, and quiet.
AFTERWARDS, INSTEAD, TIME = "Afterwards", "Instead", "Time and others"
NEXT_ONES, EMERGENCY = "The next ones", "In an emergency"
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


def reason_field(help_text: str) -> forms.CharField:
    """A reason that must be given. Its label is not that of the decision's own reason."""
    return forms.CharField(
        label="Why",
        help_text=help_text,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "A reason is required. Nothing was changed. Say why in a sentence; it is kept in the history.",
            "max_length": f"The reason is longer than {MAX_REASON} characters. Nothing was changed.",
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
    label: str
    button: str
    form: type[MoveForm]
    offered: Offered
    make: Made
    group: str = INSTEAD
    hint: str = ""
    help: str = ""
    weight: str = ""
    template: str = "_move_fields.html"
    confirms: bool = False  # whether the form's `password` is asked again and checked (governance/sign_in.confirm)
    place: str = ""


@dataclass(frozen=True)
class OnPage:
    """A move with its form, as one page shows it."""

    move: Move
    form: MoveForm
    is_open: bool = False
