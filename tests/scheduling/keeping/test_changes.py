"""Moments of change: whole seconds that rise with every change any calendar can show."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from core.transaction import transaction
from scheduling.keeping.changes import next_change, note_details_changed
from scheduling.keeping.diaries import existing_diary
from tests.build import a_cohort, a_member, a_series, a_session
from tests.scheduling.changed import note_dates_changed

NINE = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis takes its bounds naive


def test_the_first_change_is_now_to_the_second() -> None:
    assert next_change(None, NINE + timedelta(microseconds=999_999)) == NINE


def test_a_second_change_in_the_same_second_is_two_seconds_later() -> None:
    assert next_change(NINE, NINE + timedelta(milliseconds=5)) == NINE + timedelta(seconds=2)


def test_a_change_in_another_zone_is_told_in_utc() -> None:
    in_paris = datetime(2026, 11, 21, 10, 0, tzinfo=timezone(timedelta(hours=1)))

    assert next_change(None, in_paris).isoformat() == "2026-11-21T09:00:00+00:00"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        next_change(None, datetime(2026, 11, 21, 9, 0))  # noqa: DTZ001 - the point of the test


@given(MOMENTS, MOMENTS)
def test_changes_rise_even_when_the_clock_goes_back(previous: datetime, now: datetime) -> None:
    changed = next_change(previous, now)

    assert (changed - previous).total_seconds() > 0
    assert changed.microsecond == 0


def test_a_session_changes_after_every_diary_that_shows_it(app: Flask, now: datetime) -> None:
    cohort = a_cohort()
    session = a_session(a_series(cohort))
    diary = existing_diary(a_member(cohort).person)
    assert diary is not None
    with transaction():
        diary.changed_at = now + timedelta(seconds=3)

    with transaction():
        note_dates_changed(session, now)
    after_dates = session.dates_changed_at
    with transaction():
        note_details_changed(session, now)

    assert after_dates == now + timedelta(seconds=5)
    assert session.details_changed_at == now + timedelta(seconds=7)
