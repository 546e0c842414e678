"""Working out what happens to a whole run: another pattern, longer or shorter, a break, its end.

With another pattern its sessions move, and none is made anew: the nth coming session goes to the
nth date. One that somebody moved by hand stays where it is and uses up its turn; ad hoc sessions
stay beside the pattern.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from typing import Any

from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from groups.models import Cohort, CohortState
from scheduling.calendars.ical import Method
from scheduling.dates.closures import Break, LeaveOuts
from scheduling.dates.recurrence import ChosenDates, MonthlyByWeekday, Pattern
from scheduling.dates.wording import say_date
from scheduling.models import Invitation, PeerSession, Series, SessionState
from scheduling.rescheduling.change_plan import ChangePlan, RowChange, Scope, SlotChange, Subject
from scheduling.rescheduling.series_state import (
    NOTHING_TO_COME,
    SeriesState,
    become,
    day_of,
    moved_to,
    plan_of_dates,
    state_of,
)
from scheduling.runs.laying_out import horizon, today_for
from scheduling.runs.numbering import is_counted, numbered
from scheduling.runs.series import runs_of
from scheduling.runs.set_up import Exceptions, exceptions_to_json, pattern_to_json
from scheduling.runs.to_come import coming_at

TOO_FEW = "These choices leave too few dates. Leave out less, or choose other dates."
MOST_MORE = 60
LONGEST_BREAK = timedelta(days=366)
NO_NEXT_DATE = (
    "These dates were chosen one by one, so there is no next one. Add the dates you want."
)


@dataclass(frozen=True)
class _Pairs:
    """Which session goes to which day, which sessions are left, and which days."""

    moves: list[SlotChange]
    surplus: list[PeerSession]
    further: list[tuple[date, date]]


def set_pattern(
    session: PeerSession,
    pattern: Pattern,
    *,
    first_on: date | None = None,
    scope: Scope = Scope.FOLLOWING,
    now: datetime,
) -> ChangePlan:
    """Follow another pattern from a session on, or with every coming one.

    Without ``first_on`` the new pattern begins in the month of the first session that moves, or
    where it stands for a pattern in weeks. A run with a number of sessions keeps its number,
    unless dates are chosen one by one; one that goes on is filled up to its horizon. Raises
    ``DomainError`` for a first day that is too early, and when there are too few or too many dates.
    """
    state = state_of(session, now=now)
    wide = Scope.ALL if scope is Scope.ALL else Scope.FOLLOWING
    found = state.concerned(session, wide)
    turns = sorted((row for row in found if not row.is_extra), key=lambda row: row.planned_on)
    if not turns:
        raise DomainError(NOTHING_TO_COME)
    begins, floor = _begins(state, pattern, turns, found, first_on)
    dates = list(_dates(state, pattern, begins, floor, turns))
    pairs = _pair(state, turns, dates)
    if not isinstance(pattern, ChosenDates) and not state.rule.goes_on:
        pairs = _keeping_number(pairs)
    dropped = [become(row, takes_place=False, ad_hoc=True) for row in pairs.surplus]
    added = [state.added(slot_on, state.span(held_on)) for slot_on, held_on in pairs.further]
    return plan_of_dates(
        state,
        [*pairs.moves, *dropped, *added],
        columns=_columns(state, pattern, begins, dates, pairs),
        pinned=[row for row in turns if row.by_hand and row not in pairs.surplus],
        bounds="dates",
    )


def _begins(
    state: SeriesState,
    pattern: Pattern,
    turns: Sequence[PeerSession],
    found: Sequence[PeerSession],
    first_on: date | None,
) -> tuple[date, date]:
    """Return the day from which the new pattern is counted, and the day after which it may have
    dates: today, and that of the session before those that move.
    """
    today = today_for(state.series, state.now)
    first = min(row.starts_at for row in found)
    earlier = [day_of(row) for row in state.rows if row.starts_at < first]
    floor = max([today - timedelta(days=1), *(day for day in earlier if day >= today)])
    if first_on is None:
        stood = turns[0].planned_on
        return (stood.replace(day=1) if isinstance(pattern, MonthlyByWeekday) else stood), floor
    if first_on <= floor:
        words = "Choose a day that is still to come."
        if floor >= today:
            words = f"Choose a day after the session before it, {say_date(floor, today)}."
        raise DomainError(words, field="first_on")
    return first_on, floor


def _dates(
    state: SeriesState, pattern: Pattern, begins: date, floor: date, turns: Sequence[PeerSession]
) -> Iterator[tuple[date, date]]:
    """Yield the days of the new pattern: for as many sessions as there are and stand in its way,
    or up to the horizon.
    """
    after = max(floor, begins - timedelta(days=1))
    days = state.dates_after(after, pattern=pattern, first_on=begins)
    coming = (pair for pair in days if state.span(pair[1]).starts_at > state.now)
    if isinstance(pattern, ChosenDates):
        return coming
    if state.rule.goes_on:
        last_on = horizon(state.series, state.now)
        return takewhile(lambda pair: pair[0] <= last_on, coming)
    return islice(coming, len(turns) + len(_standing(state)))


def _standing(state: SeriesState) -> dict[date, PeerSession]:
    """Return the sessions that stay on a day of their own, by that day."""
    return {day_of(row): row for row in state.planned if row.by_hand or row.is_extra}


def _pair(
    state: SeriesState, turns: Sequence[PeerSession], dates: Sequence[tuple[date, date]]
) -> _Pairs:
    """Give every session its day. A day on which somebody has put a session is that one's."""
    standing = _standing(state)
    spoken_for = {slot_on for slot_on, held_on in dates if held_on in standing}
    pool = iter([pair for pair in dates if pair[0] not in spoken_for])
    moves, surplus = list[SlotChange](), list[PeerSession]()
    for row in turns:
        stood = day_of(row)
        if row.by_hand and stood in spoken_for and standing[stood] is row:
            moves.append(become(row, slot_on=stood))
            continue
        pair = next(pool, None)
        if row.by_hand:
            moves.append(become(row, slot_on=row.planned_on if pair is None else pair[0]))
        elif pair is None:
            surplus.append(row)
        else:
            moves.append(moved_to(row, pair[1], slot_on=pair[0], pinned=False))
    return _Pairs(moves, surplus, list(pool))


