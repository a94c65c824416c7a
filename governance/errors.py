"""Every refusal the portal can give: one class = code + HTTP status + sentence.

The docstring of a class is its default sentence: what happened, what the state is now, what to do. It is translated
where it is raised; a sentence given to a refusal is translated by whoever gives it.
A *rule's* refusal (policy denial, kill switch) is no error; it is an action with `status: rejected`.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext


class Refusal(Exception):
    """The request was refused."""

    status = 400
    code = "refused"

    def __init__(self, sentence: str | None = None, *, errors: dict[str, str] | None = None, **facts: Any):
        # In the language of whoever is at the page; none is active for agents, who are answered in English.
        self.sentence = sentence or gettext((self.__class__.__doc__ or "").strip())
        self.errors = errors or {}
        self.facts = facts
        super().__init__(self.sentence)


class MalformedBody(Refusal):
    """The body is not acceptable JSON. Nothing was written. Correct it and send it again."""

    status = 400
    code = "MALFORMED_BODY"


class UnknownField(MalformedBody):
    """The body names a field that only the server sets. Nothing was written. Remove it and send it again."""

    code = "UNKNOWN_FIELD"


class InvalidQuery(Refusal):
    """A query parameter is not acceptable. Correct it and ask again."""

    status = 400
    code = "INVALID_QUERY"


class BodyTooLarge(Refusal):
    """The body is larger than 64 KiB. Nothing was written. Send a reference to large content instead."""

    # 400, not 413: the published client retries a 413 (wire-contract 3.3).
    status = 400
    code = "BODY_TOO_LARGE"


class MissingFields(Refusal):
    """Missing required fields."""

    status = 422
    code = "VALIDATION_ERROR"


class Unauthorized(Refusal):
    """Unauthorized: the API key is missing, unknown, expired or revoked. Send a valid key as a Bearer token."""

    status = 401
    code = "AUTH_TOKEN_INVALID"


class Forbidden(Refusal):
    """Forbidden: this credential may not do that."""

    status = 403
    code = "AUTH_FORBIDDEN"


class NotYours(Refusal):
    """Not Found: there is no such action among yours. Check the id and the key."""

    status = 404
    code = "NOT_FOUND"


class Conflict(Refusal):
    """The request came too late or contradicts what is recorded. Read the current state first."""

    status = 409
    code = "CONFLICT"


class NotPending(Conflict):
    """This action is no longer pending. Read its current state."""

    code = "not_pending"


class Claimed(Conflict):
    """Somebody else is at this action. Nothing was changed. You may decide it all the same, or take it over."""

    code = "claimed"


class IllegalTransition(Conflict):
    """The action's state does not allow this. Read its current state."""

    code = "illegal_transition"


class NotCancellable(Conflict):
    """This action can no longer be cancelled. Nothing was changed. Read its current state."""

    code = "not_cancellable"


class NotApproved(Conflict):
    """This action is not approved, so there is no approval to revoke. Read its current state."""

    code = "not_approved"


class NotEscalatable(Conflict):
    """This action cannot be escalated. Nothing was changed. Read its current state."""

    code = "not_escalatable"


class ReportRefused(Conflict):
    """This action is not approved, so no outcome can be reported for it. The report was recorded as an alarm."""

    code = "report_refused"


class ReportConflict(Conflict):
    """Another outcome was already reported for this action. The first report stands; this one was recorded."""

    code = "report_conflict"


class CannotSupersede(Conflict):
    """That action cannot be taken the place of. Nothing was written. Read its current state."""

    code = "cannot_supersede"


class IdempotencyConflict(Conflict):
    """This Idempotency-Key was used with another body. Use a new key for a new action."""

    code = "idempotency_conflict"


class AlreadyLookedAt(Conflict):
    """Somebody else has looked at this already. Nothing was recorded. Reload the page to read what they found."""

    code = "already_looked_at"


class StaleContent(Conflict):
    """The content shown is not the content stored. Nothing was decided. Reload the page and read it again."""

    status = 412
    code = "stale_content"


class DeadlinePassed(Conflict):
    """The deadline of this action has passed. It expired without a decision; the agent must submit it again."""

    status = 410
    code = "deadline_passed"


class NotEligible(Refusal):
    """You may not decide this action."""

    status = 403
    code = "not_eligible"


class StepUpRequired(Refusal):
    """Confirm with your password: this needs it again, in the same form. Nothing was decided."""

    status = 403
    code = "step_up_required"


class NotWanted(NotEligible):
    """This action waits for somebody else."""


class ReasonRequired(Refusal):
    """A reason is required. Say why in a sentence; it is kept in the history."""

    status = 400
    code = "reason_required"


class InvalidDeadline(Refusal):
    """The new deadline is not acceptable. Nothing was changed. Choose another."""

    status = 400
    code = "invalid_deadline"


class InvalidRule(Refusal):
    """The rule is not valid. Nothing was changed. Correct it and save again."""

    status = 400
    code = "invalid_rule"


class InvalidCatalogue(Refusal):
    """The file is not the catalogue it should be. Nothing was changed. Download it again from its publisher."""

    status = 400
    code = "invalid_catalogue"


class OlderRelease(Conflict):
    """A newer release of this catalogue is loaded. Nothing was changed. Say so if the older one shall replace it."""

    code = "older_release"


class InvalidFile(Refusal):
    """The file cannot be read. Nothing was changed. Save it as CSV in UTF-8 or as .xlsx and try again."""

    status = 400
    code = "invalid_file"


class TooFast(Refusal):
    """Approved sooner than anybody can read it. Nothing was decided. Read the action, then decide."""

    status = 409
    code = "too_fast"


class InvalidStanding(Refusal):
    """The standing approval cannot be given like that. Nothing was proposed. Correct it and propose it again."""

    status = 400
    code = "invalid_standing"


class InvalidAccount(Refusal):
    """The account or key cannot be made like that. Nothing was changed."""

    status = 400
    code = "invalid_account"


class InvalidSettings(Refusal):
    """The pages cannot be shown like that. Nothing was changed. Correct it and save again."""

    status = 400
    code = "invalid_settings"


class NoSuchSession(Refusal):
    """There is no such session of yours. Nothing was changed. It may have ended already: reload the page."""

    status = 404
    code = "no_such_session"


class InvalidChannel(Refusal):
    """The channel is not valid. Nothing was changed. Correct it and save again."""

    status = 400
    code = "invalid_channel"


class InvalidView(Refusal):
    """The view cannot be saved like that. Nothing was changed. Correct it and save again."""

    status = 400
    code = "invalid_view"


class InvalidPreference(Refusal):
    """Nobody can be told like that. Nothing was changed. Correct it and save again."""

    status = 400
    code = "invalid_preference"


class InvalidDelegation(Refusal):
    """The delegation cannot be made like that. Nothing was changed."""

    status = 400
    code = "invalid_delegation"


class TooManyRequests(Refusal):
    """Too many requests. Wait a second and try again."""

    status = 429
    code = "RATE_LIMIT_EXCEEDED"


class NotPlantable(Refusal):
    """This test cannot be planted. Nothing was planted."""

    status = 400
    code = "not_plantable"


class TooManyTries(TooManyRequests):
    """Too many wrong passwords within five minutes. Nothing was decided. Wait five minutes and try again."""

    code = "too_many_tries"


class TooManyPending(TooManyRequests):
    """Too many actions of this agent wait for people. Nothing was written. Submit again when some are decided."""
