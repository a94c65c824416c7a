"""Hold a drafted rule against past actions: what would come out differently. Writes nothing, neither rule nor replay.

Exit codes, as diff has them: 0 nothing would come out differently, 1 something would, 2 the draft or the question is
not valid.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as daytime
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from governance import past_actions, rulebook
from governance.characters import plain
from governance.csv_lines import csv_line
from governance.draft_texts import KINDS, draft_of_texts
from governance.drafts import Drafted, drafted
from governance.errors import InvalidRule
from governance.past_actions import PastAction, Span, Window
from governance.replay_exports import COLUMNS, cells
from governance.replays import change_of
from governance.simulation import Comparison, Difference
from governance.tallies import Tally

SAME, DIFFERENT, INVALID = 0, 1, 2
_PAGE = 500
_MOST = 10  # agents and types in the answer on the console
_SHOWN = 20  # changes in the answer on the console; the file has all


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        for option, kind in KINDS.items():
            name = str(kind.model._meta.verbose_name)
            which.add_argument(f"--{option}", metavar=kind.called_by.upper(), help=f"The {name} to draft.")
        parser.add_argument(
            "--set", action="append", default=[], metavar="FIELD=VALUE", dest="fields",
            help="A field as it would be; any number. Links by their ids: techniques=T1485,T1565.",
        )  # fmt: skip
        parser.add_argument("--new", action="store_true", help="It is a new rule of that name.")
        parser.add_argument("--last", type=int, metavar="N", help="The latest N actions. Default: 1000.")
        parser.add_argument("--since", type=_day, metavar="DAY", help="From this day on (2025-12-31, UTC).")
        parser.add_argument("--until", type=_day, metavar="DAY", help="Until the end of this day.")
        parser.add_argument("--csv", metavar="FILE", help="Write every change to this file.")
        parser.add_argument("--json", action="store_true", help="Answer in JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        draft, subject = _draft(options)
        window = _window(options)
        span = past_actions.source().span(window)
        replay = ConsoleReplay(draft, span, self.stderr if sys.stderr.isatty() or options["verbosity"] > 1 else None)
        found = replay.run(window, options["csv"])
        self.stdout.write(replay.as_json(subject) if options["json"] else replay.in_words(subject))
        if found or replay.tally.rerouted:
            sys.exit(DIFFERENT)


class ConsoleReplay:
    """The comparison as it goes along, told to `progress` if there is one."""

    def __init__(self, draft: Drafted, span: Span, progress: Any):
        self.draft, self.span, self.progress = draft, span, progress
        self.comparison = Comparison(rulebook.current(draft.base_version), draft.rules())
        self.tally = Tally()
        self.agents: Counter[str] = Counter()
        self.types: Counter[str] = Counter()
        self.shown: list[dict[str, Any]] = []
        self.seconds = 0.0

    def run(self, window: Window, file_name: str | None) -> int:
        """Look at every action; the number of those that would come out differently."""
        began = time.monotonic()
        with contextlib.ExitStack() as stack:
            file = stack.enter_context(_written(file_name)) if file_name else None
            for past in self._pages(window):
                look = self.comparison.of(past.facts)
                self.tally.add(look)
                if look.difference and look.difference.comes_out_differently:
                    self._note(past, look.difference, file)
        self.seconds = time.monotonic() - began
        return self.tally.changed

    def _pages(self, window: Window) -> Iterator[PastAction]:
        within = Window(since=window.since, until=window.until, lowest=self.span.lowest)
        below = self.span.highest + 1
        while page := past_actions.source().page(within, below, _PAGE):
            yield from page
            below = page[-1].action_id
            self._say_how_far()
        if self.progress:
            self.progress.write("")

    def _say_how_far(self) -> None:
        if self.progress:
            looked, number = self.tally.looked, self.span.number
            line = f"\r{looked:,} of {number:,} actions, {self.tally.changed:,} would come out differently"
            self.progress.write(line, ending="")
            self.progress.flush()

    def _note(self, past: PastAction, difference: Difference, file: IO[str] | None) -> None:
        change = change_of(past, difference)
        self.agents[change.agent_id] += 1
        self.types[change.action_type] += 1
        if file:
            file.write(csv_line(cells(change)))
        if len(self.shown) < _SHOWN:
            self.shown.append(dict(zip(COLUMNS, cells(change), strict=True)))

    def as_json(self, subject: str) -> str:
        """The answer for another program. `changes` holds the latest 20."""
        return json.dumps(
            {
                "subject": subject,
                "base_version": self.draft.base_version,
                "digest": self.draft.digest,
                "looked_at": self.tally.looked,
                "changed": self.tally.changed,
                **self.tally.on_top_of({}),
                "agents": dict(self.agents.most_common()),
                "action_types": dict(self.types.most_common()),
                "changes": self.shown,
                "seconds": round(self.seconds, 3),
            },
            indent=2,
        )

    def in_words(self, subject: str, rest: str = "--csv FILE has them all") -> str:
        """The answer for a person. `rest`: where the changes are that are not shown."""
        tally = self.tally
        lines = [
            f"{subject}, compared with rulebook version {self.draft.base_version}:",
            f"{tally.changed:,} of {tally.looked:,} past actions would come out differently.",
        ]
        lines += [f"  {name.replace('>', ' -> ')}: {number:,}" for name, number in sorted(tally.transitions.items())]
        if tally.rerouted:
            lines.append(f"{tally.rerouted:,} would wait as before and would take another route:")
            lines += [
                f"  {plain(before)} -> {plain(after)}: {number:,}"
                for (before, after), number in tally.routes.most_common(_MOST)
            ]
        if tally.applies or tally.unanswered:
            lines.append(f"The drafted policy applies to {tally.applies:,}; it has no answer to {tally.unanswered:,}.")
        if tally.raised or tally.lowered:
            lines.append(f"With the same outcome, {tally.raised:,} score higher and {tally.lowered:,} lower.")
        for title, counted in (("By agent:", self.agents), ("By action type:", self.types)):
            if counted:
                lines += [title, *(f"  {plain(name)}: {number:,}" for name, number in counted.most_common(_MOST))]
        for change in self.shown:
            reason = plain(change["reason under the draft"])
            lines.append(f"  #{change['action']} {change['before']} -> {change['after']}: {reason}")
        if tally.changed > len(self.shown):
            lines.append(f"  and {tally.changed - len(self.shown):,} more; {rest}.")
        return "\n".join(lines)


def _draft(options: dict[str, Any]) -> tuple[Drafted, str]:
    option = next(option for option in KINDS if options[option] is not None)
    try:
        draft = draft_of_texts(option, options[option], options["fields"], new=options["new"])
        words = f"{'new ' if options['new'] else ''}{draft.row._meta.verbose_name} {draft.row}"
        return drafted([draft]), words
    except InvalidRule as refusal:
        raise _invalid(refusal.sentence) from None
    except rulebook.NoRulebook as exc:
        raise _invalid(str(exc)) from None


def _window(options: dict[str, Any]) -> Window:
    since, until = options["since"], options["until"]
    if options["last"] is not None and (since or until):
        raise _invalid("Choose --last or days, not both.")
    if since or until:
        end = datetime.combine(until + timedelta(days=1), daytime(), UTC) if until else None
        return Window(since=datetime.combine(since, daytime(), UTC) if since else None, until=end)
    return Window(latest=1000 if options["last"] is None else max(0, options["last"]))


def _written(file_name: str) -> IO[str]:
    """The file, with its first line."""
    try:
        file = Path(file_name).open("w", newline="", encoding="utf-8")  # noqa: SIM115  (the caller closes it)
    except OSError as exc:
        raise _invalid(f"{file_name} cannot be written: {exc.strerror}.") from exc
    file.write(csv_line(COLUMNS))
    return file


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _invalid(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=INVALID)
