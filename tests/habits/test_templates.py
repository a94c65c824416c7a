"""Templates keep to the Content-Security-Policy and leave escaping on; djlint finds the rest."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.habits.tree import PACKAGES, ROOT, every_file, python_sources

# What no template may hold, with the reason.
FORBIDDEN = {
    r"<[^>]*\sstyle\s*=": "inline style: blocked by the Content-Security-Policy; use a class",
    r"<style\b": "inline style sheet: blocked by the Content-Security-Policy",
    r"<script\b(?![^>]*\ssrc=)": "inline script: blocked by the Content-Security-Policy",
    r"<[^>]*\son[a-z]+\s*=": "inline handler: blocked by the Content-Security-Policy",
    r"javascript:": "script in an address",
    r"\|\s*safe(seq)?\b": "|safe switches escaping off",
    r"{%\s*autoescape\s+off": "autoescape off",
}

# The files that may call mark_safe, each with its reason.
MARKS_SAFE: dict[str, str] = {}


def broken(text: str) -> list[str]:
    """What a template does that it must not."""
    return [why for pattern, why in FORBIDDEN.items() if re.search(pattern, text, re.IGNORECASE)]


def test_templates_keep_the_rules() -> None:
    templates = [path for path in every_file() if path.suffix == ".html"]
    assert {
        str(path.relative_to(ROOT)): broken(path.read_text()) for path in templates if broken(path.read_text())
    } == {}


def test_mark_safe_is_called_in_listed_files_only() -> None:
    users = {source.name for source in python_sources(*PACKAGES) if re.search(r"\bmark_safe\(", source.text)}
    assert sorted(users - set(MARKS_SAFE)) == []


def test_djlint_is_content() -> None:
    folders = [name for name in ("templates", *PACKAGES) if any((ROOT / name).rglob("*.html"))]
    if folders:
        command = [sys.executable, "-m", "djlint", "--lint", "--quiet", *folders]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('<p class="style">style = nice</p>', '<p style="color: red">x</p>'),
        ('<link rel="stylesheet" href="x.css">', "<style>p { color: red }</style>"),
        ('<script src="x.js" defer></script>', "<script>alert(1)</script>"),
        ('<button name="once">on = off</button>', '<button onclick="go()">x</button>'),
        ('<a href="/javascript">x</a>', '<a href="javascript:go()">x</a>'),
        ("{{ safe }} {{ text|unsafe_words }}", "{{ text|safe }}"),
        ("{% autoescape on %}", "{% autoescape off %}"),
    ],
)
def test_the_rules_themselves(good: str, bad: str) -> None:
    assert broken(good) == []
    assert len(broken(bad)) == 1
