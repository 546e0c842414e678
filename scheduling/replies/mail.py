"""What a message that came back to the service mailbox says, if anything. Pure, and never raises.

Anybody can write to that mailbox, so everything is bounded before it is parsed: length, lines,
parts, nesting and the length of a field. Comments, subjects and texts are not passed on.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parsedate_to_datetime
from enum import StrEnum
from itertools import islice
from typing import Final

from scheduling.replies.automatic import is_automatic
from scheduling.replies.bounce import Bounce, read_bounce
from scheduling.replies.part import Attendee, Part, read_part

#: In bytes; more of a message is never fetched.
LONGEST_MESSAGE: Final = 1024 * 1024
LONGEST_PART: Final = 256 * 1024
MOST_PARTS: Final = 100
DEEPEST: Final = 20
MOST_LINES: Final = 40_000
_LONGEST_FIELD: Final = 4096
#: How much longer a part can be while it travels as base64.
_WRAPPED: Final = 1.5

_CONTAINER: Final = re.compile(
    rb"^content-type:((?:[^\n]*(?:\n[ \t])?)*)", re.IGNORECASE | re.MULTILINE
)
_CALENDARS: Final = frozenset({"text/calendar", "application/ics"})
_COMMENT: Final = re.compile(r"\([^()]*\)")


class Says(StrEnum):
    """The METHOD of what comes back (RFC 5546): an answer, another time, or "once more"."""

    REPLY = "REPLY"
    COUNTER = "COUNTER"
    REFRESH = "REFRESH"


class Silence(StrEnum):
    """Why a message says nothing that a program could act on."""

    #: A delay, an absence, a receipt, a newsletter, or a calendar message that is no answer.
    NOT_AN_ANSWER = "not_an_answer"
    #: Somebody may have meant an answer; a person can tell.
    UNCLEAR = "unclear"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True, repr=False)
class CalendarAnswer:
    """What a calendar program sent back. Moments are aware, in UTC.

    ``stamped_at`` is its DTSTAMP and ``dated_at`` its Date header; either can be missing.
    ``unconfirmed`` says that our own mail server could not confirm where it came from.
    """

    method: Says
    uid: str
    attendees: tuple[Attendee, ...]
    sequence: int | None
    stamped_at: datetime | None
    dated_at: datetime | None
    unconfirmed: bool


def read(message: bytes, *, checked_by: str = "") -> CalendarAnswer | Bounce | Silence:
    """Return what a message (RFC 5322) says, or why it says nothing; never raises.

    ``checked_by`` is the name by which our own mail server signs what it checked (RFC 8601);
    without it no such line is believed.
    """
    if len(message) > LONGEST_MESSAGE:
        return Silence.TOO_LARGE
    # The library takes each of the three for the end of a line.
    message = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if _is_tangled(message):
        return Silence.TOO_LARGE
    try:
        return _said(message_from_bytes(message, policy=policy.compat32), checked_by)
    except Exception:  # noqa: BLE001 - whatever a stranger sends, the next message gets its turn
        return Silence.UNCLEAR


def _said(mail: Message, checked_by: str) -> CalendarAnswer | Bounce | Silence:
    parts, too_large = _calendar_parts(mail)
    for part in parts:
        if part.method in set(Says):
            return _answer(part, mail, checked_by) if part.uid else Silence.UNCLEAR
    bounce = read_bounce(mail, parts)
    if bounce is not None and not (checked_by and _is_unconfirmed(mail, checked_by)):
        return bounce
    if any(part.method for part in parts) or is_automatic(mail):
        return Silence.NOT_AN_ANSWER
    return Silence.TOO_LARGE if too_large else Silence.UNCLEAR


def _answer(part: Part, mail: Message, checked_by: str) -> CalendarAnswer:
    return CalendarAnswer(
        method=Says(part.method),
        uid=part.uid,
        attendees=tuple(part.attendees),
        sequence=part.sequence,
        stamped_at=part.stamped_at,
        dated_at=_date(mail),
        unconfirmed=bool(checked_by) and _is_unconfirmed(mail, checked_by),
    )


def _calendar_parts(mail: Message) -> tuple[list[Part], bool]:
    """Return the calendar parts, attached ones too, and whether one was too large to be read."""
    found: list[Part] = []
    too_large = False
    for piece in islice(mail.walk(), MOST_PARTS):
        content = piece.get_payload()
        if not isinstance(content, str) or not _is_calendar(piece):
            continue
        decoded = b""
        if len(content) <= LONGEST_PART * _WRAPPED:
            decoded = bytes(piece.get_payload(decode=True) or b"")
        if len(decoded) > LONGEST_PART or (content and not decoded):
            too_large = True
        else:
            found.append(read_part(decoded))
    return found, too_large


def _is_calendar(piece: Message) -> bool:
    names = _field(piece, "Content-Type") + _field(piece, "Content-Disposition")
    return piece.get_content_type() in _CALENDARS or ".ics" in names.lower()


def _is_tangled(message: bytes) -> bool:
    """Tell whether parsing could take long: too many lines, too much nesting, or a long field."""
    if message.count(b"\n") > MOST_LINES:
        return True
    containers = 0
    for found in _CONTAINER.finditer(message):
        if len(found[1]) > _LONGEST_FIELD:
            return True
        containers += found[1].strip().lower().startswith((b"multipart", b"message"))
    return containers > DEEPEST


def _is_unconfirmed(mail: Message, checked_by: str) -> bool:
    """Read what our own server found out about the sender; nobody else's word counts.

    It puts its line above all others, so the first with its name cannot have been sent along.
    """
    for line in mail.get_all("Authentication-Results", []):
        words = _COMMENT.sub(" ", _COMMENT.sub(" ", str(line)[:_LONGEST_FIELD])).lower()
        server, _, results = words.partition(";")
        if server.split()[:1] == [checked_by]:
            return _did_not_pass(results)
    return False


def _did_not_pass(results: str) -> bool:
    def found(check: str) -> set[str]:
        return set(re.findall(rf"\b{check}\s*=\s*([a-z]+)", results))

    dmarc, dkim, spf = found("dmarc"), found("dkim"), found("spf")
    if dmarc & {"pass", "fail"}:
        return "fail" in dmarc
    return "pass" not in dkim and "fail" in dkim and bool(spf & {"fail", "softfail"})


def _date(mail: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(_field(mail, "Date")[:100])
        # A date that does not say its zone is in UTC (RFC 5322 section 3.3).
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _field(mail: Message, name: str) -> str:
    return str(mail.get(name, ""))[:_LONGEST_FIELD]
