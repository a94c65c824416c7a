"""What an agent submits: the fields, their limits, and the digest that binds them. PURE.

The same parser serves the guide's raw REST callers and the two published clients (wire-contract 4.1 and 4.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from actions.redaction import redact
from governance.errors import MalformedBody, MissingFields, UnknownField
from governance.ledger.canonical import canonical, sha256
from governance.risk import Facts

# The guide's four (step 1, "Required Fields"); the published clients send only the first two.
REQUIRED = ("agent_id", "action_type", "description", "tool_name")
ALWAYS_REQUIRED = ("agent_id", "action_type")

# Longest accepted text per field, in characters. The whole body is limited to 64 KiB besides.
_TEXTS = {
    "agent_id": 255,
    "agent_name": 255,
    "action_type": 100,
    "tool_name": 1024,
    "resource": 1024,
    "resource_id": 1024,
    "resource_type": 255,
    "target_resource": 1024,
    "target_system": 1024,
    "description": 32_768,
    "environment": 64,
    "mcp_server_name": 255,
    "orchestration_session_id": 255,
    "idempotency_key": 255,
}
_OBJECTS = ("action_details", "parameters", "context", "risk_indicators")
_INTEGERS = ("parent_action_id", "orchestration_depth", "supersedes")
# Read for their effect above; not repeated in the content that is stored and shown.
CONSUMED = {"parameters", "target_resource", "target_system", "idempotency_key", "supersedes"}

_NO_OBJECT = "The body is not a JSON object. Nothing was written. Send an object."

# Names of the answer that only the portal sets (threats AC35). A body that carries one means to decide for itself.
SERVER_OWNED = frozenset(
    (
        "id action_id status state decision risk_score risk_level requires_approval approved"
        " execution_allowed success alert_triggered alert_id message reason approval_request_id"
        " required_approvers expires_at approved_by approved_at reviewed_by reviewed_at rejected_by decided_by"
        " decided_at decision_at comments policy_violations conditions policy_decision matched_policies"
        " policies_evaluated cvss_score cvss_severity cvss_vector risk_factors thresholds enforcement_decision"
        " workflow_id digest content assessment verdict route team tenant principal owner created_at"
        " updated_at executed_at escalated deadline rulebook_version"
        " agent_type is_registered registered_by threshold review_from deny_from auto_approve_below max_risk_threshold"
        " observed_policies degraded preflight would_be break_glass superseded_by edited_by"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Submission:
    """An accepted submission. `content` is the canonical text a person decides on, `digest` its SHA-256."""

    agent_id: str
    agent_name: str
    action_type: str
    tool_name: str
    resource: str
    description: str
    idempotency_key: str | None
    payload: dict[str, Any]
    content: str
    digest: str
    supersedes: int | None = None  # the number of the action it takes the place of; a link, not a fact

    def facts(self, team: str, agent_type: str, at: datetime) -> Facts:
        """What risk and policy may look at: the content, and what the portal knows of its sender."""
        return facts_of(self.payload, agent_id=self.agent_id, team=team, agent_type=agent_type, at=at)


def facts_of(payload: dict[str, Any], **known: Any) -> Facts:
    """The facts in a submission's content, with what is `known` besides: agent_id, team, agent_type, at, principal.

    Rules see names without the blanks around them: what is stored is exact, and no blank gets around a rule.
    """
    indicators = payload.get("risk_indicators", {})
    if "contains_pii" in payload:  # a hint some clients put beside the indicators (wire-contract 4.1)
        indicators = {"contains_pii": payload["contains_pii"]} | indicators
    return Facts(
        action_type=payload["action_type"],
        tool_name=payload["tool_name"].strip(),
        resource=payload["resource"].strip(),
        description=payload["description"].strip(),
        details=payload.get("action_details", {}),
        context=payload.get("context", {}),
        indicators=indicators,
        environment=payload.get("environment", ""),
        mcp_server=payload.get("mcp_server_name", ""),
        **known,
    )


def parse(body: Any, *, lenient: bool) -> Submission:
    """Turn a parsed body into a Submission.

    `lenient` callers (the published clients) may leave out description and tool_name; the guide's REST callers may
    not, unless their body has the clients' shape.

    Raises MalformedBody (400) for a wrong type, UnknownField (400) for a server-owned name, MissingFields (422)
    naming every missing field at once.
    """
    if not isinstance(body, dict):
        raise MalformedBody(_NO_OBJECT)
    _refuse_server_owned(body)
    _check_types(body)
    _check_missing(body, REQUIRED if not (lenient or _has_client_shape(body)) else ALWAYS_REQUIRED)
    _check_lengths(body)
    _check_names(body)

    effective = _effective(body)
    payload = redact({**{k: v for k, v in body.items() if _kept(k, v)}, **effective})
    content = canonical(payload)
    return Submission(
        agent_id=payload["agent_id"],
        agent_name=payload.get("agent_name", ""),
        action_type=payload["action_type"],
        tool_name=payload["tool_name"],
        resource=payload["resource"],
        description=payload["description"],
        idempotency_key=body.get("idempotency_key") or None,
        payload=payload,
        content=content,
        digest=sha256("foureyes/action/v1", content),
        supersedes=body.get("supersedes"),
    )


def parse_question(body: Any, *, agent_id: str) -> Submission:
    """Turn the published client's policy question (wire-contract section 2, evaluate-realtime) into a Submission.

    It is a submission whose agent is the key's unless named, and which must name its `resource`. `risk_score`, a
    number from 0 to 100, is what the caller thinks the risk is: it goes the way of a risk indicator, so that it is
    noted among the factors, neither replaces nor lowers the portal's score, and no more than any submission can say.

    Raises what parse raises, and MissingFields unless both `action_type` and `resource` are there.
    """
    if not isinstance(body, dict):
        raise MalformedBody(_NO_OBJECT)
    hint = body.get("risk_score")
    if hint is not None and (type(hint) not in (int, float) or not 0 <= hint <= 100):
        problem = "This must be a number from 0 to 100."
        raise MalformedBody("/risk_score is no score. Nothing was written.", errors={"risk_score": problem})
    _check_types(body)
    _check_missing(body, ("action_type", "resource"))
    question = {name: value for name, value in body.items() if name != "risk_score"}
    if hint is not None:
        question["risk_indicators"] = {**(body.get("risk_indicators") or {}), "risk_score": hint}
    return parse({"agent_id": agent_id, **question}, lenient=True)


def _kept(name: str, value: Any) -> bool:
    return name not in CONSUMED and value is not None


def _text(value: Any) -> str:
    """A text exactly as it was sent; "" for one that says nothing, and for what is no text."""
    return value if isinstance(value, str) and value.strip() else ""


def _has_client_shape(body: dict[str, Any]) -> bool:
    """The published clients' shape: name and resource, neither description nor tool (wire-contract 4.2)."""
    return bool(
        _text(body.get("agent_name"))
        and _text(body.get("resource"))
        and body.get("description") is None
        and body.get("tool_name") is None
    )


