"""The pages that show changes of rules made together, gone through as a person does, for the tests of their replays."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from governance.models import ActionTypeRule, LedgerEntry
from governance.rulebook import latest_version
from tests.governance.changes import change, edited
from tests.governance.files import csv_of, exported, page, upload
from tests.governance.test_replay_panel import HTMX
from tests.governance.test_rule_versions import place


class Review:
    """A page that shows changes made together, as the person who opened it goes on from there."""

    def __init__(self, browser: Client):
        self.browser = browser
        self.shown = self.look()

    def look(self) -> HttpResponse:
        raise NotImplementedError

    def carried(self) -> dict[str, Any]:
        """The hidden fields of the page's form."""
        form = self.shown.context["form"]
        return {field.html_name: field.value() for field in form.hidden_fields() if field.value() is not None}

    def replay(self, as_part: bool = True, **fields: Any) -> HttpResponse:
        sent = self.carried() | {"replay_window": "1000"} | fields
        return self.browser.post(f"{self.address}replay/", sent, headers=HTMX if as_part else {})

    def confirm(self, **fields: Any) -> HttpResponse:
        """Nothing said about a replay. What comes back is the page gone on from."""
        sent = self.carried() | {"change_reason": "Agreed on Monday."} | fields
        answer = self.browser.post(self.address, sent, follow=True)
        if not answer.redirect_chain:
            self.shown = answer
        return answer


class Import(Review):
    """Queries become risky by a file."""

    address = page(ActionTypeRule, "import/")
    subject = ("import of rules.csv (action types)", "actiontyperule", "")
    to = "high"

    def look(self) -> HttpResponse:
        return upload(self.browser, ActionTypeRule, csv_of(exported(ActionTypeRule, query={"level": self.to})))


class Return(Review):
    """Queries have become risky, and shall be what they were in version 1."""

    address = place(1, "restore/")
    subject = ("return to version 1", "rulebookversion", "1")

    def __init__(self, browser: Client):
        if latest_version() == 1:
            change(edited(ActionTypeRule, {"pattern": "query"}, level="high"))
        super().__init__(browser)

    def look(self) -> HttpResponse:
        return self.browser.get(self.address)


def replays_noted() -> list[Any]:
    """What the entries about single rules of the latest version say about a replay."""
    bodies = [json.loads(row.body) for row in LedgerEntry.objects.filter(stream="rules", type__startswith="rule.")]
    return [body["data"]["replay"] for body in bodies if body["data"]["version"] == latest_version()]
