"""Whatever people, agents, clocks and admins do in whatever order, the invariants hold."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.ledger_model import Model
from tests.proof.machine import assemble
from tests.proof.rules_of_agents import Agents
from tests.proof.rules_of_people import People

# Half of 20,000 on each engine; in parts, so that they run side by side.
PARTS, EXAMPLES, STEPS = 4, 50, 50

# What every part must have come to, and how often at least: a machine that never gets anywhere proves nothing.
STATES = "approved rejected expired executed failed cancelled revoked changes_requested edited escalated glass_broken"
EVERYWHERE = (
    *(f"action.{name}" for name in STATES.split()),
    "vote.approved",
    "vote.rejected",
    "deadline.extended",
    "claim.taken",
    "delegation.started",
    "delegation.ended",
)
AT_LEAST = 1

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("part", range(PARTS))
def test_the_invariants_hold(part: int, team: object) -> None:
    class Part(Agents, People):
        key, steps, reached = assemble(), 0, Counter()
        beginning = Model()
        begins_after = beginning.read_all()

    run_state_machine_as_test(
        seed(part)(Part),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert all(Part.reached[name] >= AT_LEAST for name in EVERYWHERE), Part.reached
    assert Part.steps >= EXAMPLES * STEPS * 0.9, f"only {Part.steps} steps were taken"
