"""The stories are strong enough: each mutant brings one of them to another end; without one, all of them end well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from governance import rulebook
from tests.proof import stories_of_moves, stories_of_oversight, stories_of_people, stories_of_quorum
from tests.proof.mutants_of_moves import MUTANTS as OF_MOVES
from tests.proof.mutants_of_oversight import MUTANTS as OF_OVERSIGHT
from tests.proof.mutants_of_routing import MUTANTS as OF_ROUTING
from tests.proof.mutants_of_verbs import MUTANTS as OF_VERBS
from tests.proof.mutation import Mutant, applied
from tests.proof.words import SCENARIOS, Scenario
from tests.support.api import Api

MUTANTS = (*OF_ROUTING, *OF_VERBS, *OF_MOVES, *OF_OVERSIGHT)
# Telling them is what their import is for.
STORIES = (stories_of_people, stories_of_quorum, stories_of_moves, stories_of_oversight)

pytestmark = pytest.mark.django_db


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside never happened."""
    outer = transaction.atomic()
    outer._from_testcase = True  # type: ignore[attr-defined]  # verbs insist on being outermost
    try:
        with outer:
            yield
            transaction.set_rollback(True)
    finally:
        rulebook.forget()


def tell(story: Scenario, api: Api) -> Exception | None:
    """What went wrong in a story, if anything."""
    try:
        with undone():
            story(api)
    except Exception as wrong:
        return wrong
    return None


@pytest.mark.parametrize("story", SCENARIOS, ids=lambda story: story.__name__)
def test_the_story_ends_well(story: Scenario, api: Api) -> None:
    assert tell(story, api) is None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.harm.replace(" ", "-"))
def test_the_mutant_is_killed(mutant: Mutant, api: Api) -> None:
    story = next(story for story in SCENARIOS if story.__name__ == mutant.killer)
    with applied(mutant):
        assert tell(story, api) is not None, f"it lived: {mutant.harm}"


def test_there_are_enough_of_them() -> None:
    assert len(MUTANTS) >= 57
    assert len({(mutant.module, mutant.old, mutant.new) for mutant in MUTANTS}) == len(MUTANTS)
