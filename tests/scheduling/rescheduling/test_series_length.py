"""A longer run, a shorter one, and breaks in it."""

from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask

from core.errors import DomainError
from core.transaction import transaction
from scheduling.dates.closures import Break
from scheduling.dates.recurrence import ChosenDates
from scheduling.models import Series, SessionState
from scheduling.rescheduling import series_plans, session_plans
from scheduling.rescheduling.change_plan import ChangePlan, Scope
from scheduling.runs.rolling import roll_forward
from scheduling.runs.series import set_up_of
from tests.scheduling.made_runs import (
    SECOND_THURSDAYS,
    a_run,
    change,
    days,
    facilitator_of,
    numbers,
    sessions_of,
)

FROM, UNTIL = date(2027, 2, 1), date(2027, 3, 31)


def pause(series: Series, now: datetime, *, make_up: bool = False) -> ChangePlan:
    """Leave February and March out."""
    return series_plans.pause(series, from_on=FROM, until_on=UNTIL, make_up=make_up, now=now)


def test_a_break_cancels_what_lies_in_it(series: Series, now: datetime) -> None:
    change(lambda: pause(series, now), by=facilitator_of(series))

    assert days(series) == [*SECOND_THURSDAYS[:2], *SECOND_THURSDAYS[4:]]
    assert set_up_of(series).leave_outs.breaks == (Break(FROM, UNTIL),)
    assert numbers(series) == [1, 2, 5, 6]


def test_a_break_that_is_made_up_for_adds_as_many_at_the_end(series: Series, now: datetime) -> None:
    change(lambda: pause(series, now, make_up=True), by=facilitator_of(series))

    expected = [*SECOND_THURSDAYS[:2], *SECOND_THURSDAYS[4:]]
    assert days(series) == [*expected, date(2027, 6, 10), date(2027, 7, 8)]
    assert (numbers(series), series.sessions) == ([1, 2, 5, 6, 7, 8], 8)


def test_a_run_that_goes_on_has_nothing_to_make_up_for(app: Flask, now: datetime) -> None:
    series = a_run(count=None)

    plan = pause(series, now, make_up=True)

    assert (plan.added, len(plan.cancelled)) == ((), 2)


def test_rolling_forward_leaves_a_later_break_out(app: Flask, now: datetime) -> None:
    series = a_run(count=None)
    last = days(series)[-1]
    from_on, until_on = last + timedelta(days=10), last + timedelta(days=80)
    change(
        lambda: series_plans.pause(
            series, from_on=from_on, until_on=until_on, make_up=False, now=now
        ),
        by=facilitator_of(series),
    )

    with transaction():
        roll_forward([series.id], now.replace(year=2027))

    assert [day for day in days(series) if from_on <= day <= until_on] == []
    assert days(series)[-1] > until_on


def test_the_same_break_twice_changes_nothing(series: Series, now: datetime) -> None:
    change(lambda: pause(series, now), by=facilitator_of(series))

    assert pause(series, now).is_empty


def test_putting_everything_back_ends_the_break(series: Series, now: datetime) -> None:
    change(lambda: pause(series, now), by=facilitator_of(series))
    first = sessions_of(series)[0]

    change(lambda: session_plans.reinstate(first, Scope.ALL, now=now), by=facilitator_of(series))

    assert days(series) == SECOND_THURSDAYS
    assert set_up_of(series).leave_outs.breaks == ()


@pytest.mark.parametrize(
    ("from_on", "until_on"),
    [
        (UNTIL, FROM),
        (date(2026, 10, 1), date(2026, 10, 31)),
        (FROM, date(2028, 3, 1)),
    ],
)
def test_an_impossible_break_is_refused(
    series: Series, now: datetime, from_on: date, until_on: date
) -> None:
    with pytest.raises(DomainError) as refused:
        series_plans.pause(series, from_on=from_on, until_on=until_on, make_up=False, now=now)

    assert refused.value.field == "until_on"


def test_ending_early_cancels_the_rest_and_counts_anew(series: Series, now: datetime) -> None:
    fourth = sessions_of(series)[3]

    change(lambda: series_plans.end_after(fourth, now=now), by=facilitator_of(series))

    assert days(series) == SECOND_THURSDAYS[:4]
    assert (numbers(series), series.sessions) == ([1, 2, 3, 4], 4)


def test_ending_early_is_refused_at_a_cancelled_session(series: Series, now: datetime) -> None:
    fourth = sessions_of(series)[3]
    change(lambda: session_plans.cancel(fourth, Scope.ONE, now=now), by=facilitator_of(series))

    with pytest.raises(DomainError, match="cannot be the last"):
        series_plans.end_after(fourth, now=now)


def test_ending_at_the_last_one_changes_nothing(series: Series, now: datetime) -> None:
    assert series_plans.end_after(sessions_of(series)[-1], now=now).is_empty


def test_a_run_that_went_on_ends_and_is_rolled_forward_no_more(app: Flask, now: datetime) -> None:
    series = a_run(count=None)

    change(
        lambda: series_plans.end_after(sessions_of(series)[3], now=now), by=facilitator_of(series)
    )
    with transaction():
        added = roll_forward([series.id], now.replace(year=2027))

    assert (days(series), series.sessions, added) == (SECOND_THURSDAYS[:4], 4, 0)


