"""Taking the dates of one person out of their calendar, when they leave, pause or are gone."""

from datetime import datetime

from core.db import db
from core.outbox import supersede
from core.web import link
from groups.models import Membership
from scheduling.letters import calendar_parts, emails
from scheduling.letters.posting import Act, not_begun, part_of, post_about, when_of
from scheduling.letters.recipients import recipient_of
from scheduling.models import SessionState


def withdraw_all(
    membership: Membership, *, now: datetime, more: str = "calendar.show", tell: bool = True
) -> int:
    """Take the coming sessions out of the calendar of somebody who has gone or is pausing, and
    drop what has not left; returns how many cancellations were posted. ``more`` is the endpoint
    of the page to which the letters lead. Where ``tell`` is false nothing is posted: somebody else
    may read what comes to that address.
    """
    recipient = recipient_of(membership, now=now)
    sessions = list(db.session.scalars(not_begun(membership.cohort_id, now)))
    for session in sessions:
        if session.state == SessionState.CANCELLED:
            # A cancellation that still waits may be undone, so the calendar is told apart from it.
            supersede(now, thread=calendar_parts.thread_of(session, membership))
        calendar_parts.settle(session, membership)
    taken = [
        (session, calendar_parts.take_back(session, membership, now=now)) for session in sessions
    ]
    supersede(now, addressee=membership.public_id)
    posted = 0
    for session, told in taken:
        calendar = part_of(told, session, recipient)
        if calendar is not None and tell:
            letter = emails.withdrawn(
                recipient.mailbox,
                when=when_of(session, now, recipient),
                link=link(more),
                calendar=calendar,
            )
            posted += post_about(session, letter, recipient, Act(now), kind="withdrawn", told=told)
    return posted
