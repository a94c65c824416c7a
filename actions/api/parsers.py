"""Bodies: read up to the limit, parse strictly, and remember what exactly was sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import IO, Any, NamedTuple

from django.conf import settings
from rest_framework.parsers import BaseParser

from actions import strict_json
from governance.errors import BodyTooLarge


class Body(NamedTuple):
    """A parsed body and the SHA-256 of its bytes."""

    value: Any
    digest: str


EMPTY = Body({}, hashlib.sha256(b"").hexdigest())


class StrictJsonParser(BaseParser):
    """JSON with one meaning; see actions/strict_json.py. Raises BodyTooLarge and MalformedBody."""

    media_type = "application/json"

    def parse(  # type: ignore[override]
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Body:
        raw = stream.read(settings.MAX_BODY_BYTES + 1)
        if len(raw) > settings.MAX_BODY_BYTES:
            raise BodyTooLarge
        if not raw.strip():
            return EMPTY
        return Body(strict_json.parse(raw), hashlib.sha256(raw).hexdigest())
