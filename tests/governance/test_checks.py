"""System checks: a misconfigured portal says so before it serves."""

import pytest
from django.core.checks import run_checks

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
