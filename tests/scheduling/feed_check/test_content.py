"""What is found in the bytes of a feed that a proxy or a host has been at; a good one is clean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.calendars import ical
from scheduling.calendars.ical import Entry
from scheduling.feed_check.content import change_findings, content_findings
from scheduling.feed_check.requests import Answer, read_address
from tests.scheduling.calendar_bytes import DISCREET, ENTRIES, HOSTILE, NEXT, THOROUGH
from tests.scheduling.odd_feeds import GOOD, PATH, changed

HERE = read_address(f"https://alcove.example{PATH}")
TRAPS = [
    b"\r\nDTSTART;TZID=../../etc:00000000T000000\r\n",
    b"\r\nDTSTART:00010101T000000Z\r\n",
    b"\r\nX-PUBLISHED-TTL:P999999999W\r\n",
    b"\r\nBEGIN:X" * 50,
    b"\r\nEND:VEVENT\r\n",
]
LF = GOOD.replace(b"\r\n", b"\n")
STAMP = "DTSTAMP:20260210T120000Z"
START = "DTSTART:20260409T170000Z"
TITLE = "SUMMARY:Thursday evenings"


def found_in(body: bytes, *, whole: bool = True) -> list[str]:
    """Return every finding as rule and first half, for the feed with these bytes."""
    answer = Answer(HERE, 200, body=body, whole=whole)
    return [f"{finding.rule} {finding.found}" for finding in content_findings(answer)]


@pytest.mark.parametrize(
    "body",
    [GOOD, ical.feed([], name="Calendar"), ical.feed([DISCREET, NEXT], name="Ünï; code, all")],
)
def test_a_feed_of_ours_is_clean(body: bytes) -> None:
    assert found_in(body) == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (LF, ["F2 Lines end in LF only."]),
        (changed("NAME:Calendar\r", "NAME:Calendar"), ["F2 Some lines end in LF only."]),
        (b"\xef\xbb\xbf" + GOOD, ["F2 It begins with a byte order mark."]),
        (GOOD + b"<!-- cached -->", ["F19 It does not end where a calendar ends."]),
        (GOOD + GOOD, ["F1 It is not exactly one calendar."]),
    ],
)  # fmt: skip
def test_f1_f2_f19_each_slip_on_the_way_is_found(body: bytes, found: list[str]) -> None:
    seen = [one for one in found_in(body) if not one.startswith("F1 The calendar library")]

    assert seen == found


def test_f2_letters_in_another_character_set_are_found_and_folded_ones_are_not() -> None:
    latin = changed("Thursday", "Café").replace("é".encode(), b"\xe9")
    folded = changed(TITLE, "SUMMARY:Caf\xc3\xa9").replace(b"\xc3", b"\xc3\r\n ")

    assert "F2 It is not in UTF-8." in found_in(latin)
    assert "F2 It is not in UTF-8." not in found_in(folded)


def test_f1_entries_that_libraries_cannot_read_are_counted() -> None:
    found = [
        "F1 The calendar library icalendar reads 1 of 2 entries.",
        "F1 The calendar library vobject cannot read it.",
    ]

    assert found_in(changed(START, "DTSTART:soon")) == found
    assert found_in(changed(TITLE, f"{TITLE}\r\nno colon")) == found


def test_f19_a_calendar_that_breaks_off_is_found() -> None:
    cut = GOOD[: GOOD.index(b"STATUS")]

    assert found_in(cut)[0] == "F19 It does not end where a calendar ends."
    assert found_in(GOOD, whole=False) == ["F19 Fewer bytes arrive than were announced."]


def test_a_page_for_people_is_one_finding() -> None:
    assert found_in(b"<!doctype html><title>Sign in</title>") == [
        "F1 What arrives is no calendar, perhaps a page for people."
    ]


def test_no_finding_repeats_what_stands_in_an_entry() -> None:
    broken = changed(TITLE, "SUMMARY:Thursday evenings\r\nThursday evenings")

    assert found_in(broken)
    assert "Thursday" not in "".join(found_in(broken))


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (GOOD, []),
        (changed(STAMP, "DTSTAMP:20260210T120001Z"), ["F10 Two readings a moment apart differ."]),
        (b"<title>Busy</title>", ["F10 Two readings a moment apart differ."]),
    ],
)  # fmt: skip
def test_f10_what_changes_from_reading_to_reading_is_found(after: bytes, found: list[str]) -> None:
    seen = [f"{one.rule} {one.found}" for one in change_findings(GOOD, after)]

    assert seen == found


@THOROUGH
@given(ENTRIES, HOSTILE)
def test_whatever_we_are_told_to_write_is_read_by_both_libraries(
    entries: list[Entry], name: str
) -> None:
    assert found_in(ical.feed(entries, name=f"Calendar {name}")) == []


@THOROUGH
@given(
    st.integers(0, len(GOOD)),
    st.integers(0, 40),
    st.one_of(st.binary(max_size=20), st.sampled_from(TRAPS)),
)
def test_nothing_that_arrives_ends_the_examination(start: int, length: int, put: bytes) -> None:
    body = GOOD[:start] + put + GOOD[start + length :]
    answer = Answer(HERE, 200, (("Content-Encoding", "gzip"),), body)

    assert all(str(finding) for finding in content_findings(answer))
