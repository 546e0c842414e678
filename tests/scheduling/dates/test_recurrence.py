"""From a rhythm to dates, and from dates to instants."""

from calendar import monthcalendar
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scheduling.dates.closures import Division, LeaveOuts
from scheduling.dates.recurrence import (
    ChosenDates,
    EveryWeeks,
    Instant,
    MonthlyByWeekday,
    Pattern,
    Plan,
    Skip,
    TooFewDates,
    instant,
    occurrences,
    pattern_of,
    plan,
)

LONDON = ZoneInfo("Europe/London")
ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata")
ALL_LEFT_OUT = LeaveOuts(Division.ENGLAND_AND_WALES, august=True, court_vacations=True)

# A busy machine, or the first look at the bank holidays, is no reason for a test to fail.
unhurried = settings(deadline=None)
firsts = st.dates(date(2000, 1, 1), date(2060, 12, 31))
zones = st.sampled_from(ZONES).map(ZoneInfo)
monthly = st.builds(MonthlyByWeekday, st.integers(0, 6), st.sampled_from([1, 2, 3, 4, -1]))
endless_patterns = st.one_of(monthly, st.builds(EveryWeeks, st.integers(1, 52)))
leave_outs = st.builds(LeaveOuts, st.none() | st.sampled_from(Division), st.booleans())


def _plan(pattern: Pattern, first: date, **choices: Any) -> Plan:
    """Plan an evening in London that leaves nothing out, except as a test says otherwise."""
    usual = {
        "starts": time(18),
        "ends": time(19, 30),
        "zone": LONDON,
        "count": None,
        "until": None,
        "leave_outs": LeaveOuts(),
    }
    return plan(pattern, first, **{**usual, **choices})


def _planned(made: Plan) -> list[date]:
    return [occurrence.planned_on for occurrence in made.occurrences]


def _nth_weekday(year: int, month: int, pattern: MonthlyByWeekday) -> date:
    """Look a date up in the calendar of its month, as the oracle for the library's rule."""
    column = [week[pattern.weekday] for week in monthcalendar(year, month)]
    days = [day for day in column if day]
    return date(year, month, days[pattern.nth - 1 if pattern.nth > 0 else -1])


@unhurried
@given(monthly, firsts)
def test_monthly_dates_are_those_of_the_calendar(pattern: MonthlyByWeekday, first: date) -> None:
    months = [divmod(first.year * 12 + first.month - 1 + ahead, 12) for ahead in range(26)]
    by_calendar = [_nth_weekday(year, month + 1, pattern) for year, month in months]

    found = list(islice(occurrences(pattern, first), 24))

    assert found == [day for day in by_calendar if day >= first][:24]


@unhurried
@given(monthly, firsts, st.integers(-90, 90))
def test_a_shifted_pattern_has_the_same_dates_so_much_later(
    pattern: MonthlyByWeekday, first: date, days: int
) -> None:
    later = timedelta(days=days)

    found = list(islice(occurrences(pattern.shifted(days), first + later), 24))

    assert found == [day + later for day in islice(occurrences(pattern, first), 24)]
    assert pattern.shifted(days).shifted(-days) == pattern


@pytest.mark.parametrize(
    ("pattern", "days", "shifted"),
    [
        (MonthlyByWeekday(3, 2), 7, MonthlyByWeekday(3, 3)),
        (MonthlyByWeekday(3, 2), -7, MonthlyByWeekday(3, 1)),
        (MonthlyByWeekday(3, 4), 7, MonthlyByWeekday(3, 4, 7)),
        (MonthlyByWeekday(3, -1), 7, MonthlyByWeekday(3, -1, 7)),
        (MonthlyByWeekday(3, 2), 1, MonthlyByWeekday(3, 2, 1)),
    ],
)
def test_a_pattern_shifted_by_weeks_is_called_what_it_is(
    pattern: MonthlyByWeekday, days: int, shifted: MonthlyByWeekday
) -> None:
    assert pattern.shifted(days) == shifted


@unhurried
@given(firsts, st.integers(1, 52))
def test_dates_every_few_weeks_are_so_many_weeks_apart(first: date, weeks: int) -> None:
    found = list(islice(occurrences(EveryWeeks(weeks), first), 30))

    assert found == [first + timedelta(weeks=weeks * turn) for turn in range(30)]


@unhurried
@given(st.lists(firsts), firsts)
def test_chosen_dates_come_in_order_once_each_from_the_first_on(
    dates: list[date], first: date
) -> None:
    pattern = ChosenDates((*dates, *dates))

    assert list(occurrences(pattern, first)) == sorted(day for day in set(dates) if day >= first)


