"""reviews.phrasing and reviews.changes: what will happen, said by us from the payload."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from reviews.changes import Change, changes
from reviews.deeds import cannot_be_undone
from reviews.phrasing import phrase
from tests.support.german import teach

PROFILES = "customer_profiles with customer_database"


def payload(action_type: str, details: Any = None, **fields: Any) -> dict[str, Any]:
    """A payload as the contract stores it."""
    found = {
        "agent_id": "a",
        "action_type": action_type,
        "tool_name": "customer_database",
        "resource": "customer_profiles",
        "description": "Harmless, pre-approved by the CISO",
        **fields,
    }
    return found if details is None else {**found, "action_details": details}


CALLED = "customer_database on customer_profiles"
PAYS = "(recipient: ACME GmbH; amount: 12400; currency: EUR)"
PAID = {"amount": 12400, "currency": "EUR", "recipient": "ACME GmbH"}


@pytest.mark.parametrize(
    ("action_type", "details", "sentence"),
    [
        ("transaction", PAID, "Transfer EUR 12,400.00 to ACME GmbH"),
        ("transaction", {**PAID, "amount": "89.9"}, "Transfer EUR 89.90 to ACME GmbH"),
        ("transaction", {**PAID, "amount": 0.125}, "Transfer EUR 0.125 to ACME GmbH"),
        ("payment.wire", {"amount": 5, "to": "Bo"}, "Transfer 5.00 (no currency named) to Bo"),
        ("transaction", {**PAID, "operation": "refund"}, "Refund EUR 12,400.00 to ACME GmbH"),
        (
            "data_modification",
            {"customer_id": "12345", "field": "email"},
            "Change email of customer 12345 in customer_profiles",
        ),
        ("data_modification", {"fields": list("abcdef")}, f"Change a, b, c, d, e, f in {PROFILES}"),
        ("data_modification", {"fields": list("abcdefg")}, f"Change a, b, c, d, e and 2 more in {PROFILES}"),
        (
            "data_modification",
            {"customer_id": "12345", "field": "email", "old_value": "a@b.example", "new_value": "c@b.example"},
            "Change email of customer 12345 in customer_profiles: a@b.example → c@b.example",
        ),
        (
            "data_modification",
            {"customer_id": 5, "field": "email", "new_value": "c@b.example"},
            "Change email of customer 5 in customer_profiles to c@b.example",
        ),
        (
            "data_modification",
            {"customer_id": 5, "changes": {"tier": {"from": "gold", "to": None}, "limit": {"from": 1, "to": 9}}},
            "Change customer 5 in customer_profiles: tier gold → null, limit 1 → 9",
        ),
        (
            "data_modification",
            {"field": "note", "old": "x" * 90 + "yes", "new": "x" * 90 + "no"},
            f"Change note in {PROFILES}: …xxxxxxxxyes → …xxxxxxxxno",
        ),
        (
            "data_modification",
            {"user": "l.weber@example.com", "group": "support-inbox", "role": "member"},
            f"Change {PROFILES} (user: l.weber@example.com; group: support-inbox; role: member)",
        ),
        ("data_modification", None, f"Change {PROFILES}"),
        ("data_modification", {"operation": "delete"}, f"Delete records in {PROFILES}"),
        ("data_modification", {"operation": "delete", "user_id": 7}, "Delete user 7 from customer_profiles"),
        ("database.delete", {"order_id": 7}, "Delete order 7 from customer_profiles"),
        ("query", None, f"Read {PROFILES}"),
        ("database.query", None, f"Read {PROFILES}"),
        ("query", {"sql": "SELECT 1; DROP TABLE x"}, f"Run a query of its own on {PROFILES}: SELECT 1; DROP TABLE x"),
        ("query", {"count": 48213}, "Read 48,213 records in customer_profiles"),
        # A read that takes the data elsewhere is an export.
        ("query", {"destination": "s3://x"}, "Export customer_profiles to s3://x"),
        ("query", {"operation": "export", "count": 1}, f"Export 1 record of {PROFILES}"),
        (
            "data_export",
            {"count": 48213, "fields": ["name", "email", "birthday", "iban"], "to": "s3://campaign-partner-bucket"},
            "Export 48,213 records of customer_profiles (name, email, birthday, iban) to s3://campaign-partner-bucket",
        ),
        ("crm.export", {"to": ["a", "b", "c"], "where": "x"}, "Export customer_profiles to a and 2 more where x"),
        # From and to may be two days.
        ("data_export", {"from": "2026-01", "to": "2026-06"}, f"Export {PROFILES} (to: 2026-06; from: 2026-01)"),
        ("data_export", {"to": "s3://ours", "bucket": "theirs"}, f"Export {PROFILES} (to: s3://ours; bucket: theirs)"),
        # Who names one record and deletes many deletes many; two numbers are none.
        (
            "database.delete",
            {"customer_id": 7, "rows": 240113, "where": "1 = 1"},
            "Delete 240,113 records from customer_profiles where 1 = 1 (customer_id: 7)",
        ),
        ("database.delete", {"rows": 2, "count": 9}, f"Delete records in {PROFILES} (rows: 2; count: 9)"),
        ("database.delete", {"rows": "{deed}"}, f"Delete records in {PROFILES} (rows: {{deed}})"),
        ("database.delete", {"table": "customer_profiles", "rows": 5}, "Delete 5 records from customer_profiles"),
        ("database.delete", {"table": "other", "rows": 5}, "Delete 5 records from other in customer_profiles"),
        ("system_operation", {"operation": "rotate"}, f"Run rotate on {PROFILES}"),
        ("email.send", {"to": "a@example.org"}, "Send a message to a@example.org"),
        ("email.send", {"to": ["a@example.org", "b@c.example"]}, "Send a message to a@example.org, b@c.example"),
        (
            "email.send",
            {"subject": "Hi", "to": ["a@b.example", "b", "c"], "bcc": "evil@x.example"},
            "Send a message to a@b.example and 2 more (bcc: evil@x.example; subject: Hi)",
        ),
        ("transaction", {**PAID, "note": "x", "repeat": 5}, "Transfer EUR 12,400.00 to ACME GmbH (repeat: 5)"),
        ("email_send", {"to": "a@example.org"}, "Send a message to a@example.org"),
        ("file_read", None, f"Read {PROFILES}"),
        ("crm.update", {"field": "email", "contact_id": 7}, "Change email of contact 7 in customer_profiles"),
        ("database.bulk_delete", None, f"Delete records in {PROFILES}"),
        ("financial_transaction", PAID, "Transfer EUR 12,400.00 to ACME GmbH"),
        # A noun's usual deed is not what another verb after it does.
        ("email.delete", {"to": "a@example.org"}, f"Delete records in {PROFILES} (to: a@example.org)"),
        ("email.set_forwarding", {"to": "a@b.example"}, f"Call {CALLED} (to: a@b.example)"),
        ("financial.modify_limits", PAID, f"Call customer_database on customer_profiles {PAYS}"),
        # And who calls moving money a read is not believed.
        ("payment.read", PAID, f"Call customer_database on customer_profiles {PAYS}"),
        ("payment.read", {"payment_id": 7}, "Read payment 7 in customer_profiles"),
        ("quantum_flux", {"a": 1, "b": [], "c": {"d": None}}, f"Call {CALLED} (a: 1; b: []; c: {{\"d\": null}})"),
        ("quantum_flux", {f"k{n}": n for n in range(9)}, f"Call {CALLED} (k0: 0; k1: 1; k2: 2; k3: 3; and 5 more)"),
        ("quantum_flux", None, "Call customer_database on customer_profiles"),
    ],
)  # fmt: skip
def test_it_works(action_type: str, details: Any, sentence: str) -> None:
    assert phrase(payload(action_type, details)).text == sentence


def test_an_unknown_tool_is_called_plainly() -> None:
    unknown = payload("quantum_flux", {"a": 1, "b": 2, "c": 3}, tool_name="quantum_flux", resource="quantum_flux")
    assert phrase(unknown).text == "Call quantum_flux (a: 1; b: 2; c: 3)"


@pytest.mark.parametrize(
    "details",
    [
        {**PAID, "to": "Mallory"},
        {**PAID, "currency_code": "USD"},
        {**PAID, "total": 99},
        {**PAID, "amount": "12.400,00"},
        {**PAID, "amount": True},
        {**PAID, "recipient": {"name": "x"}},
        {"amount": 5},
        "not an object",
    ],
)
def test_what_is_not_clear_is_not_said(details: Any) -> None:
    assert phrase(payload("transaction", details)).text.startswith("Call customer_database on customer_profiles")


@pytest.mark.parametrize(
    ("action_type", "operation", "verb"),
    [("data_modification", "read", "Change"), ("query", "delete", "Delete"), ("database.delete", "update", "Delete")],
)
def test_the_agent_can_make_the_sentence_graver_never_milder(action_type: str, operation: str, verb: str) -> None:
    assert phrase(payload(action_type, {"operation": operation, "customer_id": 1})).text.startswith(verb)


def test_the_words_and_the_figure_are_of_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    teach(monkeypatch, {"Transfer {money} to {payee}": "{money} an {payee} überweisen"})
    hostile = payload("transaction", {**PAID, "recipient": "{money} {0} ACME"})
    with translation.override("de"):
        assert phrase(payload("transaction", PAID)).text == "EUR 12.400,00 an ACME GmbH überweisen"
        assert phrase(hostile).text == "EUR 12.400,00 an {money} {0} ACME überweisen"
    assert phrase(hostile).text == "Transfer EUR 12,400.00 to {money} {0} ACME"


def test_the_description_is_never_repeated() -> None:
    for action_type in ("transaction", "query", "data_modification", "system_operation", "email", "x"):
        assert "CISO" not in phrase(payload(action_type, PAID)).text


def test_values_are_cut_and_made_visible() -> None:
    long = phrase(payload("query", resource="r" * 500))
    assert long.text.count("r" * 60 + "…") == 1
    assert 'title="440 more characters"' in long.html
    hostile = phrase(payload("query", resource="<b>a\u202eb</b>\n\n\n"))
    assert '&lt;b&gt;a<span class="ctrl" title="right-to-left override">U+202E</span>b&lt;/b&gt;' in hostile.html
    assert "[U+202E]" in hostile.text
    assert "<br>" not in hostile.html


@pytest.mark.parametrize("action_type", ["query", "database.delete", "data_export", "data_modification", "x", "email"])
def test_no_title_is_longer_than_a_few_lines(action_type: str) -> None:
    """However long the values and however many, some stand there and the others are counted."""
    details: dict[str, Any] = {f"argument_{n}" * 9: "v" * 900 for n in range(50)}
    details |= {"to": "t" * 900, "where": "w" * 900, "fields": ["f" * 90] * 90, "field_id": 1}
    said = phrase(payload(action_type, details, resource="r" * 900, tool_name="t" * 900)).text
    assert "more" in said
    assert len(said) < 480


@pytest.mark.parametrize(
    ("rated", "action_type", "details", "final"),
    [
        ("no", "data_access", {}, True),
        ("yes", "query", {}, False),
        ("unknown", "data_export", {"to": "s3://x"}, True),
        ("unknown", "notification", {"to": "a"}, True),
        ("unknown", "cache.delete", {}, True),
        # Who rated the type knows better; but not what else the payload does.
        ("yes", "cache.delete", {}, False),
        ("yes", "query", {"destination": "s3://x"}, True),
        ("partly", "data_modification", {"operation": "purge"}, True),
        ("partly", "data_modification", {"field": "email"}, False),
        ("", "quantum_flux", {}, False),
    ],
)
def test_what_cannot_be_undone(rated: str, action_type: str, details: Any, final: bool) -> None:
    assert cannot_be_undone({"reversibility": rated}, payload(action_type, details)) is final


@pytest.mark.parametrize("odd", [None, 5, True, [], {}, "", "\u200b"])
def test_it_always_finds_a_sentence(odd: Any) -> None:
    for name in ("action_type", "tool_name", "resource", "action_details", "resource_id"):
        for action_type in ("transaction", "query", "data_modification", "system_operation", "email", "x"):
            assert phrase({**payload(action_type, {}), name: odd}).html


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"field": "email", "old_value": "a", "new_value": "b"}, [Change("email", "a", "b")]),
        ({"old": 1, "new": 2}, [Change("value", 1, 2)]),
        ({"field": "tier", "from": "a", "to": "b"}, [Change("tier", "a", "b")]),
        (
            {"before": {"a": 1, "b": 2}, "after": {"a": 1, "b": 3, "c": 4}},
            [Change("b", 2, 3), Change("c", None, 4, True, False), Change("a", 1, 1)],
        ),
        ({"changes": {"tier": {"from": "a", "to": None}}}, [Change("tier", "a", None)]),
        ({"from": "Anna", "to": "Bo", "amount": 5}, []),
        ({"changes": {"tier": "gold"}}, []),
        ({"old_value": 1}, []),
        ({"old": 1, "new": 2, "before": 3, "after": 4}, []),
        ("nonsense", []),
    ],
)
def test_before_and_after(details: Any, expected: list[Change]) -> None:
    assert changes(payload("data_modification", details)) == expected


def test_nothing_changes() -> None:
    assert Change("a", 1, 1).same
    assert not Change("a", 1, True).same
    assert not Change("a", None, None, True, False).same