def _keeping_number(pairs: _Pairs) -> _Pairs:
    """Return the same for a run whose number of sessions stays; raises ``DomainError`` when there
    are too few dates for it.
    """
    if pairs.surplus:
        raise DomainError(TOO_FEW)
    return replace(pairs, further=[])


def _columns(
    state: SeriesState,
    pattern: Pattern,
    begins: date,
    dates: Sequence[tuple[date, date]],
    pairs: _Pairs,
) -> dict[str, Any]:
    if isinstance(pattern, MonthlyByWeekday) and dates:
        begins = dates[0][0]
    if isinstance(pattern, ChosenDates):
        begins = min(pattern.dates, default=begins)
    wanted: dict[str, Any] = {
        "pattern": pattern_to_json(pattern),
        "first_on": begins,
        "exceptions": exceptions_to_json(Exceptions()),
    }
    if isinstance(pattern, ChosenDates) and state.series.sessions is None:
        numbers = numbered(state.rows, now=state.now)
        over = min((number for _, number in numbers), default=1) - 1
        left = [row for row, _ in numbers if is_counted(row) and row not in pairs.surplus]
        wanted["sessions"] = over + len(left) + len(pairs.further)
    return wanted


def pause(
    series: Series, *, from_on: date, until_on: date, make_up: bool, now: datetime
) -> ChangePlan:
    """Leave out every session from one day to another, both included.

    ``make_up`` adds as many at the end of a run with a number of sessions. A run that goes on
    has nothing to make up for. The break stays known, so later dates leave it out too. Raises
    ``DomainError`` for days in the wrong order, a break that is over or longer than a year.
    """
    state = state_of(series, now=now)
    _refuse_break(state, from_on, until_on)
    added = Break(from_on, until_on)
    stood = state.rule.leave_outs
    leave_outs = replace(stood, breaks=tuple(sorted({*stood.breaks, added})))
    cancelled = [become(row, takes_place=False) for row in state.planned if day_of(row) in added]
    wanted = make_up and cancelled and series.sessions is not None
    further = _further(state, count=len(cancelled), leave_outs=leave_outs) if wanted else []
    columns = {} if leave_outs == stood else {"leave_outs": leave_outs.to_json()}
    return plan_of_dates(state, [*cancelled, *further], columns=columns, bounds="make_up")


def end_after(session: PeerSession, *, now: datetime) -> ChangePlan:
    """Let this session be the last one; a run that went on has a number of sessions from now on.

    Raises ``DomainError`` for a session that is cancelled.
    """
    if session.state == SessionState.CANCELLED:
        raise DomainError("This session is cancelled, so it cannot be the last one.")
    state = state_of(session, now=now)
    later = [row for row in state.coming if row.starts_at > session.starts_at]
    columns: dict[str, Any] = {}
    if state.rule.goes_on:
        columns["sessions"] = _number_of(state, session)
    if not columns and not any(row in state.planned for row in later):
        later = []
    detached = [become(row, takes_place=False, ad_hoc=True) for row in later]
    return plan_of_dates(state, detached, columns=columns)


