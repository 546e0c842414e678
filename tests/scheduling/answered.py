"""Messages that calendar programs send back: as their makers shape them, and made to measure."""

from collections.abc import Sequence
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

from core.db import db
from core.encryption import index_of
from core.outbox import OutgoingMail
from core.transaction import transaction
from groups.models import Membership
from scheduling.models import CalendarMail, Invitation, PeerSession, Reply

SHAPES = Path(__file__).parent / "replies" / "shapes"
#: What the messages in the folder say.
UID = "3d9f7a10-52d1-4f7e-8f61-0c2b8d1a4e42@alcove.example"
SAM = "sam@people.example"
#: The words somebody wrote beside their answer, which nobody is to keep.
CANARY = "Qzcommentwvk"


def shape(name: str) -> bytes:
    """Return a message as one maker's program writes it, with the line ends that mail has."""
    return (SHAPES / f"{name}.eml").read_bytes().replace(b"\n", b"\r\n")


def filled(message: bytes, mail: OutgoingMail) -> bytes:
    """Return a message with what it says of our letter in the place of each sign for it."""
    boundary = sha256(mail.message_id.encode()).hexdigest()[:24]
    written = {
        b"@MSGID@": mail.message_id,
        b"@BOUNDARY@": f"=_{boundary}_m",
        b"@DATE@": format_datetime(mail.created_at.replace(microsecond=0)),
    }
    for sign, words in written.items():
        message = message.replace(sign, words.encode())
    return message


def calendar(*properties: str, method: str = "REPLY") -> str:
    """Return a calendar part whose event has these lines."""
    event = ["BEGIN:VEVENT", *properties, "END:VEVENT"]
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{method}", *event, "END:VCALENDAR", ""]
    )


def carried(content: str | bytes, *headers: str) -> bytes:
    """Return a message with nothing but a calendar part."""
    body = content.encode() if isinstance(content, str) else content
    head = [
        f"From: Sam <{SAM}>",
        "To: hello@alcove.example",
        *headers,
        "Content-Type: text/calendar; charset=utf-8; method=REPLY",
        "Content-Transfer-Encoding: 8bit",
        "",
        "",
    ]
    return "\r\n".join(head).encode() + body


def answer(
    said: str = "ACCEPTED",
    *,
    uid: str = UID,
    method: str = "REPLY",
    stamp: str | None = "20261121T100000Z",
    sequence: int | None = 0,
    attendees: Sequence[str] | None = None,
    headers: Sequence[str] = (),
) -> bytes:
    """Return a reply; ``attendees`` are whole lines, by default Sam's with ``said``."""
    lines = [f"ATTENDEE;PARTSTAT={said}:mailto:{SAM}"] if attendees is None else attendees
    stamped = [] if stamp is None else [f"DTSTAMP:{stamp}"]
    numbered = [] if sequence is None else [f"SEQUENCE:{sequence}"]
    content = calendar(f"UID:{uid}", *stamped, *numbered, *lines, method=method)
    return carried(content, *headers)


def invited(session: PeerSession, member: Membership) -> Invitation:
    """Let the member's invitation have the UID of the messages in the folder."""
    with transaction():
        told = (
            db.session.query(Invitation)
            .filter_by(session_id=session.id, membership_id=member.id)
            .order_by(Invitation.generation.desc())
            .first()
        )
        assert told is not None
        told.uid, told.uid_index = UID, index_of(UID)
    return told


def known() -> list[tuple[str, bool, list[str]]]:
    """Return every answer that is kept: what it says, whether it is an earlier one, its notes."""
    db.session.rollback()
    rows = db.session.query(Reply).order_by(Reply.id)
    return [(row.answer, row.is_earlier, row.notes) for row in rows]


def outcomes() -> list[str]:
    """Return what became of each message, in the order in which they were read."""
    db.session.rollback()
    return [row.outcome for row in db.session.query(CalendarMail).order_by(CalendarMail.id)]
