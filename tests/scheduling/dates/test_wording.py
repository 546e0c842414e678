"""How dates, times and numbers are said, and how those that people type are read."""

import re
from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.dates.recurrence import ChosenDates, EveryWeeks, MonthlyByWeekday, Pattern, Shift
from scheduling.dates.wording import (
    NotUnderstood,
    is_either_way,
    read_date,
    read_dates,
    read_time,
    say_count,
    say_date,
    say_month,
    say_pattern,
    say_shift,
    say_time,
    say_times,
    say_until,
)

TODAY = date(2026, 11, 21)
# A busy machine is no reason for a test to fail.
unhurried = settings(deadline=None)
# Text made of the signs that dates are made of comes nearer to breaking a reader than noise does.
near_misses = st.text(alphabet="0123456789 :./-,aprmonthujysdf\u200e\u202e\x00\n", max_size=40)


@pytest.mark.parametrize(
    ("clock", "said"),
    [
        (time(18), "6pm"),
        (time(19, 30), "7:30pm"),
        (time(9, 5), "9:05am"),
        (time(12), "midday"),
        (time(0), "midnight"),
        (time(12, 30), "12:30pm"),
        (time(0, 30), "12:30am"),
        (time(11, 59), "11:59am"),
    ],
)
def test_time_is_said_by_the_twelve_hour_clock(clock: time, said: str) -> None:
    assert say_time(clock) == said


def test_times_are_joined_by_to() -> None:
    assert say_times(time(18), time(19, 30)) == "6pm to 7:30pm"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 12, 10), "Thursday 10 December"),
        (date(2027, 1, 14), "Thursday 14 January 2027"),
        (date(2025, 12, 31), "Wednesday 31 December 2025"),
    ],
)
def test_date_has_its_year_only_when_that_is_not_this_year(day: date, said: str) -> None:
    assert say_date(day, TODAY) == said


def test_month_is_said_with_its_year() -> None:
    assert say_month(date(2026, 12, 10)) == "December 2026"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (2, "in 2 days"),
        (19, "in 19 days"),
        (-1, "yesterday"),
        (-3, "3 days ago"),
    ],
)
def test_distance_is_said_in_days(days: int, said: str) -> None:
    assert say_until(TODAY + timedelta(days=days), TODAY) == said


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (MonthlyByWeekday(3, 2), "Second Thursday of each month"),
        (MonthlyByWeekday(0, -1), "Last Monday of each month"),
        (MonthlyByWeekday(0, -1, 1), "The day after the last Monday of each month"),
        (MonthlyByWeekday(3, 2, -2), "Two days before the second Thursday of each month"),
        (EveryWeeks(4), "Every 4 weeks, on Tuesday"),
        (EveryWeeks(1), "Every week, on Tuesday"),
        (ChosenDates((date(2027, 1, 12),)), "Dates chosen one by one"),
    ],
)
def test_pattern_is_said_in_words(pattern: Pattern, said: str) -> None:
    first_tuesday = date(2027, 1, 12)

    assert say_pattern(pattern, first_tuesday) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "no dates"), (1, "one date"), (2, "two dates"), (12, "twelve dates"), (13, "13 dates")],
)
def test_count_is_a_word_up_to_twelve(number: int, said: str) -> None:
    assert say_count(number, "date", "dates") == said


@pytest.mark.parametrize(
    ("shift", "begins", "said"),
    [
        ("none", time(1, 30), ""),
        (
            "missing",
            time(2),
            "The clocks go forward that day, so 1:30am does not exist. It begins at 2am.",
        ),
        (
            "missing",
            None,
            "The clocks go forward that day, so 1:30am does not exist. "
            "It begins as soon as they have changed.",
        ),
        (
            "doubled",
            time(1, 30),
            "The clocks go back that day and show 1:30am twice. It begins the first time.",
        ),
    ],
)
def test_shift_is_explained_where_there_is_one(
    shift: Shift, begins: time | None, said: str
) -> None:
    assert say_shift(shift, time(1, 30), begins) == said


