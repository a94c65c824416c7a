"""VERB: set_density. How close the rows stand for one person. No rule reads it, so the ledger does not either."""

from __future__ import annotations

from django.utils.translation import gettext as _

from governance.errors import InvalidPreference
from governance.models import Person
from governance.models.people import Density


def set_density(person: Person, density: str) -> None:
    """Remember it. Raises InvalidPreference for a density there is not."""
    if density not in Density.values:
        raise InvalidPreference(_("Rows are comfortable or compact. Nothing was changed. Use the button."))
    Person.objects.filter(pk=person.pk).update(density=density)
