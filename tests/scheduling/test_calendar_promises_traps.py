"""The traps of the libraries, each shown to be avoided: in what is written, or in the source."""

import re
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
import vobject
from flask.testing import FlaskClient
from hypothesis import given

from core.mail import Letter, Mailbox, compose
from scheduling.calendars.ical import Method, event_bytes, feed, invitation
from scheduling.dates.closures import LeaveOuts
from scheduling.dates.recurrence import EveryWeeks, MonthlyByWeekday, Pattern, plan
from tests import build
from tests.scheduling.calendar_bytes import DISCREET, FULL, HOSTILE, SENT_AT, THOROUGH, misshapen

ROOT = Path(__file__).parents[2]
LONDON = ZoneInfo("Europe/London")
SOURCES = [
    path for name in ("core", "groups", "scheduling") for path in (ROOT / name).rglob("*.py")
]
ACCENTED = "Réunion à Sète – „Möwe“ – 会議 – "


def found(pattern: str) -> list[str]:
    """Where the source matches, by file and line."""
    wanted = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if wanted.search(line)
    ]


def test_the_search_of_the_source_finds_what_is_there() -> None:
    assert any(
        place.startswith("scheduling/calendars/ical.py:") for place in found(r"import Calendar\b")
    )


def test_t1_no_zone_definitions_are_made_by_the_library() -> None:
    assert found(r"add_missing_timezones|Timezone\.from_tz|\bto_tz\(") == []


def test_t1_the_one_zone_definition_has_one_rule_for_summer_and_one_for_winter() -> None:
    lines = feed([], name="Calendar").decode().split("\r\n")

    assert lines.count("BEGIN:STANDARD") == lines.count("BEGIN:DAYLIGHT") == 1
    assert [line for line in lines if line.startswith("RDATE")] == []


def test_t2_the_refresh_interval_says_that_it_is_a_duration() -> None:
    body = feed([DISCREET], name="Calendar")

    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT4H\r\n" in body
    assert found(r"\.refresh_interval\b") == []


def test_t3_names_with_a_meaning_are_escaped_and_the_time_to_live_is_no_clock_time() -> None:
    body = feed([DISCREET], name="Dates; mine, all").decode()

    assert "\r\nNAME:Dates\\; mine\\, all\r\n" in body
    assert "\r\nX-WR-CALNAME:Dates\\; mine\\, all\r\n" in body
    assert "\r\nX-PUBLISHED-TTL:PT4H\r\n" in body
    assert found(r"\.calendar_name\b") == []


@THOROUGH
@given(HOSTILE, HOSTILE)
def test_t4_no_text_breaks_the_lines_or_brings_control_characters(title: str, words: str) -> None:
    entry = replace(FULL, summary=title, description=words, location=words)

    assert misshapen(feed([entry], name=title)) == []


@pytest.mark.parametrize("length", range(20, 45))
def test_t4_long_accented_words_are_folded_once_and_come_back_whole(length: int) -> None:
    words = (ACCENTED * 3)[:length]
    entry = replace(FULL, summary=words)

    read = vobject.readOne(feed([entry], name="Calendar").decode())

    assert read.vevent.summary.value == words.strip()
    assert event_bytes(entry) in feed([entry], name="Calendar")


@pytest.mark.parametrize("method", list(Method))
def test_t5_the_calendar_part_keeps_its_line_ends_through_the_mail(method: Method) -> None:
    service = Mailbox("Alcove", "hello@alcove.example")
    amina = Mailbox("", "amina@people.example")
    stream = invitation(
        FULL, method=method, organiser=service, attendee=amina, answer=None, stamp=SENT_AT
    )
    letter = Letter(amina, "A date", "Words", "<p>Words</p>", stream, method.value)

    raw = compose(letter, sender=service, message_id="<1@alcove.example>", sent_at=SENT_AT)

    assert stream.count(b"\r\n") == stream.count(b"\n")
    assert _decoded_calendars(raw) == [stream, stream]


def _decoded_calendars(raw: bytes) -> list[bytes]:
    """Find the calendar parts by hand, as the plainest program would."""
    halves = [part.partition(b"\r\n\r\n") for part in raw.split(b"\r\n--=_")]
    return [b64decode(body) for head, _, body in halves if b"base64" in head]


@pytest.mark.parametrize("pattern", [MonthlyByWeekday(3, 2), EveryWeeks(2), EveryWeeks(4)])
def test_t6_the_hour_on_the_wall_stays_and_the_moment_in_utc_moves(pattern: Pattern) -> None:
    run = plan(
        pattern,
        date(2027, 1, 14),
        starts=time(18, 0),
        ends=time(19, 30),
        zone=LONDON,
        count=12,
        until=None,
        leave_outs=LeaveOuts(),
    )

    starts = [held.starts_at for held in run.occurrences]

    assert {moment.astimezone(LONDON).time() for moment in starts} == {time(18, 0)}
    assert {moment.astimezone(UTC).time() for moment in starts} == {time(18, 0), time(17, 0)}
    assert all(isinstance(moment, datetime) and moment.tzinfo is not None for moment in starts)
    assert {held.ends_at - held.starts_at for held in run.occurrences} == {timedelta(minutes=90)}


def test_t7_a_feed_has_its_tag_and_time_before_it_is_asked_about_them(
    client: FlaskClient, now: datetime
) -> None:
    member = build.a_member(build.a_cohort())
    build.a_session(build.a_series(member.cohort))
    url = f"/cal/{build.a_feed(member.person)[1]}/calendar.ics"
    with time_machine.travel(now, tick=False):
        first = client.get(url)
        tag, changed = first.headers["ETag"], first.headers["Last-Modified"]
        asked = ({"If-None-Match": tag}, {"If-Modified-Since": changed})
        again = [client.get(url, headers=headers) for headers in asked]

    assert re.fullmatch('"[0-9a-f]+"', tag)
    assert [(one.status_code, one.data) for one in again] == [(304, b""), (304, b"")]
    assert {one.headers["ETag"] for one in again} == {tag}


def test_t7_the_proxy_we_describe_leaves_the_tag_alone() -> None:
    words = (ROOT / "docs" / "operations.md").read_text()

    assert "gzip off" in words
    assert not re.search(r"etag off|ssi on|sub_filter|gzip on|encode (gzip|zstd)", words)
