"""What the text of a cell means. Each raises ValueError with a sentence. PURE."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from django.utils.translation import gettext as _

_YES, _NO = {"yes", "true", "1", "y", "on"}, {"no", "false", "0", "n", "off"}


def flag(text: str) -> bool:
    """Yes or no."""
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise ValueError(_("“{text}” is neither yes nor no.").format(text=text))


def number(text: str, *, whole: bool) -> float:
    """A finite number, a whole one if it must be."""
    # Where a comma stands for the point, spreadsheets write 7,5.
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    try:
        value = float(plain)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in plain:
        raise ValueError(_("“{text}” is not a number.").format(text=text))
    if not whole:
        return value
    if value != int(value):
        raise ValueError(_("“{text}” is not a whole number.").format(text=text))
    return int(value)


def moment(text: str) -> datetime:
    """A moment of ISO 8601, in UTC where it names no zone."""
    try:
        value = datetime.fromisoformat(text)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            _("“{text}” is no moment. Write it in UTC, like 2026-01-31T08:00:00Z.").format(text=text)
        ) from None


def option(text: str, options: Sequence[str]) -> str:
    """One of these words, in any case."""
    if text.lower() not in options:
        raise ValueError(_("“{text}” is not one of {options}.").format(text=text, options=", ".join(options)))
    return text.lower()
