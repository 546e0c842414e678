"""What a facilitator does to one session: move it, cancel it, put it back, say how many came.

Every change is told to whoever has the date, after a pause in which it can be undone. What is over
never changes. Changes of several sessions at once are worked out in
``scheduling.changing.reshaping``.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from core.errors import DomainError
from groups.models import Person
from scheduling.attendance.asking_anew import ask_anew
from scheduling.changing.before import Before
from scheduling.changing.parcels import Change, change, send
from scheduling.changing.placing import change_place, place_matters
from scheduling.dates.hours import Hours, Span
from scheduling.keeping.changes import note_dates_changed
from scheduling.letters.announcing import ChangeKind, SessionChange, announce
from scheduling.letters.posting import Act
from scheduling.models import PeerSession, SessionState
from scheduling.runs.numbering import put_in_order
from scheduling.runs.to_come import coming_at, is_over, refuse_if_over

__all__ = [
    "Change",
    "Span",
    "cancel",
    "change_place",
    "check_move",
    "coming_at",
    "is_over",
    "move",
    "note_came",
    "place_matters",
    "reinstate",
]

DATES = ("starts_at", "ends_at", "moved_from_at", "by_hand", "asked_anew_at")
STATE = ("state",)
MOST_PEOPLE = 500


def check_move(session: PeerSession, *, on: date, starts: time, ends: time, now: datetime) -> Span:
    """Return when a session would be, with ``starts`` and ``ends`` in the zone it is said in.

    Raises ``DomainError`` for a session that is over or cancelled, for a time that has passed,
    for an end that is not after the start, and when it is then already.
    """
    refuse_if_over(session, now)
    if session.state == SessionState.CANCELLED:
        raise DomainError("This session is cancelled. Put it back before you move it.")
    if ends <= starts:
        raise DomainError("A session ends after it starts, on the same day.", field="ends")
    span = Hours(starts, ends, ZoneInfo(session.zone_name)).on(on)
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
    before.keep_answers([session])
    if span.starts_at != session.starts_at:
        session.moved_from_at = session.starts_at
    session.starts_at, session.ends_at = span.starts_at, span.ends_at
    session.by_hand = True
    ask_anew([session], now=now)
    note_dates_changed(session, now)
    put_in_order(session.together, now=now)

    def post(leaves_at: datetime, parcel: str) -> int:
        moved = SessionChange(session, ChangeKind.MOVED, (*was, session.zone_name))
        return announce(session.cohort, [moved], Act(now, leaves_at, parcel))

    sent = send(session.cohort, post, tell=tell, now=now)
    return change(before, sent, session.cohort, by=by, now=now)


def cancel(session: PeerSession, *, now: datetime, tell: bool, by: Person) -> Change:
    """Cancel a session and tell everybody; the row stays, so that it can be put back.

    Raises ``DomainError`` for a session that is over or cancelled already.
    """
    refuse_if_over(session, now)
    if session.state == SessionState.CANCELLED:
        raise DomainError("This session is cancelled already.")
    before = _turn(session, SessionState.CANCELLED, now)

    def post(leaves_at: datetime, parcel: str) -> int:
        cancelled = SessionChange(session, ChangeKind.CANCELLED)
        return announce(session.cohort, [cancelled], Act(now, leaves_at, parcel))

    sent = send(session.cohort, post, tell=tell, now=now)
    return change(before, sent, session.cohort, by=by, now=now)


def reinstate(session: PeerSession, *, now: datetime, tell: bool, by: Person) -> Change:
    """Put a cancelled session back and tell everybody.

    Raises ``DomainError`` for a session that is over or is not cancelled.
    """
    refuse_if_over(session, now)
    if session.state != SessionState.CANCELLED:
        raise DomainError("This session takes place as planned.")
    before = _turn(session, SessionState.PLANNED, now)

    def post(leaves_at: datetime, parcel: str) -> int:
        reinstated = SessionChange(session, ChangeKind.REINSTATED)
        return announce(session.cohort, [reinstated], Act(now, leaves_at, parcel))

    sent = send(session.cohort, post, tell=tell, now=now)
    return change(before, sent, session.cohort, by=by, now=now)


def note_came(session: PeerSession, came: int | None, *, now: datetime) -> None:
    """Note how many came to a session that is over: a number and nothing else; ``None`` forgets.

    Raises ``DomainError`` before its end, when it was cancelled, and for an unlikely number.
    """
    if session.state == SessionState.CANCELLED or session.ends_at > now:
        raise DomainError("This can be noted once the session is over.", field="came")
    if came is not None and not 0 <= came <= MOST_PEOPLE:
        raise DomainError(f"Write a number from 0 to {MOST_PEOPLE}.", field="came")
    session.came = came


def _turn(session: PeerSession, state: SessionState, now: datetime) -> Before:
    """Let a session take place or not; returns what was before."""
    before, series = _before(session, STATE), session.series
    session.state = state
    note_dates_changed(session, now)
    if session.is_extra:
        # One that is cancelled counts no more, and the others close ranks.
        if series is not None:
            before.keep(series, ("sessions",))
        if series is not None and series.sessions is not None:
            series.sessions += 1 if state == SessionState.PLANNED else -1
        put_in_order(session.together, now=now)
    return before


def _before(session: PeerSession, columns: Sequence[str]) -> Before:
    before = Before()
    before.keep(session, columns)
    before.keep_calendars([session])
    return before
