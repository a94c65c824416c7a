"""VERB: save_settings. How the pages are shown to one person; nobody sets it for somebody else.

Language, look and density are a matter between a person and their screen and leave no entry. The time zone does: it
moves when they are told, and what a time they type means. The name is not among them: the ledger and every decision
show it, so only an admin changes it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from governance import ledger
from governance.actors import Actor
from governance.errors import InvalidSettings
from governance.models import Density, Person, Theme
from governance.zones import zone_meant

FIELDS = ("time_zone", "language", "theme", "density")


def save_settings(
    person: Person, *, actor: Actor, time_zone: str, language: str = "", theme: str = "", density: str = ""
) -> Person:
    """Save all four. What changes nothing writes nothing. Raises InvalidSettings, with nothing written."""
    wanted = {"time_zone": zone_meant(time_zone), "language": language, "theme": theme, "density": density}
    _check(wanted)
    with transaction.atomic():
        found = Person.objects.select_for_update().get(pk=person.pk)
        before = found.time_zone
        changed = [name for name, value in wanted.items() if getattr(found, name) != value]
        for name in changed:
            setattr(found, name, wanted[name])
        if changed:
            found.save(update_fields=changed)
        if "time_zone" in changed:
            ledger.append(
                "person.time_zone_changed",
                actor=actor,
                stream=f"person:{person.pk}",
                subject={"kind": "person", "id": str(person.pk)},
                data={"username": found.username, "before": before, "after": found.time_zone},
            )
    return found


def _check(wanted: dict[str, str | None]) -> None:
    if wanted["time_zone"] is None:
        raise InvalidSettings(
            _("There is no such time zone. Nothing was changed. Choose one of the list, like Europe/Berlin."),
            errors={"time_zone": _("Choose a time zone of the list, like Europe/Berlin.")},
        )
    if wanted["language"] not in {"", *dict(settings.LANGUAGES)}:
        raise InvalidSettings(
            _("The portal does not speak that language. Nothing was changed. Choose one of the list.")
        )
    if wanted["theme"] not in Theme.values or wanted["density"] not in Density.values:
        raise InvalidSettings(_("The pages cannot look like that. Nothing was changed. Choose one of the list."))
