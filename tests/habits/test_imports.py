"""tests -> everything; reviews -> actions -> governance -> Django; and downwards only within a package."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

import pytest

from tests.habits.tree import PACKAGES, Source, assert_none, complaint, python_sources

# Who may import whom, besides itself.
BELOW = {"governance": set(), "actions": {"governance"}, "reviews": {"governance", "actions"}}

# Naming all packages is what these are for.
WIRING = {"governance/urls.py", "governance/settings.py"}

# The storeys of a package, from the ground up; a module imports from its own storey or from lower ones.
# What is not named here is a rule (2), or a verb (3) when its docstring says so.
PURE, MODELS, RULES, VERBS, FORMS, DOORS, ENTRANCE = range(7)
STOREYS = {
    **dict.fromkeys(("errors", "actors", "kinds", "canonical", "merkle"), PURE),
    **dict.fromkeys(("models",), MODELS),
    **dict.fromkeys(("forms", "serializers", "filters", "queues", "case", "moves"), FORMS),
    **dict.fromkeys(("views", "api", "admin", "management", "templatetags", "context", "exports", "demo"), DOORS),
    **dict.fromkeys(("urls", "asgi", "wsgi"), ENTRANCE),
}


def imports(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Every module a file imports, also inside functions; `from a.b import c` counts as a.b.c."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, complaint(source, node, "relative import")
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def storey(module: str, sources: dict[str, Source]) -> int:
    """How high a module stands in its package."""
    while module not in sources:  # a name inside a module
        module = module.rpartition(".")[0]
    source = sources[module]
    for part in module.split(".")[1:]:
        if part in STOREYS:
            return STOREYS[part]
    if source.is_pure:
        return PURE
    return VERBS if source.is_verb else RULES


def wrong_direction(source: Source) -> list[str]:
    """Imports that lead up from package to package."""
    package = source.module.partition(".")[0]
    forbidden = (set(PACKAGES) | {"tests", "sdk", "benchmarks"}) - BELOW[package] - {package}
    return [
        complaint(source, node, f"{package} imports {name}")
        for node, name in imports(source)
        if name.partition(".")[0] in forbidden and source.name not in WIRING
    ]


def upstairs(source: Source, sources: dict[str, Source]) -> list[str]:
    """Imports that lead up within the package."""
    package, here = source.module.partition(".")[0], storey(source.module, sources)
    return [
        complaint(source, node, f"storey {here} imports {name}, storey {there}")
        for node, name in imports(source)
        if name.startswith(f"{package}.") and (there := storey(name, sources)) > here
    ]


def impure(source: Source, sources: dict[str, Source]) -> list[str]:
    """What a file that calls itself pure imports besides the standard library and other pure files."""
    return [
        complaint(source, node, f"PURE, but imports {name}")
        for node, name in imports(source)
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not (name.partition(".")[0] in PACKAGES and storey(name, sources) == PURE)
        and not name.startswith(PURE_LIBRARIES)
    ]


# Libraries that only compute.
PURE_LIBRARIES = (
    "cvss", "re2", "cel_expr_python", "yaml",
    "django.utils.formats", "django.utils.functional", "django.utils.html", "django.utils.safestring",
    "django.utils.translation",
)  # fmt: skip

SOURCES = {source.module: source for source in python_sources(*PACKAGES)}
# An app's configuration names what is to be registered when Django starts; it is no part of any storey.
INSIDE = [source for source in SOURCES.values() if not source.name.endswith("/apps.py")]


def test_packages_import_downwards_only() -> None:
    assert_none(line for source in SOURCES.values() for line in wrong_direction(source))


def test_modules_import_downwards_only() -> None:
    assert_none(line for source in INSIDE for line in upstairs(source, SOURCES))


def test_pure_modules_are_pure() -> None:
    pure = [source for source in SOURCES.values() if source.is_pure]
    assert pure, "no file says PURE any more: this test looks at nothing"
    assert_none(line for source in pure for line in impure(source, SOURCES))


def test_one_file_imports_the_cel_engine() -> None:
    users = {source.name for source in SOURCES.values() for _, name in imports(source) if name.startswith("cel_expr")}
    assert users <= {"governance/conditions.py"}


@pytest.mark.parametrize(
    ("name", "text", "complaints"),
    [
        ("governance/x.py", "from django.db import models", 0),
        ("governance/x.py", "def f():\n    from actions.models import Action", 1),
        ("actions/x.py", "import governance.errors", 0),
        ("actions/x.py", "import reviews.vote", 1),
        ("reviews/x.py", "from tests.support import api", 1),
        ("governance/urls.py", "from reviews import urls", 0),
    ],
)
def test_the_direction_rule_itself(name: str, text: str, complaints: int) -> None:
    assert len(wrong_direction(Source(name, text))) == complaints


@pytest.mark.parametrize(
    ("name", "text", "complaints"),
    [
        ("actions/submit.py", '"""VERB: submit."""\nfrom actions.models import Action', 0),
        ("actions/models.py", "from actions.submit import submit_action", 1),
        ("actions/api/views.py", "from actions.submit import submit_action", 0),
        ("actions/submit.py", '"""VERB: submit."""\nfrom actions.api.views import Submit', 1),
        ("actions/gate.py", '"""A rule."""\nfrom actions.submit import submit_action', 1),
    ],
)
def test_the_storey_rule_itself(name: str, text: str, complaints: int) -> None:
    others = {
        "actions/models.py": "",
        "actions/submit.py": '"""VERB: submit."""',
        "actions/api/views.py": "",
        "actions/gate.py": '"""A rule."""',
        name: text,
    }
    sources = {source.module: source for source in (Source(*item) for item in others.items())}
    assert len(upstairs(sources[Source(name, text).module], sources)) == complaints


def test_the_purity_rule_itself() -> None:
    good = Source("actions/a.py", '"""Numbers only. PURE."""\nimport math\nfrom governance.errors import Refusal')
    bad = Source("actions/b.py", '"""Numbers only. PURE."""\nfrom django.conf import settings')
    sources = SOURCES | {"actions.a": good, "actions.b": bad}
    assert impure(good, sources) == []
    assert len(impure(bad, sources)) == 1
