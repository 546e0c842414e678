"""Doing something once without doing it, to show beforehand which letters it would send.

What a check page shows is therefore the very letter that goes out, not a likeness of it.
"""

import email
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default

from sqlalchemy import select

from core.db import db
from core.outbox import OutgoingMail
from core.transaction import transaction

#: The secret part of a link that is its reader's alone (256 bits in base64), and what is shown in
#: its place. An offer that is drafted anew keeps its link, so the real one must not be seen here.
SECRET = re.compile(r"(?<=/)[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")
NO_SECRET = "a-link-of-their-own"  # noqa: S105 - it says that there is none


@dataclass(frozen=True)
class Preview:
    """One letter as its reader will get it, in plain text."""

    sender: str
    subject: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Rehearsal:
    """What an act would send: how many letters, and the first of them."""

    letters: int = 0
    preview: Preview | None = None


class _Enough(Exception):  # noqa: N818 - it names the fact, as every error here does
    """The rehearsal is over, and nothing of it is to stay."""


def rehearse(act: Callable[[], object]) -> Rehearsal:
    """Let ``act`` happen, look at the letters it put into the outbox, and undo all of it.

    Raises what ``act`` raises, such as ``DomainError``. Call it outside of a transaction.
    """
    found = Rehearsal()
    try:
        with transaction():
            newest = db.session.scalar(
                select(OutgoingMail.id).order_by(OutgoingMail.id.desc()).limit(1)
            )
            act()
            db.session.flush()
            found = _look(newest or 0)
            raise _Enough
    except _Enough:
        return found


def _look(newest: int) -> Rehearsal:
    written = select(OutgoingMail).where(OutgoingMail.id > newest).order_by(OutgoingMail.id)
    mails = db.session.scalars(written).all()
    return Rehearsal(len(mails), _preview(mails[0].body) if mails else None)


def _preview(body: bytes) -> Preview:
    message = email.message_from_bytes(body, policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - the policy makes it one; tells the type
    text = message.get_body(("plain",))
    words = "" if text is None else SECRET.sub(NO_SECRET, str(text.get_content()))
    sender = message["From"].addresses[0].display_name
    blocks = words.replace("\r\n", "\n").split("\n\n")
    return Preview(
        sender=str(sender),
        subject=str(message["Subject"]),
        paragraphs=tuple(" ".join(block.split()) for block in blocks if block.strip()),
    )
