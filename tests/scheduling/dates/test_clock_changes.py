"""What is said about changes of the clocks, to readers in the session's zone and in others."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduling.dates.clock_changes import ClockChange, Reading, clock_changes, clock_note, shift_at
from scheduling.dates.hours import instant

LONDON = "Europe/London"
HOUR = timedelta(hours=1)


def note(day: date, today: date, zone: str = LONDON, reader: str | None = None) -> str | None:
    """Return the note about a session at 6pm, read at midday."""
    starts_at = instant(day, time(18), ZoneInfo(zone)).at
    now = datetime.combine(today, time(12), tzinfo=UTC)
    return clock_note(Reading(starts_at, ZoneInfo(zone), ZoneInfo(reader or zone), now))


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        (LONDON, [(date(2027, 3, 28), HOUR), (date(2027, 10, 31), -HOUR)]),
        ("America/New_York", [(date(2027, 3, 14), HOUR), (date(2027, 11, 7), -HOUR)]),
        ("Australia/Lord_Howe", [(date(2027, 4, 4), -HOUR / 2), (date(2027, 10, 3), HOUR / 2)]),
        ("Pacific/Apia", []),
        ("Asia/Kolkata", []),
    ],
)
def test_r14_the_changes_of_a_year_are_found(
    zone: str, changes: list[tuple[date, timedelta]]
) -> None:
    found = clock_changes(date(2027, 1, 1), date(2027, 12, 31), ZoneInfo(zone))

    assert found == [ClockChange(*change) for change in changes]


@pytest.mark.parametrize(
    ("today", "verb"),
    [
        (date(2026, 10, 10), None),
        (date(2026, 10, 11), "go"),
        (date(2026, 10, 25), "go"),
        (date(2026, 10, 26), "went"),
        (date(2026, 11, 8), "went"),
        (date(2026, 11, 9), None),
    ],
)
def test_a_change_is_mentioned_for_two_weeks_on_either_side(today: date, verb: str | None) -> None:
    said = (
        f"The clocks {verb} back on Sunday 25 October. "
        "It is 6pm, UK time, by the clock before and after."
    )

    # A session outside those weeks itself, but the next one to come.
    assert note(today + timedelta(days=30), today) == (said if verb else None)


def test_a_session_near_a_change_has_the_note_however_early_it_is_read() -> None:
    today = date(2026, 11, 21)

    assert note(date(2027, 4, 8), today) == (
        "The clocks go forward on Sunday 28 March 2027. "
        "It is 6pm, UK time, by the clock before and after."
    )
    assert note(date(2027, 4, 12), today) is None


def test_a_session_far_ahead_is_not_told_of_a_change_that_is_near() -> None:
    assert note(date(2027, 1, 14), date(2026, 10, 26)) is None


@pytest.mark.parametrize(
    ("day", "reader", "said"),
    [
        (
            date(2027, 3, 18),
            "America/New_York",
            "1pm your time, 2pm from Sunday 14 March and 1pm from Sunday 28 March",
        ),
        (
            date(2027, 10, 28),
            "America/New_York",
            "1pm your time, 2pm from Sunday 31 October and 1pm from Sunday 7 November",
        ),
        (
            date(2027, 4, 1),
            "Australia/Sydney",
            "5am your time, 4am from Sunday 28 March and 3am from Sunday 4 April",
        ),
        (
            date(2027, 4, 1),
            "Australia/Lord_Howe",
            "5am your time, 4am from Sunday 28 March and 3:30am from Sunday 4 April",
        ),
        (date(2027, 4, 1), "Asia/Kolkata", "11:30pm your time and 10:30pm from Sunday 28 March"),
        (date(2027, 4, 1), "Pacific/Apia", "7am your time and 6am from Sunday 28 March"),
    ],
)
def test_r14_a_reader_elsewhere_is_told_from_when_their_own_time_shifts(
    day: date, reader: str, said: str
) -> None:
    assert note(day, date(2027, 3, 1), reader=reader) == (
        f"The clocks change: 6pm, UK time, is {said}."
    )


def test_a_reader_whose_clocks_change_the_same_night_is_told_that_nothing_shifts() -> None:
    assert note(date(2027, 4, 1), date(2027, 3, 20), reader="Europe/Paris") == (
        "The clocks go forward on Sunday 28 March. "
        "It is 6pm, UK time, by the clock before and after."
    )


def test_a_reader_whose_clocks_alone_change_is_told_so() -> None:
    said = note(date(2027, 4, 1), date(2027, 3, 20), zone="Asia/Kolkata", reader=LONDON)

    assert said == (
        "The clocks change: 6pm, Kolkata time, "
        "is 12:30pm your time and 1:30pm from Sunday 28 March."
    )


def test_south_of_the_equator_clocks_go_back_in_april() -> None:
    said = note(date(2027, 4, 8), date(2027, 4, 1), zone="Australia/Sydney")

    assert said == (
        "The clocks go back on Sunday 4 April. "
        "It is 6pm, Sydney time, by the clock before and after."
    )


def test_nothing_is_said_where_no_clock_changes() -> None:
    year = [date(2026, 1, 1) + timedelta(days=ahead) for ahead in range(365)]

    assert {note(day + timedelta(days=7), day, zone="Asia/Kolkata") for day in year} == {None}


@pytest.mark.parametrize(
    ("day", "clock", "said"),
    [
        (
            date(2026, 10, 25),
            time(1, 30),
            "The clocks go back that day and show 1:30am twice. It begins the first time.",
        ),
        (
            date(2027, 3, 28),
            time(1, 30),
            "The clocks go forward that day. It begins just after, at 2am.",
        ),
    ],
)
def test_an_hour_shown_twice_or_left_out_is_explained(day: date, clock: time, said: str) -> None:
    starts_at = instant(day, clock, ZoneInfo(LONDON)).at
    now = datetime(2026, 10, 1, tzinfo=UTC)

    assert clock_note(Reading(starts_at, ZoneInfo(LONDON), ZoneInfo(LONDON), now)) == said


@pytest.mark.parametrize(
    ("zone", "day", "clock"),
    [
        (LONDON, date(2026, 10, 25), time(1, 30)),
        (LONDON, date(2027, 3, 28), time(1, 30)),
        ("America/New_York", date(2027, 11, 7), time(1, 30)),
        ("America/New_York", date(2027, 3, 14), time(2, 30)),
        ("Australia/Lord_Howe", date(2027, 4, 4), time(1, 45)),
        ("Australia/Lord_Howe", date(2027, 10, 3), time(2, 15)),
        ("Asia/Kolkata", date(2027, 3, 28), time(1, 30)),
        (LONDON, date(2027, 3, 28), time(18)),
    ],
)
def test_r14_a_shift_is_recognised_by_the_moment_alone(zone: str, day: date, clock: time) -> None:
    meant = instant(day, clock, ZoneInfo(zone))

    assert shift_at(meant.at, ZoneInfo(zone)) == meant.shift
