"""Meetings to calendar bytes: the private feed and the invitation to one person.

Pure. The same entries give the same bytes, so an unchanged feed has an unchanged tag. One VEVENT
with its own UID for each meeting, times in UTC, no recurrence: every program agrees on those.
``icalendar`` writes every byte; which words a member sees was decided before they arrive here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from icalendar import Calendar, Component, Event, vCalAddress, vText

from core.mail import Mailbox
from core.text import clean_line, clean_paragraph

#: What calendars are told wrote this (PRODID). It is the same everywhere and says nothing: the name
#: of a product for peer support would say what an entry is about.
PRODUCT: Final = "-//Calendar//Calendar 1//EN"
# What stands in a diary when a member's own words leave nothing that can be shown.
NEUTRAL_SUMMARY: Final = "Private appointment"

REFRESH_EVERY: Final = timedelta(hours=4)

# RFC 5545 section 3.6 asks for at least one component, so a feed without meetings holds this.
# It is a constant because the library's own generator lists every clock change since 1970.
TIMEZONE: Final = (
    b"BEGIN:VTIMEZONE\r\n"
    b"TZID:Europe/London\r\n"
    b"BEGIN:DAYLIGHT\r\n"
    b"DTSTART:19810329T010000\r\n"
    b"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
    b"TZOFFSETFROM:+0000\r\n"
    b"TZOFFSETTO:+0100\r\n"
    b"TZNAME:BST\r\n"
    b"END:DAYLIGHT\r\n"
    b"BEGIN:STANDARD\r\n"
    b"DTSTART:19961027T020000\r\n"
    b"RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
    b"TZOFFSETFROM:+0100\r\n"
    b"TZOFFSETTO:+0000\r\n"
    b"TZNAME:GMT\r\n"
    b"END:STANDARD\r\n"
    b"END:VTIMEZONE\r\n"
)

END: Final = b"END:VCALENDAR\r\n"
_LONGEST_UID: Final = 190


class Method(StrEnum):
    """What an invitation does (RFC 5546): ask, also again after a change, or take back."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Answer(StrEnum):
    """What a member said about a date."""

    COMING = "coming"
    UNSURE = "unsure"
    NOT_THIS_TIME = "not_this_time"


# Both would be written in the notation of RFC 6868, which half the programs show as it stands.
_BECOMES_NOTATION: Final = str.maketrans({'"': "'", "^": " "})

_PARTICIPATION: Final = {
    None: "NEEDS-ACTION",
    Answer.COMING: "ACCEPTED",
    Answer.UNSURE: "TENTATIVE",
    Answer.NOT_THIS_TIME: "DECLINED",
}


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One meeting as one member's calendar shows it, to the second; all times are aware.

    ``uid`` is random, stable, and belongs to one member, meeting and channel. ``sequence`` and
    ``changed_at`` rise with every visible change and only then. ``busy`` says whether the time
    shows as taken. Raises ValueError for a meeting that no calendar could show.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    changed_at: datetime
    sequence: int
    cancelled: bool = False
    description: str = ""
    location: str = ""
    busy: bool = True

    def __post_init__(self) -> None:
        """Refuse what would make one program drop the whole feed."""
        for moment in (self.starts_at, self.ends_at, self.changed_at):
            if moment.tzinfo is None:
                raise ValueError("A calendar entry needs times with a time zone")
        if _second(self.ends_at) <= _second(self.starts_at):
            raise ValueError("A calendar entry ends after it starts")
        if self.sequence < 0:
            raise ValueError("A sequence number starts at 0")
        if not 1 <= len(self.uid) <= _LONGEST_UID or self.uid != clean_line(self.uid):
            raise ValueError("A calendar identifier is one short line")


def feed(entries: Sequence[Entry], *, name: str) -> bytes:
    """Return a whole feed (RFC 5545, without METHOD) called ``name``, earliest meeting first."""
    in_order = sorted(entries, key=lambda entry: (entry.starts_at, entry.uid))
    events = b"".join(event_bytes(entry) for entry in in_order) or TIMEZONE
    return opening(name) + events + END


def copy(entries: Sequence[Entry]) -> bytes:
    """Return meetings as a file to be read once: no name to subscribe to, no word of a refresh."""
    in_order = sorted(entries, key=lambda entry: (entry.starts_at, entry.uid))
    events = b"".join(event_bytes(entry) for entry in in_order) or TIMEZONE
    return _written(_calendar()).removesuffix(END) + events + END


@lru_cache(maxsize=8)
def opening(name: str) -> bytes:
    """Return everything that stands in a feed before its first meeting."""
    calendar = _calendar()
    # The library escapes neither of these names by itself, hence vText.
    called = vText(_plain(clean_line(name)))
    calendar["NAME"] = called
    calendar["X-WR-CALNAME"] = called
    calendar["X-WR-TIMEZONE"] = vText("Europe/London")
    # Without the parameter the library leaves out the VALUE that RFC 7986 section 5.7 demands.
    calendar.add("REFRESH-INTERVAL", REFRESH_EVERY, parameters={"VALUE": "DURATION"})
    calendar["X-PUBLISHED-TTL"] = vText(f"PT{REFRESH_EVERY // timedelta(hours=1)}H")
    return _written(calendar).removesuffix(END)


