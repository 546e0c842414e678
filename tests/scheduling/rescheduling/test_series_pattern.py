"""Another pattern for a run: its sessions move, and none is cancelled to be made anew."""

from datetime import UTC, date, datetime, time
from itertools import islice, pairwise

import pytest
from flask import Flask

from core.errors import DomainError
from core.transaction import transaction
from scheduling.dates.recurrence import (
    ChosenDates,
    EveryWeeks,
    MonthlyByWeekday,
    Pattern,
    occurrences,
)
from scheduling.models import Series, SessionState
from scheduling.rescheduling import series_plans, session_plans
from scheduling.rescheduling.change_plan import ChangePlan, Scope
from scheduling.runs.rolling import roll_forward
from scheduling.runs.series import set_up_of
from tests.scheduling import changed
from tests.scheduling.made_runs import (
    SECOND_THURSDAYS,
    a_run,
    change,
    day_of,
    days,
    facilitator_of,
    numbers,
    planned,
    sessions_of,
)

FIRST_TUESDAYS = [
    *(date(2026, 12, 1), date(2027, 1, 5), date(2027, 2, 2)),
    *(date(2027, 3, 2), date(2027, 4, 6), date(2027, 5, 4)),
]
FIRST_TUESDAY = MonthlyByWeekday(1, 1)
SIX, HALF_PAST_SEVEN = time(18), time(19, 30)


def by_hand(series: Series, which: int, on: date) -> None:
    """Move one session by hand, keeping its hours."""
    with transaction():
        session, now = sessions_of(series)[which], series.created_at
        changed.move(
            session,
            on=on,
            starts=SIX,
            ends=HALF_PAST_SEVEN,
            now=now,
            by=facilitator_of(series),
        )


def to(series: Series, pattern: Pattern, *, which: int = 0, **values: object) -> ChangePlan:
    """Work out another pattern."""
    session = sessions_of(series)[which]
    return series_plans.set_pattern(session, pattern, **values)  # type: ignore[arg-type]  # each test names real parts


def test_f15_every_session_moves_and_keeps_its_row(series: Series, now: datetime) -> None:
    rows = [one.id for one in sessions_of(series)]

    plan = to(series, FIRST_TUESDAY, scope=Scope.ALL, now=now)
    change(lambda: to(series, FIRST_TUESDAY, scope=Scope.ALL, now=now), by=facilitator_of(series))

    assert (plan.added, plan.cancelled, plan.changed_count) == ((), (), 6)
    assert days(series) == FIRST_TUESDAYS
    assert [one.id for one in sessions_of(series)] == rows
    assert [one.planned_on for one in sessions_of(series)] == FIRST_TUESDAYS
    assert (set_up_of(series).pattern, series.sessions) == (FIRST_TUESDAY, 6)


def test_a_hand_moved_session_keeps_its_place_and_uses_up_its_turn(
    series: Series, now: datetime
) -> None:
    by_hand(series, 2, date(2027, 2, 17))

    plan = to(series, FIRST_TUESDAY, scope=Scope.ALL, now=now)
    change(lambda: to(series, FIRST_TUESDAY, scope=Scope.ALL, now=now), by=facilitator_of(series))

    assert [one.slot.starts_at.day for one in plan.pinned] == [17]
    assert days(series) == [*FIRST_TUESDAYS[:2], date(2027, 2, 17), *FIRST_TUESDAYS[3:]]
    assert sessions_of(series)[2].planned_on == FIRST_TUESDAYS[2]


def test_a_day_on_which_somebody_has_put_a_session_is_not_taken_twice(
    series: Series, now: datetime
) -> None:
    by_hand(series, 2, FIRST_TUESDAYS[3])

    change(lambda: to(series, FIRST_TUESDAY, scope=Scope.ALL, now=now), by=facilitator_of(series))

    assert days(series) == FIRST_TUESDAYS
    assert numbers(series) == [1, 2, 3, 4, 5, 6]


def test_the_following_change_and_begin_after_the_session_before(
    series: Series, now: datetime
) -> None:
    by_hand(series, 1, date(2027, 2, 3))

    change(lambda: to(series, FIRST_TUESDAY, which=2, now=now), by=facilitator_of(series))

    assert days(series)[2:] == [*FIRST_TUESDAYS[3:], date(2027, 6, 1)]


def test_dates_that_have_passed_are_not_used(series: Series) -> None:
    now = datetime(2026, 12, 9, 12, tzinfo=UTC)

    change(
        lambda: to(series, FIRST_TUESDAY, scope=Scope.ALL, now=now),
        by=facilitator_of(series),
        now=now,
    )

    assert days(series) == [*FIRST_TUESDAYS[1:], date(2027, 6, 1)]


def test_every_few_weeks_begin_on_the_first_day_chosen(series: Series, now: datetime) -> None:
    first_on = date(2027, 1, 6)

    change(
        lambda: to(series, EveryWeeks(3), which=1, first_on=first_on, now=now),
        by=facilitator_of(series),
    )

    assert days(series) == [
        *(SECOND_THURSDAYS[0], date(2027, 1, 6), date(2027, 1, 27)),
        *(date(2027, 2, 17), date(2027, 3, 10), date(2027, 3, 31)),
    ]


def test_a_first_day_before_the_session_before_is_refused(series: Series, now: datetime) -> None:
    with pytest.raises(DomainError, match="after the session before it, Thursday 10 Dec") as first:
        to(series, EveryWeeks(3), which=1, first_on=date(2026, 12, 10), now=now)
    with pytest.raises(DomainError, match="still to come") as second:
        to(series, EveryWeeks(3), first_on=date(2026, 11, 1), now=now)

    assert first.value.field == second.value.field == "first_on"


