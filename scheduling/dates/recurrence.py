"""From a rhythm ("second Thursday, 6pm") to dated sessions: pure, in wall-clock time.

Dates are worked out as the people concerned read them on the wall, and only then become instants
in UTC. Adding days or months to an instant would lose an hour at every change of the clocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count, takewhile
from zoneinfo import ZoneInfo

from scheduling.dates.closures import LeaveOuts
from scheduling.dates.hours import Hours, Instant, Shift, instant

DAYS_IN_WEEK = 7
A_WEEK = timedelta(days=DAYS_IN_WEEK)
MONTHS_IN_YEAR = 12
LAST = -1


def every_weeks(weeks: int, first: date, from_on: date) -> Iterator[date]:
    """Yield ``first`` and every so many weeks later, beginning with the first that is not before
    ``from_on``, itself not before ``first``.
    """
    step = weeks * DAYS_IN_WEEK
    passed = -(-(from_on - first).days // step)
    return (first + timedelta(days=step * number) for number in count(passed))


def monthly(weekday: int, nth: int, from_on: date) -> Iterator[date]:
    """Yield one date a month, beginning with the first that is not before ``from_on``; Monday is
    0, and an ``nth`` of -1 means the last such weekday.
    """
    # From the first of a month to its first such weekday are 0 to 6 days.
    weeks = timedelta(days=(4 if nth == LAST else nth - 1) * DAYS_IN_WEEK)
    for months in count(from_on.year * MONTHS_IN_YEAR + from_on.month - 1):
        begins = date(months // MONTHS_IN_YEAR, months % MONTHS_IN_YEAR + 1, 1)
        day = begins + weeks + timedelta(days=(weekday - begins.weekday()) % DAYS_IN_WEEK)
        if nth == LAST and day.month != begins.month:
            # There is no fifth such weekday, so the fourth is the last.
            day -= A_WEEK
        if day >= from_on:
            yield day


__all__ = [
    "LAST",
    "ChosenDates",
    "EveryWeeks",
    "Instant",
    "MonthlyByWeekday",
    "Occurrence",
    "Pattern",
    "Plan",
    "Shift",
    "Skip",
    "TooFewDates",
    "instant",
    "occurrences",
    "pattern_of",
    "plan",
]

SATURDAY = 5
WEEKS_IN_YEAR = 52
# Ten years without a single date kept: nobody is waiting for the eleventh.
PATIENCE = timedelta(days=3653)


class TooFewDates(ValueError):
    """The pattern cannot give as many dates as were asked for."""


@dataclass(frozen=True)
class MonthlyByWeekday:
    """The nth such weekday of each month; Monday is 0, nth is 1 to 4, or -1 for the last.

    `days_later` is by how many days every date has been put off, or brought forward if negative.
    """

    weekday: int
    nth: int
    days_later: int = 0

    def __post_init__(self) -> None:
        if self.weekday not in range(DAYS_IN_WEEK) or self.nth not in (1, 2, 3, 4, LAST):
            raise ValueError(f"No such weekday of a month: {self.weekday}, {self.nth}")

    def shifted(self, days: int) -> MonthlyByWeekday:
        """Return the same dates so many days later; a week after the second Thursday of a month
        is always the third, and is called so.
        """
        weeks, rest = divmod(self.days_later + days, DAYS_IN_WEEK)
        if not rest and self.nth != LAST and self.nth + weeks in (1, 2, 3, 4):
            return MonthlyByWeekday(self.weekday, self.nth + weeks)
        return MonthlyByWeekday(self.weekday, self.nth, self.days_later + days)


@dataclass(frozen=True)
class EveryWeeks:
    """Every so many weeks (1 to 52), on the weekday of the first date."""

    weeks: int

    def __post_init__(self) -> None:
        if not 1 <= self.weeks <= WEEKS_IN_YEAR:
            raise ValueError(f"Not a number of weeks between sessions: {self.weeks}")


@dataclass(frozen=True)
class ChosenDates:
    """Dates chosen one by one; kept in order and without repeats, however they were given."""

    dates: tuple[date, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "dates", tuple(sorted(set(self.dates))))


Pattern = MonthlyByWeekday | EveryWeeks | ChosenDates


@dataclass(frozen=True)
class Occurrence:
    """One session to hold: number from 1, skips not counted; instants in UTC.

    `advice` says what is worth knowing about the day; such a day is kept, not moved.
    """

    number: int
    planned_on: date
    held_on: date
    starts_at: datetime
    ends_at: datetime
    shift: Shift
    advice: tuple[str, ...]


@dataclass(frozen=True)
class Skip:
    """A date of the pattern on which nothing is held, and a free day of its week to offer."""

    planned_on: date
    reason: str
    alternative: date | None


@dataclass(frozen=True)
class Plan:
    """The sessions of a run in the order of their pattern, and the dates it passes over."""

    occurrences: tuple[Occurrence, ...]
    skips: tuple[Skip, ...]


def pattern_of(first: date) -> MonthlyByWeekday:
    """Return the monthly pattern a first date suggests: a fifth such weekday means the last."""
    nth = (first.day - 1) // DAYS_IN_WEEK + 1
    return MonthlyByWeekday(first.weekday(), nth if nth <= 4 else LAST)


def occurrences(pattern: Pattern, first: date, after: date | None = None) -> Iterator[date]:
    """Yield the dates of a pattern in order, lazily, from the first that is not before `first`.

    With `after` only those later than it, without going through all the earlier ones: a run may
    be years old. A month without its date would have none; with the first to fourth and the last
    of a weekday that never happens. Only dates chosen one by one come to an end.
    """
    from_on = first if after is None else max(first, after + timedelta(days=1))
    if isinstance(pattern, ChosenDates):
        return (day for day in pattern.dates if day >= from_on)
    if isinstance(pattern, EveryWeeks):
        return every_weeks(pattern.weeks, first, from_on)
    later = timedelta(days=pattern.days_later)
    return (day + later for day in monthly(pattern.weekday, pattern.nth, from_on - later))


@dataclass
class _Draft:
    """A plan in the making: choices of the facilitator, and days already spoken for."""

    hours: Hours
    leave_outs: LeaveOuts
    instead: Mapping[date, date]
    left_out: AbstractSet[date]
    first: date
    taken: set[date]
    kept: list[Occurrence] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)

    def add(self, planned_on: date) -> None:
        """Keep a date of the pattern, or pass over it with its reason."""
        moved_to = self.instead.get(planned_on)
        if moved_to is not None:
            self._keep(planned_on, moved_to, self.leave_outs.reason(moved_to))
        elif planned_on in self.left_out:
            # Somebody meant this date to go, so no other day is offered in its place.
            self.skips.append(Skip(planned_on, "Left out by hand", None))
        elif reason := self.leave_outs.reason(planned_on):
            self.skips.append(Skip(planned_on, reason, self._alternative(planned_on)))
        else:
            self._keep(planned_on, planned_on)

    def _keep(self, planned_on: date, held_on: date, reason: str | None = None) -> None:
        span = self.hours.on(held_on)
        remarks = (reason, self.leave_outs.advice(held_on))
        advice = tuple(remark for remark in remarks if remark) if any(remarks) else ()
        number = len(self.kept) + 1
        times = (span.starts_at, span.ends_at, span.shift)
        self.kept.append(Occurrence(number, planned_on, held_on, *times, advice))

    def _alternative(self, planned_on: date) -> date | None:
        """Return the nearest free weekday of the same ISO week; of two, the later: more notice."""
        monday = planned_on - timedelta(days=planned_on.weekday())
        week = (monday + timedelta(days=offset) for offset in range(SATURDAY))
        free = [day for day in week if day >= self.first and self._is_free(day)]
        if not free:
            return None
        nearest = min(free, key=lambda day: (abs(day - planned_on), planned_on - day))
        self.taken.add(nearest)
        return nearest

    def _is_free(self, day: date) -> bool:
        spoken_for = day in self.taken or day in self.left_out
        return not spoken_for and self.leave_outs.reason(day) is None


def plan(
    pattern: Pattern,
    first: date,
    *,
    starts: time,
    ends: time,
    zone: ZoneInfo,
    count: int | None,
    until: date | None,
    leave_outs: LeaveOuts,
    instead: Mapping[date, date] | None = None,
    left_out: AbstractSet[date] = frozenset(),
    after: date | None = None,
) -> Plan:
    """Return the sessions of a run that begins on `first`; `starts` and `ends` are wall-clock.

    With `count`, exactly so many sessions: skips do not use it up, and `until` is not looked at.
    Otherwise everything up to and including `until`; a later `until` only appends.
    `instead` maps a date of the pattern to the day it is held on, whatever was left out;
    `left_out` are dates dropped by hand. With `after`, only dates of the pattern later than it are
    looked at, and numbered from 1: what a run that goes on still lacks.

    Raises TooFewDates when `count` cannot be reached (chosen dates run out, or ten years pass
    without a date to keep), and ValueError for hours that end before they start or for a run that
    would never stop.
    """
    if count is None and until is None and not isinstance(pattern, ChosenDates):
        raise ValueError("A run needs a number of sessions or a last day")
    chosen = pattern.dates if isinstance(pattern, ChosenDates) else ()
    taken = {*(instead or {}).values(), *chosen}
    hours = Hours(starts, ends, zone)
    draft = _Draft(hours, leave_outs, instead or {}, left_out, first, taken)
    dates = occurrences(pattern, first, after)
    if count is not None:
        _fill(draft, dates, count)
    else:
        for planned_on in takewhile(lambda day: until is None or day <= until, dates):
            draft.add(planned_on)
    return Plan(tuple(draft.kept), tuple(draft.skips))


def _fill(draft: _Draft, dates: Iterator[date], count: int) -> None:
    """Add dates until `count` are kept, and not one more."""
    last_kept_on = draft.first
    while len(draft.kept) < count:
        planned_on = next(dates, None)
        if planned_on is None or planned_on - last_kept_on > PATIENCE:
            raise TooFewDates(f"Only {len(draft.kept)} of the {count} dates asked for can be kept")
        draft.add(planned_on)
        if draft.kept:
            last_kept_on = draft.kept[-1].planned_on
