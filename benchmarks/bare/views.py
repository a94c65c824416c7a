"""POST /api/bare/submit."""

from __future__ import annotations

import hashlib
import hmac

from django.db import transaction
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from actions.models import Agent, AgentKey
from benchmarks.bare.models import Decision, HistoryRow, Intent


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer ascend_<public id>_...`: the id finds the row, SHA-256 opens it."""

    def authenticate(self, request: Request) -> tuple[Agent, AgentKey] | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = AgentKey.objects.select_related("agent").filter(public_id=text[7:15], revoked_at=None).first()
        if key is None or not hmac.compare_digest(key.digest, hashlib.sha256(text.encode()).hexdigest()):
            raise AuthenticationFailed
        return key.agent, key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SubmissionSerializer(serializers.Serializer):
    """The guide's fields."""

    agent_id = serializers.CharField(max_length=255)
    agent_name = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")
    action_type = serializers.CharField(max_length=100)
    description = serializers.CharField()
    tool_name = serializers.CharField(max_length=1024)
    resource = serializers.CharField(max_length=1024, required=False, allow_blank=True, default="")
    action_details = serializers.JSONField(required=False, default=dict)
    context = serializers.JSONField(required=False, default=dict)
    risk_indicators = serializers.JSONField(required=False, default=dict)


class Submit(APIView):
    """Validate, write three rows, answer."""

    authentication_classes = (KeyAuthentication,)
    permission_classes = (IsAuthenticated,)
    parser_classes = (JSONParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = DefaultContentNegotiation  # as the framework ships it, not as the portal sets it

    def post(self, request: Request) -> Response:
        serializer = SubmissionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        with transaction.atomic():
            intent = Intent.objects.create(
                agent=request.user,
                agent_name=sent["agent_name"],
                action_type=sent["action_type"],
                description=sent["description"],
                tool_name=sent["tool_name"],
                resource=sent["resource"],
                details={name: sent[name] for name in ("action_details", "context", "risk_indicators")},
                status="approved",
            )
            decision = Decision.objects.create(intent=intent, outcome="approved", reason="Nothing was looked at.")
            HistoryRow.objects.create(intent=intent, event="submitted", data={"action_type": intent.action_type})
        return Response(
            {
                "id": intent.pk,
                "agent_id": sent["agent_id"],
                "status": intent.status,
                "risk_score": 0.0,
                "risk_level": "low",
                "requires_approval": False,
                "alert_triggered": False,
                "message": decision.reason,
                "created_at": intent.created_at,
            }
        )