def test_chosen_dates_are_equal_however_they_were_written_down() -> None:
    early, late = date(2027, 1, 14), date(2027, 2, 11)

    assert ChosenDates((late, early, late)) == ChosenDates((early, late))


@unhurried
@given(firsts)
def test_pattern_of_a_date_begins_on_that_date(first: date) -> None:
    pattern = pattern_of(first)

    if first.day <= 28:
        assert next(occurrences(pattern, first)) == first
    assert pattern.nth == (-1 if first.day > 28 else (first.day + 6) // 7)


@pytest.mark.parametrize(
    ("first", "pattern"),
    [
        (date(2027, 1, 14), MonthlyByWeekday(weekday=3, nth=2)),
        (date(2027, 1, 28), MonthlyByWeekday(weekday=3, nth=4)),
        (date(2027, 3, 31), MonthlyByWeekday(weekday=2, nth=-1)),
        (date(2028, 2, 29), MonthlyByWeekday(weekday=1, nth=-1)),
    ],
)
def test_pattern_of_a_fifth_weekday_is_the_last(first: date, pattern: MonthlyByWeekday) -> None:
    assert pattern_of(first) == pattern


def test_run_from_a_leap_day_has_a_date_in_every_month() -> None:
    first = date(2028, 2, 29)

    made = _plan(pattern_of(first), first, count=4)

    assert _planned(made) == [first, date(2028, 3, 28), date(2028, 4, 25), date(2028, 5, 30)]


@pytest.mark.parametrize(("weekday", "nth"), [(7, 1), (-1, 1), (3, 5), (3, 0), (3, -2)])
def test_weekday_of_a_month_that_some_months_lack_is_refused(weekday: int, nth: int) -> None:
    with pytest.raises(ValueError, match="No such weekday"):
        MonthlyByWeekday(weekday, nth)


@pytest.mark.parametrize("weeks", [0, -1, 53])
def test_number_of_weeks_out_of_reason_is_refused(weeks: int) -> None:
    with pytest.raises(ValueError, match="number of weeks"):
        EveryWeeks(weeks)


@unhurried
@given(st.dates(date(1990, 1, 1), date(2037, 12, 31)), st.times(), zones)
def test_instant_shows_the_time_asked_for_unless_the_clocks_jump_over_it(
    day: date, clock: time, zone: ZoneInfo
) -> None:
    found = instant(day, clock, zone)

    local = found.at.astimezone(zone)
    asked = datetime.combine(day, clock)
    shown = local.replace(tzinfo=None, fold=0)
    assert (shown == asked) == (found.shift != "missing")
    assert found.at.tzinfo is UTC
    assert local.fold == 0


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        (
            "Europe/London",
            date(2027, 3, 28),
            time(1, 30),
            Instant(datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "missing"),
        ),
        (
            "Europe/London",
            date(2027, 3, 28),
            time(1, 59, 59, 999_999),
            Instant(datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "missing"),
        ),
        (
            "Europe/London",
            date(2026, 10, 25),
            time(1, 30),
            Instant(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "doubled"),
        ),
        (
            "America/New_York",
            date(2027, 3, 14),
            time(2, 0),
            Instant(datetime(2027, 3, 14, 7, 0, tzinfo=UTC), "missing"),
        ),
        (
            "Australia/Lord_Howe",
            date(2026, 10, 4),
            time(2, 10),
            Instant(datetime(2026, 10, 3, 15, 30, tzinfo=UTC), "missing"),
        ),
        (
            "Australia/Lord_Howe",
            date(2027, 4, 4),
            time(1, 45),
            Instant(datetime(2027, 4, 3, 14, 45, tzinfo=UTC), "doubled"),
        ),
        (
            "Pacific/Apia",
            date(2011, 12, 30),
            time(18),
            Instant(datetime(2011, 12, 30, 10, 0, tzinfo=UTC), "missing"),
        ),
        (
            "Asia/Kolkata",
            date(2027, 3, 28),
            time(1, 30),
            Instant(datetime(2027, 3, 27, 20, 0, tzinfo=UTC), "none"),
        ),
    ],
)
def test_instant_when_the_clocks_change(
    zone: str, day: date, clock: time, expected: Instant
) -> None:
    assert instant(day, clock, ZoneInfo(zone)) == expected


