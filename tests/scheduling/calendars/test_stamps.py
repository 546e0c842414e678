"""Stamps lie up to an hour before the change, rise with every change and never fall."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduling.calendars.stamps import APART, LEAST, MOST, lead, stamp

SECOND = timedelta(seconds=1)
UPDATED = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LEADS = st.builds(lead, st.binary(min_size=32, max_size=32), st.text("abc", max_size=5))
#: Seconds before and after an update of the site, far and near.
NEAR = st.integers(-8_000, 8_000)
AFTER = st.one_of(NEAR, st.integers(-(10**7), 10**7))


@given(LEADS, AFTER)
def test_f9_without_an_older_release_it_lies_up_to_an_hour_before(by: timedelta, at: int) -> None:
    changed_at = UPDATED + at * SECOND

    assert LEAST <= changed_at - stamp(changed_at, by, None) < MOST


@given(LEADS, st.lists(AFTER, min_size=2, max_size=6), st.sampled_from([None, UPDATED]))
def test_f10_a_later_change_has_a_later_stamp(
    by: timedelta, moments: list[int], since: datetime | None
) -> None:
    stamps, at = [], UPDATED + min(moments) * SECOND
    for moment in sorted(moments):
        at = max(at + APART, UPDATED + moment * SECOND)
        stamps.append(stamp(at, by, since))

    assert stamps == sorted(set(stamps))


@given(LEADS, st.integers(-8, 8))
def test_f10_a_change_just_after_an_update_has_a_later_stamp_than_one_just_before(
    by: timedelta, at: int
) -> None:
    before = stamp(UPDATED + at * SECOND, by, UPDATED)

    assert stamp(UPDATED + at * SECOND + APART, by, UPDATED) > before


@given(LEADS, AFTER)
def test_f10_no_stamp_falls_at_an_update_or_after_it_or_lies_ahead_of_the_clock(
    by: timedelta, at: int
) -> None:
    changed_at = UPDATED + at * SECOND
    told = stamp(changed_at, by, UPDATED)

    if at <= 0:
        assert changed_at <= told <= UPDATED
    else:
        assert UPDATED < told + SECOND <= changed_at + SECOND
    if at >= 7_200:
        assert told == changed_at - by


def test_calendars_and_sessions_have_leads_of_their_own() -> None:
    keys = [bytes([number]) * 32 for number in range(40)]

    of_calendars = {lead(key, "calendar", "session") for key in keys}
    of_sessions = {lead(keys[0], "calendar", f"session {number}") for number in range(40)}

    assert len(of_calendars) > 35
    assert len(of_sessions) > 35
