"""Making a change once without keeping it, to show beforehand which messages it would send.

What a check page shows is therefore the very message that goes out, not a likeness of it. Nobody
else waits for it: see ``core.transaction.rehearsal``.
"""

import email
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import default

from sqlalchemy import false, func, select

from core.db import db
from core.outbox import MailState, OutgoingMail, posted_here
from core.throttle import Limit, take
from core.transaction import Touched, rehearsal
from groups.models import Cohort, Membership, Person, PlaceOffer
from scheduling.models import (
    Diary,
    Feed,
    Invitation,
    PeerSession,
    Reply,
    Reversal,
    Series,
    SessionPrompt,
)
from scheduling.rescheduling.apply import LASTS

#: The secret part of a link that is its reader's alone (256 bits or more, in base64), and what is
#: shown in its place. An offer that is drafted anew keeps its link, so the real one must not be
#: seen here.
SECRET = re.compile(r"(?<=/)[A-Za-z0-9_-]{43,}")
NO_SECRET = "a-link-of-their-own"  # noqa: S105 - it says that there is none
#: Whoever plans with care looks every now and then; a preview is the most expensive page.
LIMITS = (Limit(30, timedelta(minutes=10)),)


@dataclass(frozen=True)
class ShownMessage:
    """One message as its reader will get it, in plain text: paragraphs of one or more lines."""

    sender: str
    subject: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """What a change would send: how many messages, and one of them."""

    letters: int = 0
    message: ShownMessage | None = None


def preview(act: Callable[[], object], cohort: Cohort, *, own: str | None = None) -> Preview:
    """Let ``act`` happen to a group, look at the messages it put into the outbox, and undo it all.

    ``own`` is the address of whoever looks: the message to them is the one that is shown, if there
    is one, since that of somebody else says in which zone they live and how much they let it say.
    Raises what ``act`` raises, such as ``DomainError``. Call it outside of a transaction.
    """
    with rehearsal(_touched(cohort)), posted_here() as keys:
        act()
        db.session.flush()
        return _look(keys, own)


def look_again_at(person: Person, *, now: datetime) -> datetime | None:
    """Count one more preview of this person, or count nothing and return when to try again."""
    return take("rehearsal", person.public_id, LIMITS, now)


def _touched(cohort: Cohort) -> Touched:
    """Return the rows that an act on a group can change: all that hangs on it, and the diaries of
    its people, which are made where they are missing.
    """
    sessions = select(PeerSession.id).where(PeerSession.cohort_id == cohort.id)
    people = select(Membership.person_id).where(Membership.cohort_id == cohort.id)
    diaries = select(Diary.id).where(Diary.person_id.in_(people))
    letters = select(OutgoingMail.id).where(OutgoingMail.topic == cohort.public_id)
    # What stood before a change is sealed, so only its time tells whether it can be of this group.
    waiting = letters.with_only_columns(func.min(OutgoingMail.created_at)).where(
        OutgoingMail.state == MailState.DUE
    )
    since = db.session.scalar(waiting)
    recent = false() if since is None else Reversal.made_at > since - LASTS
    return {
        Cohort: select(Cohort.id).where(Cohort.id == cohort.id),
        Series: select(Series.id).where(Series.cohort_id == cohort.id),
        PeerSession: sessions,
        SessionPrompt: select(SessionPrompt.id).where(SessionPrompt.session_id.in_(sessions)),
        Reply: select(Reply.id).where(Reply.session_id.in_(sessions)),
        Invitation: select(Invitation.id).where(Invitation.session_id.in_(sessions)),
        PlaceOffer: select(PlaceOffer.id).where(PlaceOffer.cohort_id == cohort.id),
        OutgoingMail: letters,
        Diary: diaries,
        Feed: select(Feed.id).where(Feed.diary_id.in_(diaries)),
        Reversal: select(Reversal.id).where(recent),
    }


def _look(keys: Sequence[str], own: str | None) -> Preview:
    written = select(OutgoingMail).where(OutgoingMail.key.in_(keys)).order_by(OutgoingMail.id)
    mails = db.session.scalars(written).all()
    if not mails:
        return Preview()
    shown = next((mail for mail in mails if mail.recipient == own), mails[0])
    return Preview(len(mails), _shown(shown.body))


def _shown(body: bytes) -> ShownMessage:
    message = email.message_from_bytes(body, policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - the policy makes it one; tells the type
    text = message.get_body(("plain",))
    words = "" if text is None else SECRET.sub(NO_SECRET, str(text.get_content()))
    sender = message["From"].addresses[0].display_name
    blocks = words.replace("\r\n", "\n").split("\n\n")
    return ShownMessage(
        sender=str(sender),
        subject=str(message["Subject"]),
        paragraphs=tuple(_lines(block) for block in blocks if block.strip()),
    )


def _lines(block: str) -> str:
    return "\n".join(" ".join(line.split()) for line in block.strip().splitlines())
