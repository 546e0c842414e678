"""The numbers of sessions ("Session 3 of 12"), and the days of the pattern they answer to."""

import math
from collections.abc import Sequence, Set
from datetime import date, datetime, timedelta

from sqlalchemy import select

from core.db import db
from groups.models import Cohort
from scheduling.models import PeerSession, Series, SessionState

ONE_DAY = timedelta(days=1)


def rows_of(together: Series | Cohort) -> list[PeerSession]:
    """Return every session of a run, or of a group outside of one, in the order of their dates,
    cancelled ones among them.
    """
    return list(
        db.session.scalars(
            select(PeerSession)
            .where(PeerSession.among(together))
            .order_by(PeerSession.starts_at, PeerSession.id)
        )
    )


def is_counted(session: PeerSession) -> bool:
    """Tell whether a session is one of those that people count. A cancelled one keeps its number;
    an extra one that is cancelled has never been.
    """
    return not (session.is_extra and session.state == SessionState.CANCELLED)


def numbered(rows: Sequence[PeerSession], *, now: datetime) -> list[tuple[PeerSession, int]]:
    """Return the coming ones among the sessions of a run with the numbers they should have: in the
    order of their dates, after those that are over.

    Extra sessions are counted like the others, and what is counted no more comes last. A run with
    a number of sessions says how many there are in ``Series.sessions``.
    """
    coming = [row for row in rows if row.starts_at > now]
    over = [row.number for row in rows if row.starts_at <= now and is_counted(row)]
    first = max(over, default=0) + 1
    in_order = sorted(coming, key=_in_order)
    return [(row, number) for number, row in enumerate(in_order, start=first)]


def _in_order(session: PeerSession) -> tuple[bool, datetime, float]:
    # One that is not written yet comes after those that are there.
    return not is_counted(session), session.starts_at, session.id or math.inf


def free_day(day: date, taken: Set[date]) -> date:
    """Return a day that no session answers to yet, the given one if it is free.

    It is looked for backwards: a later day may be one that the pattern still holds in store.
    """
    while day in taken:
        day -= ONE_DAY
    return day
