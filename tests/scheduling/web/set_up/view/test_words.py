"""A run in words: its rhythm, and its breaks."""

from datetime import date

import pytest
from flask import Flask

from scheduling.dates.closures import Break
from scheduling.web.set_up.view.words import breaks_before, run_words, say_break
from tests import build
from tests.conftest import NOW

TODAY = date(2026, 11, 21)
SUMMER = Break(date(2027, 7, 1), date(2027, 9, 30))


@pytest.mark.parametrize(
    ("from_on", "until_on", "words"),
    [
        (date(2026, 12, 1), date(2026, 12, 31), "No sessions in December"),
        (date(2027, 7, 1), date(2027, 9, 30), "No sessions from July to September 2027"),
        (date(2026, 12, 1), date(2027, 2, 28), "No sessions from December 2026 to February 2027"),
        (
            date(2026, 12, 10),
            date(2026, 12, 31),
            "No sessions from Thursday 10 December to Thursday 31 December",
        ),
    ],
)
def test_a_break_is_said_in_months_where_it_is_whole_ones(
    from_on: date, until_on: date, words: str
) -> None:
    assert say_break(Break(from_on, until_on), TODAY) == words


def test_breaks_stand_between_the_dates_they_separate() -> None:
    autumn = Break(date(2027, 11, 1), date(2027, 11, 30))
    days = [date(2027, 6, 10), date(2027, 10, 14)]

    before, last = breaks_before([SUMMER, autumn], days, TODAY)

    assert before == ["", "No sessions from July to September 2027"]
    assert last == "No sessions in November 2027"


def test_a_run_says_its_rhythm_hours_and_breaks_that_are_not_over(app: Flask) -> None:
    over = ["2026-09-01", "2026-10-31"]
    series = build.a_series(
        build.a_cohort(),
        count=None,
        leave_outs={"breaks": [["2027-07-01", "2027-09-30"], over]},
    )

    words = run_words(series, now=NOW)

    assert words.rhythm == (
        "Second Thursday of each month, 6pm to 7:30pm, UK time. It keeps going until you end it."
    )
    assert words.breaks == ["No sessions from July to September 2027"]
