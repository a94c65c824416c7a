"""Drafts of rules held against past actions, for the tests of replays."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from actions.models import Action
from governance.actors import Actor
from governance.drafts import drafted
from governance.models import Policy, Replay
from governance.past_actions import Window
from governance.replays import ask_replay
from governance.rule_content import Draft

ADAM = Actor(kind="person", id="7", name="Adam", auth="session")


def people_decide(condition: str = "risk.score < 50", **fields: Any) -> Policy:
    """A drafted policy that sends to a person what is approved at once today, the guide's first example for one."""
    given = {"name": "Look twice", "condition": condition, "effect": "require_approval", "reason": "Look twice."}
    return Policy(**given | fields)


def asked(row: Model | None = None, window: Window | None = None, **links: Any) -> Replay:
    """Adam's question about a drafted row, over the last thousand actions unless a window is given."""
    row = row or people_decide()
    draft = drafted([Draft(row, links)])
    return ask_replay(draft, subject=f"new {row}", rule=row, window=window or Window(latest=1000), actor=ADAM)


def copies(number: int, first_id: int | None = None) -> list[int]:
    """The latest action again and again, as past ones of the same agent; the ids of all actions then.

    Only for tests whose subject is the number: an action's own way is through submit.
    """
    latest = Action.objects.latest("pk")
    columns = [field.attname for field in Action._meta.concrete_fields if not field.primary_key]
    same = {name: getattr(latest, name) for name in columns} | {"idempotency_token": None}
    numbers = range(first_id, first_id + number) if first_id else [None] * number
    Action.objects.bulk_create(Action(pk=pk, **same) for pk in numbers)
    return list(Action.objects.order_by("pk").values_list("pk", flat=True))
