"""The mutants: each a mistake somebody could make, in what is done besides voting."""

from __future__ import annotations

from tests.proof.mutation import Mutant

_CANCEL = "actions.cancel"
_STEERING = "reviews.steering"
_EXTEND = "reviews.extend"
_ESCALATE = "reviews.escalate"
_CHANGES = "reviews.request_changes"
_EDIT = "reviews.edit"

MUTANTS = (
    Mutant(
        _CANCEL,
        "        expire_locked(action)\n",
        "",
        "withdrawn after the deadline",
        "a_withdrawal_after_the_deadline_comes_too_late",
    ),
    Mutant(
        _CANCEL,
        "via=DecidedVia.AGENT, at",
        "via=DecidedVia.PERSON, at",
        "a withdrawal looks like a revocation",
        "a_withdrawal_is_answered_alike_twice",
    ),
    Mutant(
        _CANCEL,
        "Action.objects.for_agent(agent).select_for_update",
        "Action.objects.select_for_update",
        "an agent withdraws what another submitted",
        "nobody_withdraws_for_another",
    ),
    Mutant(
        _STEERING,
        "if action.state != State.APPROVED:",
        "if False:",
        "what waits is revoked",
        "only_an_approval_is_revoked",
    ),
    Mutant(
        _STEERING,
        "if not reaches(seat.level, action) or (",
        "if (",
        "a low level revokes a high score",
        "who_could_not_have_decided_does_not_revoke",
    ),
    Mutant(
        _STEERING,
        "person.role == Role.SENIOR and in_team",
        "person.role == Role.SENIOR",
        "a senior steers in every team",
        "a_senior_of_elsewhere_does_not_steer",
    ),
    Mutant(
        _EXTEND,
        "if after <= before:",
        "if False:",
        "a deadline goes back",
        "a_deadline_moves_on_in_bounds",
    ),
    Mutant(
        _EXTEND,
        "if after - before > AT_ONCE:",
        "if False:",
        "any time at once",
        "a_deadline_moves_on_in_bounds",
    ),
    Mutant(
        _EXTEND,
        "if after - first > IN_ALL:",
        "if after - before > IN_ALL:",
        "time without end, in steps",
        "a_deadline_moves_on_in_bounds",
    ),
    Mutant(
        _ESCALATE,
        "    if action.escalated:",
        "    if False:",
        "escalated again and again",
        "an_escalation_calls_the_group_in_once",
    ),
    Mutant(
        _ESCALATE,
        "    refresh(action)\n",
        "",
        "who was called in has it in no queue",
        "an_escalation_calls_the_group_in_once",
    ),
    Mutant(
        _CHANGES,
        "reason = reason_of(reason)",
        "pass",
        "sent back without a reason",
        "what_is_sent_back_was_seen_and_has_a_reason",
    ),
    Mutant(
        _CHANGES,
        "look(action, person=person, digest=digest)",
        "look(action, person=person, digest=action.digest)",
        "content nobody saw is sent back",
        "what_is_sent_back_was_seen_and_has_a_reason",
    ),
    Mutant(
        _CHANGES,
        "reason=said,\n        by=",
        'reason="",\n        by=',
        "the agent never learns what to change",
        "what_is_sent_back_was_seen_and_has_a_reason",
    ),
    Mutant(
        _EDIT,
        "look(old, person=person, digest=digest)",
        "look(old, person=person, digest=old.digest)",
        "content nobody saw is edited",
        "an_edit_takes_the_place_of_what_was_edited",
    ),
    Mutant(
        _EDIT,
        "new.supersedes, new.edited_by = old, seat.person",
        "new.edited_by = seat.person",
        "the edited one stands for nothing",
        "an_edit_takes_the_place_of_what_was_edited",
    ),
    Mutant(
        _EDIT,
        "if not old.way.edit_allowed:",
        "if False:",
        "edited where the route forbids it",
        "an_edit_is_only_made_where_the_route_allows_it",
    ),
    Mutant(
        _EDIT,
        "if asks_password(new):",
        "if False:",
        "a critical edit needs no password",
        "a_critical_edit_is_not_approved_at_once",
    ),
)
