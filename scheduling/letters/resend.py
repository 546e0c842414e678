"""Sending an invitation once more to somebody who has lost it (RFC 5546 sections 3.2.2, 3.2.6)."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from core.db import db
from groups.links import calendar_page
from groups.messages import Act
from groups.models import Membership
from scheduling.calendars.ical import Method
from scheduling.letters.book import InvitationBook
from scheduling.letters.bulk_invitations import issue
from scheduling.letters.invitation_rows import thread_of
from scheduling.letters.posting import Writer
from scheduling.letters.recipients import recipient_of
from scheduling.models import Invitation, PeerSession, SessionState

#: A calendar that goes on asking is not answered more often.
APART: Final = timedelta(hours=1)


def send_again(session: PeerSession, membership: Membership, *, now: datetime) -> bool:
    """Send once more what a member's calendar should hold for a session: the request that stands,
    or the cancellation. SEQUENCE stays and DTSTAMP rises.

    Returns whether a letter was posted: not while another is on its way, nor twice in an hour,
    nor once the session is over, nor when this calendar was never told of it.
    """
    reader = recipient_of(membership, now=now)
    book = InvitationBook.for_readers([session], [reader], Act(now, is_awaited=True))
    told = book.newest(session, membership)
    was_repeated = (
        told is not None and told.repeated_at is not None and now - told.repeated_at < APART
    )
    if told is None or session.ends_at <= now or was_repeated:
        return False
    if any(letter.is_under_way for letter in book.letters(thread_of(session, membership))):
        return False
    if told.method == Method.CANCEL and issue(session, membership, now=now, is_awaited=True):
        # A cancelled UID is dead, and there is something to say under another.
        return True
    book.repeat(told)
    if told.method == Method.CANCEL:
        is_off = session.state == SessionState.CANCELLED
        page = None if is_off else calendar_page()
        Writer(book).withdrawn(session, reader, told, page)
    else:
        Writer(book).invitation(session, reader, told)
    return book.write() > 0


def can_send_again(session: PeerSession, membership: Membership, *, now: datetime) -> bool:
    """Return whether a member's calendar was told of a session that it should hold now."""
    if session.state != SessionState.PLANNED or session.starts_at <= now:
        return False
    newest = (
        select(Invitation.method)
        .where(Invitation.session_id == session.id, Invitation.membership_id == membership.id)
        .order_by(Invitation.generation.desc())
    )
    return db.session.scalar(newest.limit(1)) == Method.REQUEST
