"""Writing somebody's own calendar entries anew after they chose other words for them.

A private link shows the choice when it is next read. An invitation has to be sent an update, and
gets it a while after the last choice, so that trying things out sends nothing.
"""

from datetime import datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from core import config
from core.db import db
from core.outbox import under_way
from core.worker import one_by_one
from groups.models import Membership, MembershipState
from scheduling.calendars.ical import Method
from scheduling.letters import calendar_parts, emails
from scheduling.letters.posting import Act, details_of, page_of, post_about, when_of
from scheduling.letters.recipients import recipient_of
from scheduling.models import Diary, Invitation, PeerSession, SessionState


def rewrite_due(now: datetime) -> int:
    """Update the invitations that still say what their owner chose before (a job); returns how
    many letters that took.
    """
    stale = db.session.scalars(_stale(now)).all()
    return one_by_one(stale, lambda identifier: _rewrite(identifier, now))


def _rewrite(identifier: int, now: datetime) -> int:
    told = db.session.get_one(Invitation, identifier)
    session, membership = told.session, told.membership
    if under_way(thread=calendar_parts.thread_of(session, membership)):
        # What waits may still be taken back; this says what stands after it.
        return 0
    calendar_parts.settle(session, membership)
    if calendar_parts.standing(session, membership) is not told:
        return 0
    recipient = recipient_of(membership, now=now)
    calendar_parts.request(session, recipient, now=now)
    letter = emails.rewritten(
        recipient.mailbox,
        when=when_of(session, now, recipient),
        link=page_of(session),
        details=details_of(session, recipient),
        calendar=calendar_parts.part(told, session, recipient),
    )
    return int(post_about(session, letter, recipient, Act(now), kind="rewritten", told=told))


def _stale(now: datetime) -> Select[int]:
    """The invitations to coming sessions that were last sent before their diary changed."""
    newer = aliased(Invitation)
    return (
        select(Invitation.id)
        .join(PeerSession, PeerSession.id == Invitation.session_id)
        .join(Membership, Membership.id == Invitation.membership_id)
        .join(Diary, Diary.person_id == Membership.person_id)
        .where(
            Invitation.method == Method.REQUEST,
            Invitation.stamped_at < Diary.changed_at,
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
        .order_by(PeerSession.starts_at, Invitation.id)
    )
