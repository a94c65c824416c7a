"""Edits as the tests of verb and page make them."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from actions.models import Action
from governance.errors import (
    Refusal,
)
from governance.models import Person
from reviews.edit import edit_and_approve
from tests.support import lifecycles

WHY = "The order says 4."


def changed(action: Action, **details: Any) -> str:
    """The content with other details, as JSON."""
    payload = action.payload
    return json.dumps({**payload, "action_details": {**payload["action_details"], **details}})


def edit(
    action: Action, person: Person, content: str = "", *, digest: str = "", reason: str = WHY
) -> tuple[Action, Refusal | None]:
    return edit_and_approve(
        action.pk,
        actor=lifecycles.actor_of(person),
        person=person,
        digest=digest or action.digest,
        content=content or changed(action, amount=4),
        reason=reason,
    )


def press(client: Client, action: Action, **fields: str) -> Any:
    sent = {"digest": action.digest, "content": changed(action, amount=4), "reason": WHY, **fields}
    return client.post(f"/actions/{action.pk}/edit/", {f"edit-{name}": value for name, value in sent.items()})
