"""The agents' API. A method parses, calls a verb and answers; the words come from wire.py."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from actions import contract, succession, wire
from actions.api.authentication import actor_of
from actions.api.filters import ActionFilter
from actions.api.parsers import EMPTY, Body
from actions.api.polling import MAX_ID, PollingAuthentication
from actions.cancel import cancel_action
from actions.contract import Submission
from actions.expire import expire_action, expire_overdue
from actions.models import Action, Agent, AgentKey, KillSwitch, Outcome, State
from actions.report import report_outcome, report_ungoverned
from actions.submit import Arrival, submit_action
from actions.trail import trail_of
from governance.errors import Forbidden, InvalidQuery, MalformedBody, NotYours

MAX_PAGE = 500
# Ids the published client invents when it proceeds without an answer (wire-contract 3.3).
UNGOVERNED_PREFIX = "fail_open_"


def body_of(request: Request) -> Body:
    """The body as it was parsed; none at all is an empty object."""
    return request.data if isinstance(request.data, Body) else EMPTY


def _object(request: Request) -> dict[str, Any]:
    value = body_of(request).value
    if not isinstance(value, dict):
        raise MalformedBody("The body is not a JSON object. Nothing was written. Send an object.")
    return value


def _own(request: Request, action_id: int) -> Action:
    """One of the agent's own actions; touched past its deadline, it expires first. Raises NotYours."""
    agent = cast(Agent, request.user)
    action = None
    if action_id <= MAX_ID:
        action = Action.objects.for_agent(agent).select_related("agent").filter(pk=action_id).first()
    if action is None:
        raise NotYours
    return _current(action)


def _current(action: Action) -> Action:
    if action.state == State.PENDING and action.deadline and action.deadline <= timezone.now():
        agent = action.agent
        action = expire_action(action.pk)
        action.agent = agent
    return action


def parsed(request: Request, *, lenient: bool) -> Submission:
    """The submission in a request's body. The published SDK says its version, and is read leniently everywhere."""
    return contract.parse(body_of(request).value, lenient=lenient or "X-SDK-Version" in request.headers)


def arrival_of(request: Request, submission: Submission) -> Arrival:
    """How a submission came in."""
    key: Any = request.auth  # an AgentKey, with what its look-up read along
    return Arrival(
        path=request.path,
        body_digest=body_of(request).digest,
        correlation_id=request.headers.get("X-Correlation-ID", "")[:255],
        idempotency_key=request.headers.get("Idempotency-Key", "")[:255] or submission.idempotency_key,
        rules_version=key.rules_version,
        switched_off=key.switched_off or "",
        has_standing=key.has_standing,
    )


class Submit(APIView):
    """POST an action; the answer is approved, pending or rejected, all of them 200 (wire-contract rule 6)."""

    lenient = False

    def post(self, request: Request) -> Response:
        submission = parsed(request, lenient=self.lenient)
        arrival = arrival_of(request, submission)
        key = cast(AgentKey, request.auth)
        action, replayed = submit_action(submission, key=key, arrival=arrival, actor=actor_of(request))
        return Response(wire.submit_answer(action), headers={"Idempotent-Replayed": "true"} if replayed else None)


class Status(APIView):
    """GET the state of one action: what agents poll. Key and action come in one statement."""

    authentication_classes = (PollingAuthentication,)

    def get(self, request: Request, action_id: int) -> Response:
        key: Any = request.auth  # an AgentKey, with what its look-up read along
        if key.asked is None:
            raise NotYours
        return Response(wire.status_answer(_current(key.asked)))


class Detail(APIView):
    """GET everything about one action."""

    sdk_words = False

    def get(self, request: Request, action_id: int) -> Response:
        action = _own(request, action_id)
        for_sdk = self.sdk_words and "X-SDK-Version" in request.headers
        response = Response(wire.detail_answer(action, for_sdk=for_sdk, trail=trail_of(action.pk)))
        patch_vary_headers(response, ["X-SDK-Version"])
        return response


