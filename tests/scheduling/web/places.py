"""Where the member's pages are, and what somebody said."""

from groups.models import Membership
from scheduling.attendance import answers
from scheduling.models import PeerSession


def home(member: Membership) -> str:
    """Return the address of the group's page."""
    return f"/g/{member.cohort.public_id}"


def page_of(session: PeerSession) -> str:
    """Return the address of the session's page."""
    return f"/g/{session.cohort.public_id}/s/{session.public_id}"


def said(session: PeerSession, member: Membership) -> str | None:
    """Return what somebody said about a session."""
    reply = answers.reply_of(session, member)
    return reply.answer if reply else None
