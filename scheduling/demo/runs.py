"""The runs of the demo's groups, arranged around today."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from scheduling.dates.closures import Division, LeaveOuts
from scheduling.dates.recurrence import MonthlyByWeekday, Occurrence, occurrences
from scheduling.runs.set_up import SetUp, planned

TUESDAY, THURSDAY = 1, 3
HOLIDAYS = LeaveOuts(bank_holidays=Division.ENGLAND_AND_WALES)
#: How many sessions of each run are over.
HELD = 3
MOST_NTH = 4


def thursday(now: datetime) -> SetUp:
    """Return a run of a year that has come a quarter of its way; the next is in about 19 days."""
    wanted = SetUp(
        pattern=MonthlyByWeekday(THURSDAY, 1),
        first_on=now.date(),
        starts=time(18),
        ends=time(19, 30),
        leave_outs=HOLIDAYS,
        place="Online",
        room="https://rooms.example/thursday-evenings",
        prompt_days=21,
    )
    return _arranged(wanted, THURSDAY, now, next_in=19)


def tuesday(now: datetime) -> SetUp:
    """Return a run that goes on until somebody ends it; the next is in about ten days."""
    wanted = SetUp(
        pattern=MonthlyByWeekday(TUESDAY, 1),
        first_on=now.date(),
        starts=time(12, 30),
        ends=time(13, 45),
        sessions=None,
        leave_outs=HOLIDAYS,
        place="Online",
        room="https://rooms.example/tuesday-lunchtimes",
    )
    return _arranged(wanted, TUESDAY, now, next_in=10)


def sessions_until(set_up: SetUp, moment: datetime) -> Sequence[Occurrence]:
    """Return the sessions of a run, at least up to a moment, in order."""
    return planned(set_up, until=moment.date() + timedelta(days=1)).occurrences


def _arranged(wanted: SetUp, weekday: int, now: datetime, *, next_in: int) -> SetUp:
    """Return the same run on the pattern and from the day that leave three sessions behind it."""
    next_on = _day_near(now.date() + timedelta(days=next_in), weekday)
    pattern = MonthlyByWeekday(weekday, _nth(next_on))
    set_up = wanted
    for months in range(HELD, 2 * HELD):
        # A bank holiday on the way is passed over, so the run may have to begin a month earlier.
        first_on = next(occurrences(pattern, next_on - relativedelta(months=months, day=1)))
        set_up = replace(wanted, pattern=pattern, first_on=first_on)
        if sum(held.ends_at < now for held in sessions_until(set_up, now)) == HELD:
            break
    return set_up


def _day_near(day: date, weekday: int) -> date:
    """Return the nearest day on which a monthly session can be."""
    days = (day + timedelta(days=offset) for offset in sorted(range(-8, 9), key=abs))
    return next(
        one
        for one in days
        if one.weekday() == weekday and _nth(one) <= MOST_NTH and not HOLIDAYS.reason(one)
    )


def _nth(day: date) -> int:
    return (day.day - 1) // 7 + 1
