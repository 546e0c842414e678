"""What a facilitator does to one session: move it, cancel it, put it back, say where it is.

Every change is told to whoever has the date, after a pause in which it can be undone. What is over
never changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from core.db import db
from core.errors import DomainError
from groups.models import Cohort, Membership, Person
from scheduling import invitations
from scheduling.access import active_memberships
from scheduling.changes import note_dates_changed, note_details_changed
from scheduling.clashes import clashes, clashes_of
from scheduling.models import (
    Detail,
    Diary,
    PeerSession,
    PlaceKind,
    Reply,
    Series,
    SessionState,
)
from scheduling.parcels import Change, change, send
from scheduling.recurrence import Shift, instant
from scheduling.undoing import Before

__all__ = [
    "Change",
    "Span",
    "cancel",
    "change_place",
    "check_move",
    "clashes",
    "clashes_of",
    "coming_at",
    "is_over",
    "move",
    "note_came",
    "place_matters",
    "reinstate",
]

DATES = ("starts_at", "ends_at", "moved_from_at")
STATE = ("state",)
PLACE = ("place_sealed", "room_sealed")
MOST_PEOPLE = 500


@dataclass(frozen=True)
class Span:
    """From when to when, in UTC, and what the clocks did to the time that was asked for."""

    starts_at: datetime
    ends_at: datetime
    shift: Shift


def is_over(session: PeerSession, now: datetime) -> bool:
    """Tell whether a session has begun, after which it can no longer be changed."""
    return session.starts_at <= now


def check_move(session: PeerSession, *, on: date, starts: time, ends: time, now: datetime) -> Span:
    """Return when a session would be, with ``starts`` and ``ends`` in its run's own zone.

    Raises ``DomainError`` for a session that is over or cancelled, for a time that has passed,
    for an end that is not after the start, and when it is then already.
    """
    _refuse_if_over(session, now)
    if session.state == SessionState.CANCELLED:
        raise DomainError("This session is cancelled. Put it back before you move it.")
    if ends <= starts:
        raise DomainError("A session ends after it starts, on the same day.", field="ends")
    span = _span(on, starts, ends, ZoneInfo(session.series.time_zone))
    if span.starts_at <= now:
        raise DomainError("That time has passed. Choose one that is still to come.", field="on")
    if (span.starts_at, span.ends_at) == (session.starts_at, session.ends_at):
        raise DomainError("That is when it is already.", field="on")
    return span


def move(
    session: PeerSession,
    *,
    on: date,
    starts: time,
    ends: time,
    now: datetime,
    tell: bool,
    by: Person,
) -> Change:
    """Move a session, ask everybody anew whether they are coming, and tell them.

    Raises ``DomainError`` as ``check_move`` does. ``tell=False`` is for dates nobody has yet.
    """
    span = check_move(session, on=on, starts=starts, ends=ends, now=now)
    before, was = _before(session, DATES), (session.starts_at, session.ends_at)
    if span.starts_at != session.starts_at:
        session.moved_from_at = session.starts_at
    session.starts_at, session.ends_at = span.starts_at, span.ends_at
    # An answer was about another time; people are asked again (RFC 5546 section 3.2.2).
    db.session.execute(delete(Reply).where(Reply.session_id == session.id))
    note_dates_changed(session, now)

    def post(leaves_at: datetime, parcel: str) -> int:
        return invitations.tell_moved(session, was=was, now=now, due_at=leaves_at, parcel=parcel)

    sent = send(session.cohort, post, tell=tell, now=now)
    return change(before, sent, by=by)


def cancel(session: PeerSession, *, now: datetime, tell: bool, by: Person) -> Change:
    """Cancel a session and tell everybody; the row stays, so that it can be put back.

    Raises ``DomainError`` for a session that is over or cancelled already.
    """
    _refuse_if_over(session, now)
    if session.state == SessionState.CANCELLED:
        raise DomainError("This session is cancelled already.")
    before = _before(session, STATE)
    session.state = SessionState.CANCELLED
    note_dates_changed(session, now)

    def post(leaves_at: datetime, parcel: str) -> int:
        return invitations.tell_cancelled(session, now=now, due_at=leaves_at, parcel=parcel)

    sent = send(session.cohort, post, tell=tell, now=now)
    return change(before, sent, by=by)


def reinstate(session: PeerSession, *, now: datetime, tell: bool, by: Person) -> Change:
    """Put a cancelled session back and tell everybody.

    Raises ``DomainError`` for a session that is over or is not cancelled.
    """
    _refuse_if_over(session, now)
    if session.state != SessionState.CANCELLED:
        raise DomainError("This session takes place as planned.")
    before = _before(session, STATE)
    session.state = SessionState.PLANNED
    note_dates_changed(session, now)

    def post(leaves_at: datetime, parcel: str) -> int:
        return invitations.tell_reinstated(session, now=now, due_at=leaves_at, parcel=parcel)

    sent = send(session.cohort, post, tell=tell, now=now)
    return change(before, sent, by=by)


def change_place(
    series_or_session: Series | PeerSession,
    *,
    place_kind: PlaceKind,
    place: str | None,
    room: str | None,
    now: datetime,
    tell: bool,
    by: Person,
) -> Change:
    """Say where a whole run or one session meets: in words, and the link of the room.

    ``None`` for one session means: as the run has it. A session keeps no kind of its own. Those
    that are over stay where they were, so that nobody's past is rewritten.
    Raises ``DomainError`` for a session that is over, and when that is where it is already.
    """
    if (place, room) == (series_or_session.place, series_or_session.room) and place_kind == (
        _run_of(series_or_session).place_kind
    ):
        raise DomainError("That is where it is already.")
    before = Before()
    sessions = coming_at(series_or_session, now)
    before.keep_answers(sessions)
    if isinstance(series_or_session, Series):
        _keep_former_place(series_or_session, now)
        before.keep(series_or_session, ("place_kind", *PLACE))
        series_or_session.place_kind = place_kind
    else:
        _refuse_if_over(series_or_session, now)
        before.keep(series_or_session, PLACE)
    series_or_session.place, series_or_session.room = place, room
    for session in _shown_there(series_or_session, now):
        note_details_changed(session, now)

    def post(leaves_at: datetime, parcel: str) -> int:
        return invitations.tell_place(series_or_session, now=now, due_at=leaves_at, parcel=parcel)

    sent = send(series_or_session.cohort, post, tell=tell, now=now)
    return change(before, sent, by=by)


def note_came(session: PeerSession, came: int | None, *, now: datetime) -> None:
    """Note how many came to a session that is over: a number and nothing else; ``None`` forgets.

    Raises ``DomainError`` before its end, when it was cancelled, and for an unlikely number.
    """
    if session.state == SessionState.CANCELLED or session.ends_at > now:
        raise DomainError("This can be noted once the session is over.", field="came")
    if came is not None and not 0 <= came <= MOST_PEOPLE:
        raise DomainError(f"Write a number from 0 to {MOST_PEOPLE}.", field="came")
    session.came = came


def place_matters(cohort: Cohort) -> bool:
    """Tell whether somebody's diary shows the place, so that a change of it has to be told."""
    full = (
        active_memberships(cohort)
        .join(Diary, Diary.person_id == Membership.person_id)
        .where(Diary.detail == Detail.FULL)
    )
    return db.session.scalars(full.limit(1)).first() is not None


