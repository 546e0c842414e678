"""What a private calendar holds, and how its times rise. Rules F6 to F18 name their tests."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from icalendar import Calendar

from core.errors import NotFound
from core.transaction import transaction
from groups.models import CohortState, Membership, MembershipState
from scheduling.access import start_of_day
from scheduling.calendars.ical import Entry
from scheduling.calendars.stamps import lead
from scheduling.feeds import contents
from scheduling.feeds.contents import entries
from scheduling.keeping.changes import note_details_changed
from scheduling.keeping.diaries import choose, revoke_feed
from scheduling.models import Detail, Diary, Feed, KeptBy, PeerSession, PlaceKind, SessionState
from tests.build import (
    CREATED,
    FIRST,
    a_cohort,
    a_feed,
    a_member,
    a_person,
    a_prompt,
    a_series,
    a_session,
    series_of,
)
from tests.scheduling.changed import change_place, note_dates_changed

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
FULL_CHANGES: dict[str, Callable[[PeerSession, datetime], None]] = {
    "dates": note_dates_changed,
    "details": note_details_changed,
}


def decide(diary: Diary, now: datetime, *, detail: Detail, words: str = "") -> None:
    """Choose what a diary shows."""
    with transaction():
        choose(
            diary,
            kept_by=KeptBy.FEED,
            detail=detail,
            words=words,
            busy=True,
            reminders=True,
            now=now,
        )


def only_entry(feed: Feed, now: datetime) -> Entry:
    """Return the one entry of a calendar that has one."""
    (entry,) = contents.entries(feed.diary, now=now)
    return entry


def changed_at(feed: Feed, now: datetime) -> datetime:
    """Return when a calendar really last changed, which it does not say."""
    diary = feed.diary
    return contents.read(feed, now=now).changed_at + lead(diary.entry_key, diary.public_id)


def test_f6_identifiers_differ_for_every_person_and_stay_for_ever(
    session: PeerSession, feed: Feed, now: datetime
) -> None:
    other = a_feed(a_member(session.cohort, a_person("Dev")).person)[0]
    first = only_entry(feed, now).uid

    assert first != only_entry(other, now).uid
    assert first == only_entry(feed, now + DAY).uid
    assert len(first) == len("@alcove.example") + 32
    assert session.public_id not in first


def test_f9_the_stamp_lies_up_to_an_hour_before_the_change(
    session: PeerSession, feed: Feed, now: datetime
) -> None:
    entry = only_entry(feed, now)

    assert timedelta(0) < CREATED - entry.changed_at < HOUR
    assert entry.changed_at.microsecond == 0
    assert timedelta(0) < CREATED - contents.read(feed, now=now).changed_at < HOUR


def test_f10_the_sequence_is_the_stamp_in_seconds(
    session: PeerSession, feed: Feed, now: datetime
) -> None:
    entry = only_entry(feed, now)

    assert entry.sequence == (entry.changed_at - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds()
    assert entry.sequence < 2**31


@pytest.mark.parametrize("change", ["dates", "details", "diary"])
@pytest.mark.parametrize("then", ["dates", "details", "diary"])
def test_f10_every_change_in_one_second_raises_what_calendars_compare(
    session: PeerSession, feed: Feed, now: datetime, change: str, then: str
) -> None:
    decide(feed.diary, now, detail=Detail.FULL)
    seen = [only_entry(feed, now)]
    for kind in (change, then, change):
        if kind == "diary":
            detail = Detail.FULL if feed.diary.detail == Detail.DISCREET else Detail.DISCREET
            decide(feed.diary, now, detail=detail)
        elif kind == "dates" or feed.diary.detail == Detail.FULL:
            with transaction():
                FULL_CHANGES[kind](session, now)
        else:
            continue
        seen.append(only_entry(feed, now))

    assert all(before.sequence < after.sequence for before, after in pairwise(seen))
    assert all(before.changed_at < after.changed_at for before, after in pairwise(seen))


def test_f10_a_discreet_entry_does_not_move_with_what_it_does_not_show(
    session: PeerSession, feed: Feed, now: datetime
) -> None:
    before = contents.read(feed, now=now)

    with transaction():
        note_details_changed(session, now)

    assert contents.read(feed, now=now) == before


def test_f14_a_cancelled_session_stays_for_seven_days_after_its_date(
    session: PeerSession, feed: Feed
) -> None:
    with transaction():
        session.state = SessionState.CANCELLED
    midnight = start_of_day(session.ends_at + 8 * DAY)

    assert only_entry(feed, midnight - SECOND).cancelled
    assert contents.entries(feed.diary, now=midnight) == []


def test_f15_a_moved_session_keeps_its_identifier(
    session: PeerSession, feed: Feed, now: datetime
) -> None:
    before = only_entry(feed, now)
    with transaction():
        session.starts_at, session.ends_at = session.starts_at + DAY, session.ends_at + DAY
        note_dates_changed(session, now)

    after = only_entry(feed, now)

    assert (after.uid, after.starts_at) == (before.uid, before.starts_at + DAY)


def test_f16_the_window_is_sixty_days_back_and_five_hundred_ahead(
    session: PeerSession, feed: Feed
) -> None:
    def held(now: datetime) -> bool:
        return bool(contents.entries(feed.diary, now=now))

    leaves_at = start_of_day(session.ends_at + 61 * DAY)
    comes_at = start_of_day(session.starts_at - 500 * DAY)

    assert held(leaves_at - SECOND)
    assert not held(leaves_at)
    assert held(comes_at)
    assert not held(comes_at - SECOND)


def test_f16_a_whole_day_gives_the_same_bytes(session: PeerSession, feed: Feed) -> None:
    midnight = start_of_day(session.starts_at)

    at_first, at_last = (
        contents.read(feed, now=moment) for moment in (midnight, midnight + DAY - SECOND)
    )

    assert (at_first, at_first.made_of) == (at_last, at_last.made_of)


def test_f18_a_discreet_entry_is_the_persons_own_words_and_nothing_else(
    session: PeerSession, feed: Feed, now: datetime
) -> None:
    a_prompt(session, "Who carried you?")
    with transaction():
        session.prompts_shown_at = now
    decide(feed.diary, now, detail=Detail.DISCREET, words="Hold")

    entry = only_entry(feed, now)

    assert (entry.summary, entry.description, entry.location) == ("Hold", "", "")


def test_a_full_entry_has_the_prompts_but_never_the_room(
    session: PeerSession, feed: Feed, now: datetime
) -> None:
    a_prompt(session, "Who carried you?")
    with transaction():
        session.prompts_shown_at = now
    decide(feed.diary, now, detail=Detail.FULL)

    event = Calendar.from_ical(contents.read(feed, now=now).body).walk("VEVENT")[0]

    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("Thursday evenings", "Online")
    assert str(event["DESCRIPTION"]).startswith("Who carried you?\nhttp://alcove.example/g/")
    assert "rooms.example" not in event.to_ical().decode()


@pytest.mark.parametrize(
    "state", [MembershipState.PAUSED, MembershipState.LEFT, MembershipState.REMOVED]
)
def test_who_has_paused_or_gone_has_no_entries_of_that_group(
    session: PeerSession, feed: Feed, member: Membership, now: datetime, state: MembershipState
) -> None:
    elsewhere = a_cohort(a_person("Tom"))
    a_member(elsewhere, member.person)
    kept = a_session(a_series(elsewhere), date(2027, 1, 14))
    with transaction():
        member.state = state

    assert [entry.starts_at for entry in contents.entries(feed.diary, now=now)] == [kept.starts_at]


def test_a_draft_has_no_entries_anywhere(app: Flask, now: datetime) -> None:
    cohort = a_cohort(state=CohortState.DRAFT)
    a_session(a_series(cohort))
    feed, _ = a_feed(cohort.memberships[0].person)

    assert contents.entries(feed.diary, now=now) == []


@pytest.mark.parametrize("former", ["Room 4, 1 Temple Row", None])
@pytest.mark.parametrize("own", ["The library", None])
def test_another_place_leaves_past_entries_byte_for_byte_as_they_were(
    member: Membership, feed: Feed, now: datetime, former: str | None, own: str | None
) -> None:
    decide(feed.diary, now, detail=Detail.FULL)
    series = a_series(member.cohort, place=former)
    a_session(series, date(2026, 11, 12), place=own)
    before = contents.read(feed, now=now).body
    coming = a_session(series, number=2)

    for place in ("Room 9", "Room 10"):
        with transaction():
            change_place(
                series,
                place_kind=PlaceKind.IN_PERSON,
                place=place,
                room=None,
                now=now,
                tell=False,
                by=member.person,
            )

    after = entries(feed.diary, now=now)
    assert [entry.location for entry in after] == [own or former or "", "Room 10"]
    with transaction():
        coming.ends_at = coming.starts_at = now - timedelta(days=90)
    assert contents.read(feed, now=now).body == before


def test_the_same_rows_give_the_same_bytes(session: PeerSession, feed: Feed, now: datetime) -> None:
    assert contents.read(feed, now=now) == contents.read(feed, now=now + DAY)


def test_the_calendar_changed_when_somebody_left(
    session: PeerSession, feed: Feed, member: Membership, now: datetime
) -> None:
    with transaction():
        member.state, member.left_at = MembershipState.LEFT, now

    assert changed_at(feed, now + DAY) == now


def test_the_calendar_changed_when_somebody_paused(
    session: PeerSession, feed: Feed, member: Membership, now: datetime
) -> None:
    with transaction():
        member.state, member.changed_at = MembershipState.PAUSED, now

    assert changed_at(feed, now + DAY) == now


@pytest.mark.parametrize(
    ("state", "days"), [(SessionState.PLANNED, 60), (SessionState.CANCELLED, 7)]
)
def test_the_calendar_changed_when_an_old_session_left_it(
    session: PeerSession, feed: Feed, state: SessionState, days: int
) -> None:
    with transaction():
        session.state = state
    left_at = start_of_day(session.ends_at + (days + 1) * DAY)

    assert changed_at(feed, left_at - SECOND) < left_at
    assert changed_at(feed, left_at + DAY) == left_at


def test_the_calendar_changed_when_a_far_session_came_into_it(
    session: PeerSession, feed: Feed, now: datetime
) -> None:
    far = a_session(series_of(session), FIRST + 510 * DAY, number=2)
    entered_at = start_of_day(far.starts_at - 500 * DAY)

    assert changed_at(feed, entered_at - SECOND) < entered_at
    assert changed_at(feed, entered_at + DAY) == entered_at


def test_a_link_opens_its_feed_and_an_unknown_one_does_not(
    member: Membership, now: datetime
) -> None:
    feed, token = a_feed(member.person)

    assert contents.feed_with(token, now=now).id == feed.id
    with pytest.raises(NotFound):
        contents.feed_with(token[:-1], now=now)


def test_an_ended_link_gives_an_empty_calendar_for_thirty_days(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    feed, token = a_feed(member.person)
    with transaction():
        revoke_feed(feed, now=now)

    last = contents.feed_with(token, now=now + 30 * DAY - timedelta(seconds=1))

    assert b"BEGIN:VEVENT" not in contents.read(last, now=now + 29 * DAY).body
    assert changed_at(last, now + 29 * DAY) == now
    with pytest.raises(NotFound):
        contents.feed_with(token, now=now + 30 * DAY)
