"""Working out that a run, some of its sessions, or one of them meets elsewhere: in words, and the
link of the room. Nothing here writes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.db import db
from core.errors import DomainError
from groups.models import Cohort, Membership
from scheduling.access import active_memberships
from scheduling.models import Detail, Diary, PeerSession, Series, SessionState
from scheduling.rescheduling.change_plan import ChangePlan, RowChange, Scope, Subject
from scheduling.runs.numbering import rows_of
from scheduling.runs.to_come import refuse_if_over

ALREADY = "That is where it is already."


@dataclass(frozen=True)
class Venue:
    """How and where people meet: in words, and the link of the room. For one session ``None``
    stands for "as its run has it"; words that are there and empty for "nowhere in particular".
    """

    kind: str | None
    place: str | None
    room: str | None

    @classmethod
    def of(cls, row: PeerSession | Series) -> "Venue":
        """Return what a session, or a run, says by itself."""
        return cls(row.place_kind, row.place, row.room)

    @property
    def columns(self) -> dict[str, Any]:
        """The same as columns of ``PeerSession`` and ``Series``."""
        return {"place_kind": self.kind, "place": self.place, "room": self.room}


def change_venue(
    changed: Series | PeerSession, wanted: Venue, *, scope: Scope = Scope.ONE, now: datetime
) -> ChangePlan:
    """Say where a whole run, one session, or that and all that follow it meet.

    Sessions that are over, and those before the first that changes, stay where they were; so do
    those that have a place of their own. Raises ``DomainError`` for a session that is over, and
    when that is where it is already.
    """
    if isinstance(changed, Series):
        return _of_run(changed, wanted, None, now)
    refuse_if_over(changed, now)
    if scope is Scope.ONE or changed.series is None:
        return _of_one(changed, wanted)
    return _of_run(changed.series, wanted, changed if scope is Scope.FOLLOWING else None, now)


def venue_matters(cohort: Cohort) -> bool:
    """Return whether somebody's diary shows the place, so that a change of it has to be told."""
    full = (
        active_memberships(cohort)
        .join(Diary, Diary.person_id == Membership.person_id)
        .where(Diary.detail == Detail.FULL)
    )
    return db.session.scalars(full.limit(1)).first() is not None


def _of_one(session: PeerSession, wanted: Venue) -> ChangePlan:
    stood, series = Venue.of(session), session.series
    # Where people meet another way, nothing of the run's place goes for them.
    becomes = Venue(wanted.kind, wanted.place or "", wanted.room or "")
    if series is not None and wanted.kind == series.place_kind:
        becomes = Venue(None, wanted.place, wanted.room)
    if (becomes.place, becomes.room) == (stood.place, stood.room) and wanted.kind == session.meets:
        raise DomainError(ALREADY)
    return _plan(session.cohort, series, [_row(session, stood, becomes)], [session.public_id])


def _of_run(series: Series, wanted: Venue, first: PeerSession | None, now: datetime) -> ChangePlan:
    """Let a run meet elsewhere, from ``first`` on if that is given."""
    stood, sessions = Venue.of(series), rows_of(series)
    if wanted == stood and (first is None or first.place is None):
        raise DomainError(ALREADY)
    starts_at = now if first is None else first.starts_at
    changes = [] if wanted == stood else [_row(series, stood, wanted)]
    elsewhere = []
    for session in sessions:
        own = Venue.of(session)
        if session.ends_at <= now or (first is not None and session.starts_at < starts_at):
            # Where the run has met so far is written onto those that do not say it themselves.
            changes.append(_row(session, own, _with_former(own, stood)))
        elif own.place is not None and session is not first:
            continue
        else:
            is_first = session is first and own.place is not None
            changes += [_row(session, own, Venue(None, None, None))] if is_first else []
            if session.state == SessionState.PLANNED and session.starts_at > now:
                elsewhere.append(session.public_id)
    return _plan(series.cohort, series, changes, elsewhere)


def _with_former(own: Venue, stood: Venue) -> Venue:
    return Venue(
        own.kind or stood.kind,
        stood.place or "" if own.place is None else own.place,
        stood.room or "" if own.room is None else own.room,
    )


def _row(row: PeerSession | Series, stood: Venue, becomes: Venue) -> RowChange:
    """Return a change of where a row says people meet, with what differs alone."""
    before, after = stood.columns, becomes.columns
    names = [name for name in before if before[name] != after[name]]
    table = "series" if isinstance(row, Series) else "session"
    return RowChange(
        table,
        row.public_id,
        {name: before[name] for name in names},
        {name: after[name] for name in names},
    )


def _plan(
    cohort: Cohort, series: Series | None, rows: list[RowChange], elsewhere: list[str]
) -> ChangePlan:
    return ChangePlan(
        Subject.VENUE,
        cohort.public_id,
        None if series is None else series.public_id,
        rows=tuple(one for one in rows if one.after),
        elsewhere=tuple(elsewhere),
    )
