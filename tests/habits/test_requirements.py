"""A package is taken with an exact version and a reason, or not at all."""

from __future__ import annotations

import re

import pytest

from tests.habits.tree import ROOT

_LINE = re.compile(r"[A-Za-z0-9_.-]+(\[[a-z,]+\])?==\S+\s+# \S.{4,}")


def careless(text: str) -> list[str]:
    """The lines that name a package without a version or without a reason."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("#", "-r "))]
    return [line for line in lines if not _LINE.fullmatch(line)]


@pytest.mark.parametrize("name", ["requirements.txt", "tests/requirements.txt"])
def test_every_package_has_its_reason(name: str) -> None:
    assert careless((ROOT / name).read_text()) == []


@pytest.mark.parametrize(
    ("line", "is_careless"),
    [
        ("Django==5.2.19    # the framework: models, admin, forms", False),
        ("psycopg[binary,pool]==3.3.9  # the PostgreSQL driver", False),
        ("# a comment", False),
        ("Django==5.2.19", True),
        ("Django>=5.2  # the framework: models, admin", True),
    ],
)
def test_the_rule_itself(line: str, is_careless: bool) -> None:
    assert bool(careless(line)) is is_careless
