"""Who changed the rules, read from the ledger: whoever shapes a rule does not decide what it judged right away."""

from __future__ import annotations

from datetime import datetime

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from governance.models import LedgerEntry, Person
from governance.statements import Question

_KINDS = ("rule.created", "rule.changed", "rules.imported", "rules.restored")


def changes_by(identity: int) -> QuerySet[LedgerEntry]:
    """The entries of every change of the rules by this human being, whichever account it was made with."""
    accounts = Person.objects.filter(Q(pk=identity) | Q(same_as=identity)).order_by()
    named = accounts.annotate(text=Cast("pk", CharField(max_length=255))).values("text")
    return LedgerEntry.objects.filter(actor_kind="person", actor_id__in=named, type__in=_KINDS)


_MOMENTS = Question(lambda identity: changes_by(identity).values_list("ts"), identity=int)


def moments_of_changes_by(identity: int) -> list[datetime]:
    """When this human being changed the rules. One statement."""
    return [moment for (moment,) in _MOMENTS.all(identity=identity)]


def changes_between(start: datetime, end: datetime) -> dict[int, list[datetime]]:
    """When each human being changed the rules within that time, both ends included, by identity. Two statements."""
    entries = LedgerEntry.objects.filter(actor_kind="person", type__in=_KINDS, ts__gte=start, ts__lte=end)
    made = [(int(actor), ts) for actor, ts in entries.values_list("actor_id", "ts") if actor.isdecimal()]
    people = {person.pk: person.identity for person in Person.objects.filter(pk__in={pk for pk, _ in made})}
    found: dict[int, list[datetime]] = {}
    for pk, ts in made:
        if pk in people:
            found.setdefault(people[pk], []).append(ts)
    return found
