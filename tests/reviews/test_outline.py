"""Headings, landmarks and live regions of every page, as a screen reader lists them; axe looks at them besides."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from django.http import HttpResponseBase

from actions.models import Agent
from governance.models import ActionTypeRule, Control, Person, Policy, Technique
from tests.reviews.every_page import PORTAL, paths
from tests.reviews.pages import assert_outlined, body_of, decide, pay, row
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]


def test_it_works(api: Api, senior: Person, admin_person: Person, second_reviewer: Person) -> None:
    waiting, critical = pay(api, 5), row(lifecycles.critical(api))
    states = [waiting.pk, critical.pk, lifecycles.executed(api), lifecycles.rejected(api), lifecycles.expired(api)]
    ids: dict[str, Any] = defaultdict(list)  # of anything else: a number nobody has, whose page is one, too
    ids |= {"every_state": states, "waiting": states[:1], "agent": [Agent.objects.first().pk]}
    ids |= {"policy": [one.pk for one in Policy.objects.all()[:1]]}
    ids |= {"actiontyperule": [ActionTypeRule.objects.first().pk]}
    ids |= {"t_id": [Technique.objects.first().external_id], "c_id": [Control.objects.first().control_id]}
    looked, wrong = 0, []

    def look(path: str, answer: HttpResponseBase) -> None:
        nonlocal looked
        page = body_of(answer) if "html" in answer.headers.get("Content-Type", "") else ""
        if answer.status_code in (302, 403) or "<html" not in page:
            return
        looked += 1
        try:
            assert_outlined(page)
        except AssertionError as complaint:
            wrong.append(f"{path}: {complaint}")

    for client in (browser_of(senior), browser_of(admin_person)):
        for route in PORTAL:
            for path in paths(route, ids):
                look(path, client.get(path))
        # A refusal is the one thing that interrupts.
        look("a refusal", decide(client, critical, "reject", reason=""))
        look("a receipt", client.get(decide(client, waiting, "approve", reason="Fine.").headers.get("Location", "/")))
    assert wrong == []
    assert looked > 60


@pytest.mark.parametrize(
    "page",
    [
        "<h2>No first</h2>",
        "<h1>One</h1><h1>Two</h1>",
        "<h1>One</h1><h3>Skipped</h3>",
        "<h1>One</h1><main></main>",
        "<h1>One</h1><nav></nav><nav aria-label=b></nav>",
        "<h1>One</h1><nav aria-label=a></nav><nav aria-label=a></nav>",
        "<h1>One</h1><p aria-live=assertive>",
        "<h1>One</h1><p role=alert><p role=alert>",
        "<h1>One</h1><p id=a><p id=a>",
    ],
)
def test_a_wrong_one_is_caught(page: str) -> None:
    assert_outlined("<main><h1>One</h1><h2>Two</h2><h3>Three</h3><h2 id=a>Two</h2></main>")
    with pytest.raises(AssertionError):
        assert_outlined(f"<main>{page}</main>")
