"""Calendar bytes as two programs that are not ours read them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from urllib.request import urlopen

import ics
import vobject


@dataclass(frozen=True, order=True)
class Event:
    """One entry of a calendar; times are aware, in UTC."""

    starts_at: datetime
    ends_at: datetime
    uid: str
    sequence: int
    status: str


@dataclass(frozen=True)
class Invitation:
    """The calendar part of a letter: what it asks for, and its one entry."""

    subject: str
    method: str
    event: Event


def feed(address: str) -> list[Event]:
    """Fetch a private link as a calendar program does; raises if the two readers disagree."""
    with urlopen(address.replace("webcal://", "http://"), timeout=30) as answer:  # noqa: S310 - our own server
        assert answer.headers["Content-Type"].startswith("text/calendar")
        return events(answer.read().decode())


def events(text: str) -> list[Event]:
    """Return the entries in order of time; raises if the two readers disagree."""
    found = by_vobject(text)
    assert [(one.starts_at, one.ends_at, one.uid, one.status) for one in found] == by_ics(text)
    return found


def by_vobject(text: str) -> list[Event]:
    """Return the entries as vobject reads them."""
    entries = vobject.readOne(text).contents.get("vevent", [])
    return sorted(
        Event(
            entry.dtstart.value.astimezone(UTC),
            entry.dtend.value.astimezone(UTC),
            entry.uid.value,
            int(entry.sequence.value),
            entry.status.value,
        )
        for entry in entries
    )


def by_ics(text: str) -> list[tuple[datetime, datetime, str, str]]:
    """Return the entries as ics.py reads them; it does not read the sequence."""
    return sorted(
        (
            entry.begin.datetime.astimezone(UTC),
            entry.end.datetime.astimezone(UTC),
            entry.uid,
            str(entry.status),
        )
        for entry in ics.Calendar(text).events
    )


def invitations(letters: list[bytes]) -> list[Invitation]:
    """Return the calendar parts of raw letters, in their order."""
    found = []
    for raw in letters:
        message = message_from_bytes(raw, policy=policy.default)
        for part in message.walk():
            if part.get_content_type() == "text/calendar" and not part.is_attachment():
                (event,) = events(part.get_content())
                method = str(part.get_param("method"))
                found.append(Invitation(str(message["Subject"]), method, event))
    return found


def newest_for(event: Event, letters: list[Invitation]) -> Invitation:
    """Return the newest invitation for the time of an entry; letters come newest first."""
    return next(one for one in letters if one.event.starts_at == event.starts_at)
