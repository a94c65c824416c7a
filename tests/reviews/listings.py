"""What the tests of the listing of every action share: its rows, on the page and in the CSV."""

from __future__ import annotations

import csv
import io

from django.test import Client

from tests.reviews.pages import body_of

ADDRESS, CSV = "/actions/", "/actions/export.csv"


def listed(client: Client, query: str = "") -> list[int]:
    """The numbers on the page, as they stand there."""
    page = client.get(f"{ADDRESS}?{query}")
    assert page.status_code == 200
    return [line.action.pk for line in page.context["lines"]]


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body_of(client.get(f"{CSV}?{query}")))))
