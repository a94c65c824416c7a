"""The history as CSV: the whole story, nothing a spreadsheet would execute, and who took it written down."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from governance.csv_lines import cell
from governance.models import LedgerEntry, Person, Role
from reviews.exports import COLUMNS
from tests.reviews.pages import body_of, hostile_fields, pay, voted
from tests.support import lifecycles
from tests.support.api import Api

SignIn = Callable[..., Client]
ADDRESS = "/history/export.csv"


def rows_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body_of(response))))


def test_it_works(api: Api, senior: Person, sign_in: SignIn) -> None:
    action = voted(pay(api, 5), senior, "reject", "No invoice.\nAttach it.")
    answer = sign_in(senior).get(f"{ADDRESS}?kind=action.*", headers={"X-Correlation-ID": "export-1"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="foureyes-history-')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    submitted, rejected = rows_of(answer)
    first, second = LedgerEntry.objects.filter(action_id=action.pk).order_by("seq")
    assert tuple(submitted) == COLUMNS
    assert submitted["time"] == json.loads(first.body)["ts"]
    assert submitted["type"] == "action.submitted"
    assert submitted["actor kind"] == "agent"
    assert submitted["action id"] == str(action.pk)
    assert submitted["subject"] == f"action:{action.pk}"
    assert submitted["sentence"] == "submitted transaction on customer_profiles: pending, risk 85.0 (high)"
    assert (submitted["outcome"], submitted["score"], submitted["level"]) == ("pending", "85.0", "high")
    assert rejected["actor name"] == "sina"
    assert rejected["actor id"] == str(senior.pk)
    assert (rejected["outcome"], rejected["score"], rejected["level"]) == ("rejected", "85.0", "high")
    assert rejected["reason"] == "No invoice. ⏎ Attach it."
    assert (rejected["seq"], rejected["prev"], rejected["leaf"]) == ("2", first.leaf, second.leaf)
    assert rejected["stream"] == f"action:{action.pk}"


def test_the_export_is_written_down(api: Api, senior: Person, sign_in: SignIn) -> None:
    pay(api, 5)
    answer = sign_in(senior).get(f"{ADDRESS}?kind=action.*&actor=Customer", headers={"X-Correlation-ID": "export-1"})
    entry = LedgerEntry.objects.get(type="history.exported")
    body = json.loads(entry.body)
    assert body["data"] == {"rows": 1, "filters": {"kind": "action.*", "actor": "Customer"}}
    assert (entry.actor_id, entry.stream) == (str(senior.pk), f"person:{senior.pk}")
    assert body["req"] == "export-1"
    # What is read while it is sent is what was counted, the entry about the export not among it.
    assert len(rows_of(answer)) == 1


def test_what_happens_while_it_is_sent_is_not_in_it(api: Api, senior: Person, sign_in: SignIn) -> None:
    pay(api, 5)
    answer = sign_in(senior).get(f"{ADDRESS}?kind=action.*")
    pay(api, 6)
    assert len(rows_of(answer)) == 1


def test_many_rows_arrive_in_order(api: Api, senior: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [pay(api, number).pk for number in range(12)]
    monkeypatch.setattr("reviews.exports._CHUNK", 5)
    assert [int(row["action id"]) for row in rows_of(sign_in(senior).get(f"{ADDRESS}?kind=action.*"))] == made


def test_strangers_sign_in_first(client: Client, db: None) -> None:
    assert client.get(ADDRESS).status_code == 302


def test_without_the_permission(senior: Person, sign_in: SignIn, nothing_written: Any) -> None:
    senior.role = Role.NONE
    senior.save(update_fields=["role"])
    client = sign_in(senior)
    with nothing_written():
        answer = client.get(ADDRESS)
    assert answer.status_code == 403
    assert b"Export as CSV" not in client.get("/history/").content


def test_another_team_exports_nothing_of_ours(api: Api, outsider: Person, sign_in: SignIn) -> None:
    pay(api, 5)
    assert [row for row in rows_of(sign_in(outsider).get(ADDRESS)) if row["type"].startswith("action.")] == []


def test_another_site_cannot_start_it(senior: Person, sign_in: SignIn, nothing_written: Any) -> None:
    client = sign_in(senior)
    with nothing_written():
        assert client.get(ADDRESS, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_other_methods_are_refused(senior: Person, sign_in: SignIn, method: str) -> None:
    assert getattr(sign_in(senior), method)(ADDRESS).status_code == 405


def test_a_look_at_the_headers_exports_nothing(senior: Person, sign_in: SignIn, nothing_written: Any) -> None:
    client = sign_in(senior)
    with nothing_written():
        assert client.head(ADDRESS).status_code == 200


def test_a_filter_nobody_understands_exports_nothing(senior: Person, sign_in: SignIn, nothing_written: Any) -> None:
    client = sign_in(senior)
    with nothing_written():
        answer = client.get(f"{ADDRESS}?since=yesterday")
    assert answer.headers["Location"] == "/history/?since=yesterday"


# Formulas, commands of the terminal a CSV is printed to, and rows that try to end early (threats AC41).
ARMED = [
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "=HYPERLINK(\"http://x\")", "  =1", "\u3000=1",
    "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x", "=cmd|' /C calc'!A0",
]  # fmt: skip


@pytest.mark.parametrize("text", ARMED)
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize("text", ["a=b", "12", "x", "", "ACME GmbH", "1-2"])
def test_a_harmless_cell_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize("text", [*ARMED, '","injected","', '"\r\n"new","row"', "\u202e\x1b[2J"])
def test_hostile_values_stay_in_their_cell(api: Api, senior: Person, sign_in: SignIn, text: str) -> None:
    fields = hostile_fields(text) | {"resource": text, "agent_name": text}
    action_id = lifecycles.pending(api, **fields)
    lifecycles.decide(action_id, "reject", by=senior, reason=text)
    answer = sign_in(senior).get(f"{ADDRESS}?kind=action.*")
    raw = body_of(answer)
    rows = list(csv.reader(io.StringIO(raw)))
    assert [len(row) for row in rows] == [len(COLUMNS)] * 3
    for row in rows[1:]:
        for value in row:
            assert not value.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
            assert not value.startswith(" =")
            assert "\x1b" not in value
            assert "\u202e" not in value
    assert raw.count("\r\n") == 3