def test_shift_of_a_time_that_is_not_known_any_more_names_the_one_in_its_place() -> None:
    assert say_shift("missing", time(2), time(2)) == (
        "The clocks go forward that day. It begins just after, at 2am."
    )


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("6pm", time(18)),
        (" 6 PM ", time(18)),
        ("6.30 pm", time(18, 30)),
        ("6:30p.m.", time(18, 30)),
        ("6 p.m.", time(18)),
        ("18:00", time(18)),
        ("18.30", time(18, 30)),
        ("1830", time(18, 30)),
        ("18", time(18)),
        ("09:30", time(9, 30)),
        ("0:15", time(0, 15)),
        ("12:00", time(12)),
        ("12am", time(0)),
        ("12:30pm", time(12, 30)),
        ("midday", time(12)),
        ("Noon", time(12)),
        ("12 noon", time(12)),
        ("midnight", time(0)),
        ("\u202a6\u00a0pm\u202c", time(18)),
        ("\uff11\uff18:00", time(18)),
        ("6\x00pm", time(18)),
    ],
)
def test_time_is_read_as_people_write_it(text: str, clock: time) -> None:
    assert read_time(text) == clock


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("6", "Write 6am or 6pm"),
        ("6:30", "Write 6:30am or 6:30pm"),
        ("12", "Write midday or midnight"),
        ("", "Write a time like 6pm or 18:00"),
        ("0", "Write a time like 6pm or 18:00"),
        ("after work", "Write a time like 6pm or 18:00"),
        ("6" + " " * 9000 + "pm", "Write a time like 6pm or 18:00"),
        ("24:00", "There is no such time of day. Write a time like 6pm or 18:00"),
        ("13pm", "There is no such time of day. Write a time like 6pm or 18:00"),
        ("0am", "There is no such time of day. Write a time like 6pm or 18:00"),
        ("7:60pm", "There is no such time of day. Write a time like 6pm or 18:00"),
    ],
)
def test_time_that_is_not_clear_is_asked_for_again(text: str, problem: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        read_time(text)

    assert str(refusal.value) == problem


@unhurried
@given(st.times().map(lambda clock: clock.replace(second=0, microsecond=0)))
def test_time_that_is_said_can_be_read_back(clock: time) -> None:
    assert read_time(say_time(clock)) == clock
    assert read_time(f"{clock:%H:%M}") == clock


@pytest.mark.parametrize(
    "text",
    [
        "14 January 2027",
        "14 Jan",
        "14th of January, 2027",
        "Thursday 14 January 2027",
        "Thu, 14 Jan 2027",
        "Thurs 14 jan 27",
        "14January",
        "14/1/2027",
        "14/01/27",
        "14.1.2027",
        "14-1-2027",
        "14/1",
        "2027-01-14",
        "\u200e14/\u200e1/\u200e2027",
        "14\tJanuary\u00a02027 ",
    ],
)
def test_date_is_read_as_people_write_it(text: str) -> None:
    assert read_date(text, TODAY) == date(2027, 1, 14)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("21 November", date(2026, 11, 21)),
        ("22 Nov", date(2026, 11, 22)),
        ("20 Nov", date(2027, 11, 20)),
        ("29 February", date(2028, 2, 29)),
    ],
)
def test_date_without_a_year_is_the_next_such_day(text: str, day: date) -> None:
    assert read_date(text, TODAY) == day


def test_leap_day_typed_on_a_leap_day_is_today() -> None:
    leap_day = date(2028, 2, 29)

    assert read_date("29 Feb", leap_day) == leap_day


