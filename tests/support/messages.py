"""`make messages`: bring the translations up to date with the words of code and templates.

New words come into each `governance/locale/*/LC_MESSAGES/django.po` without a translation, words no longer used go,
and the compiled `.mo` beside it is written again. tests/habits/test_translations.py fails until every word has its
translation.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from tests.habits.tree import PACKAGES, ROOT

LOCALES = ROOT / "governance" / "locale"
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def found() -> Catalog:
    """Every word that asks for a translation, with the places where it stands."""
    catalog = Catalog(project="Foureyes", charset="utf-8")
    for path, text in _sources():
        place = str(path.relative_to(ROOT))
        for _, message, _, context in extract("python", io.BytesIO(text.encode()), keywords=_KEYWORDS):
            catalog.add(message, locations=[(place, 0)], context=context)
    for place, sentence in default_sentences():
        catalog.add(sentence, locations=[(place, 0)])
    return catalog


def default_sentences() -> Iterator[tuple[str, str]]:
    """The docstring of every refusal, which is what it says by itself, with the file it stands in."""
    classes = [
        (str(path.relative_to(ROOT)), node)
        for path, text in _sources()
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef)
    ]
    refusals, before = {"Refusal"}, 0
    while len(refusals) > before:
        before = len(refusals)
        refusals |= {node.name for _, node in classes if any(ast.unparse(base) in refusals for base in node.bases)}
    yield from ((place, ast.get_docstring(node) or "") for place, node in classes if node.name in refusals)


def _sources() -> Iterator[tuple[Path, str]]:
    folders = [ROOT / "templates", *(ROOT / package for package in PACKAGES)]
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            yield path, path.read_text()
        for path in sorted([*folder.rglob("*.html"), *folder.rglob("messages/*.txt")]):
            # What Django makes of a template reads like Python once nothing is indented.
            python = templatize(path.read_text(), origin=str(path))
            yield path, "\n".join(line.strip() for line in python.splitlines())


def languages() -> list[Path]:
    """The translations there are."""
    return sorted(LOCALES.glob("*/LC_MESSAGES/django.po"))


def read(path: Path) -> Catalog:
    """One translation."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def compiled(catalog: Catalog) -> bytes:
    """As Django reads it."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def main() -> None:
    """Bring every translation up to date, and say what is left to translate."""
    words = found()
    for path in languages():
        catalog = read(path)
        catalog.update(words, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalog, sort_output=True, no_location=True, omit_header=False, width=120)
        path.with_suffix(".mo").write_bytes(compiled(catalog))
        missing = [message.id for message in catalog if message.id and not _is_translated(message.string)]
        print(f"{path.parts[-3]}: {len(catalog)} words, {len(missing)} without a translation")
        for word in missing:
            print(f"  {word!r}")


def _is_translated(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


if __name__ == "__main__":
    main()
