"""Refusals speak the language of whoever is at the page; to agents, and in what is kept, everything is English."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.utils import translation

from actions.models import Sample
from governance.english import in_english
from governance.errors import NotYours, Refusal
from tests.support.api import SUBMIT, Api
from tests.support.german import teach
from tests.support.messages import default_sentences

GERMAN = {"Accept-Language": "de", "Cookie": "django_language=de"}


def _all(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _all(one)


def test_translators_are_given_every_default_sentence() -> None:
    given = [sentence for _, sentence in default_sentences()]
    assert {(kind.__doc__ or "").strip() for kind in _all()} <= set(given)
    assert not [sentence for sentence in given if "\n" in sentence or not sentence]


def test_a_refusal_speaks_the_language_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    english = str(NotYours())
    teach(monkeypatch, {english: "Nicht gefunden."})
    with translation.override("de"):
        assert (NotYours().sentence, NotYours("As it is.").sentence) == ("Nicht gefunden.", "As it is.")
    assert NotYours().sentence == english == NotYours.__doc__


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/v1/actions/999999", None, 404),
        ("POST", SUBMIT, "{", 400),
        ("POST", SUBMIT, {"description": "x"}, 422),
        ("POST", "/api/v1/actions/999999/cancel", {}, 404),
    ],
)
def test_agents_are_answered_in_english(
    api: Api, monkeypatch: pytest.MonkeyPatch, method: str, path: str, body: object, status: int
) -> None:
    plain = api.call(method, path, body)
    docs = {kind.__doc__ or "": "Auf Deutsch." for kind in _all()}
    teach(monkeypatch, {**docs, plain["detail"]: "Auf Deutsch."})
    asked = api.client.generic(
        method,
        path,
        body if isinstance(body, str) else json.dumps(body),
        content_type="application/json",
        headers={**GERMAN, "Authorization": f"Bearer {api.key}"},
    )
    said = asked.json()
    assert (asked.status_code, said["detail"]) == (status, plain["detail"]) == (plain.status, plain["detail"])
    assert "Deutsch" not in asked.content.decode()


def test_what_is_kept_is_english(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = Sample(finding=Sample.Finding.FINE)
    teach(monkeypatch, {"Rightly approved": "Richtig genehmigt"})
    with translation.override("de"):
        assert (sample.get_finding_display(), in_english(sample.get_finding_display)) == (
            "Richtig genehmigt",
            "Rightly approved",
        )
