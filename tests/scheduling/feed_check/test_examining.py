"""What is found in the bytes of a feed: each slip by the number of its rule, the good one clean."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.calendars import ical
from scheduling.calendars.ical import Entry
from scheduling.feed_check.examining import change_findings, content_findings
from scheduling.feed_check.fetching import Answer, read_address
from tests.scheduling.calendar_bytes import DISCREET, ENTRIES, HOSTILE, NEXT, THOROUGH
from tests.scheduling.odd_feeds import GOOD, PATH, READ_AT, changed

HERE = read_address(f"https://alcove.example{PATH}")
TRAPS = [
    b"\r\nDTSTART;TZID=../../etc:00000000T000000\r\n",
    b"\r\nDTSTART:00010101T000000Z\r\n",
    b"\r\nX-PUBLISHED-TTL:P999999999W\r\n",
    b"\r\nBEGIN:X" * 50,
    b"\r\nEND:VEVENT\r\n",
]
LINES = GOOD.count(b"\n")
LF = GOOD.replace(b"\r\n", b"\n")
STAMP = "DTSTAMP:20260210T120000Z"
CHANGED = "LAST-MODIFIED:20260210T120000Z"
START = "DTSTART:20260409T170000Z"
END = "DTEND:20260409T183000Z"
TITLE = "SUMMARY:Thursday evenings"
LONG = "DESCRIPTION:" + "é" * 30


def found_in(body: bytes, *, whole: bool = True) -> list[str]:
    """Return every finding as rule and first half, for the feed with these bytes."""
    answer = Answer(HERE, 200, body=body, whole=whole)
    return [f"{finding.rule} {finding.found}" for finding in content_findings(answer, READ_AT)]


def with_line(line: str) -> bytes:
    """Return the good feed with one more line in its first entry."""
    return changed(TITLE, f"{TITLE}\r\n{line}")


@pytest.mark.parametrize(
    "body",
    [GOOD, ical.feed([], name="Calendar"), ical.feed([DISCREET, NEXT], name="Ünï; code, all")],
)
def test_a_feed_of_ours_is_clean(body: bytes) -> None:
    assert found_in(body) == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (LF, "F2 Lines end in LF only."),
        (changed("NAME:Calendar\r", "NAME:Calendar"), "F2 Ends in LF only: line 5 and 1 more."),
        (b"\xef\xbb\xbf" + GOOD, "F2 It begins with a byte order mark."),
        (GOOD.removesuffix(b"\r\n"), "F2 The last line has no end."),
        (GOOD + b"\r\n", f"F2 Blank: line {LINES + 1}."),
        (with_line("DESCRIPTION:" + "x" * 70), "F2 Longer than 75 octets: line 18."),
        (with_line("X-A:a\x07b"), "F2 Control characters: line 18."),
        (with_line("X-A:a\rb"), "F2 Control characters: line 18."),
        (changed("Thursday", "Café").replace("é".encode(), b"\xe9"), "F2 Not UTF-8: line 17."),
        (
            with_line(LONG).replace(b"\xc3", b"\xc3\r\n ", 1),
            "F2 A character cut in two by folding: line 18 and 1 more.",
        ),
    ],
)  # fmt: skip
def test_f2_each_slip_in_the_lines_is_found(body: bytes, found: str) -> None:
    assert found in found_in(body)


def test_lines_in_lf_are_one_finding_and_hide_nothing_else() -> None:
    assert found_in(LF) == ["F2 Lines end in LF only."]
    assert found_in(LF.replace(b"CLASS:PRIVATE", b"CLASS:PUBLIC")) == [
        "F2 Lines end in LF only.",
        "F8 CLASS is not PRIVATE: the entry on line 10 and 1 more.",
    ]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (GOOD + GOOD, ["F1 It is not exactly one calendar."]),
        (changed("CALSCALE", "X-SCALE"), ["F1 CALSCALE:GREGORIAN is not there."]),
        (changed("VERSION:2.0", "METHOD:PUBLISH\r\nVERSION:2.0"),
         ["F1 It does not begin with VERSION:2.0 and PRODID.", "F1 It has a METHOD."]),
        (with_line("no colon"), ["F1 No name and value: line 18."]),
        (changed("X-WR-CALNAME:Calendar", "X-WR-CALNAME:Other"),
         ["F3 NAME and X-WR-CALNAME differ."]),
        (changed("X-WR-CALNAME:Calendar\r\n", ""), ["F3 NAME or X-WR-CALNAME is not there."]),
        (changed("Europe/London", "GMT Standard Time"),
         ["F3 X-WR-TIMEZONE names no known time zone."]),
        (changed(";VALUE=DURATION", ""), ["F4 REFRESH-INTERVAL has no VALUE=DURATION."]),
        (changed("TTL:PT4H", "TTL:4:00:00"),
         ["F4 How often to ask cannot be read; PT4H would be right."]),
        (changed("TTL:PT4H", "TTL:PT1H"), ["F4 REFRESH-INTERVAL and X-PUBLISHED-TTL differ."]),
        (changed("PT4H", "P1W"), ["F4 It asks to be read less than once a day."]),
        (changed("X-PUBLISHED-TTL:PT4H\r\n", "COLOR:#112233\r\n"),
         ["F4 COLOR is a number, not a name.",
          "F4 REFRESH-INTERVAL or X-PUBLISHED-TTL is not there."]),
    ],
)  # fmt: skip
def test_f1_to_f4_each_slip_around_the_entries_is_found(body: bytes, found: list[str]) -> None:
    seen = [one for one in found_in(body) if not one.startswith("F1 A common calendar library")]

    assert seen == found


def test_f5_t1_a_calendar_without_anything_and_a_zone_made_of_dates_are_found() -> None:
    empty = ical.feed([], name="Calendar")
    bare = empty[: empty.index(b"BEGIN:VTIMEZONE")] + b"END:VCALENDAR\r\n"
    dates = empty.replace(b"TZNAME:GMT", b"RDATE:19961027T020000\r\nTZNAME:GMT")
    doubled = empty.replace(b"BEGIN:STANDARD", b"BEGIN:DAYLIGHT").replace(
        b"END:STANDARD", b"END:DAYLIGHT"
    )

    assert found_in(bare) == ["F5 It holds neither an entry nor a time zone."]
    assert found_in(dates) == ["T1 The time zone on line 10 is a list of dates (RDATE)."]
    assert found_in(doubled) == [
        "T1 The time zone on line 10 does not have one STANDARD and one DAYLIGHT."
    ]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (changed(DISCREET.uid, NEXT.uid),
         "F6 A UID that others have as well: the entry on line 10 and 1 more."),
        (changed(DISCREET.uid, "x" * 60 + "\r\n " + "x" * 70 + "\r\n " + "x" * 70),
         "F6 A UID that is too long: the entry on line 10."),
        (changed(f"UID:{DISCREET.uid}\r\n", ""), "F6 No UID: the entry on line 10."),
        (changed(f"{END}\r\n", ""), "F7 No DTSTART or no DTEND: the entry on line 10."),
        (changed(END, "DURATION:PT90M"), "F7 DURATION instead of an end: the entry on line 10."),
        (changed(START, START[:-1]), "F7 A time that belongs to no zone: the entry on line 10."),
        (changed(START, "DTSTART;TZID=GMT Standard Time:20260409T180000"),
         "F7 A time that belongs to no zone: the entry on line 10."),
        (changed(END, "DTEND:20260409T170000Z"),
         "F7 It ends before it has begun: the entry on line 10."),
        (changed("SEQUENCE:1\r\n", ""),
         "F8 SEQUENCE is not there exactly once: the entry on line 10."),
        (with_line("STATUS:CONFIRMED"),
         "F8 STATUS is not there exactly once: the entry on line 10."),
        (changed("CLASS:PRIVATE", "CLASS:PUBLIC"),
         "F8 CLASS is not PRIVATE: the entry on line 10 and 1 more."),
        (changed("CONFIRMED", "BUSY"), "F8 An unknown STATUS: the entry on line 10."),
        (changed(STAMP, "DTSTAMP:20260301T085959Z"),
         "F9 DTSTAMP is not LAST-MODIFIED: the entry on line 10 and 1 more."),
        (changed(STAMP, STAMP[:-1]),
         "F9 A stamp that is not in UTC: the entry on line 10 and 1 more."),
        (changed("20260210T120000Z", "20260401T120000Z"),
         "F10 Changed in the future: the entry on line 10 and 1 more."),
        (changed("SEQUENCE:1", "SEQUENCE:-1"), "F10 SEQUENCE is no number: the entry on line 10."),
        (with_line("RRULE:FREQ=MONTHLY"), "F6 It repeats: the entry on line 10."),
    ],
)  # fmt: skip
def test_f6_to_f10_each_slip_in_identity_and_time_is_found(body: bytes, found: str) -> None:
    assert found in found_in(body)


def test_f7_a_zone_with_its_name_is_tolerated() -> None:
    named = changed(START, "DTSTART;TZID=Europe/London:20260409T180000")

    assert found_in(named) == []


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("One, two", "F11 A comma or semicolon without its backslash: line 17."),
        ("One\\; two; three", "F11 A comma or semicolon without its backslash: line 17."),
        ("One\\two", "F11 A backslash before what needs none: line 17."),
        ("One\\\\nTwo", "F11 Escaped twice: line 17."),
        ("One<br>two", "F11 HTML: line 17."),
        ("One &amp\\; two", "F11 HTML: line 17."),
        ("CafÃ© at one", "F11 Letters garbled by a wrong character set: line 17."),
        ("It\u202eis", "F11 Characters that cannot be seen: line 17."),
        ("Ask amina@people.example", "F12 An e-mail address: line 17."),
    ],
)
def test_f11_each_slip_in_the_words_is_found(value: str, found: str) -> None:
    assert found_in(changed(TITLE, f"SUMMARY:{value}")) == [found]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (with_line("ATTENDEE:mailto:a@b.example"),
         "F12 People or files in it: the entry on line 10."),
        (with_line("BEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM"),
         "F12 An alarm: the entry on line 10."),
        (changed("STATUS:BUSY", "STATUS:FREE"),
         "F13 TRANSP and Outlook’s BUSYSTATUS do not agree: the entry on line 10."),
        (changed("TRANSP:TRANSPARENT", "TRANSP:OPAQUE"),
         "F14 Cancelled, but still takes the time: the entry on line 26."),
        (changed("SUMMARY:Cancelled: ", "SUMMARY:"),
         "F14 Cancelled, but its title does not say so: the entry on line 26."),
        (with_line("CONFERENCE:https://rooms.example/1"),
         "F17 CONFERENCE without VALUE=URI: the entry on line 10."),
    ],
)  # fmt: skip
def test_f12_to_f17_each_slip_in_the_state_of_an_entry_is_found(body: bytes, found: str) -> None:
    assert found in found_in(body)


def test_f16_what_is_over_or_far_off_or_too_much_is_found() -> None:
    later = READ_AT + timedelta(days=150)
    earlier = READ_AT - timedelta(days=600)
    answer = Answer(HERE, 200, body=GOOD)
    many = [replace(DISCREET, uid=f"{number}@a.example") for number in range(501)]

    assert {one.found for one in content_findings(answer, later)} == {
        "Over for more than 60 days: the entry on line 10 and 1 more.",
        "Cancelled and over for more than a week: the entry on line 26.",
    }
    assert "Further ahead than 18 months: the entry on line 10 and 1 more." in {
        one.found for one in content_findings(answer, earlier)
    }
    assert found_in(ical.feed(many, name="Calendar")) == ["F16 It holds 501 entries."]


def test_f19_a_calendar_that_breaks_off_is_found() -> None:
    cut = GOOD[: GOOD.index(b"STATUS")]

    assert found_in(cut)[0] == "F19 It breaks off: what begins on line 10 has no end."
    assert found_in(GOOD, whole=False) == ["F19 Fewer bytes arrive than were announced."]


def test_a_page_for_people_is_one_finding() -> None:
    assert found_in(b"<!doctype html><title>Sign in</title>") == [
        "F1 What arrives is no calendar, perhaps a page for people."
    ]


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (GOOD, []),
        (changed(STAMP, "DTSTAMP:20260210T120001Z"), ["F9 DTSTAMP is the time of the request."]),
        (changed(DISCREET.uid, "other").replace(NEXT.uid.encode(), b"another"),
         ["F6 The UIDs change from reading to reading."]),
        (ical.feed([DISCREET], name="Calendar"), ["F10 Two readings a moment apart differ."]),
    ],
)  # fmt: skip
def test_f10_what_changes_from_reading_to_reading_is_found(after: bytes, found: list[str]) -> None:
    seen = [f"{one.rule} {one.found}" for one in change_findings(GOOD, after)]

    assert seen == found


@THOROUGH
@given(ENTRIES, HOSTILE)
def test_whatever_we_are_told_to_write_is_well_formed(entries: list[Entry], name: str) -> None:
    answer = Answer(HERE, 200, body=ical.feed(entries, name=f"Calendar {name}"))
    rules = {finding.rule for finding in content_findings(answer, READ_AT)}

    # What people write may look like HTML or an address, and their dates may be any.
    assert rules <= {"F11", "F12", "F14", "F16"}


@THOROUGH
@given(
    st.integers(0, len(GOOD)),
    st.integers(0, 40),
    st.one_of(st.binary(max_size=20), st.sampled_from(TRAPS)),
)
def test_nothing_that_arrives_ends_the_examination(start: int, length: int, put: bytes) -> None:
    body = GOOD[:start] + put + GOOD[start + length :]
    answer = Answer(HERE, 200, (("Content-Encoding", "gzip"),), body)

    assert all(str(finding) for finding in content_findings(answer, READ_AT))


def test_f10_another_order_from_reading_to_reading_is_found() -> None:
    pieces = [ical.event_bytes(entry) for entry in (DISCREET, NEXT)]
    before, after = (
        ical.opening("Calendar") + b"".join(some) + ical.END for some in (pieces, pieces[::-1])
    )

    assert [one.found for one in change_findings(before, after)] == [
        "The order of entries changes from reading to reading."
    ]
