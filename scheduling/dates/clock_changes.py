"""What changes of the clocks do to the hours of a session, in words.

Pure. A session keeps its hours by the clock of its own zone; somebody in another zone may find
theirs shifted for some weeks, because clocks do not change everywhere on the same day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from scheduling.dates.hours import Shift, instant
from scheduling.dates.wording import say_date, say_shift, say_time, say_zone

#: How near to a change of the clocks a session, or the day of reading, has to be.
AROUND: Final = timedelta(days=14)
#: Until how far ahead a session is mentioned because the clocks change about now.
SOON: Final = timedelta(days=31)
#: How far apart two zones that both change do so: up to three weeks in spring.
APART: Final = timedelta(days=21)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, order=True)
class ClockChange:
    """A day on which the clocks of a zone change, and by how much they are put forward."""

    on: date
    ahead: timedelta


@dataclass(frozen=True)
class Reading:
    """When a session is, where its hours are said, and who reads it when; ``now`` is aware."""

    starts_at: datetime
    zone: ZoneInfo
    reader_zone: ZoneInfo
    now: datetime

    @property
    def day(self) -> date:
        """The day of the session where its hours are said."""
        return self.starts_at.astimezone(self.zone).date()

    @property
    def today(self) -> date:
        """The day of reading, there."""
        return self.now.astimezone(self.zone).date()

    @property
    def clock(self) -> time:
        """What the clocks show there when it begins."""
        return self.starts_at.astimezone(self.zone).time()


def clock_changes(first: date, last: date, zone: ZoneInfo) -> list[ClockChange]:
    """Return the changes of a zone's clocks from one day to another, both included."""
    years = range(first.year, last.year + 1)
    return [
        change for year in years for change in _of_year(year, zone) if first <= change.on <= last
    ]


def clock_note(reading: Reading) -> str | None:
    """Say what the clocks do to a session, in whole sentences; None in most weeks of the year.

    That is for a session at the very hour that is left out or shown twice, for one within two
    weeks of a change, and for the next one while a change is within two weeks of today.
    """
    shift = shift_at(reading.starts_at, reading.zone)
    if shift != "none":
        return say_shift(shift, reading.clock, reading.clock)
    near = _nearest(reading)
    if near is None:
        return None
    return _own_hours(reading, near) or _same_hours(reading)


def shift_at(starts_at: datetime, zone: ZoneInfo) -> Shift:
    """Tell whether a session begins just as the clocks have gone forward ("missing"), or at a time
    that they show twice ("doubled").
    """
    here = starts_at.astimezone(zone)
    first, second = here.replace(fold=0).utcoffset(), here.replace(fold=1).utcoffset()
    if first != second:
        return "doubled"
    before = (starts_at - timedelta(seconds=1)).astimezone(zone).utcoffset() or timedelta()
    return "missing" if before < (here.utcoffset() or timedelta()) else "none"


def changes_words(changes: Sequence[ClockChange], today: date) -> str:
    """Say when clocks change: "The clocks go back on Sunday 25 October and forward on …"."""
    first, *others = changes
    more = [f"{_way(change)} on {say_date(change.on, today)}" for change in others]
    return " and ".join([_say_change(first, today), *more])


@lru_cache(maxsize=512)
def _of_year(year: int, zone: ZoneInfo) -> tuple[ClockChange, ...]:
    """Return a year's changes; what the zone data say of a year stays true while we run."""
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(367)]
    return tuple(
        ClockChange(day, after - before)
        for (day, before), (_, after) in pairwise((day, _offset(day, zone)) for day in days)
        if before != after and day.year == year
    )


def _offset(day: date, zone: ZoneInfo) -> timedelta:
    return datetime.combine(day, time(), tzinfo=zone).utcoffset() or timedelta()


def _nearest(reading: Reading) -> ClockChange | None:
    """Return the change of either zone that is worth mentioning, the nearest to the session."""
    soon = reading.day - reading.today <= SOON
    first = min(reading.day, reading.today) - AROUND
    found = [
        change
        for zone in {reading.zone, reading.reader_zone}
        for change in clock_changes(first, reading.day + AROUND, zone)
        if abs(change.on - reading.day) <= AROUND
        or (soon and abs(change.on - reading.today) <= AROUND)
    ]
    return min(found, key=lambda change: (abs(change.on - reading.day), change), default=None)


def _same_hours(reading: Reading) -> str | None:
    """Say that the hours by the clock stay the same before and after a change of their own zone."""
    changes = clock_changes(reading.day - SOON - AROUND, reading.day + AROUND, reading.zone)
    if not changes:
        return None
    change = min(changes, key=lambda one: abs(one.on - reading.day))
    said = f"{say_time(reading.clock)}, {say_zone(reading.zone.key)},"
    return f"{_say_change(change, reading.today)}. It is {said} by the clock before and after."


def _own_hours(reading: Reading, near: ClockChange) -> str | None:
    """Say from which day on the session is at which hour of the reader, where that shifts."""
    first, last = near.on - APART, near.on + APART
    changes = {
        change.on
        for zone in (reading.zone, reading.reader_zone)
        for change in clock_changes(first, last, zone)
    }
    hours = list(_hours(reading, sorted(changes)))
    if len(hours) == 1:
        return None
    (_, usual), *others = hours
    then = [f"{say_time(clock)} from {say_date(day, reading.today)}" for day, clock in others]
    said = f"{say_time(reading.clock)}, {say_zone(reading.zone.key)}"
    shifting = ", ".join([f"{say_time(usual)} your time", *then[:-1]])
    return f"The clocks change: {said}, is {shifting} and {then[-1]}."


def _hours(reading: Reading, changes: list[date]) -> Iterator[tuple[date, time]]:
    """Yield what the reader's clock shows at the session's hour, from which day on.

    Days on which nothing becomes different are passed over.
    """
    before: time | None = None
    days = [changes[0] - 2 * _DAY, *changes]
    ends = [*changes, changes[-1] + 3 * _DAY]
    for day, end in zip(days, ends, strict=True):
        # The day of the change itself may be read either way; the one after it cannot.
        sample = min(day + _DAY, end - _DAY)
        at = instant(sample, reading.clock, reading.zone).at
        clock = at.astimezone(UTC).astimezone(reading.reader_zone).time()
        if clock != before:
            yield day, clock
        before = clock


def _say_change(change: ClockChange, today: date) -> str:
    verb = "went" if change.on < today else "go"
    return f"The clocks {verb} {_way(change)} on {say_date(change.on, today)}"


def _way(change: ClockChange) -> str:
    return "forward" if change.ahead > timedelta() else "back"
