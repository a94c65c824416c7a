"""Which language somebody is answered in: the one they chose, else what their browser asks for, else the portal's."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_from_request
from django.utils.translation.trans_real import parse_accept_lang_header

from governance.models import Person


def chosen_by(person: Person | None) -> str:
    """The language a person chose; empty where they left it to the browser, or chose one that is gone."""
    return person.language if person is not None and person.language in dict(settings.LANGUAGES) else ""


def written_to(person: Person) -> str:
    """The language of a message that reaches them outside any browser."""
    return chosen_by(person) or str(settings.DEFAULT_LANGUAGE)


def asked_for(request: HttpRequest) -> str:
    """The first of the portal's languages that the browser asks for; the portal's own where it asks for none."""
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", "").lower())
    if dict(settings.LANGUAGES).keys().isdisjoint(code.partition("-")[0] for code, _weight in accepted):
        return str(settings.DEFAULT_LANGUAGE)
    return get_language_from_request(request)
