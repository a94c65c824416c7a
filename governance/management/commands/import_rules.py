"""Take rules over from a file, after showing what it would change."""

from __future__ import annotations

import hashlib
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance import past_actions, rule_files
from governance.actors import command
from governance.drafts import drafted
from governance.errors import InvalidRule, Refusal
from governance.management.commands.replay_rules import ConsoleReplay
from governance.past_actions import Window
from governance.rule_diffs import visible
from governance.rule_imports import Plan, drafts_of, import_rules, plan_of
from governance.rule_tables import KINDS
from governance.rulebook import NoRulebook


class Command(BaseCommand):
    help = "Take rules of a kind over from a CSV or XLSX file, all of them or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", required=True, choices=list(KINDS))
        parser.add_argument("--dry-run", action="store_true", help="Only show what would change.")
        parser.add_argument(
            "--replay",
            type=int,
            metavar="N",
            help="With --dry-run: say which of the latest N actions would come out differently.",
        )
        parser.add_argument("--reason", default="", help="Why; kept in the history. Needed unless it is a dry run.")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if options["replay"] is not None and not options["dry_run"]:
            raise CommandError("--replay goes with --dry-run. Nothing was changed.")
        try:
            with path.open("rb") as file:
                data = file.read(rule_files.MAX_BYTES + 1)
            plan = plan_of(KINDS[options["kind"]], rule_files.read(data))
            self._show(plan)
            if options["dry_run"]:
                if plan.wrong:
                    raise CommandError("Some rows are wrong. Nothing was changed.")
                if options["replay"] is not None:
                    self._replay(plan, path.name, max(0, options["replay"]))
                self.stdout.write("A dry run. Nothing was changed.")
                return
            decides = _decides(plan)
            version = import_rules(
                plan,
                actor=command("import_rules"),
                reason=options["reason"],
                file=path.name[:200],
                digest=hashlib.sha256(data).hexdigest(),
            )
        except OSError as exc:
            raise CommandError(f"The file cannot be read: {exc}. Nothing was changed.") from None
        except Refusal as exc:
            raise CommandError(exc.sentence) from None
        except NoRulebook as exc:
            raise CommandError(str(exc)) from None
        if version is None:
            self.stdout.write("Nothing is different from the rules in force. Nothing was changed.")
        else:
            self.stdout.write(f"Rulebook version {version.version} is in force.")
            if decides:
                self.stderr.write("Nothing was replayed. --dry-run --replay 1000 says before what would change.")

    def _replay(self, plan: Plan, file: str, number: int) -> None:
        window = Window(latest=number)
        span = past_actions.source().span(window)
        replay = ConsoleReplay(drafted(drafts_of(plan)), span, self.stderr if sys.stderr.isatty() else None)
        replay.run(window, None)
        self.stdout.write(replay.in_words(f"import of {visible(file)} ({plan.kind})", "the page in admin has them all"))

    def _show(self, plan: Plan) -> None:
        for line in plan.lines:
            if line.status == "same":
                continue
            self.stdout.write(f"row {line.number}: {line.status}: {visible(line.name)}")
            for problem in line.problems:
                self.stdout.write(f"    {problem.column + ': ' if problem.column else ''}{problem.sentence}")
            for name, before, after, _ in line.differences if not line.problems else ():
                self.stdout.write(f"    {name}: {_quoted(before)} -> {_quoted(after)}")
        self.stdout.write(
            f"{len(plan.new)} new, {len(plan.changed)} changed, {len(plan.same)} the same, {len(plan.wrong)} wrong;"
            f" {len(plan.unnamed)} {plan.kind} are not in the file and stay as they are."
        )


def _decides(plan: Plan) -> bool:
    """Whether the file could give any action another outcome or score; no when it is refused or nothing is in force."""
    try:
        return drafted(drafts_of(plan)).decides
    except (InvalidRule, NoRulebook):
        return False


def _quoted(text: str) -> str:
    """On one line, so that no cell passes for a line of ours; nothing a terminal obeys."""
    return f"“{visible(text).replace(chr(10), ' ⏎ ')}”"
