"""What the tests of pages share: pages as text, and hostile submissions."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponseBase
from django.test import Client

from actions.models import Action
from governance.models import Person
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.cast import PASSWORD
from tests.support.hostile import MARK

# Would show up as an element, an attribute or a script of its own if any page forgot to escape it.
XSS = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}{% now %}"
# Where links of ours may lead besides the portal: to the publishers of what stands in the catalogues.
PUBLISHERS = (
    "https://attack.mitre.org/",
    "https://atlas.mitre.org/",
    "https://csrc.nist.gov/",
    "https://genai.owasp.org/",
)
# Each of these must be named wherever it is shown.
DECEPTIVE = "\u202egnp.exe\u200b\U000e0041\u2066\u00ad\x1b[2J\u3164pаypal"
DECEPTIVE_NAMES = ("U+202E", "U+200B", "U+E0041", "U+2066", "U+00AD", "U+001B", "U+3164", "mixed Latin+Cyrillic")


def hostile_fields(text: str) -> dict[str, Any]:
    """A submission with this text in every field an agent controls."""
    return {
        "agent_name": f"N{text}",
        "action_type": f"transaction.{text}"[:100],
        "description": f"D{text}",
        "tool_name": f"T{text}",
        "resource": f"R{text}",
        "resource_id": f"I{text}",
        "environment": f"E{text}"[:64],
        "mcp_server_name": f"M{text}",
        "model_id": f"O{text}",
        "action_details": {"field": f"F{text}", "old_value": text, "new_value": f"X{text}", f"key{text}": [text]},
        "context": {"note": text, "require_human_approval": True, text: {text: text}},
        "risk_indicators": {"data_sensitivity": text},
    }


def text_of(response: HttpResponseBase) -> str:
    """What a reader sees of a page: tags removed, entities read, white space joined."""
    page = body_of(response)
    body = re.sub(r"<(title|script)[^>]*>.*?</\1>", " ", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", body)).split())


def body_of(response: HttpResponseBase) -> str:
    """The page's HTML."""
    if response.streaming:
        return b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    return response.content.decode()  # type: ignore[attr-defined]