def _shown_there(changed: Series | PeerSession, now: datetime) -> list[PeerSession]:
    """Return the sessions that calendars show elsewhere now: one that is going on among them."""
    if isinstance(changed, PeerSession):
        return [changed]
    going_on = (PeerSession.series_id == changed.id, PeerSession.ends_at > now)
    return list(db.session.scalars(select(PeerSession).where(*going_on)))


def _keep_former_place(series: Series, now: datetime) -> None:
    """Write where the run has met so far onto its past sessions that do not say it themselves.

    Words that are there and empty stand for "nowhere in particular", unlike none at all.
    """
    over = (PeerSession.series_id == series.id, PeerSession.ends_at <= now)
    for session in db.session.scalars(select(PeerSession).where(*over)):
        session.place = series.place or "" if session.place is None else session.place
        session.room = series.room or "" if session.room is None else session.room


def _run_of(changed: Series | PeerSession) -> Series:
    return changed if isinstance(changed, Series) else changed.series


def _span(on: date, starts: time, ends: time, zone: ZoneInfo) -> Span:
    start, end = instant(on, starts, zone), instant(on, ends, zone).at
    if end <= start.at:
        # The clocks swallowed the session; it keeps the length that people are told.
        end = start.at + (datetime.combine(on, ends) - datetime.combine(on, starts))
    return Span(start.at, end, start.shift)


def _refuse_if_over(session: PeerSession, now: datetime) -> None:
    if is_over(session, now):
        raise DomainError("This session has begun or is over, so it can no longer be changed.")


def _before(session: PeerSession, columns: Sequence[str]) -> Before:
    before = Before()
    before.keep(session, columns)
    before.keep_answers([session])
    return before


def coming_at(changed: Series | PeerSession, now: datetime) -> list[PeerSession]:
    """Return the sessions a change of place concerns: this one, or all of a run to come."""
    if isinstance(changed, PeerSession):
        return [changed]
    coming = (PeerSession.series_id == changed.id, PeerSession.starts_at > now)
    return list(
        db.session.scalars(select(PeerSession).where(*coming).order_by(PeerSession.starts_at))
    )
