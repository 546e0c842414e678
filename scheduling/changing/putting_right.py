"""Who joined while a change stood knows only the dates it gave, and is told when it is undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from core.db import db
from groups.models import Cohort, Membership
from scheduling.access import active_memberships
from scheduling.changing.before import SHOWN, Before
from scheduling.letters.announcing import ChangeKind, SessionChange, announce
from scheduling.letters.posting import Act
from scheduling.letters.recipients import Recipient, recipient_of
from scheduling.models import PeerSession, SessionState


@dataclass(frozen=True)
class _Shown:
    """What a newcomer was told about one session."""

    session: PeerSession
    starts_at: datetime
    ends_at: datetime
    state: str


@dataclass(frozen=True)
class Known:
    """Those who came while a change stood, and what they were told."""

    newcomers: Sequence[Membership]
    shown: Sequence[_Shown]
    added: Sequence[PeerSession]


def what_newcomers_know(before: Before, cohort: Cohort, *, since: datetime) -> Known | None:
    """Return what people who came ``since`` a change were told; ``None`` when nobody came."""
    came = or_(Membership.joined_at >= since, Membership.changed_at >= since)
    newcomers = db.session.scalars(active_memberships(cohort).where(came)).all()
    if not newcomers:
        return None
    dated = [
        one.id
        for one in before.rows
        if one.kind == "session" and not one.is_place and any(name in one.columns for name in SHOWN)
    ]
    shown = [_Shown(row, row.starts_at, row.ends_at, row.state) for row in _sessions(dated)]
    return Known(newcomers, shown, _sessions(before.added))


def put_right(known: Known | None, cohort: Cohort, *, now: datetime) -> int:
    """Tell them what the dates are now that the change is undone; returns how many letters.

    Sessions that had been added are still there, to be taken out of calendars.
    """
    if known is None:
        return 0
    db.session.flush()
    news = [one for shown in known.shown if (one := _news(shown)) is not None]
    news += [SessionChange(session, ChangeKind.CANCELLED) for session in known.added]
    news.sort(key=lambda one: one.session.starts_at)
    readers: list[Recipient] = [recipient_of(one, now=now) for one in known.newcomers]
    return announce(cohort, news, Act(now), readers=readers)


def _news(shown: _Shown) -> SessionChange | None:
    session = shown.session
    planned = session.state == SessionState.PLANNED
    if shown.state == SessionState.CANCELLED:
        # They have never heard of it.
        return SessionChange(session, ChangeKind.ADDED) if planned else None
    if not planned:
        return SessionChange(session, ChangeKind.CANCELLED)
    if (session.starts_at, session.ends_at) == (shown.starts_at, shown.ends_at):
        return None
    return SessionChange(
        session, ChangeKind.MOVED, (shown.starts_at, shown.ends_at, session.zone_name)
    )


def _sessions(ids: Sequence[int]) -> Sequence[PeerSession]:
    found = select(PeerSession).where(PeerSession.id.in_(ids)).order_by(PeerSession.starts_at)
    return db.session.scalars(found).all()
