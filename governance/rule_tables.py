"""Rules as flat rows of text, one cell a field: what a file holds and what the pages compare.

A cell says the whole value, so that rule -> cells -> rule changes nothing. Links are ids separated by blanks,
moments are ISO 8601 in UTC, people are usernames, stages of a route are a line of stage_texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import (
    BooleanField,
    DateTimeField,
    Field,
    FloatField,
    ForeignKey,
    IntegerField,
    JSONField,
    ManyToManyField,
    Model,
    TextField,
)
from django.utils.translation import gettext as _

from governance import cell_values, stage_texts
from governance.models import (
    ActionTypeRule,
    Control,
    EvidenceRule,
    IndicatorRule,
    LevelScore,
    Person,
    Policy,
    Route,
    Technique,
    Threshold,
)

# What a kind is called in a command and in a file's name.
KINDS: dict[str, type[Model]] = {
    "action-types": ActionTypeRule,
    "evidence": EvidenceRule,
    "indicators": IndicatorRule,
    "level-scores": LevelScore,
    "policies": Policy,
    "thresholds": Threshold,
    "routes": Route,
    "techniques": Technique,
    "controls": Control,
}

# The fields by which a row is known again.
KEYS: dict[type[Model], tuple[str, ...]] = {
    ActionTypeRule: ("pattern",),
    EvidenceRule: ("name",),
    IndicatorRule: ("name",),
    LevelScore: ("level",),
    Policy: ("name",),
    Threshold: ("agent_type", "agent_id", "team"),
    Route: ("name",),
    Technique: ("external_id",),
    Control: ("control_id",),
}

# What a linked row is called in a cell.
_CALLED: dict[type[Model], str] = {
    Person: "username",
    Group: "name",
    Technique: "external_id",
    Control: "control_id",
}

Cells = dict[str, str]
Links = dict[str, list[Model]]


@dataclass(frozen=True)
class Column:
    """One column: a field under the name people see."""

    name: str
    field: Field[Any, Any] | ManyToManyField[Any, Any]

    @property
    def is_links(self) -> bool:
        """Whether the cell holds several names."""
        return isinstance(self.field, ManyToManyField)

    @property
    def is_stages(self) -> bool:
        """Whether the cell holds the stages of a route."""
        return isinstance(self.field, JSONField)

    @property
    def is_moment(self) -> bool:
        return isinstance(self.field, DateTimeField)

    @property
    def is_number(self) -> bool:
        return isinstance(self.field, FloatField | IntegerField)

    @property
    def options(self) -> list[str]:
        """The words the cell may hold; empty when it is free."""
        if isinstance(self.field, BooleanField):
            return ["yes", "no"]
        return [str(value) for value, _ in self.field.choices or () if value]

    def text(self, row: Model) -> str:
        """The cell of a row, links left out."""
        value = getattr(row, self.field.name)
        return stages_text(value) if self.is_stages else _text(value)

    def value(self, text: str, named: Named, *, new: bool) -> Any:
        """What the text of a cell means. Raises ValueError with a sentence."""
        if not text:
            return self._empty(new=new)
        if self.is_links:
            return [named.find(self._target(), name) for name in dict.fromkeys(text.split())]
        if isinstance(self.field, ForeignKey):
            return named.find(self._target(), text)
        if isinstance(self.field, BooleanField):
            return cell_values.flag(text)
        if self.is_number:
            return cell_values.number(text, whole=isinstance(self.field, IntegerField))
        if isinstance(self.field, DateTimeField):
            return cell_values.moment(text)
        if options := self.options:
            return cell_values.option(text, options)
        if "\x00" in text:
            raise ValueError(_("It holds a NUL character, which cannot be stored."))
        if self.is_stages:
            return stage_texts.stages_of(text, lambda name: named.find(Group, name).pk)
        return text.replace("\r\n", "\n") if isinstance(self.field, TextField) else text

    def _empty(self, *, new: bool) -> Any:
        if self.is_links:
            return []
        if new and self.field.has_default():
            return self.field.get_default()
        if self.field.null:
            return None
        if isinstance(self.field, BooleanField):
            raise ValueError(_("Write yes or no."))
        if self.is_number:
            raise ValueError(_("Write a number."))
        return ""

    def _target(self) -> type[Model]:
        related = self.field.related_model
        assert isinstance(related, type)  # noqa: S101  (models are loaded)
        return related


class Named:
    """Linked rows by their names, each table read once."""

    def __init__(self) -> None:
        self._tables: dict[type[Model], dict[str, Model]] = {}

    def find(self, model: type[Model], name: str) -> Model:
        """The row of that name. Raises ValueError with a sentence."""
        if model not in self._tables:
            rows = model._default_manager.all()
            self._tables[model] = {getattr(row, _CALLED[model]): row for row in rows}
        found = self._tables[model].get(name)
        if found is None:
            what = "team" if model is Group else str(model._meta.verbose_name)
            raise ValueError(_("There is no {what} “{name}” here.").format(what=what, name=name))
        return found


@cache
def columns(model: type[Model]) -> tuple[Column, ...]:
    """The columns of a kind: every field an admin can edit, in the model's order, what switches it off last."""
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    shown = [field for field in fields if field.editable and not field.primary_key]
    shown.sort(key=lambda field: field.name.startswith("is_"))
    return tuple(Column(field.name.removeprefix("is_"), field) for field in shown)


