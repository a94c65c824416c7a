"""Every kind of notice, listed once: what it says, in the reader's language, and how much it presses. PURE."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice.

    `title` follows "action 17: " in subjects; `says` opens the message, `{by}` is the person who caused it. A
    `wants_decision` is dropped when the receiver can no longer decide. An `urgent` one does not wait for the digest. A
    `loud` one, moreover, does not wait for the end of an admin's quiet hours. None of them overrules "not at all".
    """

    title: str | Promise
    says: str | Promise
    wants_decision: bool = False
    urgent: bool = False
    loud: bool = False


KINDS: dict[str, Kind] = {
    "wanted": Kind(_("your decision is wanted"), _("An agent waits for your decision."), wants_decision=True),
    "due_soon": Kind(
        _("due within the hour"),
        _("An agent waits for your decision, and it is due within the hour."),
        wants_decision=True,
        urgent=True,
    ),
    "reminder": Kind(
        _("still waits for your decision"), _("An agent still waits for your decision."), wants_decision=True
    ),
    "escalation": Kind(
        _("escalated to you"),
        _("An action has waited too long and was escalated to you."),
        wants_decision=True,
    ),
    "assignment": Kind(_("assigned to you"), _("{by} asks you to look at this action.")),
    "mention": Kind(_("you were mentioned"), _("{by} mentioned you in a remark on this action.")),
    "break_glass": Kind(
        _("the glass was broken"),
        _("{by} approved this action alone, in an emergency. Somebody else must look at it."),
        urgent=True,
        loud=True,
    ),
}
