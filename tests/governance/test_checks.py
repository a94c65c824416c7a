"""System checks: a misconfigured portal says so before it serves."""

import pytest
from django.core.checks import run_checks
from django.core.management import load_command_class
from django.core.management.base import SystemCheckError
from django.core.management.commands import migrate
from django.db import connection

from governance import guards
from governance.models import ActionTypeRule
from governance.rule_changes import change_rule
from tests.support.people import SETUP

pytestmark = pytest.mark.django_db


def found():
    return [message.id for message in run_checks(databases=["default"]) if message.id.startswith("foureyes.")]


def test_a_portal_as_shipped_has_no_complaint():
    assert found() == []


def test_unknown_types_that_would_pass_are_warned_of():
    rule = ActionTypeRule.objects.get(pattern="*")
    rule.extra_points = 5
    change_rule(rule, actor=SETUP, reason="Too many reviews.")
    assert found() == ["foureyes.W001"]


def as_from_a_shell(command):
    """Run it as the command line does: with its checks."""
    options = vars(command.create_parser("manage.py", "migrate").parse_args(["--verbosity", "0"]))
    options.pop("args", None)
    command.execute(**options)


def test_a_missing_guard_is_put_back_by_what_the_complaint_advises():
    """Django's own command would refuse to run, as the twin shows."""
    guards.remove(connection)
    assert "foureyes.E001" in found()
    with pytest.raises(SystemCheckError):
        as_from_a_shell(migrate.Command())
    as_from_a_shell(load_command_class("governance", "migrate"))
    assert found() == []