def test_leap_day_is_found_across_a_century_without_one() -> None:
    assert read_date("29 Feb", date(2096, 3, 1)) == date(2104, 2, 29)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("31 April", "There is no 31 April"),
        ("31/4/2027", "There is no 31 April"),
        ("29 Feb 2027", "There is no 29 February in 2027"),
        ("30 February", "There is no 30 February"),
        ("0 May", "There is no 0 May"),
        ("1/14/2027", "There is no month 14. Write a date like 14 January 2027"),
        ("2027-00-14", "There is no month 0. Write a date like 14 January 2027"),
        ("Friday 14 January 2027", "14 January 2027 is a Thursday, not a Friday"),
        ("Weds 14 Jan", "14 January 2027 is a Thursday, not a Wednesday"),
        ("14 January 0027", "Write a year between 1900 and 2199"),
        ("9999-12-31", "Write a year between 1900 and 2199"),
        ("", "Write a date like 14 January 2027"),
        ("14 Foo", "Write a date like 14 January 2027"),
        ("foo 14 January", "Write a date like 14 January 2027"),
        ("sss 14 January", "Write a date like 14 January 2027"),
        ("next Thursday", "Write a date like 14 January 2027"),
        ("1" * 10_000, "Write a date like 14 January 2027"),
    ],
)
def test_date_that_is_not_in_the_calendar_is_asked_for_again(text: str, problem: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        read_date(text, TODAY)

    assert str(refusal.value) == problem


@unhurried
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_date_that_is_said_can_be_read_back(day: date) -> None:
    some_day_of_another_year = day.replace(day=1, year=day.year + 1)

    assert read_date(say_date(day, some_day_of_another_year), TODAY) == day
    assert read_date(day.isoformat(), TODAY) == day


def test_dates_are_read_one_a_line_in_the_order_written() -> None:
    text = "11 February 2027\r\n\r\n  14 January 2027\n\u200e\n11 March 2027\n"

    assert read_dates(text, TODAY) == [date(2027, 2, 11), date(2027, 1, 14), date(2027, 3, 11)]


def test_no_dates_are_read_from_empty_lines() -> None:
    assert read_dates(" \n\n", TODAY) == []


def test_dates_that_are_not_clear_are_named_by_their_line() -> None:
    with pytest.raises(NotUnderstood) as refusal:
        read_dates("14 January 2027\n\n31 April\nsoon", TODAY)

    assert str(refusal.value) == (
        "Line 3: There is no 31 April\nLine 4: Write a date like 14 January 2027"
    )


def test_dates_name_five_problems_at_most() -> None:
    with pytest.raises(NotUnderstood) as refusal:
        read_dates("soon\n" * 2000, TODAY)

    assert [line[:7] for line in str(refusal.value).splitlines()] == [
        f"Line {number}:" for number in range(1, 6)
    ]


@unhurried
@given(st.text(max_size=60) | near_misses)
def test_reading_either_understands_or_asks_in_a_sentence(text: str) -> None:
    readers: list[Callable[[str], object]] = [read_time, lambda typed: read_date(typed, TODAY)]
    for read in readers:
        answer = ""
        try:
            read(text)
        except NotUnderstood as problem:
            answer = str(problem)

        assert re.fullmatch("|Write .+|There is no .+|.+ is a .+, not a .+", answer)


@pytest.mark.parametrize(
    "text",
    [
        "14-Jan-27",
        "14-JAN-2027",
        "14/Jan/2027",
        "14\u2011Jan\u201127",
        "14\u201301\u20132027",
        "14/01/2027",
        "Thursday, 14/01/2027",
        "Thu 14-Jan-27",
        "Thu, 14 January 2027",
        "14 Jan \u201927",
        "2027-01-14 00:00:00",
        "14/01/2027 00:00",
        "2027/01/14",
        "January 14, 2027",
        "14-Jan",
    ],
)
def test_date_is_read_as_spreadsheets_and_letters_write_it(text: str) -> None:
    assert read_date(text, date(2026, 11, 29)) == date(2027, 1, 14)


@pytest.mark.parametrize("text", ["Jan-27", "Jan 27", "January 14", "14-Jan-27 09:00", "1-2-3-4"])
def test_what_could_be_a_month_or_more_than_a_date_is_not_read(text: str) -> None:
    with pytest.raises(NotUnderstood):
        read_date(text, date(2026, 11, 29))


def test_dates_as_a_spreadsheet_copies_them_are_read() -> None:
    days = read_dates("14-Jan-27\r\n11-Feb-27\r\n11-Mar-27\r\n", date(2026, 11, 29))

    assert days == [date(2027, 1, 14), date(2027, 2, 11), date(2027, 3, 11)]


@pytest.mark.parametrize(
    ("text", "either_way"),
    [
        ("01/02/2027", True),
        ("1.2.27", True),
        ("3\u20114\u20112027", True),
        ("01/01/2027", False),
        ("13/02/2027", False),
        ("Monday 01/02/2027", False),
        ("2027-02-01", False),
        ("1-Feb-27", False),
        ("", False),
    ],
)
def test_a_date_in_figures_that_could_be_another_is_noticed(text: str, either_way: bool) -> None:
    assert is_either_way(text) is either_way