class Listing(APIView):
    """GET the agent's own actions, newest first."""

    def get(self, request: Request) -> Response:
        agent = cast(Agent, request.user)
        limit, offset = _number(request, "limit", 50, MAX_PAGE), _number(request, "offset", 0, 10**9)
        own = Action.objects.for_agent(agent).select_related("agent").defer("content", "assessment", "description")
        filtered = ActionFilter(request.query_params, queryset=own)
        if not filtered.is_valid():
            errors = {name: " ".join(map(str, messages)) for name, messages in filtered.errors.items()}
            raise InvalidQuery(f"Not acceptable: {', '.join(errors)}. Correct it and ask again.", errors=errors)
        expire_overdue(limit=MAX_PAGE, principal=agent)  # before filtering: what is listed as pending is pending
        total = filtered.qs.count()
        rows = succession.with_successor_id(filtered.qs).order_by("-pk")
        actions = [wire.list_item(action) for action in rows[offset : offset + limit]]
        more = offset + len(actions) < total
        return Response({"actions": actions, "total": total, "limit": limit, "offset": offset, "has_more": more})


def _number(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise InvalidQuery(f"{name} is not a whole number of 0 or more.", errors={name: "A whole number, 0 or more."})
    return min(int(text), most)


class Report(APIView):
    """POST the outcome of an action: completed or failed."""

    kind = Outcome.Kind.COMPLETED

    def post(self, request: Request, action_id: str) -> Response:
        agent = cast(Agent, request.user)
        report = _object(request)
        if action_id.startswith(UNGOVERNED_PREFIX):
            report_ungoverned(action_id, kind=self.kind, report=report, actor=actor_of(request))
            return Response({"success": True, "action_id": action_id, "status": "recorded", "governed": False})
        if not (action_id.isascii() and action_id.isdigit() and len(action_id) <= 18):
            raise NotYours
        action = report_outcome(int(action_id), agent=agent, kind=self.kind, report=report, actor=actor_of(request))
        return Response(wire.report_answer(action))


class Cancel(APIView):
    """POST that an action is not wanted any more; the answer is that of its status, "rejected"."""

    def post(self, request: Request, action_id: int) -> Response:
        reason = _object(request).get("reason") or ""
        if not isinstance(reason, str):
            raise MalformedBody("The reason is not a text. Nothing was cancelled. Send a text, or no reason.")
        if action_id > MAX_ID:
            raise NotYours
        agent = cast(Agent, request.user)
        return Response(
            wire.status_answer(cancel_action(action_id, agent=agent, actor=actor_of(request), reason=reason))
        )


class PeopleDecide(APIView):
    """Where other portals let a request approve or reject. Here no key decides, whichever action is named."""

    def post(self, request: Request, action_id: int) -> Response:
        raise Forbidden(
            "Forbidden: a key cannot decide. Nothing was written."
            f" People approve and reject actions in the portal, at {settings.PUBLIC_URL}."
        )


class Approval(APIView):
    """GET the state of an approval request; its id is the action's."""

    def get(self, request: Request, action_id: int) -> Response:
        return Response(wire.approval_answer(_own(request, action_id)))


class KillSwitchStatus(APIView):
    """GET whether this agent is blocked. Clients poll it every few seconds and block themselves if it fails."""

    def get(self, request: Request) -> Response:
        agent = cast(Agent, request.user)
        key: Any = request.auth  # an AgentKey, with what its look-up read along
        if key.switched_off:
            switch = KillSwitch.objects.get(id=1)
            return Response(_switch(switch.reason, wire.stamp(switch.activated_at), switch.activated_by))
        if agent.blocked_at is not None:
            return Response(_switch(agent.blocked_reason, wire.stamp(agent.blocked_at), agent.blocked_by))
        return Response({"blocked": False, "reason": None, "activated_at": None, "activated_by": None})


def _switch(reason: str, at: str | None, by: str) -> dict[str, Any]:
    return {"blocked": True, "reason": reason, "activated_at": at, "activated_by": by}


class DeploymentInfo(APIView):
    """GET what this installation is. Demands the key: clients detect a bad one here."""

    def get(self, request: Request) -> Response:
        return Response(
            {
                "name": "Foureyes",
                "version": settings.VERSION,
                "environment": settings.ENVIRONMENT,
                "api": "v1",
            }
        )


class Health(APIView):
    """GET whether the process answers. The only address without a key."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request: Request) -> Response:
        return Response({"status": "healthy", "version": settings.VERSION})


class NotHere(APIView):
    """Whatever else is asked below /api: 404 as a JSON object, for every method."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotYours(f"Not Found: there is nothing at {request.path}. See the API reference for the addresses.")
