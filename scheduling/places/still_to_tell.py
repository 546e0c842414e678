"""What somebody was still to be told when their address changed, told at the new one instead.

All dates and the calendar invitations are sent there anew in any case. Here is what those do not
say: that a date has moved or is cancelled, takes place after all or somewhere else, and what does
not concern a single date. A reminder is not sent again, as all dates have just come.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select

from core.db import db
from core.outbox import MailState, OutgoingMail, redirect
from groups.messages import Act, MessageKind
from groups.models import Membership
from scheduling.letters.book import InvitationBook
from scheduling.letters.invitation_rows import thread_of
from scheduling.letters.posting import Writer, not_begun
from scheduling.letters.recipients import Recipient
from scheduling.models import PeerSession

#: Letters about one date that are written anew. The first two bring its invitation along.
_WITH_INVITATION: Final = (MessageKind.MOVED, MessageKind.REINSTATED)
_WRITTEN_ANEW: Final = (*_WITH_INVITATION, MessageKind.CANCELLED, MessageKind.VENUE)
#: Letters without anything in them that is for one address only.
_AS_THEY_ARE: Final = (MessageKind.NEW_DATES, MessageKind.OTHER_TIME)


def still_to_tell(place: Membership) -> Sequence[OutgoingMail]:
    """Return the letters that wait for somebody in this place and would be missed, oldest first."""
    return db.session.scalars(
        select(OutgoingMail)
        .where(
            OutgoingMail.addressee == place.public_id,
            OutgoingMail.state == MailState.DUE,
            OutgoingMail.kind.in_(_WRITTEN_ANEW + _AS_THEY_ARE),
        )
        .order_by(OutgoingMail.id)
    ).all()


def brings_invitation(
    session: PeerSession, place: Membership, mails: Sequence[OutgoingMail]
) -> bool:
    """Tell whether one of these letters, told there, brings the invitation to a session along."""
    thread = thread_of(session, place)
    return any(mail.thread == thread and mail.kind in _WITH_INVITATION for mail in mails)


def tell_there(mails: Sequence[OutgoingMail], recipient: Recipient, *, now: datetime) -> None:
    """Tell at the address somebody has now what these letters were to say; they have been dropped.

    ``now`` is aware, in UTC. What has begun in the meantime is not told any more.
    """
    place = recipient.membership
    sessions = db.session.scalars(not_begun(place.cohort_id, now)).all()
    by_thread = {thread_of(session, place): session for session in sessions}
    for mail in mails:
        session = by_thread.get(mail.thread or "")
        db.session.refresh(mail)
        # One that a sender has taken up in the meantime is gone, and not told twice.
        if mail.state != MailState.SUPERSEDED:
            continue
        if mail.kind in _AS_THEY_ARE:
            redirect(mail, recipient.mailbox, unsubscribe_url=recipient.stop_link)
        elif session is not None:
            book = InvitationBook.for_readers([session], [recipient], Act(now))
            _write_anew(mail.kind, session, recipient, Writer(book))
            book.write()


def _write_anew(kind: str, session: PeerSession, reader: Recipient, writer: Writer) -> None:
    match kind:
        case MessageKind.MOVED:
            was, lasts = session.moved_from_at, session.ends_at - session.starts_at
            old = None if was is None else writer.at(session, was, was + lasts, reader)
            writer.moved(session, reader, old)
        case MessageKind.REINSTATED:
            writer.reinstated(session, reader)
        case MessageKind.CANCELLED:
            writer.cancelled(session, reader, None, None)
        case MessageKind.VENUE:
            writer.venue(session, reader, None)
