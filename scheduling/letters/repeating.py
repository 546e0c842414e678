"""Sending an invitation once more to somebody who has lost it (RFC 5546 sections 3.2.2, 3.2.6)."""

from datetime import datetime, timedelta
from typing import Final

from core.outbox import under_way
from core.web import link
from groups.models import Membership
from scheduling.calendars.ical import Method
from scheduling.letters import calendar_parts, emails
from scheduling.letters.issuing import issue, post_invitation
from scheduling.letters.posting import Act, page_of, post_about, when_of
from scheduling.letters.recipients import Recipient, recipient_of
from scheduling.models import Invitation, PeerSession, SessionState

#: A calendar that goes on asking is not answered more often.
APART: Final = timedelta(hours=1)


def send_again(session: PeerSession, membership: Membership, *, now: datetime) -> bool:
    """Send once more what a member's calendar should hold for a session: the request that stands,
    or the cancellation. SEQUENCE stays and DTSTAMP rises.

    Returns whether a letter was posted: not while another is on its way, nor twice in an hour,
    nor once the session is over, nor when this calendar was never told of it.
    """
    calendar_parts.settle(session, membership)
    told = calendar_parts.last_told(session, membership)
    if told is None or session.ends_at <= now or _was_repeated(told, now):
        return False
    if under_way(thread=calendar_parts.thread_of(session, membership)):
        return False
    if told.method == Method.CANCEL and issue(session, membership, now=now, is_awaited=True):
        # A cancelled UID is dead, and there is something to say under another.
        return True
    recipient = recipient_of(membership, now=now)
    calendar_parts.repeat(told, now=now)
    if told.method == Method.CANCEL:
        return _post_cancellation(session, recipient, told, Act(now, is_awaited=True))
    return post_invitation(session, recipient, told, Act(now, is_awaited=True))


def can_send_again(session: PeerSession, membership: Membership, *, now: datetime) -> bool:
    """Tell whether a member's calendar was told of a session that it should hold now."""
    coming = session.state == SessionState.PLANNED and session.starts_at > now
    return coming and calendar_parts.standing(session, membership) is not None


def _was_repeated(told: Invitation, now: datetime) -> bool:
    return told.repeated_at is not None and now - told.repeated_at < APART


def _post_cancellation(
    session: PeerSession, recipient: Recipient, told: Invitation, act: Act
) -> bool:
    is_off = session.state == SessionState.CANCELLED
    letter = emails.withdrawn(
        recipient.mailbox,
        when=when_of(session, act.now, recipient),
        link=page_of(session) if is_off else link("calendar.show"),
        calendar=calendar_parts.part(told, session, recipient),
    )
    return post_about(session, letter, recipient, act, kind="withdrawn", told=told)
