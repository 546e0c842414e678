"""Invitations put together from lines that were written once: the bytes of ``ical.invitation``.

Thousands can fall due in one morning, and of each only the identifier, the times and the address
are its own. The library still writes everything else, once for each wording.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from core.mail import Mailbox
from scheduling.calendars import ical
from scheduling.calendars.ical import Answer, Entry, Method

# What needs neither quotes nor escapes, neither as text nor as a parameter (RFC 5545 section 3.1).
_PLAIN: Final = re.compile(r"[A-Za-z0-9@._-]{1,150}")
# One octet is for the space with which a folded line goes on, and the library is as careful with
# the first line.
_LINE: Final = 74

_THEN: Final = datetime(2000, 1, 1, tzinfo=UTC)
_EXAMPLE: Final = Entry(
    uid="example",
    starts_at=_THEN,
    ends_at=_THEN + timedelta(hours=1),
    summary="",
    changed_at=_THEN,
    sequence=0,
)
_SOMEBODY: Final = Mailbox("", "somebody@alcove.example")


def invitation(
    entry: Entry,
    *,
    method: Method,
    organiser: Mailbox,
    attendee: Mailbox,
    answer: Answer | None,
    stamp: datetime,
) -> bytes:
    """Return what ``ical.invitation`` returns for the same; raises as it does."""
    is_plain = _PLAIN.fullmatch(entry.uid) and _PLAIN.fullmatch(attendee.address)
    if not is_plain or attendee.name or stamp.tzinfo is None or entry.cancelled != _ends(method):
        return ical.invitation(
            entry,
            method=method,
            organiser=organiser,
            attendee=attendee,
            answer=answer,
            stamp=stamp,
        )
    words = (entry.summary, entry.description, entry.location)
    opening, middle, asked, closing = _around(method, organiser, answer, words, entry.busy)
    address = attendee.address
    return b"".join(
        (
            opening,
            _own_lines(entry, stamp),
            middle,
            _folded(f"{asked}{address}:mailto:{address}"),
            closing,
        )
    )


def _ends(method: Method) -> bool:
    return method is Method.CANCEL


@lru_cache(maxsize=256)
def _around(
    method: Method,
    organiser: Mailbox,
    answer: Answer | None,
    words: tuple[str, str, str],
    busy: bool,
) -> tuple[bytes, bytes, str, bytes]:
    """Return what stands before an entry's own lines, what stands between them and the attendee,
    the attendee's line up to the address, and what stands after it.
    """
    summary, description, location = words
    example = Entry(
        uid=_EXAMPLE.uid,
        starts_at=_EXAMPLE.starts_at,
        ends_at=_EXAMPLE.ends_at,
        summary=summary,
        changed_at=_EXAMPLE.changed_at,
        sequence=_EXAMPLE.sequence,
        cancelled=_ends(method),
        description=description,
        location=location,
        busy=busy,
    )
    made = ical.invitation(
        example, method=method, organiser=organiser, attendee=_SOMEBODY, answer=answer, stamp=_THEN
    )
    opening, _, rest = made.partition(_own_lines(_EXAMPLE, _THEN))
    # A line that goes on begins with a space, so no words can be taken for these beginnings.
    middle, _, person = rest.rpartition(b"\r\nATTENDEE;")
    asked, _, closing = person.partition(b"\r\nEND:VEVENT\r\n")
    line = "ATTENDEE;" + asked.decode().replace("\r\n ", "")
    line = line.removesuffix(f"{_SOMEBODY.address}:mailto:{_SOMEBODY.address}")
    return opening, middle + b"\r\n", line, b"END:VEVENT\r\n" + closing


def _own_lines(entry: Entry, stamp: datetime) -> bytes:
    return (
        _folded(f"UID:{entry.uid}")
        + (
            f"DTSTAMP:{_written(stamp)}\r\n"
            f"LAST-MODIFIED:{_written(entry.changed_at)}\r\n"
            f"SEQUENCE:{entry.sequence}\r\n"
            f"DTSTART:{_written(entry.starts_at)}\r\n"
            f"DTEND:{_written(entry.ends_at)}\r\n"
        ).encode()
    )


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _folded(line: str) -> bytes:
    pieces = [line[start : start + _LINE] for start in range(0, len(line), _LINE)]
    return "\r\n ".join(pieces).encode("ascii") + b"\r\n"
