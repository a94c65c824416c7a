"""Reads what the portal answered. The one place that decides what counts as a yes.

Anything unclear is an error, never an approval: a body that is not one JSON object, a status that is not a
plain success, a word outside the vocabulary, two fields that contradict each other, an answer about another
action.
"""

from __future__ import annotations

import json
from typing import Any

from .connections import Reply
from .errors import ActionDeniedError, UnexpectedAnswerError, api_error_class
from .retries import retry_after

#: The guide's four status words ("Status Values", "Step 4") and the decision each stands for.
DECISION_OF = {
    "approved": "approved",
    "executed": "approved",
    "pending_approval": "pending",
    "rejected": "denied",
}
STATUS_OF = {"approved": "approved", "pending": "pending_approval", "denied": "rejected"}

#: What a preflight says where a submission would say that it is approved.
WOULD_BE_APPROVED = "would_be_approved"

_SUCCESSES = frozenset({200, 201, 202})
#: These must be booleans where they occur...
_BOOLEANS = ("approved", "execution_allowed", "requires_approval", "success")
#: ...these may not be true without an approval, and these not false with one.
_ONLY_WITH_APPROVAL = ("approved", "execution_allowed")
_ALWAYS_WITH_APPROVAL = ("approved", "success")
#: Characters of an error text that are kept.
_LONGEST_DETAIL = 2000


def read_object(reply: Reply) -> dict[str, Any]:
    """The JSON object of a success. Raises the `ApiError` of a refusal, else `UnexpectedAnswerError`."""
    if 400 <= reply.status <= 599:
        raise _refusal(reply)
    if reply.status not in _SUCCESSES:
        raise _unexpected(
            f"HTTP {reply.status} is not an answer to this call, and redirects are not followed"
        )
    return _parse(reply.body)


def read_action(body: dict[str, Any], asked_id: str | None = None) -> dict[str, Any]:
    """The answer about one action, complete and free of contradictions, or `UnexpectedAnswerError`.

    Returned: a copy with `id` and `action_id`, `status` and `decision` all set, and `reason`, `message` and
    `error` set whenever the decision is "denied", since the guide's programs print one or the other.
    """
    answer = dict(body)
    answer["id"] = answer["action_id"] = _identity(answer, asked_id)
    answer["status"], answer["decision"] = _words(answer)
    _check_booleans(answer)
    if answer["decision"] == "denied":
        texts = [
            answer[name] for name in ("reason", "rejection_reason", "message") if _is_text(answer.get(name))
        ]
        for name in ("reason", "message", "error"):
            if not _is_text(answer.get(name)):
                answer[name] = texts[0] if texts else "no reason was given"
    return answer


def read_preflight(body: dict[str, Any]) -> dict[str, Any]:
    """The answer to a preflight, which permits nothing, or `UnexpectedAnswerError`.

    An answer that names an action, or that a program could take for an approval, is no preflight: something
    else answered, and may have recorded the action. Returned: a copy with `reason` set whenever it would be
    denied.
    """
    if body.get("preflight") is not True:
        raise _unexpected("it does not say that it is a preflight, so the action may have been submitted")
    if body.get("id") is not None or body.get("action_id") is not None:
        raise _unexpected("a preflight names no action, and it names one")
    for name in _ONLY_WITH_APPROVAL:
        if body.get(name) is not False:
            raise _unexpected(f"a preflight permits nothing, and {name} is not false")
    would_be = body.get("would_be")
    if not isinstance(would_be, dict):
        raise _unexpected("it does not say what a submission would be told")
    status, decision = _words(would_be)
    approved = decision == "approved"
    expected = (WOULD_BE_APPROVED, WOULD_BE_APPROVED) if approved else (status, decision)
    if (body.get("status"), body.get("decision")) != expected:
        raise _unexpected("its own words and those under would_be contradict each other")
    answer = {**body, "would_be": {**would_be, "status": status, "decision": decision}}
    if decision == "denied" and not _is_text(answer.get("reason")):
        answer["reason"] = "no reason was given"
    return answer


def refuse_if_forbidden(answer: dict[str, Any]) -> dict[str, Any]:
    """The same answer, unless the portal approves the action and yet forbids executing it.

    That happens when another worker holds the permission, for instance. Programs in the guide's manner look
    at the word "approved" only, so they must not get to see it. Raises `ActionDeniedError`.
    """
    if answer["status"] == "approved" and answer.get("execution_allowed") is False:
        why = answer.get("reason") or answer.get("message") or "no reason was given"
        raise ActionDeniedError(
            f"Action {answer['id']} is approved, but the portal does not allow executing it now: {why}.",
            answer=answer,
        )
    return answer


