"""A message as chat programs take it: Slack, Teams, and plain JSON for everything else. PURE.

Agents' words stand only where the receiver reads plain text: in Slack's plain_text, in the text runs of a card, which
know no Markdown. They were made harmless before (texts.py).
"""

from __future__ import annotations

from typing import Any

from reviews.notices.texts import Message


def slack(message: Message) -> dict[str, Any]:
    """An incoming webhook of Slack."""
    fields = [
        {"type": "plain_text", "text": _escaped(f"{name}: {value}")[:2000], "emoji": False}
        for name, value in message.lines[:10]
    ]
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "plain_text", "text": _escaped(message.opening), "emoji": False}},
        {"type": "section", "text": {"type": "mrkdwn", "text": f"<{message.link}|{_escaped(message.button)}>"}},
    ]
    if fields:
        blocks.insert(1, {"type": "section", "fields": fields})
    return {
        "text": _escaped(message.subject),
        "blocks": blocks,
        "unfurl_links": False,  # Slack would fetch the page to draw a picture of it
        "unfurl_media": False,
    }


def teams(message: Message) -> dict[str, Any]:
    """An incoming webhook of Microsoft Teams: an Adaptive Card, as its workflows take it."""
    body = [_run(message.title, weight="Bolder"), _run(message.opening)]
    body += [_run(f"{name}: {value}") for name, value in message.lines]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": message.button, "url": message.link}],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def generic(message: Message, *, kind: str, key: str) -> dict[str, Any]:
    """Any receiver of JSON. `id` is the same in every repeat of one notice."""
    return {
        "id": key,
        "source": "foureyes",
        "kind": kind,
        "title": message.title,
        "text": message.opening,
        "facts": [{"name": name, "value": value} for name, value in message.lines],
        "url": message.link,
    }


def _run(text: str, **look: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}


def _escaped(text: str) -> str:
    """The three characters with which Slack begins links and mentions."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
