"""Reminders: one a person and session, two days before, for everybody who has not said no."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from core.db import db
from core.outbox import under_way
from core.worker import one_by_one
from groups.links import help_page
from groups.messages import Act, MessageKind, message, post_message
from groups.models import Cohort, CohortState
from scheduling.attendance.answer_links import link_for
from scheduling.attendance.answers import answered
from scheduling.letters.emails import letter_of
from scheduling.letters.invitation_rows import thread_of
from scheduling.letters.posting import about_session, details_of, page_of, when_of
from scheduling.letters.recipients import Recipient, recipients_of
from scheduling.models import Answer, PeerSession, SessionState

AHEAD = timedelta(days=2)
#: Nearer to its start than this a session is not reminded of any more.
TOO_LATE = timedelta(minutes=15)


def remind_due(now: datetime) -> int:
    """Post the reminders whose time has come (a job); returns how many.

    A session that was moved after its reminders is reminded of again.
    """
    due = db.session.scalars(
        select(PeerSession.id)
        .join(Cohort, Cohort.id == PeerSession.cohort_id)
        .where(
            PeerSession.state == SessionState.PLANNED,
            PeerSession.starts_at > now + TOO_LATE,
            PeerSession.starts_at <= now + AHEAD,
            Cohort.state == CohortState.OPEN,
            or_(
                PeerSession.reminded_at.is_(None),
                PeerSession.reminded_at < PeerSession.dates_changed_at,
            ),
        )
        .order_by(PeerSession.starts_at, PeerSession.id)
    ).all()
    return one_by_one(due, lambda identifier: _remind(identifier, now))


def _remind(identifier: int, now: datetime) -> int:
    session = db.session.get_one(PeerSession, identifier)
    who = answered([session.id], now=now)
    declined = set(
        db.session.scalars(select(who.c.membership_id).where(who.c.answer == Answer.NOT_THIS_TIME))
    )
    readers = [
        recipient
        for recipient in recipients_of(session.cohort, now=now)
        if recipient.diary.reminders and recipient.membership.id not in declined
    ]
    # A change is noted at least a second after the one before, so it can lie ahead of the clock.
    session.reminded_at = max(now, session.dates_changed_at)
    return sum(_post_reminder(session, recipient, now) for recipient in readers)


def _post_reminder(session: PeerSession, recipient: Recipient, now: datetime) -> bool:
    membership = recipient.membership
    thread = thread_of(session, membership)
    if under_way(thread=thread):
        # A letter about this session is leaving anyway; two at once would be one too many.
        return False
    letter = letter_of(
        MessageKind.REMINDER,
        recipient.mailbox,
        when=when_of(session, now, recipient),
        link=page_of(session),
        answer_link=link_for(session, membership),
        unsubscribe_url=recipient.stop_link,
        help_link=help_page(),
        details=details_of(session, recipient),
    )
    kind, name = MessageKind.REMINDER, f"{session.public_id}:{membership.public_id}"
    made = message(
        kind,
        letter,
        about_session(session, membership),
        Act(now),
        key=f"{kind}:{name}:{session.starts_at:%Y%m%dT%H%MZ}",
        useful_until=session.starts_at - TOO_LATE,
    )
    return post_message(made, now)