def event_bytes(entry: Entry) -> bytes:
    """Return the entry's VEVENT as it stands in a feed, folded, with CRLF line ends.

    DTSTAMP is LAST-MODIFIED (RFC 5545 section 3.8.7.2), never the time of a request.
    """
    event = Event()
    _add_core(event, entry, stamp=entry.changed_at, cancelled=entry.cancelled)
    return _written(event)


def invitation(
    entry: Entry,
    *,
    method: Method,
    organiser: Mailbox,
    attendee: Mailbox,
    answer: Answer | None,
    stamp: datetime,
) -> bytes:
    """Return the calendar object (RFC 5546) that asks one member, or takes a meeting back.

    ``organiser`` is the service's own mailbox, ``attendee`` the one person who gets the message.
    ``answer`` is what that person said about this very time, if anything. ``stamp`` is the
    moment of sending and rises with every message. Raises ValueError for a request about a
    cancelled meeting: programs would leave it standing.
    """
    if method is Method.REQUEST and entry.cancelled:
        raise ValueError("A cancelled meeting is taken back with CANCEL, never with REQUEST")
    if stamp.tzinfo is None:
        raise ValueError("The moment of sending needs a time zone")
    event = Event()
    _add_core(event, entry, stamp=stamp, cancelled=method is Method.CANCEL)
    _add_people(event, organiser, attendee, answer)
    calendar = _calendar()
    calendar["METHOD"] = vText(method.value)
    calendar.add_component(event)
    return _written(calendar)


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar["VERSION"] = vText("2.0")
    calendar["PRODID"] = vText(PRODUCT)
    calendar["CALSCALE"] = vText("GREGORIAN")
    return calendar


def _add_core(event: Event, entry: Entry, *, stamp: datetime, cancelled: bool) -> None:
    event["UID"] = vText(entry.uid)
    event.add("DTSTAMP", _second(stamp))
    event.add("LAST-MODIFIED", _second(entry.changed_at))
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTART", _second(entry.starts_at))
    event.add("DTEND", _second(entry.ends_at))
    _add_words(event, entry.summary, entry.description, entry.location, cancelled=cancelled)
    _add_state(event, busy=entry.busy, cancelled=cancelled)


def _add_words(
    event: Event, summary: str, description: str, location: str, *, cancelled: bool
) -> None:
    event["SUMMARY"] = vText(_summary(summary, cancelled=cancelled))
    for label, words in (("DESCRIPTION", description), ("LOCATION", location)):
        if shown := _plain(clean_paragraph(words)):
            event[label] = vText(shown)


def _add_state(event: Event, *, busy: bool, cancelled: bool) -> None:
    blocks = busy and not cancelled
    event["STATUS"] = vText("CANCELLED" if cancelled else "CONFIRMED")
    event["TRANSP"] = vText("OPAQUE" if blocks else "TRANSPARENT")
    event["CLASS"] = vText("PRIVATE")
    # Outlook goes by this instead of TRANSP.
    event["X-MICROSOFT-CDO-BUSYSTATUS"] = vText("BUSY" if blocks else "FREE")


def _add_people(event: Event, organiser: Mailbox, attendee: Mailbox, answer: Answer | None) -> None:
    event["ORGANIZER"] = _person(organiser, {})
    asked = {
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": _PARTICIPATION[answer],
        "RSVP": "TRUE",
    }
    event["ATTENDEE"] = _person(attendee, asked)


def _person(mailbox: Mailbox, parameters: dict[str, str]) -> vCalAddress:
    name = clean_line(_plain(clean_line(mailbox.name)).translate(_BECOMES_NOTATION))
    if mailbox.address != clean_line(mailbox.address) or " " in mailbox.address:
        raise ValueError("An address in an invitation is one word")
    person = vCalAddress(f"mailto:{mailbox.address}")
    person.params.update({**parameters, "CN": name or mailbox.address})
    return person


def _summary(words: str, *, cancelled: bool) -> str:
    shown = _plain(clean_line(words)) or NEUTRAL_SUMMARY
    if cancelled and not shown.casefold().startswith("cancelled: "):
        # Outlook ignores STATUS, so the word has to be in the title.
        return f"Cancelled: {shown}"
    return shown


def _plain(text: str) -> str:
    # Three common parsers read an escaped backslash before an "n" as a line break.
    return text.replace("\\", "/")


def _second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _written(component: Component) -> bytes:
    # Unsorted: the order above is the order that programs expect, VERSION and PRODID first.
    return bytes(component.to_ical(sorted=False))
