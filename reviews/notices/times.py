"""When somebody may be told: the digest's hour and quiet hours, in their own time zone. PURE."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from governance.zones import zone_named


@dataclass(frozen=True, slots=True)
class Clock:
    """A person's times. Without quiet hours both ends are None; `digest_hour` is None for who is told at once."""

    zone: str = "UTC"
    digest_hour: int | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None

    def when(self, now: datetime, *, urgent: bool = False, loud: bool = False) -> datetime:
        """The moment from which a notice written now may be sent: never before now.

        An urgent one does not wait for the digest; a loud one waits for nothing.
        """
        if loud:
            return now
        at = now
        if self.digest_hour is not None and not urgent:
            at = _next(time(self.digest_hour), now, zone_named(self.zone))
        return self.after_quiet(at)

    def after_quiet(self, at: datetime) -> datetime:
        """That moment, or the end of the quiet hours it falls into."""
        if self.quiet_from is None or self.quiet_until is None:
            return at
        zone = zone_named(self.zone)
        here = at.astimezone(zone).time()
        if self.quiet_from <= self.quiet_until:
            is_quiet = self.quiet_from <= here < self.quiet_until
        else:  # over midnight
            is_quiet = here >= self.quiet_from or here < self.quiet_until
        return _next(self.quiet_until, at, zone) if is_quiet else at


def _next(clock: time, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment after `after` at which clocks there show that time.

    When clocks are put back they show it twice, when they are put forward perhaps not at all: then it is the moment
    they would have shown it.
    """
    today = after.astimezone(zone).date()
    shown = (
        datetime.combine(today + timedelta(days=days), clock.replace(fold=fold), zone).astimezone(UTC)
        for days in (0, 1)
        for fold in (0, 1)
    )
    return min(moment for moment in shown if moment > after)
