"""Three calendar libraries that know nothing of each other read the same meetings."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import ics
import vobject
from hypothesis import given
from icalendar import Calendar, Event

from scheduling.calendars.ical import Entry, feed
from tests.scheduling.calendar_bytes import DISCREET, ENTRIES, THOROUGH

Shown = tuple[datetime, datetime, str, str]


def shown_by_icalendar(body: bytes) -> set[Shown]:
    return {
        (event.start, event.end, str(event["STATUS"]), str(event["SUMMARY"]))
        for event in Calendar.from_ical(body).walk("VEVENT")
        if isinstance(event, Event)
        and isinstance(event.start, datetime)
        and isinstance(event.end, datetime)
    }


def shown_by_vobject(body: bytes) -> set[Shown]:
    calendar = vobject.readOne(body.decode())
    return {
        (event.dtstart.value, event.dtend.value, event.status.value, event.summary.value)
        for event in calendar.contents.get("vevent", [])
    }


def shown_by_ics(body: bytes) -> set[Shown]:
    return {
        (event.begin.datetime, event.end.datetime, event.status, event.name)
        for event in ics.Calendar(body.decode()).events
    }


@THOROUGH
@given(ENTRIES)
def test_three_independent_libraries_read_the_same_meetings(entries: list[Entry]) -> None:
    body = feed(entries, name="My groups")

    shown = shown_by_icalendar(body)
    assert len(list(Calendar.from_ical(body).walk("VEVENT"))) == len(entries)
    assert shown_by_vobject(body) == shown
    assert shown_by_ics(body) == shown


def test_meetings_at_six_stay_at_six_over_both_clock_changes() -> None:
    london = ZoneInfo("Europe/London")
    days = [date(2026, 3, 26), date(2026, 4, 2), date(2026, 10, 22), date(2026, 10, 29)]
    entries = []
    for number, day in enumerate(days):
        starts = datetime(day.year, day.month, day.day, 18, 0, tzinfo=london)
        ends = (starts.astimezone(UTC) + timedelta(minutes=90)).astimezone(UTC)
        entries.append(replace(DISCREET, uid=f"{number}@x", starts_at=starts, ends_at=ends))

    shown = sorted(shown_by_vobject(feed(entries, name="My groups")))

    assert [start.astimezone(london).hour for start, *_ in shown] == [18, 18, 18, 18]
    assert all(earlier[0] < later[0] for earlier, later in pairwise(shown))
