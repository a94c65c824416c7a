"""axe finds nothing, in light and dark, on a desk and on a phone, and nothing hangs over the edge."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agents import EMAIL, pay, submit
from tests.browser.looks import DESK, PHONE, assert_accessible, assert_fits_at, at_every_size
from tests.reviews.every_page import PORTAL, paths
from tests.reviews.pages import DECEPTIVE, XSS, hostile_fields
from tests.support.portal import LivePortal, python

# What a page looks like is the same whatever engine its rows come from.
pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.any_engine]


# Who may open what most people may not; everything else is opened by Sina.
ADAM = ("oversight/",)
# Other tests sign in and set up the second step (test_personal.py): here these lead elsewhere, or need its state.
ELSEWHERE = ("accounts/login/", "accounts/inactive/")


def test_a_refusal_is_accessible_too(live_portal: LivePortal, page_of: Callable[..., Page]) -> None:
    number = pay(live_portal, 9)
    page = page_of("rita", viewport=PHONE)
    page.goto(f"/actions/{number}/")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_label("Reason")).to_be_focused()
    expect(page.get_by_label("Reason")).to_have_accessible_description(re.compile("A reason is required"))
    assert_accessible(page)


def test_fingers_hit_the_buttons(live_portal: LivePortal, page_of: Callable[..., Page]) -> None:
    number = pay(live_portal, 10)
    page = page_of("rita", viewport=PHONE)
    page.goto(f"/actions/{number}/")
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box and box["height"] >= 44, button.inner_text()


@pytest.fixture(scope="module")
def pages(live_portal: LivePortal) -> dict[str, list[str]]:
    """Every page of the portal in the URL configuration, the hostile ones among them, by who opens it."""
    decided = submit(live_portal)
    waiting = submit(live_portal, **EMAIL)
    twice = [pay(live_portal, 5) for _ in range(2)][-1]
    hostile = [submit(live_portal, **hostile_fields(text)) for text in (XSS, DECEPTIVE, "x" * 240)]
    ids = json.loads(python(live_portal.environment, "-c", _IDS))
    ids |= {"every_state": [decided, waiting, twice, *hostile], "waiting": [waiting]}
    found: dict[str, list[str]] = {"sina": [], "adam": []}
    for route in PORTAL:
        if route not in ELSEWHERE:
            found["adam" if route in ADAM else "sina"] += paths(route, ids)
    found["sina"] += ["/?q=nothing-like-it", "/?level=purple", "/history/?q=nothing-like-it", "/no-such-page/"]
    return found


# One of each thing the addresses name; a rule has its first row, and one approval in advance is made.
_IDS = """
import django; django.setup()
import json
from actions.models import Action, Agent
from governance.models import ActionTypeRule, Control, Policy, Route, Technique
from governance.rule_changes import change_rule
from reviews.standing import terms
from reviews.standing.verbs import propose_standing
from tests.support.lifecycles import actor_of
from tests.support.people import SETUP, person_called
one = {"label": "", "requirements": [{"needed": 1, "level": 3, "group": None}]}
route = Route(name="Two desks", reason="Two look.", condition="risk.score > 99", stages=[one, one])
change_rule(route, actor=SETUP, reason="For the test.")
example, sina = Action.objects.filter(state="pending", action_type="transaction").first(), person_called("sina")
standing = propose_standing(
    example.pk, actor=actor_of(sina), person=sina, digest=example.digest, condition=terms.preset(example),
    score_up_to=example.risk_score, max_uses=5, days=5, reason="The same supplier each week.",
)
print(json.dumps({
    "agent": [Agent.objects.first().pk],
    "policy": [Policy.objects.first().pk],
    "route": [route.pk],
    "actiontyperule": [ActionTypeRule.objects.get(pattern="transaction").pk],
    "t_id": [Technique.objects.first().external_id],
    "c_id": [Control.objects.first().control_id],
    "standing": [standing.pk],
}))
"""


@at_every_size
def test_it_works(
    open_browser: Callable[..., Page], page_of: Callable[..., Page], pages: dict[str, list[str]], size: dict[str, int]
) -> None:
    outside = open_browser(viewport=size)
    outside.goto("/accounts/login/")
    assert_accessible(outside)
    outside.get_by_label("Username").fill("nobody")
    outside.get_by_label("Password").fill("wrong")
    outside.get_by_role("button", name="Sign in").click()
    expect(outside.get_by_role("alert")).to_be_visible()
    assert_accessible(outside)
    for username, addresses in pages.items():
        page = page_of(username, viewport=size)
        for address in addresses:
            page.goto(address)
            assert_accessible(page)
            if size is DESK:
                # 640 is a desk at 200 %, 320 one at 400 %.
                assert_fits_at(page, (1040, 900, 760, 640, 320))
                page.set_viewport_size(size)  # type: ignore[arg-type]


def test_dark_is_dark_and_light_is_light(page_of: Callable[..., Page]) -> None:
    grounds = {
        scheme: page_of("rita", color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    }
    assert grounds == {"light": "rgb(246, 247, 249)", "dark": "rgb(16, 19, 26)"}