@unhurried
@given(zones, firsts.filter(lambda day: day.year < 2037), endless_patterns)
def test_six_in_the_evening_stays_six_in_the_evening_all_year(
    zone: ZoneInfo, first: date, pattern: Pattern
) -> None:
    # Apia had no 30 December 2011 at all; that day has a test of its own above.
    assume(not (zone.key == "Pacific/Apia" and first.year < 2012))

    made = _plan(pattern, first, zone=zone, count=14)

    for held in made.occurrences:
        assert held.starts_at.astimezone(zone).time() == time(18)
        assert held.ends_at.astimezone(zone).time() == time(19, 30)
        assert held.ends_at - held.starts_at == timedelta(minutes=90)


def test_summer_time_moves_the_instant_and_not_the_evening() -> None:
    made = _plan(MonthlyByWeekday(3, 2), date(2026, 9, 10), count=8)

    assert [held.starts_at.hour for held in made.occurrences] == [17, 17, 18, 18, 18, 18, 18, 17]


def test_session_swallowed_by_the_clocks_keeps_its_length() -> None:
    made = _plan(
        ChosenDates((date(2027, 3, 28),)), date(2027, 3, 1), starts=time(1, 15), ends=time(1, 45)
    )

    held = made.occurrences[0]
    assert held.shift == "missing"
    assert held.starts_at == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert held.ends_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@unhurried
@given(endless_patterns, firsts, leave_outs, st.integers(0, 40))
def test_count_is_exact_and_numbers_run_without_gaps(
    pattern: Pattern, first: date, left: LeaveOuts, count: int
) -> None:
    try:
        made = _plan(pattern, first, count=count, leave_outs=left)
    except TooFewDates:
        # Every 52 weeks from a day in August stays in August for longer than anybody waits.
        assert isinstance(pattern, EveryWeeks)
        return

    assert [held.number for held in made.occurrences] == list(range(1, count + 1))
    together = _planned(made) + [skip.planned_on for skip in made.skips]
    assert sorted(together) == list(islice(occurrences(pattern, first), len(together)))
    assert [day for day in _planned(made) if left.reason(day)] == []


@unhurried
@given(endless_patterns, firsts, leave_outs, st.integers(0, 900), st.integers(0, 900))
def test_later_end_only_appends(
    pattern: Pattern, first: date, left: LeaveOuts, near: int, further: int
) -> None:
    until = first + timedelta(days=near)

    shorter = _plan(pattern, first, until=until, leave_outs=left)
    longer = _plan(pattern, first, until=until + timedelta(days=further), leave_outs=left)

    assert longer.occurrences[: len(shorter.occurrences)] == shorter.occurrences
    assert longer.skips[: len(shorter.skips)] == shorter.skips
    later = longer.occurrences[len(shorter.occurrences) :]
    assert [held for held in later if held.planned_on <= until] == []


@unhurried
@given(endless_patterns, firsts, leave_outs)
def test_alternative_is_a_free_weekday_of_the_same_week(
    pattern: Pattern, first: date, left: LeaveOuts
) -> None:
    made = _plan(pattern, first, until=first + timedelta(days=1500), leave_outs=left)

    for skip in made.skips:
        week = skip.planned_on.isocalendar()[:2]
        days = [first + timedelta(days=ahead) for ahead in range(1600)]
        free = [d for d in days if d.isocalendar()[:2] == week and not left.reason(d)]
        nearest = {abs(d - skip.planned_on) for d in free if d.weekday() < 5}
        found = skip.alternative and abs(skip.alternative - skip.planned_on)
        assert found == min(nearest, default=None)
        assert skip.alternative is None or skip.alternative in free


def test_skip_is_named_and_numbers_go_on_as_if_it_had_not_been() -> None:
    made = _plan(MonthlyByWeekday(3, 2), date(2027, 6, 10), count=3, leave_outs=ALL_LEFT_OUT)

    assert [(held.number, held.planned_on) for held in made.occurrences] == [
        (1, date(2027, 6, 10)),
        (2, date(2027, 7, 8)),
        (3, date(2027, 9, 9)),
    ]
    assert made.skips == (Skip(date(2027, 8, 12), "August", None),)


def test_court_vacation_is_kept_with_its_advice() -> None:
    made = _plan(MonthlyByWeekday(3, 2), date(2027, 7, 8), count=2, leave_outs=ALL_LEFT_OUT)

    assert [held.advice for held in made.occurrences] == [
        (),
        ("Long vacation in the High Court",),
    ]


