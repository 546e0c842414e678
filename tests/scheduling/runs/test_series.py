"""Runs in the database: their sessions, and single dates of a draft."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from core.transaction import transaction
from groups.cohorts import draft_cohort
from groups.models import CohortState
from scheduling.dates.closures import Division, LeaveOuts
from scheduling.dates.recurrence import ChosenDates, EveryWeeks, MonthlyByWeekday, Pattern
from scheduling.models import PeerSession, Series, SessionState
from scheduling.runs.series import (
    SetUp,
    leave_out,
    plan_of,
    put_back,
    replan,
    series_of,
    set_up_of,
    start_series,
    take_alternative,
)
from tests.build import a_facilitator

SECOND_THURSDAY = MonthlyByWeekday(3, 2)
FIRST_MONDAY = MonthlyByWeekday(0, 1)
EARLY_MAY = date(2027, 5, 3)


def a_set_up(
    pattern: Pattern = SECOND_THURSDAY, first: date = date(2027, 1, 14), **values: object
) -> SetUp:
    return SetUp(pattern, first, time(18), time(19, 30), **values)  # type: ignore[arg-type]  # each test names real parts


def mondays(**values: object) -> SetUp:
    """First Mondays from February on, of which 3 May is a bank holiday."""
    leave_outs = LeaveOuts(Division.ENGLAND_AND_WALES, august=True)
    values = {"sessions": 6, "leave_outs": leave_outs, **values}
    return a_set_up(FIRST_MONDAY, date(2027, 2, 1), **values)


def a_started_series(set_up: SetUp, now: datetime) -> Series:
    facilitator = a_facilitator()
    with transaction():
        cohort = draft_cohort(name="Thursday evenings", by=facilitator, now=now)
        return start_series(cohort, set_up, now=now)


def an_open_series(set_up: SetUp, now: datetime) -> Series:
    series = a_started_series(set_up, now)
    with transaction():
        series.cohort.state, series.cohort.opened_at = CohortState.OPEN, now
    return series


def sessions_in(series: Series) -> list[PeerSession]:
    return list(
        db.session.scalars(
            select(PeerSession)
            .where(PeerSession.series_id == series.id)
            .order_by(PeerSession.starts_at)
        )
    )


def held_on(series: Series) -> list[date]:
    return [session.starts_at.date() for session in sessions_in(series)]


@pytest.mark.usefixtures("app")
def test_start_makes_every_session_with_its_number(now: datetime) -> None:
    series = a_started_series(a_set_up(), now)

    sessions = sessions_in(series)
    assert [session.number for session in sessions] == list(range(1, 13))
    assert all(session.state == SessionState.PLANNED for session in sessions)
    assert all(session.cohort_id == series.cohort_id for session in sessions)


@pytest.mark.usefixtures("app")
def test_start_keeps_the_hour_on_the_wall_through_the_clock_change(now: datetime) -> None:
    series = a_started_series(a_set_up(), now)

    starts = [session.starts_at for session in sessions_in(series)]
    assert starts[2:4] == [
        datetime(2027, 3, 11, 18, tzinfo=UTC),
        datetime(2027, 4, 8, 17, tzinfo=UTC),
    ]


@pytest.mark.usefixtures("app")
def test_start_gives_every_session_a_theme(now: datetime) -> None:
    series = a_started_series(a_set_up(), now)

    themes = [session.theme for session in sessions_in(series)]
    assert None not in themes
    assert themes[-1] == "endings-and-change"


@pytest.mark.usefixtures("app")
def test_start_stamps_whole_seconds(now: datetime) -> None:
    series = a_started_series(a_set_up(), now + timedelta(microseconds=123456))

    stamps = {(s.dates_changed_at, s.details_changed_at) for s in sessions_in(series)}
    assert stamps == {(now, now)}


@pytest.mark.usefixtures("app")
def test_start_without_end_reaches_thirteen_months(now: datetime) -> None:
    series = a_started_series(a_set_up(sessions=None), now)

    assert held_on(series)[0] == date(2027, 1, 14)
    assert held_on(series)[-1] >= date(2028, 2, 1)


@pytest.mark.usefixtures("app")
def test_start_is_refused_when_no_date_is_left(now: datetime) -> None:
    in_august = a_set_up(
        EveryWeeks(52), date(2027, 8, 31), leave_outs=LeaveOuts(august=True), sessions=1
    )

    with pytest.raises(DomainError, match="leave no dates"):
        a_started_series(in_august, now)

    assert db.session.scalars(select(Series)).all() == []


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "set_up",
    [
        a_set_up(place="Online", room="https://rooms.example/1"),
        a_set_up(EveryWeeks(4), sessions=None, prompt_days=3),
        mondays(),
        a_set_up(ChosenDates((date(2027, 1, 14), date(2027, 2, 16))), sessions=2),
    ],
)
def test_set_up_comes_back_as_it_was(set_up: SetUp, now: datetime) -> None:
    series = a_started_series(set_up, now)

    assert set_up_of(series) == set_up
    assert series_of(series.cohort) is series


@pytest.mark.usefixtures("app")
def test_replan_changes_hours_and_keeps_the_rows(now: datetime) -> None:
    series = a_started_series(a_set_up(), now)
    before = [session.id for session in sessions_in(series)]

    with transaction():
        replan(series, SetUp(SECOND_THURSDAY, date(2027, 1, 14), time(17), time(18)), now=now)

    sessions = sessions_in(series)
    assert [session.id for session in sessions] == before
    assert sessions[0].starts_at == datetime(2027, 1, 14, 17, tzinfo=UTC)
    assert sessions[0].dates_changed_at == now + timedelta(seconds=1)


@pytest.mark.usefixtures("app")
def test_replan_with_another_pattern_makes_other_sessions(now: datetime) -> None:
    series = a_started_series(a_set_up(), now)

    with transaction():
        replan(series, a_set_up(EveryWeeks(4), sessions=3), now=now)

    assert held_on(series) == [date(2027, 1, 14), date(2027, 2, 11), date(2027, 3, 11)]
    assert [session.theme for session in sessions_in(series)][-1] == "endings-and-change"


@pytest.mark.usefixtures("app")
def test_replan_keeps_single_dates_only_with_their_pattern(now: datetime) -> None:
    series = a_started_series(mondays(), now)
    with transaction():
        take_alternative(series, EARLY_MAY, date(2027, 5, 4), now=now)

    with transaction():
        replan(series, mondays(sessions=8), now=now)
    assert date(2027, 5, 4) in held_on(series)

    with transaction():
        replan(series, a_set_up(), now=now)
    assert series.exceptions == {"instead": {}, "left_out": []}


@pytest.mark.usefixtures("app")
def test_bank_holiday_is_passed_over_with_a_day_to_offer(now: datetime) -> None:
    series = a_started_series(mondays(), now)

    [may, august] = plan_of(series).skips
    assert (may.planned_on, may.alternative) == (EARLY_MAY, date(2027, 5, 4))
    assert (august.planned_on, august.reason) == (date(2027, 8, 2), "August")
    assert EARLY_MAY not in held_on(series)


@pytest.mark.usefixtures("app")
def test_alternative_is_held_in_its_place_and_numbered_in_order(now: datetime) -> None:
    series = a_started_series(mondays(), now)

    with transaction():
        take_alternative(series, EARLY_MAY, date(2027, 5, 4), now=now)

    by_number = {session.number: session.starts_at.date() for session in sessions_in(series)}
    assert by_number[4] == date(2027, 5, 4)
    assert len(by_number) == 6


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 21), "after today"),
        (date(2027, 4, 5), "after the session before it, Monday 5 April 2027"),
        (date(2027, 6, 7), "before the session after it, Monday 7 June 2027"),
    ],
)
def test_alternative_that_would_change_the_order_is_refused(
    day: date, words: str, now: datetime
) -> None:
    series = a_started_series(mondays(), now)
    before = held_on(series)

    with pytest.raises(DomainError, match=words), transaction():
        take_alternative(series, EARLY_MAY, day, now=now)

    assert held_on(series) == before


@pytest.mark.usefixtures("app")
def test_alternative_far_after_the_last_session_is_refused(now: datetime) -> None:
    series = a_started_series(mondays(), now)

    with pytest.raises(DomainError, match="within three months"), transaction():
        take_alternative(series, held_on(series)[-1], date(2028, 9, 4), now=now)


@pytest.mark.usefixtures("app")
def test_leaving_out_adds_a_date_at_the_end(now: datetime) -> None:
    series = a_started_series(mondays(), now)
    last_before = held_on(series)[-1]

    with transaction():
        leave_out(series, date(2027, 3, 1), now=now)

    assert date(2027, 3, 1) not in held_on(series)
    assert len(held_on(series)) == 6
    assert held_on(series)[-1] > last_before


@pytest.mark.usefixtures("app")
def test_leaving_out_a_chosen_date_makes_the_run_shorter(now: datetime) -> None:
    days = (date(2027, 1, 14), date(2027, 2, 16))
    series = a_started_series(a_set_up(ChosenDates(days), sessions=2), now)

    with transaction():
        leave_out(series, days[1], now=now)
    assert (held_on(series), series.sessions) == ([days[0]], 1)

    with pytest.raises(DomainError, match="only date"), transaction():
        leave_out(series, days[0], now=now)


@pytest.mark.usefixtures("app")
def test_putting_back_undoes_both_decisions(now: datetime) -> None:
    series = a_started_series(mondays(), now)
    before = held_on(series)
    with transaction():
        leave_out(series, date(2027, 3, 1), now=now)
        take_alternative(series, EARLY_MAY, date(2027, 5, 4), now=now)

    with transaction():
        put_back(series, date(2027, 3, 1), now=now)
        put_back(series, EARLY_MAY, now=now)

    assert held_on(series) == before


@pytest.mark.usefixtures("app")
def test_dates_of_an_open_group_are_not_planned_anew(now: datetime) -> None:
    series = an_open_series(a_set_up(), now)
    day = date(2027, 2, 11)

    with pytest.raises(DomainError), transaction():
        replan(series, a_set_up(), now=now)
    with pytest.raises(DomainError), transaction():
        take_alternative(series, day, date(2027, 2, 12), now=now)
    with pytest.raises(DomainError), transaction():
        leave_out(series, day, now=now)
    with pytest.raises(DomainError), transaction():
        put_back(series, day, now=now)
