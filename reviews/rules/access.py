"""Who may read the rules and the catalogues: everybody who is here for something. Changing them is the admin's."""

from __future__ import annotations

from governance.models import Person, Role


def may_read_rules(person: Person) -> bool:
    """Whether they may: reviewers must understand why something is in their queue."""
    return person.is_active and (person.is_superuser or person.role != Role.NONE)
