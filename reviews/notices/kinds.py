"""Every kind of notice, listed once: what it says and how much it presses. PURE."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice.

    `title` follows "action 17: " in subjects; `says` opens the message, `{by}` is the person who caused it. A
    `wants_decision` is dropped when the receiver can no longer decide. An `urgent` one does not wait for the digest. A
    `loud` one, moreover, does not wait for the end of an admin's quiet hours. None of them overrules "not at all".
    """

    title: str
    says: str
    wants_decision: bool = False
    urgent: bool = False
    loud: bool = False


KINDS: dict[str, Kind] = {
    "wanted": Kind("your decision is wanted", "An agent waits for your decision.", wants_decision=True),
    "due_soon": Kind(
        "due within the hour",
        "An agent waits for your decision, and it is due within the hour.",
        wants_decision=True,
        urgent=True,
    ),
    "reminder": Kind("still waits for your decision", "An agent still waits for your decision.", wants_decision=True),
    "escalation": Kind(
        "escalated to you",
        "An action has waited too long and was escalated to you.",
        wants_decision=True,
    ),
    "assignment": Kind("assigned to you", "{by} asks you to look at this action."),
    "mention": Kind("you were mentioned", "{by} mentioned you in a remark on this action."),
    "break_glass": Kind(
        "the glass was broken",
        "{by} approved this action alone, in an emergency. Somebody else must look at it.",
        urgent=True,
        loud=True,
    ),
}
