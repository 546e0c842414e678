"""When a session is, for readers in its own zone and in others."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.dates.hours import instant
from scheduling.dates.when import When, when

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
#: Thursday 10 December 2026, 6pm in London.
EVENING = datetime(2026, 12, 10, 18, 0, tzinfo=UTC)
ZONES = (
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kolkata",
)


def said(
    starts_at: datetime,
    reader_zone: str | None = None,
    *,
    zone_name: str = "Europe/London",
    now: datetime = NOW,
) -> When:
    """Return the words for an hour and a half."""
    return when(starts_at, starts_at + timedelta(minutes=90), zone_name, now, reader_zone)


def test_a_reader_in_the_same_zone_sees_one_time() -> None:
    assert said(EVENING, "Europe/London") == said(EVENING)
    assert said(EVENING) == When(
        date_words="Thursday 10 December",
        times_words="6pm to 7:30pm, UK time",
        until_words="in 19 days",
        starts_at_iso="2026-12-10T18:00Z",
        clock_note=None,
        start_words="6pm",
        own_words=None,
    )


def test_a_reader_whose_clock_shows_the_same_sees_one_time() -> None:
    assert said(EVENING, "Europe/Dublin").own_words is None


@pytest.mark.parametrize(
    ("reader_zone", "own"),
    [
        ("America/New_York", "1pm your time"),
        ("Europe/Paris", "7pm your time"),
        ("Asia/Kolkata", "11:30pm your time"),
        ("Australia/Lord_Howe", "5am on Friday 11 December, your time"),
        ("Pacific/Apia", "7am on Friday 11 December, your time"),
    ],
)
def test_r14_a_reader_elsewhere_sees_their_own_time_as_well(reader_zone: str, own: str) -> None:
    shown = said(EVENING, reader_zone)

    assert shown.times_words == f"6pm to 7:30pm, UK time ({own})"
    assert (shown.own_words, shown.start_words) == (own, "6pm UK time")


def test_another_year_where_the_reader_is_is_named() -> None:
    new_year = datetime(2026, 12, 31, 18, 0, tzinfo=UTC)

    assert said(new_year, "Asia/Tokyo").own_words == "3am on Friday 1 January 2027, your time"


def test_the_time_of_a_zone_abroad_is_said_with_its_place() -> None:
    shown = said(datetime(2026, 12, 10, 23, 0, tzinfo=UTC), zone_name="America/New_York")

    assert shown.times_words == "6pm to 7:30pm, New York time"


def test_how_far_off_it_is_counts_from_where_the_reader_is() -> None:
    # In Sydney it is Thursday already, and the session is on Friday there.
    late = datetime(2026, 12, 9, 14, 0, tzinfo=UTC)

    assert said(EVENING, now=late).until_words == "tomorrow"
    assert said(EVENING, "Australia/Sydney", now=late).until_words == "tomorrow"
    assert said(EVENING, "America/New_York", now=late).until_words == "tomorrow"
    assert said(EVENING, "Pacific/Honolulu", now=late).until_words == "tomorrow"
    assert said(EVENING, "Australia/Sydney", now=NOW).until_words == "in 20 days"


def test_a_session_that_is_over_says_neither_how_far_off_nor_what_clocks_do() -> None:
    spring = datetime(2027, 3, 25, 18, 0, tzinfo=UTC)

    shown = said(spring, now=spring + timedelta(hours=2))

    assert (shown.until_words, shown.clock_note) == ("", None)


@pytest.mark.parametrize(
    ("starts_at", "own"),
    [
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "1:30am, before the clocks go back, your time"),
        (
            datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
            "1:30am, after the clocks have gone back, your time",
        ),
    ],
)
def test_of_two_equal_times_of_a_reader_it_is_said_which(starts_at: datetime, own: str) -> None:
    shown = said(starts_at, "America/New_York", now=datetime(2026, 10, 1, tzinfo=UTC))

    assert shown.own_words == own


@settings(deadline=None)
@given(st.integers(0, 3 * 365 * 24 * 4), st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_r14_every_session_can_be_said_for_every_reader(
    quarters: int, zone_name: str, reader_zone: str
) -> None:
    starts_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarters)
    shown = said(starts_at, reader_zone, zone_name=zone_name, now=starts_at - timedelta(days=9))

    assert (shown.own_words is None) == (zone_name == reader_zone or "(" not in shown.times_words)
    assert shown.starts_at_iso == f"{starts_at:%Y-%m-%dT%H:%MZ}"
    assert shown.clock_note is None or shown.clock_note.endswith(".")


@pytest.mark.parametrize("zone_name", ZONES)
def test_r14_a_weekly_session_keeps_its_hours_by_the_clock_of_its_zone(zone_name: str) -> None:
    from_day = date(2026, 1, 5)
    days = [from_day + timedelta(weeks=week) for week in range(104)]
    starts = [instant(day, time(9), ZoneInfo(zone_name)).at for day in days]

    hours = {said(one, zone_name=zone_name, now=one).times_words for one in starts}

    assert [words.partition(",")[0] for words in hours] == ["9am to 10:30am"]
