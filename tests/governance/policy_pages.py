"""The pages of policies as a browser sees them: what it sends, and what it reads."""

from __future__ import annotations

import html
import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

ADD = "/admin/governance/policy/add/"
LIST = "/admin/governance/policy/"
TRY = "/admin/governance/policy/try/"
TEMPLATES_PAGE = "/admin/governance/policy/templates/"


def form_of(**fields: Any) -> dict[str, Any]:
    """What the browser sends for a new policy."""
    plain = {
        "name": "Big payments",
        "condition": "has(action.details.amount) && action.details.amount > 500",
        "effect": "require_approval",
        "mode": "enforce",
        "severity": "high",
        "reason": "A large amount needs a person.",
        "priority": "100",
        "is_enabled": "on",
        "change_reason": "Agreed on Monday.",
        "without_replay": "on",
    }
    return {name: value for name, value in (plain | fields).items() if value is not None}


def errors(response: HttpResponse) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


def words_of(response: HttpResponse) -> str:
    """What a page says, without its markup."""
    bare = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(bare))


def tried(browser: Client, condition: str, number: Any = "", **fields: Any) -> str:
    """What the desk says of a condition, on an action."""
    sent = form_of(condition=condition, try_number=str(number), **fields)
    return words_of(browser.post(TRY, sent, headers={"X-Fragment": "1"}))
