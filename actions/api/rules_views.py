"""Agents ask what the rules would say. Nothing is submitted; the words come from wire_preflight.py."""

from __future__ import annotations

import time
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from actions import contract, wire_preflight
from actions.api.authentication import actor_of
from actions.api.views import arrival_of, body_of, parsed
from actions.preflight import preflight_action


class Preflight(APIView):
    """POST what would be submitted; the answer is what submitting it now would give, and no permission."""

    lenient = False

    def post(self, request: Request) -> Response:
        submission = parsed(request, lenient=self.lenient)
        key: Any = request.auth
        arrival = arrival_of(request, submission)
        action = preflight_action(submission, key=key, arrival=arrival, actor=actor_of(request))
        return Response(wire_preflight.preflight_answer(action))


class EvaluateRealtime(APIView):
    """POST the published client's policy question: an action type, a resource, and what else is known."""

    def post(self, request: Request) -> Response:
        began = time.perf_counter()
        key: Any = request.auth
        submission = contract.parse_question(body_of(request).value, agent_id=key.agent.agent_id)
        arrival = arrival_of(request, submission)
        action = preflight_action(submission, key=key, arrival=arrival, actor=actor_of(request))
        milliseconds = round((time.perf_counter() - began) * 1000)
        return Response(wire_preflight.evaluation_answer(action, milliseconds=milliseconds))