def extend(series: Series, *, more: int | None, now: datetime) -> ChangePlan:
    """Add so many sessions at the end, or with ``None`` let the run go on until it is ended.

    Sessions that the run once had there are put back. Raises ``DomainError`` for a run that goes
    on already, for dates that were chosen one by one, and for too large a number.
    """
    state = state_of(series, now=now)
    rule = state.rule
    if isinstance(rule.pattern, ChosenDates):
        raise DomainError(NO_NEXT_DATE)
    if rule.goes_on:
        raise DomainError("This run goes on until you end it.", field="more")
    if more is not None and not 1 <= more <= MOST_MORE:
        raise DomainError(f"Write a number from 1 to {MOST_MORE}.", field="more")
    further = _further(state, count=more, leave_outs=rule.leave_outs)
    columns = {"sessions": None} if more is None else {}
    return plan_of_dates(state, further, columns=columns, bounds="more")


def end_group(cohort: Cohort, *, now: datetime) -> ChangePlan:
    """End a group with its runs and cancel its coming sessions.

    People are told of the sessions that stand in somebody's calendar or are among the next; later
    ones vanish from feeds, and a letter about each of them would tell nothing new. Raises
    ``DomainError`` for a group that is not open.
    """
    if cohort.state != CohortState.OPEN:
        raise DomainError("Only a group that is open can be ended.")
    coming = [row for row in coming_at(cohort, now) if row.state == SessionState.PLANNED]
    held = _in_calendars(coming)
    later = [row.public_id for at, row in enumerate(coming) if at >= row.invitations_ahead]
    stood = {"state": cohort.state, "ended_at": cohort.ended_at}
    ended = {"state": CohortState.ENDED.value, "ended_at": now}
    runs = [
        RowChange("series", run.public_id, {"ended_on": None}, {"ended_on": today_for(run, now)})
        for run in runs_of(cohort)
    ]
    return ChangePlan(
        Subject.GROUP_END,
        cohort.public_id,
        slots=tuple(become(row, takes_place=False) for row in coming),
        rows=(RowChange("cohort", cohort.public_id, stood, ended), *runs),
        untold=frozenset(later) - held,
    )


def _in_calendars(sessions: Sequence[PeerSession]) -> set[str]:
    """Return which of these sessions stand in somebody's calendar."""
    held = (
        select(PeerSession.public_id)
        .join(Invitation, Invitation.session_id == PeerSession.id)
        .where(
            PeerSession.id.in_([session.id for session in sessions]),
            Invitation.method == Method.REQUEST,
        )
    )
    return set(db.session.scalars(held))


def _further(state: SeriesState, *, count: int | None, leave_outs: LeaveOuts) -> list[SlotChange]:
    """Return the next dates of the pattern, those once dropped put back: so many, or all up to
    the horizon.
    """
    if isinstance(state.rule.pattern, ChosenDates):
        raise DomainError(NO_NEXT_DATE, field="make_up")
    days = _next_dates(state, leave_outs)
    last_on = horizon(state.series, state.now)
    wanted = (
        takewhile(lambda pair: pair[0] <= last_on, days) if count is None else islice(days, count)
    )
    dropped = {row.planned_on: row for row in state.coming if not is_counted(row)}
    return [
        become(dropped[slot_on], takes_place=True, ad_hoc=False)
        if slot_on in dropped
        else state.added(slot_on, state.span(held_on))
        for slot_on, held_on in wanted
    ]


def _next_dates(state: SeriesState, leave_outs: LeaveOuts) -> Iterator[tuple[date, date]]:
    """Yield the dates of the pattern after its last session that nobody has taken yet."""
    taken = {row.planned_on for row in state.rows if is_counted(row)}
    return (
        pair
        for pair in state.dates_after(state.last_on, leave_outs=leave_outs)
        if pair[0] not in taken and state.span(pair[1]).starts_at > state.now
    )


def _number_of(state: SeriesState, session: PeerSession) -> int:
    """Return how many sessions there are up to this one."""
    numbers = {row.id: number for row, number in numbered(state.rows, now=state.now)}
    return numbers.get(session.id, session.number)


def _refuse_break(state: SeriesState, from_on: date, until_on: date) -> None:
    today = today_for(state.series, state.now)
    if until_on < from_on:
        raise DomainError("A break ends after it begins.", field="until_on")
    if until_on < today:
        raise DomainError("Choose a day that is still to come.", field="until_on")
    if until_on - from_on > LONGEST_BREAK:
        raise DomainError("A break lasts a year at most. You can end the group.", field="until_on")
