"""What the tests of the rules' desk share: its addresses, and forms as a browser sends them."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.utils.html import strip_tags

from governance.models import ActionTypeRule
from governance.rule_changes import fingerprint

ACTION_TYPE = "/admin/governance/actiontyperule/"
PREVIEW = "/admin/governance/actiontyperule/preview/"
PICK = "/admin/governance/actiontyperule/pick/"
SUGGEST = "/admin/governance/actiontyperule/suggest/"
CVSS = "/admin/governance/actiontyperule/vector/"
WORDS = "/admin/governance/evidencerule/preview/"
INDICATOR = "/admin/governance/indicatorrule/preview/"
LEVEL = "/admin/governance/levelscore/preview/"
ENDPOINTS = (PREVIEW, PICK, SUGGEST, CVSS, WORDS, INDICATOR, LEVEL)


def plain(answer: HttpResponse) -> str:
    """The text of an answer, its tags left out and its blanks made one."""
    return " ".join(strip_tags(answer.text).replace("&quot;", '"').split())


def asked(browser: Client, nothing_written: Any, address: str, **fields: Any) -> str:
    """The words of an endpoint's answer; that it wrote nothing is seen to."""
    with nothing_written():
        answer = browser.post(address, fields)
    assert answer.status_code == 200, answer.text
    return plain(answer)


def draft(**fields: Any) -> dict[str, Any]:
    return {"pattern": "ship.parcel", "level": "medium", "extra_points": "0", "is_enabled": "on"} | fields


def rule(model: type[Model], **lookup: Any) -> Any:
    return model._default_manager.get(**lookup)


def sent(row: ActionTypeRule, **fields: Any) -> dict[str, Any]:
    """What the browser sends for a stored action type."""
    stored = {
        "pattern": row.pattern, "level": row.level, "extra_points": row.extra_points, "why": row.why,
        "reversibility": row.reversibility, "blast_radius": row.blast_radius, "cvss_vector": row.cvss_vector,
        "is_enabled": "on", "seen": fingerprint(row), "change_reason": "Agreed on Monday.", "without_replay": "on",
        "techniques": [one.pk for one in row.techniques.all()], "controls": [one.pk for one in row.controls.all()],
    }  # fmt: skip
    return stored | fields
