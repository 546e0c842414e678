"""Doing something once without doing it, to show beforehand which letters it would send.

What a check page shows is therefore the very letter that goes out, not a likeness of it.
"""

import email
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default

from sqlalchemy import select

from core.db import db
from core.outbox import OutgoingMail, posted_here
from core.transaction import transaction

#: The secret part of a link that is its reader's alone (256 bits or more, in base64), and what is
#: shown in its place. An offer that is drafted anew keeps its link, so the real one must not be
#: seen here.
SECRET = re.compile(r"(?<=/)[A-Za-z0-9_-]{43,}")
NO_SECRET = "a-link-of-their-own"  # noqa: S105 - it says that there is none


@dataclass(frozen=True)
class Preview:
    """One letter as its reader will get it, in plain text: paragraphs of one or more lines."""

    sender: str
    subject: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Rehearsal:
    """What an act would send: how many letters, and one of them."""

    letters: int = 0
    preview: Preview | None = None


class _Enough(Exception):  # noqa: N818 - it names the fact, as every error here does
    """The rehearsal is over, and nothing of it is to stay."""


def rehearse(act: Callable[[], object], *, own: str | None = None) -> Rehearsal:
    """Let ``act`` happen, look at the letters it put into the outbox, and undo all of it.

    ``own`` is the address of whoever looks: the letter to them is the one that is shown, if there
    is one, since that of somebody else says in which zone they live and how much they let it say.
    Raises what ``act`` raises, such as ``DomainError``. Call it outside of a transaction.
    """
    found = Rehearsal()
    try:
        with transaction(), posted_here() as keys:
            act()
            db.session.flush()
            found = _look(keys, own)
            raise _Enough
    except _Enough:
        return found


def _look(keys: Sequence[str], own: str | None) -> Rehearsal:
    written = select(OutgoingMail).where(OutgoingMail.key.in_(keys)).order_by(OutgoingMail.id)
    mails = db.session.scalars(written).all()
    if not mails:
        return Rehearsal()
    shown = next((mail for mail in mails if mail.recipient == own), mails[0])
    return Rehearsal(len(mails), _preview(shown.body))


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
        paragraphs=tuple(_lines(block) for block in blocks if block.strip()),
    )


def _lines(block: str) -> str:
    return "\n".join(" ".join(line.split()) for line in block.strip().splitlines())
