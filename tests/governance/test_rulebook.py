"""The frozen rules: read once, never confused, and never half-read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from governance import rulebook
from governance.ledger import guards
from governance.ledger.canonical import canonical
from governance.models import RulebookVersion
from governance.rulebook import NoRulebook
from tests.governance.rules import shipped
from tests.support.threads import failures, together


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    rulebook.forget()


def queries(version: int | None = None, digest: str | None = None) -> int:
    """How many queries it takes to get a rulebook."""
    with CaptureQueriesContext(connection) as seen:
        rulebook.current(version, digest)
    return len(seen)


def add_version(content: dict[str, Any] | str, number: int = 2, digest: str | None = None) -> RulebookVersion:
    """A version as a verb would write it, or as nobody should."""
    text = content if isinstance(content, str) else canonical(content)
    return RulebookVersion.objects.create(
        version=number, content=text, digest=digest or rulebook.digest_of(text), reason="test", changed_by="test"
    )


@pytest.mark.django_db
def test_the_shipped_rules_are_version_1() -> None:
    book = rulebook.current()
    assert (book.version, rulebook.latest_version(), book.mapping.version) == (1, 1, 1)
    assert book.mapping.base == {"low": 35.0, "medium": 60.0, "high": 85.0, "critical": 95.0}
    assert book.mapping.types == shipped().mapping.types
    assert book.mapping.indicators == shipped().mapping.indicators
    assert [rule.words for rule in book.mapping.texts] == [
        rule.words for rule in sorted(shipped().mapping.texts, key=lambda rule: rule.name)
    ]
    assert [policy.name for policy in book.policies.observed] == ["Payments over 10,000"]


@pytest.mark.django_db
def test_it_is_read_once() -> None:
    assert queries() == 2
    assert queries() == 1
    assert rulebook.current() is rulebook.current(1)


@pytest.mark.django_db(transaction=True)
def test_a_known_version_costs_no_query() -> None:
    assert queries(1) == 2
    assert queries(1) == 0
    assert queries(1, RulebookVersion.objects.get().digest) == 0


@pytest.mark.django_db
def test_a_version_seen_inside_a_transaction_is_looked_up_again() -> None:
    """It may be rolled back, and another text may become that version."""
    rulebook.current(1)
    assert queries(1) == 1
    assert queries(1, RulebookVersion.objects.get().digest) == 0


@pytest.mark.django_db(transaction=True)
def test_a_version_rolled_back_is_never_taken_for_its_successor() -> None:
    content = json.loads(RulebookVersion.objects.get().content)
    with transaction.atomic():
        add_version(content | {"levels": content["levels"] | {"low": 10}})
        assert rulebook.current().mapping.base["low"] == 10.0
        transaction.set_rollback(True)
    add_version(content | {"levels": content["levels"] | {"low": 20}})
    assert rulebook.current().mapping.base["low"] == 20.0
    assert rulebook.current(2).mapping.base["low"] == 20.0


@pytest.mark.django_db
def test_equal_rules_of_two_versions_keep_their_numbers() -> None:
    content = RulebookVersion.objects.get().content
    add_version(content)
    assert (rulebook.current(1).version, rulebook.current(2).version, rulebook.current().version) == (1, 2, 2)


@pytest.mark.django_db
def test_scores_stay_floats_through_the_text() -> None:
    """Canonical JSON writes 35.0 as 35; the wire wants 35.0."""
    book = rulebook.current()
    numbers = [
        *book.mapping.base.values(),
        *(rule.extra_points for rule in book.mapping.types.values()),
        *(rule.cvss["score"] for rule in book.mapping.types.values() if rule.cvss),
        *(rule.points for rule in book.mapping.texts),
        *(rule.points for rule in book.mapping.indicators.values()),
    ]
    assert {type(number) for number in numbers} == {float}


@pytest.mark.django_db
def test_an_old_version_stays_readable() -> None:
    content = json.loads(RulebookVersion.objects.get().content)
    add_version(content | {"policies": []})
    assert rulebook.current().policies.observed == ()
    assert len(rulebook.current(1).policies.observed) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"levels": {"low": 35}},
        {"action_types": []},
        {"action_types": [{"pattern": "*"}]},
        {"evidence": [{"name": "x", "words": "", "points": 1, "up_to": 1, "reason": "x"}]},
        {"indicators": None},
        {"policies": [{"surprise": 1}]},
        {"levels": {"low": 0.3, "medium": 60, "high": 85, "critical": 95}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_content_that_cannot_be_applied_is_no_rulebook(change: dict[str, Any]) -> None:
    add_version(json.loads(RulebookVersion.objects.get().content) | change)
    with pytest.raises(NoRulebook, match="version 2"):
        rulebook.current()
    assert rulebook.current(1).version == 1


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["{", "[]", "null", '{"levels": 1}'])
def test_text_that_is_no_content_is_no_rulebook(text: str) -> None:
    add_version(text)
    with pytest.raises(NoRulebook):
        rulebook.current()


@pytest.mark.django_db
def test_a_content_that_is_not_what_its_digest_says_is_no_rulebook() -> None:
    add_version(RulebookVersion.objects.get().content, digest="0" * 64)
    with pytest.raises(NoRulebook, match="digest"):
        rulebook.current()


@pytest.mark.django_db
def test_a_policy_that_compiles_no_more_does_not_take_the_others_down() -> None:
    content = json.loads(RulebookVersion.objects.get().content)
    broken = {"name": "p", "condition": "gone(", "effect": "allow", "mode": "enforce", "reason": "r"}
    add_version(content | {"policies": [broken]})
    assert [policy.program for policy in rulebook.current().policies.enforced] == [None]


@pytest.mark.django_db
def test_no_version_no_rulebook() -> None:
    guards.remove(connection)
    RulebookVersion.objects.all().delete()
    for ask in (rulebook.current, rulebook.latest_version, lambda: rulebook.current(1)):
        with pytest.raises(NoRulebook):
            ask()


@pytest.mark.django_db(transaction=True)
def test_threads_read_a_version_once() -> None:
    books = together(*[rulebook.current] * 4)
    assert not failures(books)
    assert len({id(book) for book in books}) == 1