class _Elements(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.scripts: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag == "script":
            self.scripts.append(dict(attrs).get("src"))


def assert_only_ours(page: str) -> None:
    """No element, attribute or script stands on the page that our templates do not write."""
    found = _Elements()
    found.feed(page)
    assert not found.tags & {"img", "iframe", "object", "embed", "style", "base"}
    assert all(source and source.startswith("/static/") for source in found.scripts)
    assert not {name for name in found.attributes if name.startswith("on") or name in ("style", "srcdoc")}


_NEVER = {"iframe", "object", "embed", "style", "base", "animate", "set", "foreignobject", "math", "frame", "frameset"}
_OUR_SOURCES = ("/static/", "/admin/jsi18n/", "/accounts/2fa/on/code.svg")
_LEAD = {"href", "src", "action", "formaction", "xlink:href", "srcset", "poster", "ping", "background"}
_ASK = {"hx-get", "hx-post", "hx-put", "hx-delete", "hx-patch", "hx-push-url"}


class _Ways(HTMLParser):
    """Collects every way in which a page could run, load, send or lead to something that is not ours."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: re.sub(r"[\x00-\x20]", "", value or "").lower() for name, value in attrs}
        if tag in _NEVER:
            self.found.append(tag)
        is_data = tag == "script" and given.get("type") == "application/json"
        if tag in ("script", "img") and not is_data and not given.get("src", "").startswith(_OUR_SOURCES):
            self.found.append(f"{tag} {given}")
        if tag == "meta" and "http-equiv" in given:
            self.found.append("meta http-equiv")
        for name, value in given.items():
            plain = name.removeprefix("data-")
            leads = name in _LEAD or plain in _ASK
            if leads and not _is_ours(value):
                self.found.append(f"{name}={value}")
            if name.startswith("on") or name in ("style", "srcdoc") or plain.startswith("hx-on") or MARK in name:
                self.found.append(name)
            if plain.startswith("hx-") and value.startswith(("js:", "javascript:")):
                self.found.append(f"{name}={value}")


def _is_ours(address: str) -> bool:
    """Whether an address stays in the portal, or leads to a publisher whose catalogue we show."""
    is_elsewhere = ":" in address.partition("/")[0] or address.startswith(("//", "/\\", "\\"))
    return not is_elsewhere or address.startswith(PUBLISHERS)


def assert_unmarked(page: str) -> None:
    """Nothing of the page runs, loads, sends or leads elsewhere, and nothing of a hostile corpus became markup."""
    ways = _Ways()
    ways.feed(page)
    assert not ways.found, ways.found


def decide(client: Client, action: Action, verdict: str | None = "approve", **fields: Any) -> Any:
    """Press a button of the decision panel, the password filled in; `verdict=None` presses none."""
    sent = {"digest": action.digest, "reason": "", "password": PASSWORD, **fields}
    if verdict is not None:
        sent["verdict"] = verdict
    return client.post(f"/actions/{action.pk}/decide/", sent)


def pay(api: Api, amount: float, recipient: str = "ACME GmbH", **fields: Any) -> Action:
    """A pending payment."""
    details = {"amount": amount, "currency": "EUR", "recipient": recipient}
    return row(lifecycles.pending(api, action_details=details, **fields))


def critical(api: Api, **fields: Any) -> Action:
    """A pending action only a senior may decide."""
    return row(lifecycles.critical(api, **fields))


def row(action_id: int) -> Action:
    """The action as it is stored now."""
    return Action.objects.get(pk=action_id)


def voted(action: Action, by: Person, verdict: str, reason: str = "Checked.") -> Action:
    """The action after one person's vote by the verb."""
    lifecycles.decide(action.pk, verdict, by=by, reason=reason)
    return row(action.pk)


# -- What a screen reader makes of a page ----------------------------------------------------------------------

_LANDMARKS = {"main": "main", "nav": "navigation", "aside": "complementary"}
_ROLES = ("main", "navigation", "complementary", "search", "banner", "contentinfo", "region", "form")


class _Outline(HTMLParser):
    """Collects headings, landmarks and what announces itself, in the order of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.landmarks: list[tuple[str, str]] = []
        self.live: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.levels.append(int(tag[1]))
        name = given.get("aria-label") or given.get("aria-labelledby", "")
        role = given.get("role") or _LANDMARKS.get(tag) or ("region" if tag == "section" and name else "")
        if role in _ROLES:
            self.landmarks.append((role, name))
        if role in ("alert", "status", "log", "timer", "marquee") or given.get("aria-live"):
            self.live.append(given.get("aria-live") or role)
        self.ids += [given["id"]] if "id" in given else []


def assert_outlined(page: str) -> None:
    """One h1, no level skipped; landmarks of one kind told apart by name; nothing interrupts but a refusal."""
    outline = _Outline()
    outline.feed(page)
    levels = outline.levels
    assert levels.count(1) == 1, f"headings {levels}"
    # A heading may stand before the h1 (the title of a dialog, of a note), but no level is left out on the way down.
    steps = [(above, below) for above, below in zip([1, *levels], levels, strict=False) if below > above + 1]
    assert not steps, f"a level is skipped: {levels}"
    kinds = [role for role, _ in outline.landmarks]
    assert kinds.count("main") == 1, kinds
    assert len(set(outline.landmarks)) == len(outline.landmarks), f"two landmarks of one name: {outline.landmarks}"
    nameless = [role for role, name in outline.landmarks if not name and kinds.count(role) > 1]
    assert not nameless, f"landmarks without a name: {nameless}"
    assert not {"assertive", "timer", "marquee"} & set(outline.live), outline.live
    assert outline.live.count("alert") <= 1, outline.live
    assert len(set(outline.ids)) == len(outline.ids), [one for one in outline.ids if outline.ids.count(one) > 1]
