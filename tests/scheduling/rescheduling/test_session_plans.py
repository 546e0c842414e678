"""Changes of several dates as they are worked out, and what stands there once they are made."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask

from core.errors import DomainError
from core.transaction import transaction
from groups.models import CohortState, Person
from scheduling.dates.recurrence import MonthlyByWeekday
from scheduling.models import Series, SessionState
from scheduling.rescheduling import session_plans
from scheduling.rescheduling.change_plan import Scope
from scheduling.runs.series import set_up_of
from tests import build
from tests.scheduling import changed
from tests.scheduling.made_runs import (
    SECOND_THURSDAYS,
    a_run,
    change,
    day_of,
    days,
    numbers,
    planned,
    sessions_of,
)

LONDON = "Europe/London"
WEEK = timedelta(days=7)
SIX, HALF_PAST_SEVEN = time(18), time(19, 30)


def by_hand(series: Series, which: int, on: date, now: datetime, by: Person) -> None:
    """Move one session by hand, keeping its hours."""
    with transaction():
        session = sessions_of(series)[which]
        changed.move(session, on=on, starts=SIX, ends=HALF_PAST_SEVEN, now=now, by=by)


def test_concerned_are_the_coming_ones_from_a_session_on(series: Series, now: datetime) -> None:
    rows = sessions_of(series)
    later = rows[1].ends_at

    def held(scope: Scope, at: datetime) -> list[int]:
        return [one.number for one in session_plans.concerned(rows[3], scope, now=at)]

    assert held(Scope.ONE, now) == [4]
    assert held(Scope.FOLLOWING, now) == [4, 5, 6]
    assert held(Scope.ALL, now) == [1, 2, 3, 4, 5, 6]
    assert held(Scope.ALL, later) == [3, 4, 5, 6]


def test_what_is_over_is_refused(series: Series) -> None:
    first, last = sessions_of(series)[0], sessions_of(series)[-1]

    with pytest.raises(DomainError, match="has begun or is over"):
        session_plans.shift_days(first, Scope.FOLLOWING, 7, now=first.starts_at)
    with pytest.raises(DomainError, match="no session to come"):
        session_plans.shift_days(first, Scope.ALL, 7, now=last.starts_at)


@pytest.mark.parametrize(
    ("state", "words"), [(CohortState.DRAFT, "set up"), (CohortState.ENDED, "has ended")]
)
def test_only_an_open_group_is_reshaped(
    series: Series, now: datetime, state: CohortState, words: str
) -> None:
    with transaction():
        series.cohort.state = state

    with pytest.raises(DomainError, match=words):
        session_plans.cancel(sessions_of(series)[0], Scope.ALL, now=now)


def test_shifting_all_keeps_the_hour_on_the_wall_through_both_clock_changes(
    app: Flask, now: datetime
) -> None:
    series = a_run(count=12, leave_outs={})
    amara = series.cohort.memberships[0].person

    change(
        lambda: session_plans.shift_days(sessions_of(series)[0], Scope.ALL, 18, now=now), by=amara
    )

    hours = {(one.starts_at.month, one.starts_at.hour) for one in planned(series)}
    assert days(series)[:4] == [day + timedelta(days=18) for day in SECOND_THURSDAYS[:4]]
    # 29 March and 28 October are days just after the clocks change in 2027, 26 October before.
    assert {hour for month, hour in hours if 4 <= month <= 9} == {17}
    assert {hour for month, hour in hours if month in (11, 12, 1, 2)} == {18}
    assert planned(series)[3].starts_at == datetime(2027, 3, 29, 17, 0, tzinfo=UTC)


def test_shifting_the_following_leaves_the_earlier_and_goes_on_shifted(
    series: Series, amara: Person, now: datetime
) -> None:
    change(
        lambda: session_plans.shift_days(sessions_of(series)[2], Scope.FOLLOWING, 1, now=now),
        by=amara,
    )

    expected = [*SECOND_THURSDAYS[:2], *(day + timedelta(days=1) for day in SECOND_THURSDAYS[2:])]
    assert days(series) == expected
    assert [one.planned_on for one in sessions_of(series)] == expected
    assert set_up_of(series).pattern == MonthlyByWeekday(3, 2, 1)


def test_a_week_later_is_called_the_third_thursday(
    series: Series, amara: Person, now: datetime
) -> None:
    change(
        lambda: session_plans.shift_days(sessions_of(series)[0], Scope.ALL, 7, now=now), by=amara
    )

    assert set_up_of(series).pattern == MonthlyByWeekday(3, 3)


def test_shifting_past_neighbours_puts_the_numbers_in_order(
    series: Series, amara: Person, now: datetime
) -> None:
    second = sessions_of(series)[1]

    change(lambda: session_plans.shift_days(second, Scope.ONE, 40, now=now), by=amara)

    assert numbers(series) == [1, 2, 3, 4, 5, 6]
    assert (second.number, second.by_hand) == (3, True)
    assert day_of(second) == date(2027, 2, 23)


@pytest.mark.parametrize("days_later", [0, 400])
def test_shifting_by_no_or_too_many_days_is_refused(
    series: Series, now: datetime, days_later: int
) -> None:
    with pytest.raises(DomainError) as refused:
        session_plans.shift_days(sessions_of(series)[0], Scope.ONE, days_later, now=now)

    assert refused.value.field == "days"


def test_shifting_into_the_past_is_refused(series: Series, now: datetime) -> None:
    with pytest.raises(DomainError, match="has passed"):
        session_plans.shift_days(sessions_of(series)[0], Scope.ALL, -20, now=now)


def test_a_session_moved_by_hand_stays_and_the_plan_says_so(
    series: Series, amara: Person, now: datetime
) -> None:
    by_hand(series, 2, date(2027, 2, 17), now, amara)

    plan = session_plans.shift_days(sessions_of(series)[0], Scope.ALL, 7, now=now)

    assert [one.slot.starts_at.day for one in plan.pinned] == [17]
    assert plan.changed_count == 5
    change(
        lambda: session_plans.shift_days(sessions_of(series)[0], Scope.ALL, 7, now=now), by=amara
    )
    assert days(series)[2] == date(2027, 2, 17)
    assert sessions_of(series)[2].planned_on == date(2027, 2, 18)


def test_a_change_that_starts_from_a_session_moved_by_hand_moves_it_too(
    series: Series, amara: Person, now: datetime
) -> None:
    by_hand(series, 2, date(2027, 2, 17), now, amara)

    plan = session_plans.shift_days(sessions_of(series)[2], Scope.FOLLOWING, 7, now=now)

    assert (plan.pinned, plan.changed_count) == ((), 4)
    assert plan.moved[0].slot.pinned


def test_other_hours_for_the_following_keep_the_days(
    series: Series, amara: Person, now: datetime
) -> None:
    fourth = sessions_of(series)[3]

    change(
        lambda: session_plans.set_hours(
            fourth, Scope.FOLLOWING, starts=time(8), ends=time(9), time_zone=LONDON, now=now
        ),
        by=amara,
    )

    assert days(series) == SECOND_THURSDAYS
    assert [one.starts_at.hour for one in planned(series)] == [18, 18, 18, 8, 7, 7]
    assert (series.starts, series.ends) == (time(8), time(9))


def test_another_zone_lets_what_was_before_go_on_in_the_old_one(
    series: Series, amara: Person, now: datetime
) -> None:
    past = sessions_of(series)[0].ends_at
    third = sessions_of(series)[2]

    change(
        lambda: session_plans.set_hours(
            third, Scope.FOLLOWING, starts=SIX, ends=HALF_PAST_SEVEN, time_zone="UTC", now=past
        ),
        by=amara,
        now=past,
    )

    zones = [(one.time_zone, one.zone_name) for one in sessions_of(series)]
    assert zones == [(LONDON, LONDON)] * 2 + [(None, "UTC")] * 4
    assert [one.starts_at.hour for one in planned(series)] == [18] * 6


def test_one_session_in_another_zone_says_so_itself(
    series: Series, amara: Person, now: datetime
) -> None:
    first = sessions_of(series)[0]

    change(
        lambda: session_plans.set_hours(
            first, Scope.ONE, starts=time(13), ends=time(14), time_zone="America/New_York", now=now
        ),
        by=amara,
    )

    assert first.zone_name == "America/New_York"
    assert first.starts_at == datetime(2026, 12, 10, 18, tzinfo=UTC)
    assert series.time_zone == LONDON


@pytest.mark.parametrize(
    ("starts", "zone", "field"), [(time(20), LONDON, "ends"), (SIX, "Mars/North", "time_zone")]
)
def test_impossible_hours_are_refused(
    series: Series, now: datetime, starts: time, zone: str, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        session_plans.set_hours(
            sessions_of(series)[0],
            Scope.ALL,
            starts=starts,
            ends=HALF_PAST_SEVEN,
            time_zone=zone,
            now=now,
        )

    assert refused.value.field == field


def test_the_missing_hour_is_explained_and_the_doubled_one_too(app: Flask, now: datetime) -> None:
    series = a_run(
        count=12,
        leave_outs={},
        first=date(2026, 12, 27),
        pattern={"kind": "monthly", "weekday": 6, "nth": -1},
    )

    plan = session_plans.set_hours(
        sessions_of(series)[0], Scope.ALL, starts=time(1), ends=time(2), time_zone=LONDON, now=now
    )

    shifts = {move.slot.starts_at.date(): move.shift for move in plan.moved if move.shift != "none"}
    assert shifts == {date(2027, 3, 28): "missing", date(2027, 10, 31): "doubled"}
    march = next(move for move in plan.moved if move.shift == "missing")
    assert march.slot.starts_at == datetime(2027, 3, 28, 1, tzinfo=UTC)


def test_hours_swallowed_by_the_clocks_come_back_on_another_day(app: Flask, now: datetime) -> None:
    series = a_run(
        count=4,
        leave_outs={},
        starts=time(1),
        ends=time(1, 30),
        first=date(2027, 3, 14),
        pattern={"kind": "weeks", "weeks": 2},
    )
    at_the_change = sessions_of(series)[1]
    assert at_the_change.starts_at == datetime(2027, 3, 28, 1, tzinfo=UTC)

    plan = session_plans.shift_days(at_the_change, Scope.ONE, 1, now=now)

    assert plan.moved[0].slot.starts_at == datetime(2027, 3, 29, 0, tzinfo=UTC)
    assert plan.moved[0].slot.ends_at == datetime(2027, 3, 29, 0, 30, tzinfo=UTC)


def test_nothing_to_change_is_an_empty_plan(series: Series, now: datetime) -> None:
    plan = session_plans.set_hours(
        sessions_of(series)[0],
        Scope.ALL,
        starts=SIX,
        ends=HALF_PAST_SEVEN,
        time_zone=LONDON,
        now=now,
    )

    assert plan.is_empty
    assert plan.changed_count == 0


def test_cancelling_the_following_and_putting_them_back(
    series: Series, amara: Person, now: datetime
) -> None:
    fourth = sessions_of(series)[3]

    change(lambda: session_plans.cancel(fourth, Scope.FOLLOWING, now=now), by=amara)
    states = [one.state for one in sessions_of(series)]
    change(lambda: session_plans.reinstate(fourth, Scope.ALL, now=now), by=amara)

    assert states == [SessionState.PLANNED] * 3 + [SessionState.CANCELLED] * 3
    assert days(series) == SECOND_THURSDAYS


def test_cancelling_twice_and_putting_back_what_takes_place_is_refused(
    series: Series, amara: Person, now: datetime
) -> None:
    first = sessions_of(series)[0]
    with pytest.raises(DomainError, match="nothing to put back"):
        session_plans.reinstate(first, Scope.ALL, now=now)
    change(lambda: session_plans.cancel(first, Scope.ONE, now=now), by=amara)

    with pytest.raises(DomainError, match="This session is cancelled already"):
        session_plans.cancel(first, Scope.ONE, now=now)
    with pytest.raises(DomainError, match="Put it back before you move it"):
        session_plans.shift_days(first, Scope.ONE, 1, now=now)


def test_an_extra_date_is_counted_and_stands_beside_the_pattern(
    series: Series, amara: Person, now: datetime
) -> None:
    change(
        lambda: session_plans.add_date(
            series, on=date(2027, 1, 20), starts=time(9), ends=time(12), now=now
        ),
        by=amara,
    )

    extra = planned(series)[2]
    assert (day_of(extra), extra.is_extra, extra.by_hand) == (date(2027, 1, 20), True, True)
    assert extra.theme is not None
    assert numbers(series) == [1, 2, 3, 4, 5, 6, 7]
    assert series.sessions == 7


def test_an_extra_date_is_refused_where_there_is_a_session_or_in_the_past(
    series: Series, now: datetime
) -> None:
    for day in (SECOND_THURSDAYS[0], now.date() - WEEK):
        with pytest.raises(DomainError) as refused:
            session_plans.add_date(series, on=day, starts=SIX, ends=HALF_PAST_SEVEN, now=now)
        assert refused.value.field == "on"


def test_a_cancelled_extra_counts_no_more(series: Series, amara: Person, now: datetime) -> None:
    extra_on = date(2027, 1, 20)
    change(
        lambda: session_plans.add_date(series, on=extra_on, starts=SIX, ends=time(19), now=now),
        by=amara,
    )
    extra = planned(series)[2]

    with transaction():
        changed.cancel(extra, now=now, by=amara)
    after_cancelling = (numbers(series), series.sessions)
    with transaction():
        changed.reinstate(extra, now=now, by=amara)

    assert after_cancelling == ([1, 2, 3, 4, 5, 6], 6)
    assert (extra.number, series.sessions) == (3, 7)


def test_somebody_else_s_group_is_no_matter_of_this_one(series: Series, now: datetime) -> None:
    other = a_run(build.a_cohort(build.a_facilitator("Olga"), name="Elsewhere"))
    before = days(other)

    change(
        lambda: session_plans.shift_days(sessions_of(series)[0], Scope.ALL, 7, now=now),
        by=series.cohort.memberships[0].person,
    )

    assert days(other) == before
