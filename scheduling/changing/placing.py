"""Where a run, some of its sessions, or one of them meets: in words, and the link of the room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from groups.models import Cohort, Membership, Person
from scheduling.access import active_memberships
from scheduling.changing.before import Before
from scheduling.changing.parcels import Change, change, send
from scheduling.changing.run_plan import Scope
from scheduling.changing.run_view import run_around
from scheduling.keeping.changes import note_details_changed_in
from scheduling.letters.announcing import ChangeKind, SessionChange, announce
from scheduling.letters.posting import Act
from scheduling.models import Detail, Diary, PeerSession, PlaceKind, Series, SessionState
from scheduling.runs.to_come import coming_at, refuse_if_over

PLACE = ("place_kind", "place_sealed", "room_sealed")
ALREADY = "That is where it is already."


@dataclass(frozen=True)
class Place:
    """How and where people meet: in words, and the link of the room."""

    kind: PlaceKind
    place: str | None
    room: str | None


def change_place(
    changed: Series | PeerSession,
    *,
    place_kind: PlaceKind,
    place: str | None,
    room: str | None,
    now: datetime,
    tell: bool,
    by: Person,
    scope: Scope = Scope.ONE,
) -> Change:
    """Say where a whole run, one session, or that and all that follow it meet.

    ``None`` for one session means: as the run has it. Sessions that are over, and those before
    the first that changes, stay where they were; so do those that have a place of their own.
    Raises ``DomainError`` for a session that is over, and when that is where it is already.
    """
    wanted = Place(place_kind, place, room)
    before = Before()
    if isinstance(changed, Series):
        elsewhere = _place_run(changed, wanted, None, before, now)
    elif scope is Scope.ONE:
        elsewhere = _place_one(changed, wanted, before, now)
    else:
        first = changed if scope is Scope.FOLLOWING else None
        elsewhere = _place_run(run_around(changed, now=now).series, wanted, first, before, now)
    told = [one for one in elsewhere if one.state == SessionState.PLANNED and one.starts_at > now]
    before.keep_calendars(told)

    def post(leaves_at: datetime, parcel: str) -> int:
        changes = [SessionChange(session, ChangeKind.VENUE) for session in told]
        return announce(changed.cohort, changes, Act(now, leaves_at, parcel))

    sent = send(changed.cohort, post, tell=tell, now=now)
    return change(before, sent, changed.cohort, by=by, now=now)


def place_matters(cohort: Cohort) -> bool:
    """Tell whether somebody's diary shows the place, so that a change of it has to be told."""
    full = (
        active_memberships(cohort)
        .join(Diary, Diary.person_id == Membership.person_id)
        .where(Diary.detail == Detail.FULL)
    )
    return db.session.scalars(full.limit(1)).first() is not None


def _place_one(
    session: PeerSession, wanted: Place, before: Before, now: datetime
) -> list[PeerSession]:
    """Give one session a place of its own; returns the sessions that are elsewhere now."""
    refuse_if_over(session, now)
    differs = session.series is None or wanted.kind != session.series.place_kind
    # Where people meet another way, nothing of the run's place goes for them: words that are
    # there and empty stand for "nowhere in particular", unlike none at all.
    place = wanted.place or "" if differs else wanted.place
    room = wanted.room or "" if differs else wanted.room
    if (place, room) == (session.place, session.room) and wanted.kind == session.meets:
        raise DomainError(ALREADY)
    before.keep(session, PLACE)
    shown = session.place
    session.place_kind = wanted.kind if differs else None
    session.place, session.room = place, room
    if shown != place:
        note_details_changed_in([session], now)
    return [session]


def _place_run(
    series: Series, wanted: Place, first: PeerSession | None, before: Before, now: datetime
) -> list[PeerSession]:
    """Let a run meet elsewhere, from ``first`` on if that is given; returns the sessions that are
    elsewhere now.
    """
    if first is not None:
        refuse_if_over(first, now)
    stood = Place(PlaceKind(series.place_kind), series.place, series.room)
    if wanted == stood and (first is None or not _has_own(first)):
        raise DomainError(ALREADY)
    _keep_former_place(series, stood, first, before, now)
    before.keep(series, PLACE)
    series.place_kind = wanted.kind
    series.place, series.room = wanted.place, wanted.room
    if first is not None and _has_own(first):
        before.keep(first, PLACE)
        first.place_kind, first.place, first.room = None, None, None
    rows = [row for row in _going_on(series, now) if not _has_own(row)]
    if wanted.place != stood.place or first is not None:
        note_details_changed_in(rows, now)
    return rows


def _keep_former_place(
    series: Series, stood: Place, first: PeerSession | None, before: Before, now: datetime
) -> None:
    """Write where the run has met so far onto the sessions before the change that do not say it
    themselves.
    """
    earlier = PeerSession.ends_at <= now
    if first is not None:
        earlier |= PeerSession.starts_at < first.starts_at
    rows = db.session.scalars(
        select(PeerSession).where(PeerSession.series_id == series.id, earlier)
    ).all()
    coming = set(coming_at(series, now))
    for row in rows:
        if row in coming:
            before.keep(row, PLACE)
        row.place_kind = row.place_kind or stood.kind
        row.place = stood.place or "" if row.place is None else row.place
        row.room = stood.room or "" if row.room is None else row.room


def _has_own(session: PeerSession) -> bool:
    return session.place is not None


def _going_on(series: Series, now: datetime) -> Sequence[PeerSession]:
    """Return the sessions that calendars show elsewhere now: one that is going on among them."""
    going_on = (PeerSession.series_id == series.id, PeerSession.ends_at > now)
    return db.session.scalars(
        select(PeerSession).where(*going_on).order_by(PeerSession.starts_at, PeerSession.id)
    ).all()
