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
from groups.models import Membership
from scheduling.letters import calendar_parts, changes
from scheduling.letters.posting import Act, not_begun
from scheduling.letters.recipients import Recipient
from scheduling.letters.session_letters import (
    About,
    post_cancelled,
    post_moved,
    post_place,
    post_reinstated,
)
from scheduling.models import PeerSession

#: Letters about one date that are written anew. The first two bring its invitation along.
_WITH_INVITATION: Final = ("moved", "reinstated")
_WRITTEN_ANEW: Final = (*_WITH_INVITATION, "cancelled", "place")
#: Letters without anything in them that is for one address only.
_AS_THEY_ARE: Final = (changes.KIND, "other_time")


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
    thread = calendar_parts.thread_of(session, place)
    return any(mail.thread == thread and mail.kind in _WITH_INVITATION for mail in mails)


def tell_there(mails: Sequence[OutgoingMail], recipient: Recipient, *, now: datetime) -> None:
    """Tell at the address somebody has now what these letters were to say; they have been dropped.

    ``now`` is aware, in UTC. What has begun in the meantime is not told any more.
    """
    place = recipient.membership
    sessions = db.session.scalars(not_begun(place.cohort_id, now)).all()
    by_thread = {calendar_parts.thread_of(session, place): session for session in sessions}
    for mail in mails:
        session = by_thread.get(mail.thread or "")
        db.session.refresh(mail)
        # One that a sender has taken up in the meantime is gone, and not told twice.
        if mail.state != MailState.SUPERSEDED:
            continue
        if mail.kind in _AS_THEY_ARE:
            redirect(mail, recipient.mailbox, unsubscribe_url=recipient.stop_link)
        elif session is not None:
            _write_anew(mail.kind, About(session, recipient, Act(now)))


def _write_anew(kind: str, about: About) -> None:
    match kind:
        case "moved":
            session = about.session
            was, lasts = session.moved_from_at, session.ends_at - session.starts_at
            post_moved(about, None if was is None else about.at(was, was + lasts))
        case "reinstated":
            post_reinstated(about)
        case "cancelled":
            post_cancelled(about, None, None)
        case "place":
            post_place(about, None)
