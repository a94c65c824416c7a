"""Key look-up, serializer, three inserts, one commit; and the matching read. Nothing tuned, nothing left out."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from rest_framework import authentication, exceptions, serializers
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from actions.models import Agent, AgentKey
from benchmarks.bare.models import Action, Event, Message


class KeyAuthentication(authentication.BaseAuthentication):
    """The key's public id finds the row, its digest opens it: one statement, as in the portal."""

    def authenticate(self, request: Request) -> tuple[Agent, AgentKey]:
        text = request.headers.get("Authorization", "").removeprefix("Bearer ")
        key = AgentKey.objects.live().select_related("agent").filter(public_id=text[7:15]).first()
        if key is None or not hmac.compare_digest(key.digest, hashlib.sha256(text.encode()).hexdigest()):
            raise exceptions.AuthenticationFailed
        return key.agent, key


class ActionSerializer(serializers.ModelSerializer):
    """Everything of an action, in both directions."""

    agent_id = serializers.CharField(max_length=255, source="agent.agent_id", read_only=True)

    class Meta:
        model = Action
        fields = [
            *("id", "agent_id", "agent_name", "action_type", "description", "tool_name", "resource"),
            *("status", "risk_score", "created_at"),
        ]
        read_only_fields = ("status", "risk_score")


class Submit(APIView):
    """POST an action."""

    authentication_classes = (KeyAuthentication,)
    parser_classes = (JSONParser,)

    def post(self, request: Request) -> Response:
        agent: Any = request.user
        serializer = ActionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            action = serializer.save(agent=agent)
            Event.objects.create(action=action, data={"type": "submitted", "agent": agent.agent_id})
            Message.objects.create(action=action, text=f"Action {action.pk} was submitted.")
        return Response(serializer.data)


class Status(APIView):
    """GET an action."""

    authentication_classes = (KeyAuthentication,)

    def get(self, request: Request, pk: int) -> Response:
        own = Action.objects.select_related("agent").filter(agent=request.user)
        return Response(ActionSerializer(get_object_or_404(own, pk=pk)).data)
