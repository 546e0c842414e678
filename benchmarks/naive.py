"""A feed as one would first write it: rows as objects, and ``icalendar`` for every request."""

from datetime import datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from core.db import db
from scheduling.access import sessions_in_diary
from scheduling.models import Diary, PeerSession

LONDON = ZoneInfo("Europe/London")


def calendar_with_zone(diary: Diary, now: datetime) -> bytes:
    """Return the sessions in local time, with the zone that such times need (RFC 5545 3.6.5)."""
    calendar = _calendar()
    for session in db.session.scalars(sessions_in_diary(diary, now)):
        starts_at, ends_at = (
            session.starts_at.astimezone(LONDON),
            session.ends_at.astimezone(LONDON),
        )
        calendar.add_component(_event(session, starts_at, ends_at))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def calendar_in_utc(diary: Diary, now: datetime) -> bytes:
    """Return the same in UTC, as our own feeds have it."""
    calendar = _calendar()
    for session in db.session.scalars(sessions_in_diary(diary, now)):
        calendar.add_component(_event(session, session.starts_at, session.ends_at))
    return bytes(calendar.to_ical())


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Naive//Calendar 1//EN")
    calendar.add("name", "Calendar")
    return calendar


def _event(session: PeerSession, starts_at: datetime, ends_at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{session.public_id}@alcove.example")
    event.add("dtstamp", session.dates_changed_at)
    event.add("last-modified", session.dates_changed_at)
    event.add("sequence", 0)
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at)
    event.add("summary", "Private appointment")
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("class", "PRIVATE")
    event.add("x-microsoft-cdo-busystatus", "BUSY")
    return event
