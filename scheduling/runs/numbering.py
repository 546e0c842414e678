"""The numbers of sessions ("Session 3 of 12"), and the days of the pattern they answer to."""

from collections.abc import Collection, Mapping, Sequence, Set
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


def put_in_order(together: Series | Cohort, *, now: datetime) -> None:
    """Number the coming sessions in the order of their dates; those that are over keep theirs.

    Extra sessions are counted like the others, and what is counted no more comes last. A run with
    a number of sessions says how many there are in ``Series.sessions``.
    """
    db.session.flush()
    for row, number in numbered(rows_of(together), now=now):
        if row.number != number:
            row.number = number


def numbered(rows: Sequence[PeerSession], *, now: datetime) -> list[tuple[PeerSession, int]]:
    """Return the coming ones among the sessions of a run with the numbers they should have."""
    coming = [row for row in rows if row.starts_at > now]
    over = [row.number for row in rows if row.starts_at <= now and is_counted(row)]
    first = max(over, default=0) + 1
    in_order = sorted(coming, key=lambda row: (not is_counted(row), row.starts_at, row.id))
    return [(row, number) for number, row in enumerate(in_order, start=first)]


def free_day(day: date, taken: Set[date]) -> date:
    """Return a day that no session answers to yet, the given one if it is free.

    It is looked for backwards: a later day may be one that the pattern still holds in store.
    """
    while day in taken:
        day -= ONE_DAY
    return day


def answer_to(together: Series | Cohort, days: Mapping[int, date]) -> None:
    """Let sessions answer to these days of the pattern, by the id of the session.

    Two sessions never answer to the same day, not even for a moment while they trade places.
    """
    db.session.flush()
    rows = {row.id: row for row in rows_of(together)}
    changed = {key: day for key, day in days.items() if rows[key].planned_on != day}
    taken: set[date] = {row.planned_on for key, row in rows.items() if key not in changed}
    if _is_crossed(changed.values(), [rows[key].planned_on for key in changed]):
        for key in changed:
            rows[key].planned_on = date.min + key * ONE_DAY
        db.session.flush()
    for key, day in changed.items():
        rows[key].planned_on = free_day(day, taken)
        taken.add(rows[key].planned_on)
    db.session.flush()


def _is_crossed(new: Collection[date], old: Collection[date]) -> bool:
    return not set(new).isdisjoint(old)
