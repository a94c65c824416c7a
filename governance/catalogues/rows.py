"""VERBS: write_techniques, write_controls, write_baseline, write_mappings. One catalogue into its tables, in bulk.

For load.py, which holds the turn and the transaction. Rows are never deleted, because rules and actions name them;
only statements about rows (mitigations) go when their publisher takes them back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from governance.catalogues import words
from governance.catalogues.values import Baseline, Controls, Mappings, Techniques
from governance.models import Control, Mitigation, Technique

_BATCH = 200
_LISTED = 20

Step = Callable[[int, int], None]


@dataclass(slots=True)
class Counts:
    """What became of a catalogue's entries.

    Each is new, updated, withdrawn or unchanged; `kept` counts those among them in which a word of ours stands against
    the publisher's. `unknown` counts what names something we do not have, `unknown_ids` the first twenty such ids.
    `written` is how many rows were touched, if only to note what the publisher says now.
    """

    new: int = 0
    updated: int = 0
    withdrawn: int = 0
    kept: int = 0
    unchanged: int = 0
    unknown: int = 0
    unknown_ids: list[str] = field(default_factory=list)
    written: int = 0

    def as_numbers(self) -> dict[str, int]:
        """For the release's row and the ledger."""
        names = ("new", "updated", "withdrawn", "kept", "unchanged", "unknown")
        return {name: getattr(self, name) for name in names}

    def miss(self, what: str) -> None:
        """Count something that names `what`, which we do not have."""
        self.unknown += 1
        if what not in self.unknown_ids and len(self.unknown_ids) < _LISTED:
            self.unknown_ids.append(what)


def write_techniques(catalogue: Techniques, step: Step) -> Counts:
    """The techniques of a framework. A withdrawn one we never had is not taken in."""
    framework = Technique.Framework(catalogue.release.catalogue)
    rows = {row.external_id: row for row in Technique.objects.filter(framework=framework)}
    said = {}
    for item in catalogue.techniques:
        if item.is_withdrawn and item.id in rows and rows[item.id].published:
            said[item.id] = words.withdrawn(rows[item.id].published)  # its last words stay: rules show them
        elif item.id in rows or not item.is_withdrawn:
            said[item.id] = words.of_technique(item)
            rows.setdefault(item.id, Technique(external_id=item.id, framework=framework))
    return _write(_TECHNIQUES, rows, said, _left_out(rows, said), catalogue.release.source, step)


def write_controls(catalogue: Controls, step: Step) -> Counts:
    """The controls, withdrawn ones too: older papers name them."""
    rows = {row.control_id: row for row in Control.objects.all()}
    said = {item.id: words.of_control(item) for item in catalogue.controls}
    left_out = _left_out(rows, said) if catalogue.is_whole else {}
    for number in said:
        rows.setdefault(number, Control(control_id=number))
    return _write(_CONTROLS, rows, said, left_out, catalogue.release.source, step)


class _Kind(NamedTuple):
    """Rows whose words are the publisher's or ours: their fields, and who decides them."""

    model: type[Any]
    fields: tuple[str, ...]
    merge: Callable[[dict[str, Any], words.Published, words.Published], words.Words]


_TECHNIQUES = _Kind(Technique, ("name", "tactic", "tactic_id", "is_withdrawn"), words.of_technique_row)
_CONTROLS = _Kind(Control, ("title", "is_withdrawn"), words.of_control_row)


def _left_out(rows: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What a publisher does not mention any more: withdrawn. Rows it never spoke of are not its business."""
    return {
        number: words.withdrawn(row.published) for number, row in rows.items() if row.published and number not in said
    }


def _write(
    kind: _Kind,
    rows: Mapping[str, Any],
    said: Mapping[str, dict[str, Any]],
    left_out: Mapping[str, dict[str, Any]],
    source: str,
    step: Step,
) -> Counts:
    """Bring the rows to what the publisher says now, and note on each what that is. New ones are not saved yet."""
    counts, made, changed = Counts(), list[Any](), list[Any]()
    for number, now in {**said, **left_out}.items():
        row = rows[number]
        mine = {name: getattr(row, name) for name in kind.fields}
        shall, kept = kind.merge(mine, row.published, now)
        noted = {"published": now, "source": row.source if number in left_out else source}
        counts.kept += kept
        _count(counts, row, mine, shall)
        if row.pk is None or any(getattr(row, name) != value for name, value in (shall | noted).items()):
            for name, value in (shall | noted).items():
                setattr(row, name, value)
            (made if row.pk is None else changed).append(row)
    counts.written = len(made) + len(changed)
    for done, batch in _batches(made):
        kind.model.objects.bulk_create(batch)
        step(done, counts.written)
    for done, batch in _batches(changed):
        kind.model.objects.bulk_update(batch, [*kind.fields, "published", "source"])
        step(len(made) + done, counts.written)
    return counts


def _count(counts: Counts, row: Any, mine: Mapping[str, Any], shall: Mapping[str, Any]) -> None:
    if row.pk is None:
        counts.new += 1
    elif shall["is_withdrawn"] and not mine["is_withdrawn"]:
        counts.withdrawn += 1
    elif shall != mine:
        counts.updated += 1
    else:
        counts.unchanged += 1


def write_baseline(catalogue: Baseline, step: Step) -> Counts:
    """Which controls are in a baseline, and which are not any more."""
    flag, wanted, counts = f"in_{catalogue.level}", set(catalogue.controls), Counts()
    rows = {row.control_id: row for row in Control.objects.all()}
    for number in catalogue.controls:
        if number not in rows:
            counts.miss(number)
    changed = []
    for number, row in rows.items():
        was, shall = getattr(row, flag), number in wanted
        counts.new += shall and not was
        counts.withdrawn += was and not shall
        counts.unchanged += was and shall
        if was != shall:
            setattr(row, flag, shall)
            changed.append(row)
    for done, batch in _batches(changed):
        Control.objects.bulk_update(batch, [flag])
        step(done, len(changed))
    counts.written = len(changed)
    return counts


def write_mappings(catalogue: Mappings, step: Step) -> Counts:
    """Which control mitigates which technique, in place of what the release before said."""
    techniques = dict(Technique.objects.values_list("external_id", "pk"))
    controls = dict(Control.objects.values_list("control_id", "pk"))
    stored = {(technique, control): pk for pk, technique, control in
              Mitigation.objects.values_list("pk", "technique_id", "control_id")}  # fmt: skip
    counts, wanted = Counts(), set()
    for technique, control in catalogue.pairs:
        if technique in techniques and control in controls:
            wanted.add((techniques[technique], controls[control]))
        else:
            counts.miss(technique if technique not in techniques else control)
    gone = [pk for pair, pk in stored.items() if pair not in wanted]
    for _, batch in _batches(gone):
        Mitigation.objects.filter(pk__in=batch).delete()
    source = catalogue.release.source
    moved = Mitigation.objects.exclude(source=source).update(source=source)
    new = sorted(wanted - set(stored))
    for done, batch in _batches(new):
        Mitigation.objects.bulk_create(
            Mitigation(technique_id=technique, control_id=control, source=source) for technique, control in batch
        )
        step(done, len(new))
    counts.new, counts.withdrawn = len(new), len(gone)
    counts.unchanged = len(wanted) - len(new)
    counts.written = len(new) + len(gone) + moved
    return counts


def _batches(rows: Sequence[Any]) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows in batches, each with how many there are up to its end."""
    for start in range(0, len(rows), _BATCH):
        yield min(start + _BATCH, len(rows)), rows[start : start + _BATCH]