def may_execute(answer: dict[str, Any]) -> bool:
    """True only for an approval not used yet: an action already executed counts as approved, but is done."""
    return (
        answer.get("status") == "approved"
        and answer.get("decision") == "approved"
        and answer.get("execution_allowed", True) is True
    )


def _identity(answer: dict[str, Any], asked_id: str | None) -> int | str:
    found = [answer[name] for name in ("id", "action_id") if name in answer]
    if not found:
        raise _unexpected("it names no action")
    for value in found:
        if isinstance(value, bool) or not isinstance(value, (int, str)) or value in ("", 0):
            raise _unexpected("its action id is neither a number nor text")
    first: int | str = found[0]
    if any(str(value) != str(first) for value in found):
        raise _unexpected("its two action ids differ")
    if asked_id is not None and str(first) != asked_id:
        raise _unexpected("it is about another action")
    return first


def _words(answer: dict[str, Any]) -> tuple[str, str]:
    """Status and decision. The guide's own responses carry only `status`: one may be absent, never null."""
    if "status" not in answer and "decision" not in answer:
        raise _unexpected("it carries neither status nor decision")
    decision = (
        answer.get("decision") if "decision" in answer else _look_up(DECISION_OF, answer["status"], "status")
    )
    status = answer["status"] if "status" in answer else _look_up(STATUS_OF, decision, "decision")
    if _look_up(DECISION_OF, status, "status") != decision:
        _look_up(STATUS_OF, decision, "decision")
        raise _unexpected(f"status {status!r} contradicts decision {decision!r}")
    return status, str(decision)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _look_up(words: dict[str, str], word: Any, name: str) -> str:
    if not isinstance(word, str) or word not in words:
        raise _unexpected(f"its {name} is not one of {', '.join(words)}")
    return words[word]


def _check_booleans(answer: dict[str, Any]) -> None:
    for name in _BOOLEANS:
        if name in answer and not isinstance(answer[name], bool):
            raise _unexpected(f"{name} is neither true nor false")
    approved = answer["decision"] == "approved"
    names, wrong = (_ALWAYS_WITH_APPROVAL, False) if approved else (_ONLY_WITH_APPROVAL, True)
    for name in names:
        if answer.get(name) is wrong:
            raise _unexpected(f"{name} contradicts decision {answer['decision']!r}")


def _parse(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _unexpected("the body is not strict JSON" if body else "the body is empty") from None
    if not isinstance(value, dict):
        raise _unexpected("the body is not a JSON object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):  # two "status" members: which one a reader sees is anyone's guess
        raise ValueError("duplicate member")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _unexpected(what: str) -> UnexpectedAnswerError:
    return UnexpectedAnswerError(
        f"The portal's answer cannot be trusted: {what}. Nothing was taken as approved."
    )


def _refusal(reply: Reply) -> Exception:
    try:
        body = _parse(reply.body)
    except UnexpectedAnswerError:
        body = {}  # a proxy's error page; the status line says enough
    detail = _sentence(body) or f"{reply.status} {reply.reason}".strip()
    fields = body.get("errors")
    return api_error_class(reply.status)(
        f"API Error: {detail}",
        status_code=reply.status,
        detail=detail,
        errors=fields if isinstance(fields, dict) else {},
        error_code=body.get("error_code"),
        correlation_id=body.get("correlation_id") or reply.headers.get("X-Correlation-ID"),
        retry_after=retry_after(reply),
    )


def _sentence(value: Any, depth: int = 3) -> str:
    """The sentence in an error body: text, or an object or list holding one; invisible characters dropped."""
    if isinstance(value, str):
        return "".join(c for c in value.strip() if c.isprintable())[:_LONGEST_DETAIL]
    if depth == 0:
        return ""
    if isinstance(value, dict):
        members = (value.get(name) for name in ("detail", "message", "error", "msg"))
        return next(filter(None, (_sentence(member, depth - 1) for member in members)), "")
    if isinstance(value, list):
        return "; ".join(filter(None, (_sentence(member, depth - 1) for member in value[:10])))
    return ""
