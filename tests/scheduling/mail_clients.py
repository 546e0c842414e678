"""What calendar programs make of our mail: read by two libraries that did not write it, and held
by the rules of RFC 5546. A message that breaks them is a failed test, not something to forgive.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr
from typing import Any

import ics
import vobject

Times = tuple[datetime, datetime]


@dataclass(frozen=True)
class Held:
    """One event as a calendar program holds it."""

    uid: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    status: str

    @property
    def stands(self) -> bool:
        """Whether the event takes place."""
        return self.status == "CONFIRMED"

    @property
    def times(self) -> Times:
        """From when to when."""
        return self.starts_at, self.ends_at


class Inboxes:
    """Everybody's calendar program, fed by mail alone. Takes the place of a mail server."""

    def __init__(self) -> None:
        self.calendars: dict[str, dict[str, Held]] = {}
        self._streams: dict[str, str] = {}
        self.arrived: list[tuple[str, str, bytes]] = []

    def send(self, sender: str, recipient: str, raw: bytes, _may_go: Callable[[], bool]) -> None:
        """Accept one message. It is opened later: who sends puts up with anything that happens
        meanwhile, also with what should end a test.
        """
        self.arrived.append((sender, recipient, raw))

    def open_all(self) -> None:
        """Read everything that has arrived, as its recipients' programs do, in its order."""
        while self.arrived:
            self._open(*self.arrived.pop(0))

    def _open(self, sender: str, recipient: str, raw: bytes) -> None:
        message = message_from_bytes(raw)
        assert parseaddr(message["To"])[1] == recipient
        assert parseaddr(message["From"])[1] == sender
        streams = [part.get_payload(decode=True) for part in calendar_parts(message)]
        assert len(streams) in {0, 2}
        if streams:
            acted_on, saved = streams
            assert isinstance(acted_on, bytes)
            assert acted_on == saved
            self._take_in(recipient, acted_on.decode())

    def _take_in(self, recipient: str, stream: str) -> None:
        method, asked, told = read_invitation(stream)
        assert asked == f"mailto:{recipient}"
        calendar = self.calendars.setdefault(recipient, {})
        known = calendar.get(told.uid)
        assert method == ("REQUEST" if told.stands else "CANCEL")
        if known is not None:
            assert known.stands, "a cancelled entry never comes back"
            assert known.stamp < told.stamp, "a later message has a later stamp"
            assert known.sequence <= told.sequence, "a sequence never falls"
            same = known.times == told.times and told.stands
            assert same or known.sequence < told.sequence, "a change raises the sequence"
        calendar[told.uid] = told
        self._streams[told.uid] = stream

    def standing(self, address: str) -> list[Held]:
        """The events that take place, as this person's program has them."""
        held = self.calendars.get(address, {}).values()
        return sorted((one for one in held if one.stands), key=lambda one: one.starts_at)

    def assert_read_alike(self) -> None:
        """Let the second library read what was last told of each event. It takes its time."""
        for stream in self._streams.values():
            [event] = ics.Calendar(stream).events
            told = read_invitation(stream)[2]
            assert shown_by_ics(event) == (told.uid, *told.times, told.status)


def calendar_parts(message: Message) -> list[Message]:
    """The part that programs act on, and the one that people save."""
    kinds = {"text/calendar", "application/ics"}
    return [part for part in message.walk() if part.get_content_type() in kinds]


def read_invitation(stream: str) -> tuple[str, str, Held]:
    """Method, address asked and event of an invitation, as vobject reads it."""
    calendar = vobject.readOne(stream)
    [event] = calendar.contents["vevent"]
    [attendee] = event.contents["attendee"]
    told = Held(
        uid=event.uid.value,
        sequence=int(event.sequence.value),
        stamp=event.dtstamp.value,
        starts_at=event.dtstart.value,
        ends_at=event.dtend.value,
        status=event.status.value,
    )
    return calendar.method.value, attendee.value, told


def shown_by_ics(event: Any) -> tuple[str, datetime, datetime, str]:
    """What ics.py makes of an event."""
    times = [moment.datetime.astimezone(UTC) for moment in (event.begin, event.end)]
    return event.uid, times[0], times[1], event.status


def shown_in_feed(body: bytes) -> dict[str, tuple[datetime, datetime, str]]:
    """Times and status by UID in a feed, as vobject reads it."""
    events = vobject.readOne(body.decode()).contents.get("vevent", [])
    assert len(events) == body.count(b"BEGIN:VEVENT")
    return {
        event.uid.value: (event.dtstart.value, event.dtend.value, event.status.value)
        for event in events
    }


def shown_in_feed_by_ics(body: bytes) -> dict[str, tuple[datetime, datetime, str]]:
    """The same, as ics.py reads it. It takes its time."""
    shown = [shown_by_ics(event) for event in ics.Calendar(body.decode()).events]
    return {uid: (starts_at, ends_at, status) for uid, starts_at, ends_at, status in shown}
