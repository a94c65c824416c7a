"""The README's programs run, and its tables are complete."""

import re
from pathlib import Path
from textwrap import dedent

import owkai_client
import pytest

README = (Path(owkai_client.__file__).parents[1] / "README.md").read_text(encoding="utf-8")
PROGRAMS = [dedent(text) for text in re.findall(r"```python\n(.*?)```", README, re.DOTALL)]


@pytest.mark.parametrize("number", [0, 1])
def test_programs_run(monkeypatch, portal, says, number):
    monkeypatch.setenv("OWKAI_API_URL", portal.url)
    monkeypatch.setenv("OWKAI_API_KEY", says.key)
    exec(PROGRAMS[number], {})
    assert [asked.path for asked in portal.asked] == [
        "/api/authorization/agent-action",
        "/api/agent-action/5/complete",
    ]


def test_every_error_is_in_the_table():
    listed = re.findall(r"^\| `(\w+Error)` \|", README, re.MULTILINE)
    assert sorted(listed) == sorted(
        name for name in owkai_client.__all__ if name.endswith("Error") and name not in ("OWKAIError", "ApiError")
    )


@pytest.mark.parametrize("name", [name for name in owkai_client.__all__ if not name.endswith("Error")])
def test_every_public_name_is_mentioned(name):
    assert name in README
