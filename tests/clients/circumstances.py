"""The same portal under other circumstances, reached as an operator or an admin reaches them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.support.person import Browser
from tests.support.portal import LivePortal, free_port

_POLICY = """
from governance.actors import command
from governance.models import Policy
from governance.rule_changes import change_rule
change_rule(Policy(**{fields!r}), actor=command("tests"), reason="For a test.")
"""


def add_policy(portal: LivePortal, *, effect: str, condition: str, reason: str) -> None:
    """Put a policy in force, by the verb the admin pages call."""
    fields = {"name": reason[:100], "effect": effect, "mode": "enforce", "condition": condition, "reason": reason}
    portal.manage("shell", "--no-imports", "-c", _POLICY.format(fields=fields))


_ESCALATION = """
from django.contrib.auth.models import Group
from governance.actors import command
from governance.models import Route
from governance.rule_changes import change_rule
directors = Group.objects.create(name="Directors")
stages = [{{"label": "", "requirements": [{{"needed": 1, "level": 3, "group": None}}]}}]
route = Route(name="Directors at last", reason="For a test.", condition={condition!r}, stages=stages)
route.escalate_after, route.escalate_to = 60, directors
change_rule(route, actor=command("tests"), reason="For a test.")
"""


def add_escalation(portal: LivePortal, *, resource: str) -> None:
    """What touches this resource goes to the Directors after an hour."""
    condition = f'action.resource == "{resource}"'
    portal.manage("shell", "--no-imports", "-c", _ESCALATION.format(condition=condition))


@contextmanager
def everybody_blocked(admin: Browser, reason: str) -> Iterator[None]:
    """The kill switch is on."""
    path = "/admin/actions/agent/kill-switch/"
    assert "Block every agent" in admin.read(path)
    assert admin.press(path, reason=reason).status_code == 302
    try:
        yield
    finally:
        assert "Release every agent" in admin.read(path)
        assert admin.press(path, reason="Over.").status_code == 302


@contextmanager
def agent_blocked(admin: Browser, agent_id: str, reason: str) -> Iterator[None]:
    """One agent is blocked."""
    number = _number_of(admin, agent_id)
    assert admin.press(f"/admin/actions/agent/{number}/block/", reason=reason).status_code == 302
    try:
        yield
    finally:
        assert admin.press(f"/admin/actions/agent/{number}/release/", reason="Over.").status_code == 302


def issue_key(admin: Browser, agent_id: str) -> str:
    """A new key of a known agent."""
    answer = admin.press(f"/admin/actions/agent/{_number_of(admin, agent_id)}/issue-key/")
    shown = re.search(r"shown this once: (ascend_\w+)", admin.read(answer.headers["Location"]))
    assert shown, "the page did not show the key"
    return shown[1]


def revoke_keys(admin: Browser, agent_id: str) -> None:
    """No key of this agent opens anything any more."""
    page = admin.read(f"/admin/actions/agent/{_number_of(admin, agent_id)}/change/")
    for number, key in re.findall(r"/admin/actions/agent/(\d+)/revoke-key/(\d+)/", page):
        answer = admin.press(f"/admin/actions/agent/{number}/revoke-key/{key}/", reason="Lost.")
        assert answer.status_code == 302


def _number_of(admin: Browser, agent_id: str) -> str:
    found = re.search(r"/admin/actions/agent/(\d+)/change/", admin.read(f"/admin/actions/agent/?q={agent_id}"))
    assert found, f"the admin pages list no agent {agent_id}"
    return found[1]


@contextmanager
def without_patience(portal: LivePortal) -> Iterator[LivePortal]:
    """A second server on the same database: what it makes pending has until the next moment to be decided."""
    hasty = replace(portal, port=free_port(), extra_environment={"APPROVAL_DEADLINE_HOURS": "0.000001"}, process=None)
    hasty.start()
    try:
        yield hasty
    finally:
        hasty.kill9()
