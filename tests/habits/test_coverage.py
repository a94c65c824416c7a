"""Every management command and every address is used by a test. Found by looking, not by remembering."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from tests.habits.tree import PACKAGES, ROOT, Source, assert_none, python_sources

# Commands and addresses that no test uses, each with its reason.
UNTESTED_COMMANDS: dict[str, str] = {}
UNTESTED_ADDRESSES: dict[str, str] = {}

# Addresses that packages bring along; they test their own.
_BROUGHT_ALONG = ("allauth.", "django.")


def commands() -> set[str]:
    """The names of our management commands."""
    return {
        path.stem
        for package in PACKAGES
        for path in (ROOT / package / "management" / "commands").glob("*.py")
        if not path.stem.startswith("_")
    }


def texts(sources: Iterable[Source]) -> Iterator[str]:
    """Every literal text in these files, and what their f-strings may come to.

    A value in an f-string is taken to be 1; at its beginning also any address the file names, at its end also any
    word, because tests of twin addresses are written as f"{family}/{action_id}/{verb}".
    """
    for source in sources:
        nodes = list(ast.walk(source.tree))
        plain = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        yield from plain
        starts = {"1"} | {text for text in plain if re.fullmatch(r"/[\w/-]+", text)}
        ends = {"1"} | {text for text in plain if re.fullmatch(r"[a-z-]{3,20}", text)}
        for node in nodes:
            if isinstance(node, ast.JoinedStr) and node.values:
                parts = [{part.value} if isinstance(part, ast.Constant) else {"1"} for part in node.values]
                if not isinstance(node.values[0], ast.Constant):
                    parts[0] = starts
                if not isinstance(node.values[-1], ast.Constant):
                    parts[-1] = ends
                if any("/" in str(text) for part in parts for text in part):
                    yield from ("".join(map(str, words)) for words in product(*parts))


def addresses(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of ours with its pattern, in the words of the URL configuration."""
    for entry in patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, route)
        elif not entry.callback.__module__.startswith(_BROUGHT_ALONG):
            yield route, entry


def address_used(text: str) -> str | None:
    """The route that a text in a test leads to, if it is an address."""
    if "/" not in text or len(text) > 300 or re.search(r"\s", text):
        return None
    try:
        path = urlsplit(text if "://" in text else text[text.index("/") :]).path
        return resolve(path).route
    except (ValueError, Resolver404):
        return None


@cache
def _test_texts() -> frozenset[str]:
    return frozenset(texts(source for source in python_sources("tests") if "/habits/" not in source.name))


def test_every_command_is_tested() -> None:
    words = {word for text in _test_texts() for word in re.findall(r"\w+", text)}
    assert_none(commands() - words - set(UNTESTED_COMMANDS))


def test_every_address_is_tested() -> None:
    used = {address_used(text) for text in _test_texts()}
    ours = list(addresses(get_resolver().url_patterns))
    tested = {route for route, pattern in ours if route in used or pattern.name in _test_texts()}
    # Django admin repeats one of our views for every model it shows: one address of each is enough there.
    views = {pattern.callback.__qualname__ for route, pattern in ours if route in tested}
    assert_none(
        route
        for route, pattern in ours
        if route not in tested
        and route not in UNTESTED_ADDRESSES
        and not (route.startswith("admin/") and pattern.callback.__qualname__ in views)
    )


def test_the_exceptions_still_exist() -> None:
    routes = {route for route, _ in addresses(get_resolver().url_patterns)}
    assert set(UNTESTED_ADDRESSES) <= routes
    assert set(UNTESTED_COMMANDS) <= commands()


@pytest.mark.parametrize(
    ("line", "route"),
    [
        ('"/health"', "health"),
        ('f"{portal.base_url}/health"', "health"),
        ('"http://127.0.0.1:8000/health?x=1"', "health"),
        ('f"/api/v1/actions/{number}/status"', "api/v1/actions/<int:action_id>/status"),
        ('x = "/api/v1/actions"; f"{x}/{number}/status"', "api/v1/actions/<int:action_id>/status"),
        ('v = "status"; f"/api/v1/actions/{number}/{v}"', "api/v1/actions/<int:action_id>/status"),
        ('"read /health and be well"', None),
        ('"/no-such-page"', None),
    ],
)
def test_the_rule_itself(line: str, route: str | None) -> None:
    found = [address_used(text) for text in texts([Source("tests/x.py", line)])]
    assert (route in found) if route else set(found) <= {None}
