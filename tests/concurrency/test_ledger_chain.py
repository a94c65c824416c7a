"""Eight writers on one stream: no forks (threats A13)."""

import threading

import pytest
from django.db import transaction

from governance import ledger
from governance.actors import system
from governance.ledger import entries
from governance.models import LedgerEntry
from tests.support.threads import together

WRITERS, EACH = 8, 25

pytestmark = pytest.mark.django_db(transaction=True)


def write(stream: str) -> None:
    with transaction.atomic():
        ledger.append(
            "person.signed_in",
            actor=system("test"),
            stream=stream,
            subject={"kind": "person", "id": "1"},
            data={"username": "x"},
        )


def test_eight_writers_make_one_chain():
    def run():
        for _ in range(EACH):
            write("person:1")

    assert together(*[run] * WRITERS) == [None] * WRITERS
    chain = list(LedgerEntry.objects.filter(stream="person:1").order_by("seq"))
    assert [entry.seq for entry in chain] == list(range(1, WRITERS * EACH + 1))
    assert [entry.prev for entry in chain] == [None, *[entry.leaf for entry in chain[:-1]]]


def test_the_naive_twin_forks():
    """Reading the last entry without holding the stream gives two writers the same place."""
    write("person:2")
    read = threading.Barrier(2)
    places = []

    def naive():
        last = LedgerEntry.objects.filter(stream="person:2").latest("seq")
        read.wait(timeout=60)
        places.append((last.seq + 1, last.leaf))

    together(naive, naive)
    assert places[0] == places[1]


def test_the_wall_behind_it_refuses_a_fork():
    """Even a writer without the lock cannot commit a second entry in one place."""
    from django.db import IntegrityError

    write("person:3")
    entry = LedgerEntry.objects.get(stream="person:3")
    entry.pk, entry.leaf = None, "0" * 64
    with pytest.raises(IntegrityError):
        entry.save(force_insert=True)


def test_leaf_is_the_hash_of_the_stored_text():
    write("person:4")
    entry = LedgerEntry.objects.get(stream="person:4")
    assert entries.leaf_hash(entry.body) == entry.leaf
