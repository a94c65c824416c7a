"""Routes in files, brought back with an older version, and compared in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from governance import rule_files, rulebook
from governance.models import Route, RulebookVersion
from governance.rule_exports import file_of
from governance.rule_imports import plan_of
from governance.rule_restores import plans_of, restore_version
from tests.governance.changes import ADAM, change, edited
from tests.governance.desk import plain
from tests.reviews.routes import group, new_route, stage

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_routes_travel_in_files(kind: str) -> None:
    label = 'Compliance; "first"'
    stages = [stage((2, "A & B", 1), (1, "Security", 3), label=label), stage((1, None, 2))]
    route = new_route(
        stages=stages, score_from=70.0, score_below=85.0, escalate_after=5, escalate_to=group("Directors")
    )
    plan = plan_of(Route, rule_files.read(file_of(Route, kind)))
    assert [line.status for line in plan.lines] == ["same"]
    text = file_of(Route, kind)
    Route.objects.all().delete()
    (line,) = plan_of(Route, rule_files.read(text)).lines
    assert (line.status, line.problems) == ("new", [])
    made: Any = line.row
    assert made.stages == route.stages
    assert (made.escalate_to, made.score_below) == (route.escalate_to, 85.0)


def test_an_older_version_brings_routes_back() -> None:
    first = new_route("First", stages=[stage((2, "Compliance", 1))], order=10)
    new_route("Second", stages=[stage((1, "Security", 1))], order=20)
    version = RulebookVersion.objects.latest("version")
    change(edited(Route, {"name": "First"}, stages=[stage((1, None, 1))], order=30))
    change(edited(Route, {"name": "Second"}, name="Other", is_enabled=False))
    new_route("Third", stages=[stage((1, None, 1))])
    compliance = group("Compliance")
    compliance.name = "Compliance office"  # renamed since; still the same group
    compliance.save()
    plans = plans_of(version)
    assert [line.problems for plan in plans for line in plan.wrong] == []
    restore_version(version, plans, seen=rulebook.latest_version(), actor=ADAM, reason="Back.")
    then, now = json.loads(version.content)["routes"], json.loads(RulebookVersion.objects.latest("version").content)
    assert [route["name"] for route in now["routes"]] == ["First", "Second"]
    for route in then:
        for one in (one for part in route["stages"] for one in part["requirements"]):
            one["group_name"] = one["group_name"].replace("Compliance", "Compliance office")
    assert now["routes"] == then
    assert Route.objects.get(pk=first.pk).stages == first.stages
    assert not Route.objects.get(name="Third").is_enabled


def test_versions_are_compared_in_words(browser: Client) -> None:
    new_route("First", stages=[stage((2, "Compliance", 1))], order=10)
    new_route("Second", stages=[stage((1, None, 1))], order=20)
    before = rulebook.latest_version()
    change(edited(Route, {"name": "First"}, stages=[stage((1, "Security", 3))], order=30))
    page = plain(browser.get(f"/admin/governance/rulebookversion/{before}/compare/?other={before + 1}"))
    assert "2 of Compliance" in page
    assert "1 of Security level 3" in page
    assert "The routes are tried in another order" in page
