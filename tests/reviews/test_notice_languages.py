"""Every notice in the language of whoever gets it, and none of it anywhere else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core import mail
from django.utils.translation import get_language, override

from actions.models import Action
from governance.models import LedgerEntry, Person
from reviews import outbox
from reviews.models import Notice
from reviews.notices import deliveries, sending
from reviews.notices.kinds import KINDS
from tests.reviews.notices import channel, prefer, reachable, say
from tests.support import lifecycles
from tests.support.api import Api
from tests.support.people import person_called

pytestmark = pytest.mark.django_db
URL = "https://portal.example.org"


def speaks(person: Person, language: str, zone: str = "UTC") -> Person:
    """The person with that language and clock."""
    Person.objects.filter(pk=person.pk).update(language=language, time_zone=zone)
    person.refresh_from_db()
    return person


def mail_to(person: Person) -> tuple[str, str]:
    """Subject and text of the latest mail to a person."""
    sent = [one for one in mail.outbox if one.to == [person.email]][-1]
    return sent.subject, str(sent.body)


def test_it_works(api: Api, settings: Any) -> None:
    """Three people and one round of the worker: German, English, and nobody's choice."""
    settings.PUBLIC_URL = URL
    settings.DEFAULT_LANGUAGE = "de"
    german = speaks(reachable("greta", "Payments"), "de", "Europe/Berlin")
    english = speaks(reachable("ellen", "Payments"), "en")
    unsaid = speaks(reachable("uwe", "Payments"), "")
    action_id = lifecycles.pending(api, context={"require_human_approval": True})
    outbox.announce()
    deliveries.deliver()
    deadline = Action.objects.get(pk=action_id).deadline
    assert deadline is not None
    subject, text = mail_to(german)
    assert subject == f"Foureyes: Aktion {action_id}: Ihre Entscheidung ist gefragt (hohes Risiko, 85)"
    for line in (
        "Ein Agent wartet auf Ihre Entscheidung.",
        "hoch, 85 von 100",
        "Der Agent bittet um die Entscheidung eines Menschen",
        "Prüfung durch einen Menschen nötig: Risiko 85 >= 70",
        f"({deadline:%H:%M} UTC)",
        "Der Link entscheidet nichts; er öffnet eine Seite des Portals.",
        "CET" if deadline.month in (1, 2, 11, 12) else "CE",
    ):
        assert line in text, (line, text)
    assert "Vollständig lesen:" in mail_to(unsaid)[1]
    subject, text = mail_to(english)
    assert subject == f"Foureyes: action {action_id}: your decision is wanted (high risk, 85)"
    assert "Human review required: risk 85 >= 70" in text and "Read it in full:" in text
    assert get_language() == "en"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_words(api: Api, kind: str) -> None:
    action_id = lifecycles.pending(api)
    action, notice = Action.objects.get(pk=action_id), Notice(kind=kind, facts={"by": "Olga"})
    said = []
    for language in ("en", "de"):
        with override(language):
            facts = sending.facts_of(notice, action)
            said.append(sending.message(kind, facts, public_url=URL))
    english, german = said
    assert german.opening != english.opening and german.title != english.title
    assert {name for name, _ in german.lines} & {name for name, _ in english.lines} == {"Agent"}
    assert ("Olga" in german.opening) is ("Olga" in english.opening)


def test_a_daily_mail(api: Api, settings: Any) -> None:
    settings.PUBLIC_URL = URL
    rita = speaks(person_called("rita"), "de")
    prefer(rita, email="digest", digest_hour=7)
    for _ in range(2):
        lifecycles.pending(api)
    outbox.announce()
    Notice.objects.filter(person=rita).update(send_at=rita.date_joined)
    deliveries.deliver()
    subject, text = mail_to(rita)
    assert subject == "Foureyes: 2 Benachrichtigungen warten auf Sie"
    assert "Was heute auf Sie wartet:" in text and "Ihre Warteschlange:" in text
    assert "Ihre Entscheidung ist gefragt: transaction von customer-service-agent-001" in text
    assert "hohes Risiko (85), fällig" in text


@pytest.mark.parametrize(("language", "opening"), [("en", "An agent waits"), ("de", "Ein Agent wartet")])
def test_a_room_has_the_portals_language(
    api: Api, settings: Any, monkeypatch: pytest.MonkeyPatch, language: str, opening: str
) -> None:
    settings.DEFAULT_LANGUAGE = language
    posted: list[dict[str, Any]] = []
    monkeypatch.setattr(sending.webhooks, "post", lambda url, payload, *, key: posted.append(payload))
    channel(kind="slack")
    lifecycles.pending(api)
    outbox.announce()
    with override("de" if language == "en" else "en"):  # whatever the worker's thread did before
        deliveries.deliver()
        sending.send_test(channel(name="other"))
    assert opening in json.dumps(posted[0], ensure_ascii=False)
    assert (">" in posted[0]["blocks"][-1]["text"]["text"]) and posted[1]["source"] == "foureyes"


def test_what_is_noted_of_a_failure_is_english(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Admins of any language read it, so it is kept in one."""

    def fail(*_args: Any, **_more: Any) -> None:
        raise sending.Undeliverable(str(sending._("The receiver answered with HTTP {status}.")))

    speaks(person_called("rita"), "de")
    monkeypatch.setattr(sending.mail, "post", fail)
    lifecycles.pending(api)
    outbox.announce()
    deliveries.deliver()
    assert set(Notice.objects.exclude(error="").values_list("error", flat=True)) == {
        "The receiver answered with HTTP {status}."
    }


def test_nothing_of_it_reaches_an_agent_or_the_ledger(api: Api) -> None:
    """A German person does everything while German is what the thread speaks; the records and answers are English."""
    greta = speaks(person_called("sina"), "de")
    with override("de"):
        action_id = lifecycles.pending(api)
        say("mention", action_id, greta, by="Olga")
        lifecycles.decide(action_id, "reject", by=greta, reason="no")
        refused = api.submit(action_type="")
        answer = api.get(f"/api/v1/actions/{action_id}/status", **{"Accept-Language": "de"})
    assert "Missing required fields: " in json.dumps(refused.json), refused.json
    assert "Pr\u00fcfung" not in json.dumps(answer.json, ensure_ascii=False)
    bodies = " ".join(LedgerEntry.objects.values_list("body", flat=True))
    assert "abgelehnt" not in bodies and '"rejected"' in bodies
