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

# Half of 20,000 steps on each engine; an example may end before its last step.
PARTS, EXAMPLES, STEPS, ALL_STEPS = 4, 60, 50, 10_000

# What it must have come to, and how often at least: a machine that never gets anywhere proves nothing.
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


@pytest.mark.timeout(1500)  # minutes of work, not a hang
def test_the_invariants_hold(team: object) -> None:
    steps, reached, agents_key, so_far = 0, Counter[str](), assemble(), Model()
    last = so_far.read_all()
    for part in range(PARTS):

        class Part(Agents, People):
            key, steps, reached = agents_key, 0, Counter()
            beginning, begins_after = so_far, last

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
        steps, reached = steps + Part.steps, reached + Part.reached
    assert not {name: reached[name] for name in EVERYWHERE if reached[name] < AT_LEAST}, reached
    assert steps >= ALL_STEPS, f"only {steps} steps were taken"
