"""The mailbox of the demo: every letter as it was or would be sent, read back from its bytes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default as policy
from typing import Final, cast
from zoneinfo import ZoneInfo

from icalendar import Calendar
from sqlalchemy import select

from core import config
from core.db import db
from core.delivery import carrier, deliver_due
from core.errors import DomainError, NotFound
from core.outbox import MailState, OutgoingMail
from core.refusals import Reason
from scheduling.dates.when import when
from scheduling.dates.wording import say_date, say_time
from scheduling.letters.delivery_words import kind_words
from scheduling.runs.set_up import LONDON

#: What became of a letter, in the words of the mailbox.
STATES: Final = {
    MailState.DUE: "waiting",
    MailState.SENDING: "waiting",
    MailState.SENT: "left",
    MailState.UNCERTAIN: "left",
    MailState.REFUSED: "refused",
    MailState.BOUNCED: "came back",
    MailState.PARKED: "parked",
    MailState.RECALLED: "taken back",
    MailState.SUPERSEDED: "replaced",
}
METHODS: Final = {"REQUEST": "asks for an answer", "CANCEL": "takes the date out"}
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+")
#: A letter keeps the port that it was written on; pages lead to the one that answers now.
_OUR_ADDRESS: Final = re.compile(r"http://127\.0\.0\.1:\d+")
_ZONE: Final = ZoneInfo(LONDON)


@dataclass(frozen=True)
class MailboxItem:
    """One letter: ``raw`` are its bytes (RFC 5322), ``due_at`` is when it leaves or left."""

    public_id: str
    recipient: str
    subject: str
    kind: str
    kind_words: str
    state: str
    reason: str | None
    due_at: datetime
    raw: bytes

    @property
    def waits(self) -> bool:
        """Whether it can be told not to wait."""
        return self.state == "waiting"

    def words(self, now: datetime) -> str:
        """Say when it leaves or left, or why it did not."""
        local, today = self.due_at.astimezone(_ZONE), now.astimezone(_ZONE).date()
        moment = f"{say_date(local.date(), today)}, {say_time(local.time())}"
        if self.state == "refused":
            return f"Came back. {Reason(self.reason).words if self.reason else ''}".strip()
        first = {"waiting": "Leaves", "left": "Left"}.get(self.state)
        return f"{first} {moment}" if first else self.state.capitalize()


@dataclass(frozen=True)
class CalendarPart:
    """The calendar object of a letter: what it does, in words, and as it stands (RFC 5545)."""

    method: str
    words: tuple[str, ...]
    raw: str


@dataclass(frozen=True)
class Reading:
    """A letter taken apart. ``text`` alternates between plain words and web addresses."""

    headers: tuple[tuple[str, str], ...]
    text: tuple[tuple[str, bool], ...]
    html: str
    calendars: tuple[CalendarPart, ...]


def mailbox(recipient: str | None = None) -> list[MailboxItem]:
    """Return every letter that is still kept, newest first; to one address if one is given."""
    kept = select(OutgoingMail).where(OutgoingMail.body_sealed.is_not(None))
    items = map(_item, db.session.scalars(kept.order_by(OutgoingMail.id.desc())))
    return [item for item in items if recipient in (None, item.recipient)]


def letter(public_id: str) -> MailboxItem:
    """Return one letter; raises ``NotFound`` if there is none or it is no longer kept."""
    mail = _mail(public_id)
    if mail.body_sealed is None:
        raise NotFound
    return _item(mail)


def send_now(public_id: str, *, now: datetime) -> None:
    """Let a letter that waits leave now, with those of its parcel: they leave together.

    Raises ``DomainError`` if it waits no longer.
    """
    mail = _mail(public_id)
    if mail.state != MailState.DUE:
        raise DomainError("This letter waits no longer.")
    together = [mail]
    if mail.parcel is not None:
        of_parcel = select(OutgoingMail).where(OutgoingMail.parcel == mail.parcel)
        together = list(db.session.scalars(of_parcel))
    for one in together:
        if one.state == MailState.DUE:
            one.due_at = min(one.due_at, now)


def deliver(now: datetime) -> int:
    """Do what the clock does with letters that are due; nothing leaves this machine."""
    return deliver_due(now, carrier)


def read(raw: bytes, *, now: datetime) -> Reading:
    """Take the bytes of a letter apart, to be shown."""
    message = message_from_bytes(raw, policy=policy)
    return Reading(
        headers=tuple((name, _here(str(value))) for name, value in message.items()),
        text=tuple(_pieces(_content(message, "text/plain"))),
        html=_content(message, "text/html"),
        calendars=tuple(
            _calendar(_text_of(part), now)
            for part in message.walk()
            if part.get_content_type() == "text/calendar"
        ),
    )


def _mail(public_id: str) -> OutgoingMail:
    mail = db.session.scalars(
        select(OutgoingMail).where(OutgoingMail.public_id == public_id)
    ).one_or_none()
    if mail is None:
        raise NotFound
    return mail


def _item(mail: OutgoingMail) -> MailboxItem:
    raw: bytes = mail.body
    left = mail.state in (MailState.SENT, MailState.UNCERTAIN)
    return MailboxItem(
        public_id=mail.public_id,
        recipient=mail.recipient or "",
        subject=str(BytesHeaderParser(policy=policy).parsebytes(raw)["Subject"]),
        kind=mail.kind,
        kind_words=kind_words(mail),
        state=STATES[MailState(mail.state)],
        reason=mail.reason,
        due_at=mail.final_at or mail.due_at if left else mail.due_at,
        raw=raw,
    )


def _content(message: EmailMessage, kind: str) -> str:
    for part in message.walk():
        if part.get_content_type() == kind:
            return _here(_text_of(part))
    return ""


def _here(text: str) -> str:
    """Let links lead to the port that answers now, whichever it was when they were written."""
    return _OUR_ADDRESS.sub(config.current().base_url, text)


def _text_of(part: object) -> str:
    content = cast(EmailMessage, part).get_content()
    return content if isinstance(content, str) else bytes(content).decode()


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    end = 0
    for found in _WEB_ADDRESS.finditer(text):
        yield text[end : found.start()], False
        yield found[0], True
        end = found.end()
    yield text[end:], False


def _calendar(raw: str, now: datetime) -> CalendarPart:
    calendar = Calendar.from_ical(raw)
    method = str(calendar.get("METHOD", ""))
    return CalendarPart(method, tuple(_sentences(calendar, method, now)), raw)


def _sentences(calendar: Calendar, method: str, now: datetime) -> Iterator[str]:
    yield f"{method}: {METHODS.get(method, '')}".rstrip(": ")
    for event in calendar.walk("VEVENT"):
        said = when(event.decoded("DTSTART"), event.decoded("DTEND"), LONDON, now)
        yield f"{event.get('SUMMARY')}, {said.date_words}, {said.times_words}"
        for name, label in (("LOCATION", "Place"), ("DESCRIPTION", "Notes"), ("CLASS", "Shown as")):
            if event.get(name):
                yield f"{label}: {event.get(name)}"
        yield f"Version {event.get('SEQUENCE')} of {event.get('UID')}"
