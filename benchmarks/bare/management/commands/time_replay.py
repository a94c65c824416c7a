"""Make many past actions, and time the replay of some drafts over all of them beside a loop that only reads them."""

from __future__ import annotations

import json
import resource
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand

from actions.models import Action
from benchmarks import drafts, past
from governance.actors import command
from governance.drafts import drafted
from governance.past_actions import Window
from governance.replays import PAGE, ask_replay, work_on
from governance.rule_changes import Change, change_rules
from governance.rule_content import Draft

POLICIES, TARGET = 50, 60.0  # seconds for 100,000 actions
ME = command("benchmark")


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--actions", type=int, default=100_000)

    def handle(self, *args: Any, **options: Any) -> None:
        number = options["actions"]
        change_rules([Change(row) for row in drafts.policies(POLICIES)], actor=ME, reason="To be measured.")
        seconds = _seconds(lambda: past.fill(number))
        self._say(f"{number} actions made in {seconds:.1f} s; {POLICIES} policies besides the shipped rules")
        _bare_loop()  # the disk's cache is warm for everybody
        bare = _seconds(_bare_loop)
        self._say(f"\n{'replay of':<26}{'seconds':>9}{'processor':>11}{'actions/s':>11}{'ratio':>8}{'changed':>9}")
        self._say(f"{'(read and parse only)':<26}{bare:>9.1f}{'':>11}{number / bare:>11.0f}{1:>8.1f}")
        worst = 0.0
        for name, row in drafts.drafts().items():
            began, processor = time.perf_counter(), time.process_time()
            replay = ask_replay(drafted([Draft(row)]), subject=name, rule=row, window=Window(latest=number), actor=ME)
            replay = work_on(replay.pk, seconds=3600)
            seconds, processor = time.perf_counter() - began, time.process_time() - processor
            assert (replay.state, replay.done) == ("done", number), replay.error
            worst = max(worst, seconds)
            self._say(
                f"{name:<26}{seconds:>9.1f}{processor:>11.1f}{number / seconds:>11.0f}{seconds / bare:>8.1f}"
                f"{replay.changed:>9}"
            )
        per_target = worst * 100_000 / number
        self._say(
            f"\nTarget, 100,000 actions in {TARGET:.0f} s on two cores: {'met' if per_target <= TARGET else 'MISSED'}"
            f" by one process (worst: {per_target:.1f} s by the clock). Most memory:"
            f" {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"
        )

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _bare_loop() -> None:
    """Read every action in the same pages and parse its content."""
    below = None
    while True:
        rows = Action.objects.order_by("-pk").values_list("pk", "content")
        page = list(rows.filter(pk__lt=below)[:PAGE] if below else rows[:PAGE])
        if not page:
            return
        for _, content in page:
            json.loads(content)
        below = page[-1][0]


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
