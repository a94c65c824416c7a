"""VERBS: import_rules. Rules out of a file as one version or not at all; and before that, what the file would do.

A row of the file is matched with a rule by its name. Rules the file does not mention stay as they are.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Model, UniqueConstraint
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance import ledger, rule_checks, rule_diffs, rule_tables
from governance.actors import Actor
from governance.errors import Conflict, InvalidFile, InvalidRule
from governance.models import Replay, RulebookVersion
from governance.rule_changes import STREAM, Change, change_rules, fingerprint_as_read
from governance.rule_content import Draft
from governance.rule_diffs import FieldDiff
from governance.rule_files import Table
from governance.rule_tables import Cells, Named

_NO_ROW = "nothing"  # the fingerprint of a rule that does not exist yet


class Problem(NamedTuple):
    """Why a row cannot be taken over; `column` is empty when it is about the whole row."""

    column: str
    sentence: str


@dataclass
class Line:
    """One row of a file, and what it would do. `row` is the rule as it would be, not saved."""

    number: int
    name: str
    row: Model
    seen: str
    links: Mapping[str, Sequence[Model]] = field(default_factory=dict)
    differences: list[FieldDiff] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def shown_name(self) -> str:
        return rule_diffs.visible(self.name)

    @property
    def is_new(self) -> bool:
        return self.seen == _NO_ROW

    @property
    def status(self) -> str:
        """wrong, new, changed or same."""
        if self.problems:
            return "wrong"
        return "new" if self.is_new else "changed" if self.differences else "same"


@dataclass
class Plan:
    """What a file would do to the rules of one kind. `unnamed` are the rules it does not mention."""

    model: type[Model]
    lines: list[Line]
    unnamed: list[str] = field(default_factory=list)

    def of(self, *statuses: str) -> list[Line]:
        """The lines of these statuses, in the order of the file."""
        return [line for line in self.lines if line.status in statuses]

    @property
    def wrong(self) -> list[Line]:
        return self.of("wrong")

    @property
    def new(self) -> list[Line]:
        return self.of("new")

    @property
    def changed(self) -> list[Line]:
        return self.of("changed")

    @property
    def same(self) -> list[Line]:
        return self.of("same")

    @property
    def kind(self) -> str:
        """What these rules are called, several of them."""
        return str(self.model._meta.verbose_name_plural)

    @property
    def seen(self) -> list[str]:
        """What every row was compared with, short: enough to notice that it is another by now."""
        return [line.seen[:16] for line in self.lines]

    def check_seen(self, seen: Sequence[str]) -> None:
        """Raises Conflict when a rule is not what a person saw, `seen` being that plan's `seen`."""
        if list(seen) != self.seen:
            raise Conflict(
                _("Somebody changed a rule of the file meanwhile. Nothing was changed. Look at the comparison again.")
            )


def drafts_of(*plans: Plan) -> list[Draft]:
    """The rules as they would be, to be scored or replayed before anything is written.

    Raises InvalidRule when a row is wrong: what cannot be saved needs no look.
    """
    return [Draft(change.row, change.links) for change in changes_of(*plans)]


def changes_of(*plans: Plan) -> list[Change]:
    """The same for `change_rules`. Raises InvalidRule when a row is wrong."""
    if wrong := [line for plan in plans for line in plan.wrong]:
        first = wrong[0]
        said = ngettext(
            "{number} row is wrong, so nothing was changed. The first is {first}: {problem}",
            "{number} rows are wrong, so nothing was changed. The first is {first}: {problem}",
            len(wrong),
        )
        raise InvalidRule(said.format(number=len(wrong), first=first.name, problem=first.problems[0].sentence))
    return [
        Change(line.row, line.links, None if line.is_new else line.seen)
        for plan in plans
        for line in plan.of("new", "changed")
    ]


def plan_of(model: type[Model], table: Table) -> Plan:
    """Compare a table with the rules in force; nothing is written.

    Raises InvalidFile when it is a table of something else.
    """
    _check_header(model, table.header)
    planner = Planner(model)
    lines = []
    first_row: dict[tuple[str, ...], int] = {}
    for number, texts in table.rows:
        cells = dict(zip(table.header, texts, strict=False))
        line = planner.line(number, cells)
        key = rule_tables.plain_key(model, rule_tables.key_in(model, cells))
        if key in first_row:
            line.problems.append(
                Problem("", _("Row {first_row} of the file is about the same one.").format(first_row=first_row[key]))
            )
        first_row.setdefault(key, number)
        if any(text.strip() for text in texts[len(table.header) :]):
            line.problems.append(Problem("", _("A cell stands to the right of the last named column.")))
        lines.append(line)
    _clashes(model, lines)
    named = {line.row.pk for line in lines}
    return Plan(model, lines, [str(row) for row in planner.rows.values() if row.pk not in named])


