"""Hours on the wall and the moments they are: pure, by the IANA time zone database.

Of an hour that the clocks jump over, the first valid moment after it is meant; of one that they
show twice, the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

Shift = Literal["none", "missing", "doubled"]


@dataclass(frozen=True)
class Instant:
    """A moment in UTC, and what the clocks did to the wall-clock time that was asked for."""

    at: datetime
    shift: Shift


@dataclass(frozen=True)
class Span:
    """From when to when, in UTC, and what the clocks did to the time that was asked for."""

    starts_at: datetime
    ends_at: datetime
    shift: Shift


@dataclass(frozen=True)
class Hours:
    """From when to when on the wall of a zone; raises ValueError unless they end after they
    start, on the same day.
    """

    starts: time
    ends: time
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if self.ends <= self.starts:
            raise ValueError("A session ends after it starts, on the same day")

    def on(self, day: date) -> Span:
        """Return when a session with these hours is on a day."""
        start, end = instant(day, self.starts, self.zone), instant(day, self.ends, self.zone).at
        if end <= start.at:
            # The change of the clocks swallowed the session (1:15am to 1:45am on the night they go
            # forward). It keeps the length people were told instead.
            end = start.at + (datetime.combine(day, self.ends) - datetime.combine(day, self.starts))
        return Span(start.at, end, start.shift)


@lru_cache(maxsize=8192)
def instant(day: date, clock: time, zone: ZoneInfo) -> Instant:
    """Return the moment in UTC at which the clocks of `zone` show `clock` on `day`.

    A time the clocks jump over becomes the first valid instant after it; of a time they show
    twice, the first is meant. Source: PEP 495, whose `fold` tells the two offsets apart.
    """
    wall = datetime.combine(day, clock.replace(fold=0), tzinfo=zone)
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if first == second:
        return Instant(first, "none")
    if first < second:
        return Instant(first, "doubled")
    return Instant(_change_between(second, first, zone), "missing")


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first second after a change of offset that lies between two moments in UTC."""
    offset = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        unchanged = (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset
        low, high = (middle, high) if unchanged else (low, middle)
    return (before + timedelta(seconds=high)).replace(microsecond=0)
