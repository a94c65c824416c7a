"""What was frozen in English is said again in the reader's language, and only what is the portal's own."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from governance import frozen_words, policies, rulebook
from governance.risk import Facts, assess
from governance.thresholds import Threshold
from tests.support import pseudo

ADMINS_WORDS = ("Ποιος ρωτά;", "A payment of more than 1,000 needs a person's decision.", "Risk: see the handbook.")


def spoken(words: Any, text: str, language: str) -> str:
    with override(language):
        return str(words(text))


FROZEN: list[tuple[Any, str, str]] = [
    (frozen_words.factor, "Action type transaction: high", "Aktionsart transaction: hoch"),
    (
        frozen_words.factor,
        "No rule knows this action type: medium",
        "Keine Regel kennt diese Aktionsart: mittel",
    ),
    (frozen_words.factor, "A score ends at 100", "Ein Risikowert endet bei 100"),
    (
        frozen_words.factor,
        '"drop" in the details: It deletes. (up to 72.5)',
        "„drop“ in den Einzelheiten: It deletes. (bis 72,5)",
    ),
    (
        frozen_words.factor,
        "risk_level: the agent itself calls this high (at least high, which it is already)",
        "risk_level: Der Agent selbst stuft dies als hoch ein (mindestens hoch; das ist bereits erreicht)",
    ),
    (
        frozen_words.reason,
        "Risk 95.5 is not acceptable for autonomous agents: Nobody watches.",
        "Ein Risiko von 95,5 ist nicht zulässig für autonome Agenten: Nobody watches.",
    ),
    (
        frozen_words.reason,
        'Policy "New account" could not be evaluated, so a person decides.',
        "Die Richtlinie „New account“ ließ sich nicht auswerten, also entscheidet ein Mensch.",
    ),
    (frozen_words.reason, "The kill switch is on: drill", "Der Notaus ist betätigt: drill"),
    (frozen_words.line, "agent a-1 and autonomous agents", "Agent a-1 und autonome Agenten"),
    (frozen_words.stage, "policy:New account", "Richtlinie New account"),
    (frozen_words.canary, "Ten times the amount, copied from action 7", "Der zehnfache Betrag, kopiert von Aktion 7"),
]


@pytest.mark.parametrize(("words", "frozen", "german"), FROZEN)
def test_it_works(words: Any, frozen: str, german: str) -> None:
    assert spoken(words, frozen, "de") == german
    # A stage is kept as a key, so it has words in English, too.
    assert words is frozen_words.stage or spoken(words, frozen, "en") == frozen


@pytest.mark.parametrize("text", ADMINS_WORDS)
@pytest.mark.parametrize("words", [frozen_words.factor, frozen_words.reason, frozen_words.line])
def test_what_an_admin_wrote_stays(words: Any, text: str) -> None:
    assert spoken(words, text, "de") == text


@pytest.mark.django_db
def test_every_sentence_of_the_rules_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What risk.py and policies.py write is recognised, form by form: changing a word there fails here."""
    book = rulebook.current()
    asked = [
        {"action_type": "transaction", "indicators": {"amount": "high", "pii_involved": True, "risk_level": "high"}},
        {"action_type": "nobody.knows", "context": {"require_human_approval": True, "risk_level": "low"}},
        {"action_type": "database.delete", "description": "drop table, delete production payroll and passwords"},
        {"action_type": "query", "details": {"note": "payroll"}, "context": {"verified": True, "mfa_completed": True}},
        {"action_type": "transaction", "environment": "production", "context": {"local_risk_level": "critical"}},
    ]
    labels, reasons, lines = set(), set(), set()
    for given in asked:
        fields = {"agent_id": "a-1", "team": "T", "tool_name": "t", "resource": "r", "description": "d"} | given
        facts = Facts(**fields)
        seen = assess(facts, book.mapping)
        labels |= {factor.label for factor in seen.factors}
        for line in (Threshold(), Threshold(10, 20, "autonomous agents", "Why."), Threshold(90.0)):
            reasons |= set(policies.evaluate(facts, seen, book.policies, line).reasons)
            lines.add(line.applies_to)
    pseudo.speak(monkeypatch)
    admins = {one.reason for one in (*book.policies.enforced, *book.policies.observed)}
    said = ((frozen_words.factor, labels), (frozen_words.reason, reasons - admins), (frozen_words.line, lines))
    for words, texts in said:
        unknown = [text for text in texts if spoken(words, text, "de") == text and " = " not in text]
        assert texts and not unknown, unknown
