"""The time zones this host knows, and how people write them. PURE."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

UTC_NAME = "UTC"


@cache
def zone_names() -> tuple[str, ...]:
    """Every time zone this host knows, UTC first."""
    known = available_timezones()
    regions = sorted(name for name in known if "/" in name and not name.startswith(("Etc/", "posix/", "right/")))
    return (UTC_NAME, *regions)


@cache
def _by_folded() -> dict[str, str]:
    return {name.casefold(): name for name in zone_names()}


def zone_named(name: str) -> ZoneInfo:
    """The time zone of that name; UTC for a name that is not known (any more)."""
    return ZoneInfo(name if zone_meant(name) == name else UTC_NAME)


def zone_meant(text: str) -> str | None:
    """The name of the zone somebody wrote: in any case, with spaces or underscores. None for no zone."""
    return _by_folded().get("_".join(text.split()).casefold())