def _refuse_server_owned(body: dict[str, Any]) -> None:
    owned = sorted(SERVER_OWNED.intersection(body))
    if owned:
        raise UnknownField(
            _("Only the server sets {names}. Nothing was written. Leave it out and send again.").format(
                names=", ".join(owned)
            ),
            errors=dict.fromkeys(owned, _("Only the server sets this.")),
        )


def _check_types(body: dict[str, Any]) -> None:
    errors: dict[str, str] = {}
    for name, value in body.items():
        if value is None:
            continue
        if name in _TEXTS:
            if type(value) is not str:
                errors[name] = _("This must be a string.")
        elif name in _OBJECTS:
            if type(value) is not dict:
                errors[name] = _("This must be an object.")
        elif name in _INTEGERS and type(value) is not int:
            errors[name] = _("This must be an integer.")
    if errors:
        places = ", ".join(f"/{name}" for name in errors)
        says = _("The body has the wrong type at {places}. Nothing was written.")
        raise MalformedBody(says.format(places=places), errors=errors)


def _check_missing(body: dict[str, Any], required: tuple[str, ...]) -> None:
    missing = [name for name in required if not _text(body.get(name))]
    if missing:
        raise MissingFields(
            _("Missing required fields: {names}").format(names=", ".join(missing)),
            errors=dict.fromkeys(missing, _("This field is required.")),
        )


def _check_lengths(body: dict[str, Any]) -> None:
    errors = {
        name: _("At most {limit} characters.").format(limit=limit)
        for name, limit in _TEXTS.items()
        if isinstance(body.get(name), str) and len(body[name]) > limit
    }
    if errors:
        raise MissingFields(_("Too long: {names}. Nothing was written.").format(names=", ".join(errors)), errors=errors)


def _check_names(body: dict[str, Any]) -> None:
    """Agents and rules are looked up by these two. Neither dropping a blank nor keeping it would be what was meant."""
    errors = {
        name: "Send this without blanks around it." for name in ALWAYS_REQUIRED if body[name] != body[name].strip()
    }
    if errors:
        raise MissingFields(
            f"There are blanks before or after: {', '.join(errors)}. Nothing was written. Send it without them.",
            errors=errors,
        )


def _effective(body: dict[str, Any]) -> dict[str, Any]:
    """The fields every action has, whichever client left them out or named them otherwise (wire-contract 4.2)."""
    details = _merged_details(body)
    context = body.get("context") or {}
    tool = _text(body.get("tool_name")) or _text(details.get("tool_name")) or _text(context.get("tool_name"))
    named = _text(body.get("resource")) or _text(body.get("target_resource")) or _text(body.get("target_system"))
    resource = named or tool or "unspecified"
    said = _text(body.get("description")) or _text(details.get("description"))
    fields: dict[str, Any] = {
        "agent_id": body["agent_id"],
        "action_type": body["action_type"],
        "tool_name": (tool or resource)[: _TEXTS["tool_name"]],
        "resource": resource[: _TEXTS["resource"]],
        "description": said or f"{body['action_type']} on {resource}",
    }
    if not said:
        fields["description_derived"] = True
    if details:
        fields["action_details"] = details
    return fields


def _merged_details(body: dict[str, Any]) -> dict[str, Any]:
    """`action_details` and its other name `parameters`, together. Where they disagree, nobody may choose silently."""
    details, parameters = body.get("action_details") or {}, body.get("parameters") or {}
    differing = sorted(name for name in details.keys() & parameters.keys() if details[name] != parameters[name])
    if differing:
        raise MalformedBody(
            _("/action_details and /parameters disagree about {names}. Nothing was written.").format(
                names=", ".join(differing)
            ),
            errors={f"parameters.{name}": _("This differs from action_details.") for name in differing},
        )
    return {**parameters, **details}
