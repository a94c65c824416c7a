"""Whatever people, agents, clocks and admins do in whatever order, the invariants hold."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.machine import Portal

# Half of 20,000 on each engine; in parts, so that they run side by side.
PARTS, EXAMPLES, STEPS = 4, 50, 50

EVERYWHERE = ("approved", "rejected", "expired", "executed", "failed", "vote.approved", "vote.rejected")

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("part", range(PARTS))
def test_the_invariants_hold(part: int, team: object) -> None:
    class Part(Portal):
        steps, reached = 0, Counter()

    run_state_machine_as_test(
        seed(part)(Part),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    # A machine that never gets anywhere proves nothing.
    assert all(Part.reached[name] >= 5 for name in EVERYWHERE), Part.reached
    assert Part.steps >= EXAMPLES * STEPS * 0.9, f"only {Part.steps} steps were taken"