def test_the_last_such_weekday_takes_the_fifth_where_there_is_one(
    series: Series, now: datetime
) -> None:
    change(
        lambda: to(series, MonthlyByWeekday(3, -1), scope=Scope.ALL, now=now),
        by=facilitator_of(series),
    )

    assert days(series)[:4] == [
        *(date(2026, 12, 31), date(2027, 1, 28), date(2027, 2, 25), date(2027, 3, 25)),
    ]


def test_what_the_run_leaves_out_is_left_out_of_the_new_pattern(
    series: Series, now: datetime
) -> None:
    change(
        lambda: to(series, MonthlyByWeekday(0, 1), scope=Scope.ALL, now=now),
        by=facilitator_of(series),
    )

    assert date(2027, 5, 3) not in days(series)
    assert len(days(series)) == 6


def test_fewer_chosen_dates_cancel_the_rest_and_more_add_to_them(
    series: Series, now: datetime
) -> None:
    four = ChosenDates(tuple(date(2027, month, 20) for month in range(1, 5)))
    eight = ChosenDates(tuple(date(2027, month, 21) for month in range(1, 9)))

    change(lambda: to(series, four, scope=Scope.ALL, now=now), by=facilitator_of(series))
    after_four = (days(series), numbers(series), series.sessions)
    change(lambda: to(series, eight, scope=Scope.ALL, now=now), by=facilitator_of(series))

    assert after_four == (list(four.dates), [1, 2, 3, 4], 4)
    assert (days(series), numbers(series), series.sessions) == (
        list(eight.dates),
        [1, 2, 3, 4, 5, 6, 7, 8],
        8,
    )


def test_a_cancelled_session_moves_along_and_stays_cancelled(series: Series, now: datetime) -> None:
    january = sessions_of(series)[1]
    change(lambda: session_plans.cancel(january, Scope.ONE, now=now), by=facilitator_of(series))

    plan = to(series, FIRST_TUESDAY, scope=Scope.ALL, now=now)
    change(lambda: to(series, FIRST_TUESDAY, scope=Scope.ALL, now=now), by=facilitator_of(series))

    assert plan.changed_count == 5
    assert (day_of(january), january.state) == (FIRST_TUESDAYS[1], SessionState.CANCELLED)


def test_a_run_that_goes_on_is_filled_up_to_its_horizon(app: Flask, now: datetime) -> None:
    series = a_run(count=None)
    monthly = len(days(series))

    change(lambda: to(series, EveryWeeks(2), scope=Scope.ALL, now=now), by=facilitator_of(series))

    held = days(series)
    assert len(held) > monthly * 2 - 6
    assert {(later - earlier).days % 14 for earlier, later in pairwise(held)} == {0}
    assert held[-1] >= date(2028, 2, 20)


def test_fewer_dates_of_a_run_that_goes_on_cancel_what_is_left(app: Flask, now: datetime) -> None:
    series = a_run(count=None, pattern={"kind": "weeks", "weeks": 2})
    rows = sessions_of(series)

    change(lambda: to(series, FIRST_TUESDAY, scope=Scope.ALL, now=now), by=facilitator_of(series))

    held = planned(series)
    assert [one.id for one in held] == [one.id for one in rows[: len(held)]]
    assert days(series)[:4] == FIRST_TUESDAYS[:4]
    assert [one.number for one in held] == list(range(1, len(held) + 1))
    dropped = [one for one in sessions_of(series) if one.state == SessionState.CANCELLED]
    assert {one.is_extra for one in dropped} == {True}


@pytest.mark.parametrize("pattern", [FIRST_TUESDAY, EveryWeeks(5), MonthlyByWeekday(4, -1)])
def test_rolling_forward_goes_on_with_the_new_pattern(
    app: Flask, now: datetime, pattern: Pattern
) -> None:
    series = a_run(count=None, leave_outs={})
    change(lambda: to(series, pattern, scope=Scope.ALL, now=now), by=facilitator_of(series))
    before, later = days(series), now.replace(year=2027)

    with transaction():
        added = roll_forward([series.id], later)
    with transaction():
        again = roll_forward([series.id], later)

    held = days(series)
    assert (added > 0, again) == (True, 0)
    assert held[: len(before)] == before
    assert len(held) == len(set(held)) == len(before) + added
    expected = occurrences(pattern, series.first_on)
    assert held == list(islice(expected, len(held)))
    assert numbers(series) == list(range(1, len(held) + 1))


def test_a_weekday_of_the_month_for_one_and_for_all(series: Series, now: datetime) -> None:
    second = sessions_of(series)[1]

    one = session_plans.move_to_weekday(second, Scope.ONE, 4, -1, now=now)
    every = session_plans.move_to_weekday(second, Scope.ALL, 1, 1, now=now)

    assert [(move.slot.starts_at.date(), move.slot.pinned) for move in one.moved] == [
        (date(2027, 1, 29), True)
    ]
    assert [move.slot.starts_at.date() for move in every.moved] == FIRST_TUESDAYS


def test_a_weekday_of_the_month_is_refused_for_runs_that_are_not_monthly(
    app: Flask, now: datetime
) -> None:
    series = a_run(pattern={"kind": "weeks", "weeks": 2})

    with pytest.raises(DomainError, match="not monthly"):
        session_plans.move_to_weekday(sessions_of(series)[0], Scope.ALL, 1, 1, now=now)


def test_the_same_pattern_changes_nothing(series: Series, now: datetime) -> None:
    plan = to(series, MonthlyByWeekday(3, 2), scope=Scope.ALL, now=now)

    assert plan.is_empty