@pytest.mark.parametrize(
    ("planned_on", "alternative"),
    [
        (date(2027, 5, 31), date(2027, 6, 1)),
        (date(2026, 12, 25), date(2026, 12, 24)),
        (date(2030, 1, 1), date(2030, 1, 2)),
        (date(2026, 4, 3), date(2026, 4, 2)),
    ],
)
def test_bank_holiday_is_offered_the_nearest_day_and_the_later_of_two(
    planned_on: date, alternative: date
) -> None:
    first = planned_on - timedelta(days=planned_on.weekday())

    made = _plan(ChosenDates((planned_on,)), first, leave_outs=ALL_LEFT_OUT)

    assert [skip.alternative for skip in made.skips] == [alternative]


def test_alternative_is_never_before_the_first_date() -> None:
    good_friday = date(2026, 4, 3)

    made = _plan(ChosenDates((good_friday,)), good_friday, leave_outs=ALL_LEFT_OUT)

    assert made.skips == (Skip(good_friday, "Good Friday in England and Wales", None),)


def test_alternatives_and_chosen_dates_never_share_a_day() -> None:
    chosen = (date(2027, 12, 27), date(2027, 12, 28), date(2027, 12, 29))

    made = _plan(ChosenDates(chosen), chosen[0], leave_outs=ALL_LEFT_OUT)

    assert _planned(made) == [chosen[2]]
    assert [skip.alternative for skip in made.skips] == [date(2027, 12, 30), date(2027, 12, 31)]


def test_left_out_date_with_another_day_instead_is_held_on_that_day() -> None:
    spring_holiday, tuesday = date(2027, 5, 31), date(2027, 6, 1)

    made = _plan(
        pattern_of(spring_holiday),
        spring_holiday,
        count=2,
        leave_outs=ALL_LEFT_OUT,
        instead={spring_holiday: tuesday},
    )

    assert [(held.planned_on, held.held_on) for held in made.occurrences] == [
        (spring_holiday, tuesday),
        (date(2027, 6, 28), date(2027, 6, 28)),
    ]
    assert made.occurrences[0].starts_at == datetime(2027, 6, 1, 17, 0, tzinfo=UTC)
    assert made.skips == ()


def test_day_instead_that_is_a_bank_holiday_is_kept_and_remarked_upon() -> None:
    made = _plan(
        ChosenDates((date(2027, 5, 27),)),
        date(2027, 5, 27),
        leave_outs=ALL_LEFT_OUT,
        instead={date(2027, 5, 27): date(2027, 5, 31)},
    )

    assert made.occurrences[0].advice == (
        "Spring Bank Holiday in England and Wales",
        "Whitsun vacation in the High Court",
    )


def test_date_dropped_by_hand_is_skipped_without_another_being_offered() -> None:
    dropped = date(2027, 2, 11)

    made = _plan(MonthlyByWeekday(3, 2), date(2027, 1, 14), count=2, left_out={dropped})

    assert _planned(made) == [date(2027, 1, 14), date(2027, 3, 11)]
    assert made.skips == (Skip(dropped, "Left out by hand", None),)


def test_run_until_a_day_includes_that_day() -> None:
    made = _plan(MonthlyByWeekday(3, 2), date(2027, 1, 14), until=date(2027, 3, 11))

    assert _planned(made) == [date(2027, 1, 14), date(2027, 2, 11), date(2027, 3, 11)]


def test_count_gives_up_when_leave_outs_eat_everything() -> None:
    pattern, first = EveryWeeks(52), date(2027, 8, 16)

    with pytest.raises(TooFewDates, match="Only 0 of the 3 dates"):
        _plan(pattern, first, count=3, leave_outs=ALL_LEFT_OUT)


def test_count_gives_up_when_chosen_dates_run_out() -> None:
    with pytest.raises(TooFewDates, match="Only 1 of the 2 dates"):
        _plan(ChosenDates((date(2027, 1, 14),)), date(2027, 1, 1), count=2)


def test_long_run_is_not_mistaken_for_one_without_dates() -> None:
    made = _plan(MonthlyByWeekday(3, 2), date(2027, 1, 14), count=200)

    assert len(made.occurrences) == 200


def test_run_that_would_never_stop_is_refused() -> None:
    with pytest.raises(ValueError, match="a number of sessions or a last day"):
        _plan(EveryWeeks(4), date(2027, 1, 14))


@pytest.mark.parametrize("ends", [time(18), time(17, 59)])
def test_hours_that_end_before_they_start_are_refused(ends: time) -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        _plan(EveryWeeks(4), date(2027, 1, 14), count=1, ends=ends)