# Columns that hold lists, whose order says nothing, and what stands between two members.
LISTS = {"techniques": " ", "controls": " ", "words": "\n"}


def stored(model: type[Model]) -> list[Model]:
    """All rows of a kind with their links, in the order of their names, which is ours and no database's."""
    links = [field.name for field in model._meta.many_to_many]
    owners = [field.name for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]
    rows = model._default_manager.select_related(*owners) if owners else model._default_manager.all()
    return sorted(rows.prefetch_related(*links), key=lambda row: key_of(row))


def key_of(row: Model) -> tuple[str, ...]:
    """What a row is known by."""
    return tuple(_text(getattr(row, name)) for name in KEYS[type(row)])


def key_in(model: type[Model], cells: Mapping[str, str]) -> tuple[str, ...]:
    """What the row of these cells is known by."""
    return tuple(cells.get(name, "") for name in KEYS[model])


def plain_key(model: type[Model], key: Sequence[str]) -> tuple[str, ...]:
    """A key without what a typist adds by accident: blanks around it, capitals where there are none."""
    lower = {"pattern", "level", "agent_type"}
    parts = zip(KEYS[model], key, strict=True)
    return tuple(part.strip().lower() if name in lower else part.strip() for name, part in parts)


def cells_of(row: Model, links: Mapping[str, Iterable[Model]] | None = None) -> Cells:
    """A row as text; with `links`, as it would be with those."""
    links = links or {}
    found = {}
    for column in columns(type(row)):
        if column.is_links:
            given = links.get(column.field.name)
            others = given if given is not None else getattr(row, column.field.name).all() if row.pk else ()
            found[column.name] = " ".join(sorted(_text(other) for other in others))
        else:
            found[column.name] = column.text(row)
    return found


def fill(row: Model, cells: Mapping[str, str], before: Mapping[str, str], named: Named) -> tuple[Links, Cells]:
    """Give a row the values of its cells. Returns the links, and a sentence for each column that made no sense.

    A cell that says what the row says already is left alone, whatever it holds; blanks around others go, as they do
    in a form.
    """
    links: Links = {}
    problems: Cells = {}
    for column in columns(type(row)):
        text = cells.get(column.name)
        if text is None or (row.pk and (text == before.get(column.name) or text.strip() == before.get(column.name))):
            continue
        try:
            value = column.value(text.strip(), named, new=not row.pk)
        except ValueError as exc:
            problems[column.name] = str(exc)
            continue
        if column.is_links:
            links[column.field.name] = value
        else:
            setattr(row, column.field.name, value)
    return links, problems


def table_of(model: type[Model]) -> Iterator[Cells]:
    """Every row of a kind as text, the disabled ones too."""
    return (cells_of(row) for row in stored(model))


def number_text(value: float) -> str:
    """A number without what a person would not write: 35, 7.5."""
    return f"{value:.15g}"


def stages_text(stages: Any) -> str:
    """The stages of a route's row under their groups' names of today. Nothing for what is not stages."""
    try:
        wanted = {one.get("group") for stage in stages for one in stage["requirements"]} - {None}
        names = dict(Group.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
        return stage_texts.text_of(stages, lambda one: names[one["group"]])
    except (AttributeError, KeyError, TypeError):
        return ""


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
    if isinstance(value, Model):
        return str(getattr(value, _CALLED[type(value)]))
    return str(value)
