"""No page changes anything for a GET, without its token, or because another site says so (threats AC28).

Every address of the portal is asked, found in the URL configuration: a new page fails here until it obeys.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver

from actions.models import Action, AgentKey
from governance.middleware import PageCsrf
from governance.models import LedgerEntry, Person, Policy, RulebookVersion
from reviews.models import Vote
from tests.reviews.addresses import addresses
from tests.reviews.away import away
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]

# Agents prove themselves with a key in a header, which no other site can send: no cookie, nothing to forge.
FOR_AGENTS = ("api/", "health")
# What a GET may write, each with its reason.
GET_WRITES = {
    "history/export.csv": "whoever takes the history away is written down in it",
    "actions/export.csv": "and so is whoever takes the listing of actions away",
}
# Nobody asked for these, and they end no test of ours: Django's own jump to a public page.
LEFT_OUT = {"admin/r/<path:content_type_id>/<path:object_id>/"}


PAGES = [
    route
    for route in dict.fromkeys(addresses(get_resolver().url_patterns))
    if not route.startswith(FOR_AGENTS) and route not in LEFT_OUT
]


def path_of(route: str, numbers: dict[str, int]) -> str:
    """An address of that route that leads somewhere, where the scene has something for it."""
    known = {"slug": "decide" if route.startswith("actions/") else "mine", **numbers}

    def fill(match: re.Match[str]) -> str:
        return str(known.get(match[1].rpartition(":")[2], 1))

    path = re.sub(r"<([^>]+)>", fill, re.sub(r"\(\?P<\w+>[^)]*\)", "governance", route))
    return "/" + path.replace("\\", "").rstrip("$")


@pytest.fixture
def scene(api: Api, reviewer: Person, second_reviewer: Person, admin_person: Person) -> dict[str, Any]:
    """Somebody for every page, something to change on most of them."""
    action = Action.objects.get(pk=lifecycles.pending(api))
    lent = away(reviewer, second_reviewer)
    numbers = {"pk": action.pk, "key_pk": AgentKey.objects.values_list("pk", flat=True)[0], "object_id": 1}
    return {"action": action, "lent": lent, "numbers": numbers, "people": (reviewer, admin_person)}


def state() -> tuple[Any, ...]:
    """What a page could have changed that a count of rows would not show."""
    return (
        list(Action.objects.values_list("pk", "state", "updated_at")),
        list(Person.objects.order_by("pk").values_list("pk", "role", "is_active", "password", "same_as")),
        list(AgentKey.objects.values_list("pk", "revoked_at")),
        list(Policy.objects.order_by("pk").values_list("pk", "is_enabled")),
        (Vote.objects.count(), LedgerEntry.objects.count(), RulebookVersion.objects.count()),
    )


def body(action: Action) -> dict[str, Any]:
    """A form that would do something on most pages."""
    return {
        "digest": action.digest,
        "verdict": "approve",
        "reason": "Because.",
        "post": "yes",
        "name": "Theirs",
        "username": "mallory",
        "role": "admin",
        "delegate": "1",
        "ends_at": "2099-01-01T00:00",
    }


def test_the_list_is_not_empty() -> None:
    assert {"actions/<int:pk>/decide/", "away/<int:pk>/end/", "accounts/logout/"} <= set(PAGES)
    assert sum(route.startswith("admin/") for route in PAGES) > 50


def browsers(scene: dict[str, Any], **options: bool) -> Callable[[str], Client]:
    """The browser of whoever has most to change on a page: an admin in admin, a reviewer elsewhere."""
    reviewer, admin = (browser_of(person, **options) for person in scene["people"])
    return lambda route: admin if route.startswith("admin/") else reviewer


def test_a_get_changes_nothing(scene: dict[str, Any], nothing_written: Any) -> None:
    """Mail scanners and browsers open links before people do."""
    browser, before = browsers(scene, raise_request_exception=False), state()
    with nothing_written():
        for route in PAGES:
            if route not in GET_WRITES:
                browser(route).get(path_of(route, scene["numbers"]), body(scene["action"]))
    assert state() == before


REFUSED: dict[str, tuple[bool, dict[str, str]]] = {
    "no token": (True, {}),
    "another site": (False, {"Sec-Fetch-Site": "cross-site"}),
    "a neighbour of the same domain": (False, {"Sec-Fetch-Site": "same-site"}),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_forged_post_changes_nothing(scene: dict[str, Any], nothing_written: Any, why: str) -> None:
    checks_tokens, headers = REFUSED[why]
    browser, before = browsers(scene, enforce_csrf_checks=checks_tokens), state()
    form = body(scene["action"])
    with nothing_written():
        for route in PAGES:
            path = path_of(route, scene["numbers"])
            assert browser(route).post(path, form, headers=headers).status_code == 403, route
    assert state() == before


@pytest.mark.parametrize("started_by", ["same-origin", "none", None])
def test_the_twin_is_obeyed(scene: dict[str, Any], started_by: str | None) -> None:
    """The same posts from our own page do something: the tests above are able to fail."""
    headers = {"Sec-Fetch-Site": started_by} if started_by else {}
    browser = browser_of(scene["people"][0])
    for path in (f"/actions/{scene['action'].pk}/decide/", f"/away/{scene['lent'].pk}/end/"):
        before = state()
        assert browser.post(path, body(scene["action"]), headers=headers).status_code == 302
        assert state() != before, path


def test_with_its_token_too(scene: dict[str, Any]) -> None:
    browser = browser_of(scene["people"][0], enforce_csrf_checks=True)
    browser.get(f"/away/{scene['lent'].pk}/end/")
    browser.get("/away/")
    token = browser.cookies["foureyes_csrf"].value
    form = body(scene["action"]) | {"csrfmiddlewaretoken": token}
    assert browser.post(f"/actions/{scene['action'].pk}/decide/", form).status_code == 302
    assert Vote.objects.count() == 1


def test_a_view_that_asks_for_no_token_is_behind_the_wall_too(db: None) -> None:
    def careless(request: Any) -> HttpResponse:
        return HttpResponse("done")

    careless.csrf_exempt = True  # type: ignore[attr-defined]
    wall = PageCsrf(careless)
    for site, status in (("cross-site", 403), ("same-origin", None)):
        request = RequestFactory().post("/away/", headers={"Sec-Fetch-Site": site})
        request.user = AnonymousUser()
        answer = wall.process_view(request, careless, (), {})
        assert (answer and answer.status_code) == status


def test_agents_are_asked_for_no_cookie(api: Api) -> None:
    """Their addresses take no session at all, so there is nothing another site could borrow."""
    client = Client(headers={"Sec-Fetch-Site": "cross-site", "Authorization": f"Bearer {api.key}"})
    assert client.get("/health").status_code == 200
    assert client.post("/api/v1/actions/submit", "{}", content_type="application/json").status_code == 422
