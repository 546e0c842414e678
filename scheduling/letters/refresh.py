"""Writing somebody's own calendar entries anew after they chose other words for them.

A private link shows the choice when it is next read. An invitation has to be sent an update, and
gets it a while after the last choice, so that trying things out sends nothing.
"""

from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from core import config
from core.db import db
from core.worker import one_by_one
from groups.messages import Act
from groups.models import Membership, MembershipState
from scheduling.calendars.ical import Method
from scheduling.letters.book import InvitationBook
from scheduling.letters.invitation_rows import thread_of
from scheduling.letters.posting import Writer
from scheduling.letters.recipients import recipient_of
from scheduling.models import Diary, Invitation, PeerSession, SessionState


def refresh_due(now: datetime) -> int:
    """Update the invitations that still say what their owner chose before (a job); returns how
    many letters that took.
    """
    stale = db.session.execute(_stale(now)).all()
    places = [
        (place, [row[1] for row in rows]) for place, rows in groupby(stale, key=itemgetter(0))
    ]
    return one_by_one(places, lambda one: _refresh(*one, now))


def _refresh(place: int, session_ids: list[int], now: datetime) -> int:
    reader = recipient_of(db.session.get_one(Membership, place), now=now)
    membership = reader.membership
    sessions = db.session.scalars(
        select(PeerSession)
        .where(PeerSession.id.in_(session_ids))
        .order_by(PeerSession.starts_at, PeerSession.id)
    ).all()
    book = InvitationBook.for_readers(sessions, [reader], Act(now))
    for session in sessions:
        letters = book.letters(thread_of(session, membership))
        # What waits may still be taken back; this says what stands after it.
        if any(letter.is_under_way for letter in letters):
            continue
        if book.current(session, membership) is not None:
            Writer(book).refreshed(session, reader, book.request(session, membership))
    return book.write()


def _stale(now: datetime) -> Select[int, int]:
    """The places and sessions of invitations that show earlier choices of a diary."""
    newer = aliased(Invitation)
    return (
        select(Invitation.membership_id, Invitation.session_id)
        .join(PeerSession, PeerSession.id == Invitation.session_id)
        .join(Membership, Membership.id == Invitation.membership_id)
        .join(Diary, Diary.person_id == Membership.person_id)
        .where(
            Invitation.method == Method.REQUEST,
            Invitation.diary_changed_at < Diary.changed_at,
            Diary.changed_at <= now - config.current().pause,
            PeerSession.state == SessionState.PLANNED,
            PeerSession.starts_at > now,
            Membership.state == MembershipState.ACTIVE,
            ~exists().where(
                newer.session_id == Invitation.session_id,
                newer.membership_id == Invitation.membership_id,
                newer.generation > Invitation.generation,
            ),
        )
        .order_by(Invitation.membership_id, PeerSession.starts_at, Invitation.id)
    )
