"""The ledger held against what was written: each way to alter it is found (audit-design 3.2, 3.5)."""

import json
import random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from governance import ledger
from governance.actors import system
from governance.ledger import guards
from governance.ledger.canonical import leaf_hash
from governance.ledger.inspection import (
    NAMED,
    Unreadable,
    everything,
    verify_entry,
    verify_range,
    verify_stream,
    verify_these,
)
from governance.ledger.verify import faults
from governance.models import LedgerEntry
from tests.support import lifecycles

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(db):
    """Three entries of one stream, one of another; the guards are off, as for somebody who owns the database."""
    guards.remove(connection)
    subject = {"kind": "person", "id": "1"}
    for number in range(3):
        ledger.append(
            "rule.changed", actor=system("test"), stream="s", subject=subject, data={"reason": f"number {number} é"}
        )
    ledger.append("person.signed_in", actor=system("test"), stream="t", subject=subject, data={})
    yield list(LedgerEntry.objects.filter(stream="s").order_by("seq"))
    guards.install(connection)


def wrong(report):
    return {(one.place, fault.what) for one in report.findings for fault in one.faults}


def write(entry, **columns):
    """Alter a row, as raw SQL does."""
    LedgerEntry.objects.filter(pk=entry.pk).update(**columns)


def hash_only(entry):
    """The naive twin: the hash of the text is that of the row."""
    return leaf_hash(entry.body) == entry.leaf


ALTERED = {
    "leaf": {"leaf": "0" * 64},
    "prev": {"prev": "0" * 64},
    "seq": {"seq": 9},
    "stream": {"stream": "elsewhere"},
    "ts": {"ts": "2020-01-01T00:00:00Z"},
    "type": {"type": "rule.created"},
    "actor_kind": {"actor_kind": "person"},
    "actor_id": {"actor_id": "7"},
    "actor_name": {"actor_name": "Somebody"},
    "subject": {"subject": "person:2"},
    "action_id": {"action_id": 7},
    "body": {"body": "{}"},
}
# Not in the text, so nothing says what it was; and the number of the row is the database's.
NOT_VERIFIED = {"id", "team_id"}


def test_every_column_is_in_the_list():
    assert set(ALTERED) | NOT_VERIFIED == {field.attname for field in LedgerEntry._meta.concrete_fields}


@pytest.mark.parametrize("column", ALTERED)
def test_an_altered_column_is_found(chain, column):
    assert verify_stream("s").is_intact
    write(chain[1], **ALTERED[column])
    report = verify_entry(chain[1].pk)
    assert report.faulty == 1
    expected = {"body": "leaf", "seq": "seq", "stream": "stream"}.get(column, column)
    assert expected in {what for _, what in wrong(report)}
    # The twin sees two of them.
    assert hash_only(LedgerEntry.objects.get(pk=chain[1].pk)) is (column not in ("leaf", "body"))


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (lambda text: text.replace("number 1", "number 7"), "prev"),
        (lambda text: text.replace(":", ": ", 1), "canonical"),
        (lambda text: text.replace('"v":1', '"v":1,"v":1'), "canonical"),
        (lambda text: text.replace('"v":1', '"v":2'), "v"),
        (lambda text: text.replace('"v":1', '"v":1.0'), "canonical"),
        (lambda text: text.replace('"v":1', '"v":1,"w":1'), "fields"),
        (lambda text: text.replace("é", "\\u00e9"), "canonical"),
        (lambda text: "[" * 100_000, "canonical"),
        (lambda text: "[]", "body"),
        (lambda text: "NaN", "canonical"),
        (lambda text: '"\\ud800"', "body"),
        (lambda text: f'{{"v":{"9" * 5000}}}', "canonical"),
        (lambda text: "", "canonical"),
    ],
)
def test_a_text_written_anew_with_its_hash_is_found(chain, edit, what):
    """The twin, which looks at the hash only, sees none of these."""
    text = edit(chain[1].body)
    write(chain[1], body=text, leaf=leaf_hash(text))
    assert hash_only(LedgerEntry.objects.get(pk=chain[1].pk))
    report = verify_stream("s")
    assert what in {fault for _, fault in wrong(report)}
    assert ("s 3", "prev") in wrong(report)  # and what follows it no longer does


@pytest.mark.parametrize("place", [1, 2])
def test_an_entry_taken_out_is_found(chain, place):
    LedgerEntry.objects.filter(pk=chain[place - 1].pk).delete()
    assert wrong(verify_stream("s")) == {(f"s {place + 1}", "gap")}


