"""One entry: its text, its chain, its refusals (audit-design 3.2)."""

import json

import pytest
from django.db import transaction

from governance import ledger
from governance.actors import Actor, system
from governance.ledger import entries, kinds
from governance.models import LedgerEntry
from tests.support import lifecycles

pytestmark = pytest.mark.django_db
SUBJECT = {"kind": "person", "id": "1"}


def append(**overrides):
    fields = {"actor": system("test"), "stream": "s", "subject": SUBJECT, "data": {}, **overrides}
    kind = fields.pop("kind", "person.signed_in")
    return ledger.append(kind, **fields)


def test_the_text_is_canonical_and_complete():
    entry = append(actor=Actor(kind="person", id="7", name="Zoë", ip="10.0.0.7", request_id="req_1"))
    body = json.loads(entry.body)
    assert entry.body == json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert set(body) == set("v id o app type ts stream seq prev req actor subject policy risk data".split())
    assert body["actor"]["name"] == "Zoë"
    assert body["req"] == "req_1"
    assert entry.leaf == entries.leaf_hash(entry.body)


def test_what_is_read_back_is_what_was_hashed():
    entry = append(data={"text": "é\u202e\U0001f600", "n": 2**53 - 1})
    again = LedgerEntry.objects.get(pk=entry.pk)
    assert entries.leaf_hash(again.body) == again.leaf


def test_entries_of_a_stream_are_chained():
    first, second, other = append(), append(), append(stream="t")
    assert (first.seq, first.prev) == (1, None)
    assert (second.seq, second.prev) == (2, first.leaf)
    assert (other.seq, other.prev) == (1, None)


def test_ids_are_uuid7_and_in_order():
    ids = [json.loads(append().body)["id"] for _ in range(3)]
    assert all(text[14] == "7" and len(text) == 36 for text in ids)


def test_an_unknown_kind_is_refused():
    with pytest.raises(KeyError):
        append(kind="person.danced")


def test_an_actor_is_required():
    with pytest.raises(TypeError):
        append(actor=None)


def test_fractions_must_be_text():
    """The ledger's profile of RFC 8785 has no floats, so that every verifier reads one text one way."""
    with pytest.raises((TypeError, ValueError)):
        append(data={"score": 69.5})


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_refused():
    with pytest.raises(RuntimeError):
        append()
    with transaction.atomic():
        append()


def test_every_kind_has_a_sentence_that_survives_missing_data():
    for kind in kinds.KINDS:
        assert kinds.sentence(kind, {})
    assert kinds.sentence("long.gone", {}) == "long gone"


def test_every_stream_of_a_whole_story_holds(api):
    """Submit, decide, report: each step one entry, each chain unbroken."""
    for make in lifecycles.ALL.values():
        make(api)
    for stream in LedgerEntry.objects.values_list("stream", flat=True).distinct():
        chain = list(LedgerEntry.objects.filter(stream=stream).order_by("seq"))
        assert [entry.seq for entry in chain] == list(range(1, len(chain) + 1))
        assert [entry.prev for entry in chain] == [None, *[entry.leaf for entry in chain[:-1]]]
        for entry in chain:
            body = json.loads(entry.body)
            assert (body["stream"], body["seq"], body["prev"]) == (entry.stream, entry.seq, entry.prev)
            assert (body["type"], body["actor"]["id"]) == (entry.type, entry.actor_id)
            assert entries.leaf_hash(entry.body) == entry.leaf
