"""Every word people read can be translated, and every translation is whole: found by looking, not by remembering."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message

from tests.habits.tree import ROOT, Source, assert_none, complaint, python_sources
from tests.support.messages import compiled, found, languages, read

# Templates whose words are not translated, each with its reason.
PLAIN_TEMPLATES: dict[str, str] = {}

# What is the same in every language: names, abbreviations, keys, units.
_NAMES = {
    "foureyes", "mitre", "att&amp;ck", "atlas", "owasp", "nist", "sp", "cvss", "cel", "csv", "xlsx", "api", "json",
    "sha", "sha256", "utc", "mfa", "totp", "id", "ms", "min", "kib", "html", "p10", "p50", "p95", "slack", "apprise",
}  # fmt: skip

_TRANSLATED = re.compile(
    r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}|{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|{{.*?}}|{%.*?%}",
    re.DOTALL,
)
_SAID_IN_TAGS = re.compile(r"\b(?:aria-label|placeholder|title|alt|data-(?:words|one|many|text))=\"([^\"]*)\"")
# Elements whose text is no language: code and keys.
_NO_LANGUAGE = re.compile(r"<(code|kbd|script)\b[^>]*>.*?</\1>", re.DOTALL)


def plain_words(template: str) -> list[str]:
    """The words of a template that nobody could translate."""
    rest = _NO_LANGUAGE.sub(" ", _TRANSLATED.sub(" ", template))
    texts = [*_SAID_IN_TAGS.findall(rest), re.sub(r"<[^>]*>", "\n", rest)]
    words = (word for text in texts for word in re.findall(r"[^\W\d_][\w&;'’-]*", re.sub(r"&\w+;", " ", text)))
    return [word for word in words if word.lower() not in _NAMES and len(word) > 1]


def templates() -> dict[str, str]:
    """Every template of ours by its path."""
    return {str(path.relative_to(ROOT)): path.read_text() for path in sorted((ROOT / "templates").rglob("*.html"))}


def test_every_word_of_a_template_can_be_translated() -> None:
    found_plain = {name: plain_words(text) for name, text in templates().items() if name not in PLAIN_TEMPLATES}
    assert_none(f"{name}: {' '.join(words[:12])}" for name, words in found_plain.items() if words)
    assert set(PLAIN_TEMPLATES) <= set(templates())


# What a person reads when it is given under these names, or to these calls.
_SAID = {"label", "help_text", "empty_label", "description", "verbose_name", "verbose_name_plural"}
_PAGES = ("reviews", "governance/admin", "actions/admin.py")


def _is_plain(node: ast.expr) -> bool:
    """A text, or a text with values in it, that asks for no translation."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(re.search(r"[^\W\d_]{2}", node.value))
    return isinstance(node, ast.JoinedStr)


def plain_in_code(source: Source) -> list[str]:
    """Texts for people that a page's code gives as they are: labels, helps, and messages after a form."""
    found_plain = []
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        said = [word.value for word in node.keywords if word.arg in _SAID]
        called = ast.unparse(node.func)
        if called.startswith("messages.") and len(node.args) > 1:
            said.append(node.args[1])
        found_plain += [complaint(source, node, ast.unparse(text)[:60]) for text in said if _is_plain(text)]
    return found_plain


def test_every_text_of_a_pages_code_can_be_translated() -> None:
    sources = [
        source for source in python_sources("reviews", "governance", "actions") if source.name.startswith(_PAGES)
    ]
    assert_none(
        line
        for source in sources
        if "/models" not in source.name and "/management/" not in source.name
        for line in plain_in_code(source)
    )


@pytest.mark.parametrize("path", languages(), ids=lambda path: path.parts[-3])
def test_every_word_is_translated(path: Path) -> None:
    catalog = read(path)
    words = [message for message in found() if message.id]
    assert len(words) > 10
    assert_none(fault for word in words if (fault := _fault(word, catalog.get(word.id, word.context))))
    known = {(word.id, word.context) for word in words}
    assert_none(f"no longer used: {one.id!r}" for one in catalog if one.id and (one.id, one.context) not in known)


def _fault(word: Message, translation: Message | None) -> str:
    if translation is None:
        return f"not there: {word.id!r}; run make messages"
    said = translation.string if isinstance(translation.string, tuple | list) else (translation.string,)
    if not all(said):
        return f"not translated: {word.id!r}"
    if "fuzzy" in translation.flags:
        return f"fuzzy: {word.id!r}"
    wanted = set().union(*map(_places, _texts(word.id)))
    return (
        f"other places: {word.id!r}: {said!r}"
        if any(_places(text) - wanted for text in said) or (wanted - _places(said[-1]))
        else ""
    )


def _texts(id: Any) -> tuple[str, ...]:
    return tuple(id) if isinstance(id, tuple | list) else (id,)


def _places(text: str) -> set[str]:
    """The places for values in a text."""
    return set(re.findall(r"%\(\w+\)[sd]|%[sd]|{\w*}", text))


@pytest.mark.parametrize("path", languages(), ids=lambda path: path.parts[-3])
def test_it_is_compiled(path: Path) -> None:
    assert path.with_suffix(".mo").read_bytes() == compiled(read(path)), "run make messages"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>{% translate 'Nothing waits.' %}</p>", []),
        ("<p>Nothing waits.</p>", ["Nothing", "waits"]),
        ("{% if a %}{{ b }}{% else %}never{% endif %}", ["never"]),
        ("{% blocktranslate trimmed count n=x %}one{% plural %}many{% endblocktranslate %}", []),
        ('<input placeholder="Search">', ["Search"]),
        ('<input placeholder="{% translate "Search" %}" class="wide">', []),
        ("<kbd>Enter</kbd> <code>a == b</code> CVSS 85", []),
        ("{# a remark #}", []),
    ],
)
def test_the_rule_of_templates_itself(template: str, words: list[str]) -> None:
    assert plain_words(template) == words


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ('CharField(label="Reason")', 1),
        ('CharField(label=_("Reason"))', 0),
        ('messages.success(request, f"{x} saved.")', 1),
        ('messages.success(request, _("Saved."))', 0),
        ("messages.success(request, said)", 0),
        ('CharField(label="")', 0),
    ],
)
def test_the_rule_of_code_itself(code: str, count: int) -> None:
    assert len(plain_in_code(Source("reviews/x.py", code))) == count


@pytest.mark.parametrize(
    ("id", "string", "is_right"),
    [
        ("{n} waits", "{n} wartet", True),
        ("{n} waits", "einer wartet", False),
        ("%(n)s waits", "%(m)s wartet", False),
        (("one", "%(n)s wait"), ("eine", "%(n)s warten"), True),
        ("Saved", "", False),
    ],
)
def test_the_rule_of_translations_itself(id: Any, string: Any, is_right: bool) -> None:
    assert (_fault(Message(id), Message(id, string)) == "") is is_right