def test_what_it_cannot_see_is_what_it_says(chain):
    """The end of a stream is missed by the sealing of streams only, which is not built."""
    LedgerEntry.objects.filter(pk=chain[2].pk).delete()
    assert verify_stream("s").is_intact


def test_two_at_one_place_are_found(chain):
    stored = next(one for one in everything(stream="s"))
    assert faults(stored) == []
    assert [fault.what for fault in faults(stored._replace(shares_place=True))] == ["place"]


def test_exchanged_entries_are_found(chain):
    one, two = chain[1], chain[2]
    write(one, seq=99)
    write(two, seq=2)
    write(one, seq=3)
    assert {what for _, what in wrong(verify_stream("s"))} >= {"seq", "prev"}


def test_random_bytes_never_crash_it(chain):
    stored, dice = next(one for one in everything(stream="s") if one.seq == 2), random.Random(7)
    for _ in range(300):
        at = dice.randrange(len(stored.body))
        text = (
            stored.body[:at] + chr(dice.choice([0, 34, 44, 58, 92, 123, 125, 0x202E, 0xD800])) + stored.body[at + 1 :]
        )
        assert text == stored.body or faults(stored._replace(body=text))
    assert faults(stored._replace(body=b"x"))  # type: ignore[arg-type]
    assert faults(stored._replace(seq="2"))  # type: ignore[arg-type]
    assert faults(stored._replace(ts=None))  # type: ignore[arg-type]


def test_a_whole_story_is_verified(api, django_assert_num_queries):
    for make in lifecycles.ALL.values():
        make(api)
    assert all(not faults(entry) for entry in everything())
    action_id = lifecycles.executed(api)
    with django_assert_num_queries(1):
        report = verify_stream(f"action:{action_id}")
    assert (report.checked, report.is_intact, report.more) == (3, True, False)


def test_a_page_is_bounded_and_goes_on(chain):
    first = verify_stream("s", limit=2)
    assert (first.checked, first.last, first.more) == (2, 2, True)
    rest = verify_stream("s", after=first.last, limit=2)
    assert (rest.checked, rest.more) == (1, False)
    everywhere = verify_range(after=chain[0].pk - 1, limit=3)
    assert (everywhere.checked, everywhere.last, everywhere.more) == (3, chain[2].pk, True)
    assert verify_these(LedgerEntry.objects.filter(stream="s").order_by("-ts"), limit=2).more


def test_many_faults_are_counted_and_some_named(chain):
    with transaction.atomic():
        for _ in range(NAMED + 5):
            ledger.append("person.signed_in", actor=system("x"), stream="u", subject={"kind": "x", "id": "1"}, data={})
    LedgerEntry.objects.filter(stream="u").update(actor_name="y")
    report = verify_stream("u")
    assert (report.faulty, len(report.findings), report.unnamed) == (NAMED + 5, NAMED, 5)


def command(capsys, *args):
    """Exit code and what was printed."""
    try:
        call_command("verify_ledger", *args)
        code = 0
    except SystemExit as done:
        code = done.code
    except CommandError as refused:
        return refused.returncode, str(refused)
    return code, capsys.readouterr().out


def test_the_command_says_how_it_stands(chain, capsys):
    assert command(capsys, "--stream", "s")[0] == 0
    number = LedgerEntry.objects.count()
    code, said = command(capsys)
    assert code == 0
    assert f"{number:,} entries looked at" in said
    assert command(capsys, "--since", "2999-01-01")[0] == command(capsys, "--stream", "none")[0] == 2
    write(chain[1], actor_name="\u202eyb")
    write(chain[2], actor_name="x")
    code, said = command(capsys, "--since", "2000-01-01")
    assert code == 1
    assert "2 with something wrong" in said
    assert "[U+202E]yb" in said
    code, said = command(capsys, "--stream", "s", "--first")
    assert (code, said.count("expected")) == (1, 1)


def test_what_is_no_entry_is_unreadable_and_not_intact(chain, capsys):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's columns hold nothing of another type")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE governance_ledgerentry SET ts = '2020-13-45 00:00:00' WHERE id = %s", [chain[1].pk])
    with pytest.raises(Unreadable):
        list(everything())
    assert command(capsys)[0] == 3


def test_the_text_alone_says_what_is_compared(chain):
    """Nothing of an entry but its team stands outside the text that was hashed."""
    body = json.loads(chain[0].body)
    assert (body["stream"], body["seq"], body["type"]) == ("s", 1, "rule.changed")
