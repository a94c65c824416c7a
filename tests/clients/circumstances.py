"""The same portal under other circumstances, reached as an operator or an admin reaches them."""

from __future__ import annotations

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
def without_patience(portal: LivePortal) -> Iterator[LivePortal]:
    """A second server on the same database: what it makes pending has until the next moment to be decided."""
    hasty = replace(portal, port=free_port(), extra_environment={"APPROVAL_DEADLINE_HOURS": "0.000001"}, process=None)
    hasty.start()
    try:
        yield hasty
    finally:
        hasty.kill9()
