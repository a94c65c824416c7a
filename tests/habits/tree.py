"""The source tree as the habits see it: files, parsed, with module names and what they call themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("governance", "actions", "reviews")

_NOT_OURS = {
    ".git",
    ".venv",
    "var",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
    ".pytest_cache",
}


@dataclass(frozen=True)
class Source:
    """One Python file: `name` is its path from the top, with slashes."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def module(self) -> str:
        return self.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def docstring(self) -> str:
        return ast.get_docstring(self.tree) or ""

    @property
    def is_verb(self) -> bool:
        """Whether the file says it holds verbs: its docstring begins with the word."""
        return self.docstring.startswith(("VERB:", "VERBS"))

    @property
    def is_pure(self) -> bool:
        """Whether the file says it is pure: the last word of its docstring's first paragraph."""
        return self.docstring.split("\n\n")[0].rstrip().endswith("PURE.")


@cache
def python_sources(*tops: str) -> tuple[Source, ...]:
    """The Python files below these folders, migrations left out: those are generated."""
    return tuple(
        Source(str(path.relative_to(ROOT)), path.read_text())
        for top in tops
        for path in sorted((ROOT / top).rglob("*.py"))
        if "migrations" not in path.parts and "__pycache__" not in path.parts
    )


def every_file() -> Iterator[Path]:
    """Every file of the repository that is ours to keep."""

    def below(folder: Path) -> Iterator[Path]:
        for path in sorted(folder.iterdir()):
            if path.name in _NOT_OURS or path.name.endswith(".egg-info"):
                continue
            if path.is_dir():
                yield from below(path)
            else:
                yield path

    return below(ROOT)


def complaint(source: Source, node: ast.AST, sentence: str) -> str:
    """One complaint, in the form editors can jump to."""
    return f"{source.name}:{getattr(node, 'lineno', 1)}: {sentence}"


def assert_none(complaints: Iterable[str]) -> None:
    """Fail with the complaints, one per line."""
    lines = sorted(complaints)
    assert not lines, "\n" + "\n".join(lines)
