"""In a language that writes 12,5 the drawings keep their point: SVG reads no other number."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client

from actions.models import Action, Agent
from governance.models import Person
from tests.reviews.pages import body_of
from tests.support import lifecycles
from tests.support.api import Api

SignIn = Callable[..., Client]
# What is said of a drawing is read by people, in their language.
_SAID = {"aria-label"}


class _Drawings(HTMLParser):
    """Collects the attributes of everything inside the SVG of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.values: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag == "svg"
        if self.depth:
            self.values += [value or "" for name, value in attrs if name not in _SAID]

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "svg"


def drawn(page: str) -> list[str]:
    """The attributes of its drawings."""
    drawings = _Drawings()
    drawings.feed(page)
    return drawings.values


def with_a_comma(page: str) -> list[str]:
    """Those of them that hold a number with a decimal comma."""
    return [value for value in drawn(page) if re.search(r"\d,\d", value)]


def test_no_number_of_a_drawing_has_a_comma(api: Api, senior: Person, agent: Agent, sign_in: SignIn) -> None:
    for make in (lifecycles.auto_approved, lifecycles.approved, lifecycles.approved, lifecycles.rejected):
        make(api)
    action = lifecycles.pending(api)
    Person.objects.filter(pk=senior.pk).update(language="de")
    client = sign_in(senior)
    pages = {
        address: body_of(client.get(address))
        for address in ("/dashboard/", f"/agents/{agent.pk}/", f"/actions/{action}/")
    }
    for address, page in pages.items():
        assert '<html lang="de"' in page and drawn(page), address
        assert with_a_comma(page) == [], address
    # Where people read, the comma is theirs: two of three, and 33,3 % of these rejected.
    assert "33,3" in pages["/dashboard/"]
    assert any(re.search(r"\d\.\d", value) for value in drawn(pages["/dashboard/"]))
    assert Action.objects.count() == 5


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<svg><rect x="12,5" width="3"/></svg>', ["12,5"]),
        ('<svg><g><path d="M1,5 2"/></g></svg>', ["M1,5 2"]),
        ('<svg aria-label="12,5 %"><rect x="12.5"/></svg>', []),
        ('<p title="12,5">12,5</p>', []),
    ],
)
def test_the_rule_itself(page: str, found: list[str]) -> None:
    assert with_a_comma(page) == found