def test_extending_puts_back_what_was_there_and_adds_the_rest(
    series: Series, now: datetime
) -> None:
    rows = [one.id for one in sessions_of(series)]
    change(
        lambda: series_plans.end_after(sessions_of(series)[3], now=now), by=facilitator_of(series)
    )

    plan = series_plans.extend(series, more=3, now=now)
    change(lambda: series_plans.extend(series, more=3, now=now), by=facilitator_of(series))

    assert (len(plan.reinstated), len(plan.added)) == (2, 1)
    assert days(series) == [*SECOND_THURSDAYS, date(2027, 6, 10)]
    assert [one.id for one in sessions_of(series)][:6] == rows
    assert (numbers(series), series.sessions) == ([1, 2, 3, 4, 5, 6, 7], 7)


def test_extending_without_end_fills_the_run_up_and_lets_it_go_on(
    series: Series, now: datetime
) -> None:
    change(lambda: series_plans.extend(series, more=None, now=now), by=facilitator_of(series))
    before = days(series)
    with transaction():
        added = roll_forward([series.id], now.replace(year=2027))

    assert (series.sessions, added > 0) == (None, True)
    assert before[-1] >= date(2028, 1, 13)
    assert days(series)[: len(before)] == before
    assert date(2027, 8, 12) not in days(series)


def test_extending_follows_a_pattern_that_was_shifted(series: Series, now: datetime) -> None:
    first = sessions_of(series)[0]
    change(
        lambda: session_plans.shift_days(first, Scope.ALL, 1, now=now), by=facilitator_of(series)
    )

    change(lambda: series_plans.extend(series, more=1, now=now), by=facilitator_of(series))

    assert days(series)[-1] == date(2027, 6, 11)


def test_an_extra_date_at_the_end_is_not_taken_for_the_last_of_the_pattern(
    series: Series, now: datetime
) -> None:
    late = date(2027, 7, 1)
    change(
        lambda: session_plans.add_date(series, on=late, starts=time(9), ends=time(10), now=now),
        by=facilitator_of(series),
    )

    change(lambda: series_plans.extend(series, more=1, now=now), by=facilitator_of(series))

    assert days(series)[-2:] == [date(2027, 6, 10), late]


@pytest.mark.parametrize(("count", "more"), [(6, 0), (6, 61), (None, 3), (None, None)])
def test_extending_is_refused_by_an_unlikely_number_or_without_an_end(
    app: Flask, now: datetime, count: int | None, more: int | None
) -> None:
    series = a_run(count=count)

    with pytest.raises(DomainError) as refused:
        series_plans.extend(series, more=more, now=now)

    assert refused.value.field == "more"


def test_chosen_dates_have_no_next_one(app: Flask, now: datetime) -> None:
    dates = [day.isoformat() for day in SECOND_THURSDAYS]
    series = a_run(pattern={"kind": "chosen", "dates": dates})

    with pytest.raises(DomainError, match="chosen one by one"):
        series_plans.extend(series, more=1, now=now)
    with pytest.raises(DomainError, match="chosen one by one"):
        pause(series, now, make_up=True)


def test_a_session_dropped_from_a_run_comes_back_as_an_extra_one(
    series: Series, now: datetime
) -> None:
    change(
        lambda: series_plans.end_after(sessions_of(series)[3], now=now), by=facilitator_of(series)
    )
    last = sessions_of(series)[-1]

    change(lambda: session_plans.reinstate(last, Scope.ONE, now=now), by=facilitator_of(series))

    assert (last.state, last.is_extra, last.number) == (SessionState.PLANNED, True, 5)
    assert series.sessions == 5


@pytest.mark.parametrize("stood", [118, 119])
def test_a_run_can_have_as_many_as_120_sessions_to_come(
    app: Flask, now: datetime, stood: int
) -> None:
    long = a_run(count=stood)

    plan = series_plans.extend(long, more=1, now=now)

    assert len(plan.added) == 1


@pytest.mark.parametrize(
    ("too_much", "makes"),
    [
        (lambda run, now: series_plans.extend(run, more=1, now=now), 121),
        (lambda run, now: series_plans.extend(run, more=60, now=now), 180),
        (
            lambda run, now: session_plans.add_date(
                run, on=date(2027, 1, 5), starts=time(18), ends=time(19), now=now
            ),
            121,
        ),
        (
            lambda run, now: series_plans.set_pattern(
                sessions_of(run)[0],
                ChosenDates(tuple(date(2027, 1, 1) + timedelta(days=n) for n in range(121))),
                first_on=date(2027, 1, 1),
                now=now,
            ),
            121,
        ),
    ],
)
def test_more_than_120_sessions_to_come_are_refused(  # type: ignore[no-untyped-def]  # a plan
    app: Flask, now: datetime, too_much, makes: int
) -> None:
    long = a_run(count=120)

    with pytest.raises(DomainError, match=f"up to 120 .* would make {makes}"):
        too_much(long, now)


def test_what_only_moves_a_very_long_run_is_not_refused(app: Flask, now: datetime) -> None:
    longer = a_run(count=125)

    plan = session_plans.shift_days(sessions_of(longer)[0], Scope.ALL, 1, now=now)
    chosen = ChosenDates(tuple(date(2027, 1, 1) + timedelta(days=n) for n in range(120)))
    fewer = series_plans.set_pattern(sessions_of(longer)[0], chosen, now=now)

    assert (len(plan.moved), len(fewer.cancelled)) == (125, 5)
