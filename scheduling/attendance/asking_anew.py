"""A time that has changed: what was said about the former one is kept, and counts no more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update

from core.db import db
from scheduling.models import PeerSession, Reply


def ask_anew(sessions: Sequence[PeerSession], *, now: datetime) -> None:
    """Ask everybody anew whether they come to these sessions, whose times have just changed.

    An answer was about another time (RFC 5546 section 3.2.2); so was every standing one that was
    given before ``now``.
    """
    for session in sessions:
        session.asked_anew_at = now
    db.session.execute(
        update(Reply)
        .where(Reply.session_id.in_([session.id for session in sessions]), ~Reply.is_earlier)
        .values(is_earlier=True)
    )
