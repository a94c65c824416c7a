"""Mutants: one small change to one verb or rule, put in place of the real code while a test runs.

Functions keep their identity and get other code, so that everybody who imported them meets the mutant.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any


@dataclass(frozen=True)
class Mutant:
    """`old` stands exactly once in the module's source and becomes `new`.

    `harm` is what that would mean, `killer` the story that comes to another end with it.
    """

    module: str
    old: str
    new: str
    harm: str
    killer: str


@contextmanager
def applied(mutant: Mutant) -> Iterator[None]:
    """The mutant in place, the real code again afterwards."""
    module = importlib.import_module(mutant.module)
    path = Path(inspect.getfile(module))
    source = path.read_text()
    assert source.count(mutant.old) == 1, f"{mutant.module} says it {source.count(mutant.old)} times: {mutant.old!r}"
    mutated = _codes(compile(source.replace(mutant.old, mutant.new), str(path), "exec", dont_inherit=True))
    changed = []
    for function in _functions(module):
        code = mutated.get(function.__code__.co_qualname)
        if code is not None and not _alike(code, function.__code__):
            assert code.co_freevars == function.__code__.co_freevars
            changed.append((function, function.__code__))
            function.__code__ = code
    assert changed, f"no function of {mutant.module} became another one"
    try:
        yield
    finally:
        for function, code in changed:
            function.__code__ = code


def _alike(one: CodeType, other: CodeType) -> bool:
    """Whether two codes do the same, wherever in the file they stand."""
    if (one.co_code, one.co_names) != (other.co_code, other.co_names) or len(one.co_consts) != len(other.co_consts):
        return False
    return all(
        _alike(a, b) if isinstance(a, CodeType) and isinstance(b, CodeType) else (a == b and type(a) is type(b))
        for a, b in zip(one.co_consts, other.co_consts, strict=True)
    )


def _codes(code: CodeType) -> dict[str, CodeType]:
    """Every function's code by its qualified name."""
    found = {}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= {constant.co_qualname: constant, **_codes(constant)}
    return found


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    for value in vars(module).values():
        yield from _functions_in(value, module.__name__)


def _functions_in(value: Any, module: str) -> Iterator[FunctionType]:
    if isinstance(value, type) and value.__module__ == module:
        for member in vars(value).values():
            yield from _functions_in(member, module)
    elif isinstance(value, property):
        yield from _functions_in(value.fget, module)
    elif isinstance(value, cached_property):
        yield from _functions_in(value.func, module)
    elif isinstance(value, staticmethod | classmethod):
        yield from _functions_in(value.__func__, module)
    elif isinstance(value, FunctionType) and value.__module__ == module:
        yield inspect.unwrap(value)
