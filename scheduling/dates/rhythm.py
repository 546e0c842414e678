"""Endless dates on the wall: every so many weeks, or such a weekday of each month. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

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
