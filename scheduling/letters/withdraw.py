"""Taking the dates of one person out of their calendar, when they leave, pause or are gone."""

from core.db import db
from core.outbox import for_the_gone, supersede
from groups.links import calendar_page
from groups.messages import Act
from groups.models import Membership
from scheduling.letters.book import InvitationBook
from scheduling.letters.invitation_rows import thread_of
from scheduling.letters.posting import Writer, not_begun, when_of
from scheduling.letters.recipients import recipient_of
from scheduling.letters.taking_in import Because
from scheduling.models import SessionState


def withdraw_all(
    membership: Membership,
    act: Act,
    *,
    because: Because | None = None,
    more: str | None = None,
    tell: bool = True,
) -> int:
    """Take the coming sessions out of the calendar of somebody who has gone or is pausing, and
    drop what has not left; returns how many letters were posted.

    ``because`` is said once. ``more`` is where the letters lead instead of the page about diaries.
    Where ``tell`` is false nothing is posted: somebody else may read what comes to that address.
    Where the act has a batch, what it drops leaves after all when that is recalled.
    """
    reader = recipient_of(membership, now=act.now)
    sessions = list(db.session.scalars(not_begun(membership.cohort_id, act.now)))
    book = InvitationBook.for_readers(sessions, [reader], act)
    writer, gone = Writer(book), for_the_gone(act.parcel)
    told = []
    for session in sessions:
        if session.state == SessionState.CANCELLED:
            # A cancellation that still waits may be undone, so the calendar is told apart from it.
            book.drop(thread_of(session, membership), by=gone)
            book.settle(session, membership)
        if (held := book.cancel(session, membership)) is not None:
            told.append((session, held))
    supersede(act.now, addressee=membership.public_id, by=gone)
    # Who has just paused or left knows why one entry goes; several in a row want a word.
    is_asked = because is not None and (len(told) > 1 or because is Because.REMOVED)
    if tell and because is not None and is_asked:
        dates = [
            when_of(session, act.now, reader)
            for session in sessions
            if session.state == SessionState.PLANNED
        ]
        writer.ended(membership.cohort, reader, because, dates, has_calendar=bool(told))
    for session, held in told if tell else ():
        writer.withdrawn(session, reader, held, more or calendar_page())
    return book.write()
