"""Which sessions are still to come: what has begun never changes, but for how many came."""

from datetime import datetime

from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from groups.models import Cohort
from scheduling.models import PeerSession, Series, SessionState

MOST_PEOPLE = 500


def is_over(session: PeerSession, now: datetime) -> bool:
    """Tell whether a session has begun, after which it can no longer be changed."""
    return session.starts_at <= now


def refuse_if_over(session: PeerSession, now: datetime) -> None:
    """Raise ``DomainError`` for a session that has begun."""
    if is_over(session, now):
        raise DomainError("This session has begun or is over, so it can no longer be changed.")


def coming_at(changed: Series | Cohort, now: datetime) -> list[PeerSession]:
    """Return the sessions to come of a run, or of all a group has, earliest first."""
    of_run = isinstance(changed, Series)
    owner = PeerSession.series_id if of_run else PeerSession.cohort_id
    return list(
        db.session.scalars(
            select(PeerSession)
            .where(owner == changed.id, PeerSession.starts_at > now)
            .order_by(PeerSession.starts_at, PeerSession.id)
        )
    )


def note_came(session: PeerSession, came: int | None, *, now: datetime) -> None:
    """Note how many came to a session that is over: a number and nothing else; ``None`` forgets.

    Raises ``DomainError`` before its end, when it was cancelled, and for an unlikely number.
    """
    if session.state == SessionState.CANCELLED or session.ends_at > now:
        raise DomainError("This can be noted once the session is over.", field="came")
    if came is not None and not 0 <= came <= MOST_PEOPLE:
        raise DomainError(f"Write a number from 0 to {MOST_PEOPLE}.", field="came")
    session.came = came
