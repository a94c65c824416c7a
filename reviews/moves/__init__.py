"""What people may do with an action besides deciding it, declared once; page, address and view read the same list.

A move is offered where its own rule says so, shows a form on the action page, and calls one verb. Adding one takes a
module with a `MOVE` and its name in MOVES; the order is that of the page.
"""

from __future__ import annotations

from reviews.moves import check_conditions, edit, escalate, extend, glass, request_changes, revoke, sample, standing
from reviews.moves.assign import ASSIGN, UNASSIGN
from reviews.moves.base import Move
from reviews.moves.claim import CLAIM, RELEASE, TAKE_OVER
from reviews.moves.comment import COMMENT

MOVES: tuple[Move, ...] = (
    COMMENT,
    CLAIM,
    RELEASE,
    TAKE_OVER,
    ASSIGN,
    UNASSIGN,
    request_changes.MOVE,
    edit.MOVE,
    standing.MOVE,
    escalate.MOVE,
    extend.MOVE,
    revoke.MOVE,
    check_conditions.MOVE,
    sample.MOVE,
    glass.REVIEW,
    glass.MOVE,  # last: it is for emergencies
)


def move_named(slug: str) -> Move | None:
    """The move at this place in the address, or None."""
    return next((move for move in MOVES if move.slug == slug), None)


__all__ = ["MOVES", "Move", "move_named"]
