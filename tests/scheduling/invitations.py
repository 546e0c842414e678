"""What becomes of one session, told to everybody: the plainest ways to say it, for tests."""

from datetime import datetime

from groups.messages import Act
from groups.models import Membership
from scheduling.letters.announcing import Because, ChangeKind, SessionChange, announcement
from scheduling.letters.bulk_invitations import issue as issue
from scheduling.letters.bulk_invitations import issue_due as issue_due
from scheduling.letters.bulk_invitations import welcome as welcome
from scheduling.letters.withdraw import withdraw_all as withdraw
from scheduling.models import PeerSession, Series
from scheduling.runs.to_come import coming_at


def tell_moved(
    session: PeerSession,
    *,
    was: tuple[datetime, datetime],
    now: datetime,
    due_at: datetime | None = None,
    parcel: str | None = None,
) -> int:
    """Tell everybody that a session has moved."""
    moved = SessionChange(session, ChangeKind.MOVED, (*was, session.zone_name))
    return announcement(session.cohort, [moved], Act(now, due_at, parcel)).write()


def tell_cancelled(
    session: PeerSession,
    *,
    now: datetime,
    due_at: datetime | None = None,
    parcel: str | None = None,
) -> int:
    """Tell everybody that a session is cancelled."""
    cancelled = SessionChange(session, ChangeKind.CANCELLED)
    return announcement(session.cohort, [cancelled], Act(now, due_at, parcel)).write()


def tell_reinstated(session: PeerSession, *, now: datetime) -> int:
    """Tell everybody that a session takes place after all."""
    back = SessionChange(session, ChangeKind.REINSTATED)
    return announcement(session.cohort, [back], Act(now)).write()


def tell_place(changed: PeerSession | Series, *, now: datetime) -> int:
    """Tell everybody about another place of a session, or of a run."""
    held = [changed] if isinstance(changed, PeerSession) else coming_at(changed, now)
    elsewhere = [SessionChange(one, ChangeKind.VENUE) for one in held]
    return announcement(changed.cohort, elsewhere, Act(now)).write()


def withdraw_all(membership: Membership, *, now: datetime, because: Because | None = None) -> int:
    """Take all dates out of somebody's calendar."""
    return withdraw(membership, Act(now), because=because)
