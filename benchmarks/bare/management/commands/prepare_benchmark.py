"""Make what a benchmark needs in an empty database, and print the two API keys as JSON."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from django.core.management.base import BaseCommand

from benchmarks.bare.models import Client, ClientKey
from tests.support import cast


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        keys = {"portal": cast.assemble()[cast.AGENT_ID], "bare": _bare_key()}
        self.stdout.write(json.dumps(keys))


def _bare_key() -> str:
    text = f"{secrets.token_hex(4)}_{secrets.token_hex(32)}"
    client = Client.objects.create(name=cast.AGENT_NAME)
    ClientKey.objects.create(client=client, public_id=text[:8], digest=hashlib.sha256(text.encode()).hexdigest())
    return text
