"""What a subscribed calendar gets: the rules of RFC 5545 and 7986 that real programs insist on.

Tests named f1 to f18 follow the numbered rules for feeds. The rules about which meetings, and
about when a sequence number rises, belong to the callers.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from icalendar import Calendar, Event, Timezone

from scheduling.calendars import ical
from scheduling.calendars.ical import Entry, event_bytes, feed
from tests.scheduling.calendar_bytes import (
    CANCELLED,
    DISCREET,
    ENTRIES,
    FULL,
    HOSTILE,
    NEXT,
    SENT_AT,
    THOROUGH,
    event_in,
    lines_of,
    misshapen,
    names_of,
    unfolded,
)


def test_f1_one_calendar_begins_with_version_and_product_and_has_no_method() -> None:
    lines = unfolded(feed([FULL, NEXT], name="My groups"))

    assert lines[:4] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Calendar//Calendar 1//EN",
        "CALSCALE:GREGORIAN",
    ]
    assert lines.count("BEGIN:VCALENDAR") == 1
    assert not [line for line in lines if line.startswith("METHOD")]


@THOROUGH
@given(ENTRIES, HOSTILE)
def test_f2_every_line_ends_in_crlf_and_is_at_most_75_octets(
    entries: list[Entry], name: str
) -> None:
    body = feed(entries, name=name)

    assert misshapen(body) == []


def test_f2_long_accented_text_is_folded_between_characters_and_comes_back_whole() -> None:
    title = "é" * 37 + "😀" * 30 + "a" * 80

    body = feed([replace(FULL, summary=title)], name="My groups")

    assert event_in(body)["SUMMARY"] == title


def test_f3_names_are_equal_escaped_and_the_zone_is_told() -> None:
    body = feed([FULL], name="My groups; mine, all\\nine")

    assert lines_of(body, "NAME") == ["NAME:My groups\\; mine\\, all/nine"]
    assert lines_of(body, "X-WR-CALNAME") == ["X-WR-CALNAME:My groups\\; mine\\, all/nine"]
    assert lines_of(body, "X-WR-TIMEZONE") == ["X-WR-TIMEZONE:Europe/London"]


def test_f4_refresh_is_every_four_hours_in_both_spellings() -> None:
    body = feed([FULL], name="My groups")

    assert lines_of(body, "REFRESH-INTERVAL") == ["REFRESH-INTERVAL;VALUE=DURATION:PT4H"]
    assert lines_of(body, "X-PUBLISHED-TTL") == ["X-PUBLISHED-TTL:PT4H"]


def test_f5_empty_feed_holds_one_timezone_and_a_full_one_none() -> None:
    empty, full = feed([], name="My groups"), feed([FULL], name="My groups")

    assert unfolded(empty).count("BEGIN:VTIMEZONE") == 1
    assert empty.count(ical.TIMEZONE) == 1
    assert b"VTIMEZONE" not in full


def test_f5_timezone_agrees_with_the_iana_database_for_ten_years() -> None:
    (timezone_read,) = Calendar.from_ical(feed([], name="My groups")).walk("VTIMEZONE")
    assert isinstance(timezone_read, Timezone)
    ours, london = timezone_read.to_tz(), ZoneInfo("Europe/London")

    noons = [datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day) for day in range(3653)]

    assert [noon.astimezone(ours).utcoffset() for noon in noons] == [
        noon.astimezone(london).utcoffset() for noon in noons
    ]


@pytest.mark.parametrize("uid", ["", "a" * 191, "two words\n", "a\x00b", " a"])
def test_f6_identifier_that_is_not_one_short_line_is_refused(uid: str) -> None:
    with pytest.raises(ValueError, match="one short line"):
        replace(FULL, uid=uid)


def test_f6_identifier_of_190_characters_stands_as_it_is() -> None:
    uid = "a" * 175 + "@alcove.example"

    assert event_in(feed([replace(FULL, uid=uid)], name="x"))["UID"] == uid


def test_f7_times_in_any_zone_are_written_in_utc_without_duration() -> None:
    summer = datetime(2026, 7, 9, 18, 0, tzinfo=ZoneInfo("Europe/London"))
    entry = replace(FULL, starts_at=summer, ends_at=summer + timedelta(minutes=90))

    body = feed([entry], name="My groups")

    assert lines_of(body, "DTSTART") == ["DTSTART:20260709T170000Z"]
    assert lines_of(body, "DTEND") == ["DTEND:20260709T183000Z"]
    assert lines_of(body, "DURATION") == []


@pytest.mark.parametrize("field", ["starts_at", "ends_at", "changed_at"])
def test_f7_naive_time_is_refused(field: str) -> None:
    naive: Any = {field: datetime(2026, 4, 9, 18, 0)}  # noqa: DTZ001 - the mistake under test

    with pytest.raises(ValueError, match="time zone"):
        replace(FULL, **naive)


@pytest.mark.parametrize("seconds", [0, -60, 0.9])
def test_f7_meeting_that_does_not_last_a_second_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        replace(FULL, ends_at=FULL.starts_at + timedelta(seconds=seconds))


def test_f8_each_event_holds_what_programs_need_and_nothing_that_nobody_asked_for() -> None:
    needed = {
        "BEGIN", "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY",
        "STATUS", "TRANSP", "CLASS", "X-MICROSOFT-CDO-BUSYSTATUS", "END",
    }  # fmt: skip

    assert names_of(event_bytes(DISCREET)) == needed
    assert names_of(event_bytes(FULL)) == needed | {"DESCRIPTION", "LOCATION"}
    assert lines_of(event_bytes(DISCREET), "CLASS") == ["CLASS:PRIVATE"]


def test_f9_stamp_is_the_time_of_the_last_change_in_utc_to_the_second() -> None:
    changed = datetime(2026, 2, 10, 13, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))

    body = event_bytes(replace(FULL, changed_at=changed))

    assert lines_of(body, "DTSTAMP") == ["DTSTAMP:20260210T120000Z"]
    assert lines_of(body, "LAST-MODIFIED") == ["LAST-MODIFIED:20260210T120000Z"]


def test_f10_same_entries_in_any_order_give_the_same_bytes_earliest_first() -> None:
    twin = replace(FULL, uid="0@alcove.example")

    body = feed([NEXT, FULL, twin], name="My groups")

    assert body == feed([twin, NEXT, FULL], name="My groups")
    assert [line.removeprefix("UID:") for line in lines_of(body, "UID")] == [
        twin.uid,
        FULL.uid,
        NEXT.uid,
    ]


def test_f10_every_visible_change_changes_the_bytes() -> None:
    changes: list[dict[str, Any]] = [
        {"summary": "Other"},
        {"description": "Other"},
        {"location": "Other"},
        {"sequence": 9},
        {"cancelled": True},
        {"busy": False},
        {"ends_at": FULL.ends_at + timedelta(minutes=1)},
        {"changed_at": SENT_AT},
    ]
    bodies = {feed([replace(FULL, **change)], name="My groups") for change in [{}, *changes]}

    assert len(bodies) == len(changes) + 1


def test_f11_text_is_escaped_once_and_a_backslash_becomes_a_slash() -> None:
    body = event_bytes(replace(FULL, summary="a;b,c:d\\n<b>&amp;", description="one\r\n\r\ntwo, 3"))

    assert lines_of(body, "SUMMARY") == ["SUMMARY:a\\;b\\,c:d/n<b>&amp\\;"]
    assert lines_of(body, "DESCRIPTION") == ["DESCRIPTION:one\\n\\ntwo\\, 3"]


@pytest.mark.parametrize(
    "control", ["\x00", "\x07", "\x0b", "\x7f", "\x85", "\u2028", "\ufeff", "\u202e"]
)
def test_f11_control_characters_do_not_reach_the_calendar(control: str) -> None:
    hostile = replace(FULL, summary=f"a{control}b", description=control, location=f"{control}c")

    assert control not in feed([hostile], name=f"x{control}").decode()


def test_f12_feed_names_no_person_even_when_it_is_full() -> None:
    body = feed([FULL, CANCELLED], name="My groups")

    unwanted = {"ATTENDEE", "ORGANIZER", "ATTACH", "REQUEST-STATUS", "VALARM", "CONTACT"}
    assert names_of(body).isdisjoint(unwanted)
    assert b"mailto" not in body.lower()


def test_f13_confirmed_time_is_busy_unless_the_member_shows_it_as_free() -> None:
    busy, free = event_bytes(FULL), event_bytes(replace(FULL, busy=False))

    assert lines_of(busy, "TRANSP") == ["TRANSP:OPAQUE"]
    assert lines_of(busy, "X-MICROSOFT-CDO-BUSYSTATUS") == ["X-MICROSOFT-CDO-BUSYSTATUS:BUSY"]
    assert lines_of(free, "TRANSP") == ["TRANSP:TRANSPARENT"]
    assert lines_of(free, "X-MICROSOFT-CDO-BUSYSTATUS") == ["X-MICROSOFT-CDO-BUSYSTATUS:FREE"]
    assert lines_of(busy, "STATUS") == lines_of(free, "STATUS") == ["STATUS:CONFIRMED"]


def test_f14_cancelled_meeting_stays_says_so_in_words_and_frees_the_time() -> None:
    body = event_bytes(CANCELLED)

    assert lines_of(body, "STATUS") == ["STATUS:CANCELLED"]
    assert lines_of(body, "SUMMARY") == ["SUMMARY:Cancelled: Private appointment"]
    assert lines_of(body, "TRANSP") == ["TRANSP:TRANSPARENT"]
    assert lines_of(body, "X-MICROSOFT-CDO-BUSYSTATUS") == ["X-MICROSOFT-CDO-BUSYSTATUS:FREE"]


def test_f14_title_that_says_cancelled_already_says_it_once() -> None:
    entry = replace(CANCELLED, summary="CANCELLED: Evening")

    assert lines_of(event_bytes(entry), "SUMMARY") == ["SUMMARY:CANCELLED: Evening"]


def test_f15_moved_meeting_keeps_its_identifier() -> None:
    later = replace(FULL, starts_at=FULL.ends_at, ends_at=FULL.ends_at + timedelta(hours=1))

    assert lines_of(event_bytes(later), "UID") == lines_of(event_bytes(FULL), "UID")


def test_negative_sequence_is_refused() -> None:
    with pytest.raises(ValueError, match="starts at 0"):
        replace(FULL, sequence=-1)


def test_f18_title_that_shows_nothing_becomes_a_neutral_one() -> None:
    entry = replace(DISCREET, summary="\u200b \x00")

    assert lines_of(event_bytes(entry), "SUMMARY") == ["SUMMARY:Private appointment"]


def test_feed_is_what_the_library_would_write_of_its_entries() -> None:
    pieces = [event_bytes(FULL), event_bytes(CANCELLED)]
    whole = Calendar.from_ical(feed([], name="My groups"))
    whole.subcomponents = [Event.from_ical(piece) for piece in pieces]

    body = feed([CANCELLED, FULL], name="My groups")

    assert body == whole.to_ical(sorted=False)