def import_rules(
    plan: Plan, *, actor: Actor, reason: str, file: str, digest: str, seen: Sequence[str] | None = None,
    replay: Replay | None = None,
) -> RulebookVersion | None:  # fmt: skip
    """Save what a plan says as one new version and return it; None when nothing is different.

    `file` and `digest` (SHA-256, hex) name the file for the record; `seen` is `plan.seen` of the plan that a person
    looked at. Raises like change_rules, and Conflict when a rule is not what that person saw.
    """
    if seen is not None:
        plan.check_seen(seen)
    changes = changes_of(plan)
    with transaction.atomic():
        version = change_rules(changes, actor=actor, reason=reason, replay=replay)
        if version is not None:
            ledger.append(
                "rules.imported",
                actor=actor,
                stream=STREAM,
                subject={"kind": "rulebookversion", "id": str(version.version)},
                data={
                    "rule_kind": plan.model._meta.verbose_name_raw,
                    "created": len(plan.new),
                    "changed": len(plan.changed),
                    "rows": len(plan.lines),
                    "file": file,
                    "file_digest": digest,
                    "reason": reason.strip(),
                    "version": version.version,
                    "digest": version.digest,
                },
            )
    return version


class Planner:
    """Compares rows of cells with the stored rules of a kind. Reads each table it needs once."""

    def __init__(self, model: type[Model]):
        self.model = model
        self.named = Named()
        self.rows = {rule_tables.key_of(row): row for row in rule_tables.stored(model)}

    def line(self, number: int, cells: Mapping[str, str], *, rule: Model | None = None) -> Line:
        """What a row of cells would do; to `rule`, or to the one it names. A missing cell leaves things as they are."""
        known = rule or self._known(cells)
        row = copy.copy(known) if known else self.model()
        before = rule_tables.cells_of(known) if known else {}
        links, problems = rule_tables.fill(row, cells, before, self.named)
        name = " ".join(part for part in rule_tables.key_of(row) if part) or _("a rule without a name")
        line = Line(number, name, row, fingerprint_as_read(known) if known else _NO_ROW, links)
        line.problems = [Problem(*problem) for problem in problems.items()]
        # A row that says what is there already is not checked again: it changes nothing.
        if not problems and (known is None or rule_tables.cells_of(row, links) != before):
            line.problems += _checked(row)
        after = rule_tables.cells_of(row, links)
        if known is None:
            blank = rule_tables.cells_of(self.model())
            after = {name: text for name, text in after.items() if text != blank[name] or cells.get(name)}
        line.differences = rule_diffs.differences(before, after, rule_tables.LISTS)
        return line

    def _known(self, cells: Mapping[str, str]) -> Model | None:
        key = rule_tables.key_in(self.model, cells)
        return self.rows.get(key) or self.rows.get(rule_tables.plain_key(self.model, key))


def _checked(row: Model) -> Iterable[Problem]:
    """What the rules of rules say about a row, by the names of its columns."""
    try:
        rule_checks.check(row)
    except InvalidRule as exc:
        columns = {column.field.name: column.name for column in rule_tables.columns(type(row))}
        return [Problem(columns.get(name, ""), sentence) for name, sentence in exc.errors.items()]
    return []


def _check_header(model: type[Model], header: Sequence[str]) -> None:
    known = [column.name for column in rule_tables.columns(model)]
    kind = model._meta.verbose_name_plural
    if unknown := [name or _("(without a name)") for name in header if name not in known]:
        raise InvalidFile(
            _(
                "The file has columns that {kind} do not have: {unknown}. Nothing was changed. They have: {known}."
            ).format(kind=kind, unknown=", ".join(unknown[:10]), known=", ".join(known))
        )
    if doubled := [name for name in known if header.count(name) > 1]:
        raise InvalidFile(_("The column {doubled} is there twice. Nothing was changed.").format(doubled=doubled[0]))
    if missing := [name for name in rule_tables.KEYS[model] if name not in header]:
        raise InvalidFile(
            _("The file has no column {missing}, by which {kind} are known. Nothing was changed.").format(
                missing=missing[0], kind=kind
            )
        )


def _clashes(model: type[Model], lines: Sequence[Line]) -> None:
    """Two rows of one file that may not stand side by side; with stored rules each is compared by its check."""
    groups: list[Sequence[str]] = [
        (item.name,) for item in model._meta.concrete_fields if item.unique and not item.primary_key
    ]
    groups += [
        constraint.fields
        for constraint in model._meta.constraints
        if isinstance(constraint, UniqueConstraint) and constraint.condition is None
    ]
    for names in groups:
        first: dict[tuple[Any, ...], Line] = {}
        for line in lines:
            if line.status in ("wrong", "same"):
                continue
            value = tuple(getattr(line.row, name) for name in names)
            other = first.setdefault(value, line)
            if other is not line:
                line.problems.append(
                    Problem(
                        names[0],
                        _("Row {number} of the file has the same {names}.").format(
                            number=other.number, names=" and ".join(names)
                        ),
                    )
                )


__all__ = ["Cells", "Line", "Plan", "Planner", "Problem", "changes_of", "drafts_of", "import_rules", "plan_of"]
