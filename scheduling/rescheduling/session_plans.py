"""Working out what happens to one session, or several: moved, cancelled, reinstated, added.

Nothing here writes. Every planner returns a ``ChangePlan`` and raises ``DomainError`` in plain
words. ``now`` is aware, in UTC; days and hours are those on the wall where a session is said to be.
A session that was moved by hand stays where it is, unless the change starts from it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from groups.models import Person
from groups.zones import is_zone
from scheduling.dates.closures import LeaveOuts
from scheduling.dates.hours import Hours, Span
from scheduling.dates.recurrence import ChosenDates, MonthlyByWeekday, Pattern, occurrences
from scheduling.dates.wording import say_date
from scheduling.models import PeerSession, Series, SessionState
from scheduling.rescheduling.change_plan import ChangePlan, Scope, SlotChange
from scheduling.rescheduling.series_plans import set_pattern
from scheduling.rescheduling.series_state import (
    HAS_PASSED,
    SeriesState,
    become,
    day_of,
    moved_to,
    plan_of_dates,
    state_of,
    without_past,
)
from scheduling.runs.conflicts import Asked, conflicts
from scheduling.runs.set_up import Exceptions, exceptions_to_json, pattern_to_json
from scheduling.runs.to_come import refuse_if_over

MOST_DAYS = 366
IS_CANCELLED = "This session is cancelled. Put it back before you move it."
ENDS_AFTER = "A session ends after it starts, on the same day."
AS_IT_IS = "That is when it is already."


def concerned(session: PeerSession, scope: Scope, *, now: datetime) -> list[PeerSession]:
    """Return the coming sessions a change concerns, cancelled ones too, earliest first."""
    state = state_of(session, now=now)
    return state.concerned(session, scope if state.maybe_series else Scope.ONE)


def move_to(
    session: PeerSession, *, on: date, starts: time, ends: time, now: datetime
) -> ChangePlan:
    """Move one session to a day and hours, in the zone it is said in.

    Raises ``DomainError`` for a session that is over or cancelled, for a time that has passed, for
    an end that is not after the start, and when it is then already.
    """
    state = state_of(session, now=now)
    refuse_if_over(session, now)
    if session.state == SessionState.CANCELLED:
        raise DomainError(IS_CANCELLED)
    span = _span(on, starts, ends, ZoneInfo(session.zone_name))
    if span.starts_at <= now:
        raise DomainError(HAS_PASSED, field="on")
    if (span.starts_at, span.ends_at) == (session.starts_at, session.ends_at):
        raise DomainError(AS_IT_IS, field="on")
    move = become(
        session, shift=span.shift, starts_at=span.starts_at, ends_at=span.ends_at, pinned=True
    )
    return plan_of_dates(state, [move])


def shift_days(session: PeerSession, scope: Scope, days: int, *, now: datetime) -> ChangePlan:
    """Move by days, keeping the hours on the wall; a run goes on with its pattern so much later.

    Raises ``DomainError`` for more than a year, and when a session would be in the past.
    """
    if not 1 <= abs(days) <= MOST_DAYS:
        raise DomainError(f"Write a number of days from 1 to {MOST_DAYS}.", field="days")
    state = state_of(session, now=now)
    later, one = timedelta(days=days), scope is Scope.ONE
    rows, kept = _movable(state, session, scope)
    moves = [
        moved_to(
            row,
            day_of(row) + later,
            slot_on=row.planned_on if one else row.planned_on + later,
            pinned=one or row.by_hand,
        )
        for row in rows
    ]
    moves = without_past(state, moves, field="days")
    if one:
        return plan_of_dates(state, moves)
    # Those that stay by hand answer to a later day all the same.
    moves += [become(row, slot_on=row.planned_on + later) for row in kept if not row.is_extra]
    columns = _shifted(state, {row.planned_on for row in state.concerned(session, scope)}, later)
    return plan_of_dates(state, moves, columns=columns, pinned=kept)


def set_hours(
    session: PeerSession, scope: Scope, *, starts: time, ends: time, time_zone: str, now: datetime
) -> ChangePlan:
    """Give other hours, on the same days; ``time_zone`` is an IANA name.

    Raises ``DomainError`` for hours that end before they start, for a zone that does not exist,
    and when a session would be in the past.
    """
    _refuse_hours(starts, ends)
    state = state_of(session, now=now)
    of_run = None if state.maybe_series is None else state.maybe_series.time_zone
    if not is_zone(time_zone) and time_zone not in (session.zone_name, of_run):
        raise DomainError("Choose one of these time zones.", field="time_zone")
    rows, kept = _movable(state, session, scope)
    hours, one = Hours(starts, ends, ZoneInfo(time_zone)), scope is Scope.ONE
    moves = [_at_hours(row, hours, pinned=one or row.by_hand) for row in rows]
    moves = without_past(state, moves, field="starts")
    wanted = {} if one else {"starts": starts, "ends": ends, "time_zone": time_zone}
    return plan_of_dates(state, moves, columns=wanted, pinned=kept)


def move_to_weekday(
    session: PeerSession, scope: Scope, weekday: int, nth: int, *, now: datetime
) -> ChangePlan:
    """Move to another weekday of the month; Monday is 0, nth is 1 to 4, or -1 for the last.

    One session moves to that day of its own month; several follow it as their pattern. Raises
    ``DomainError`` when the run does not meet monthly, and when a session would be in the past.
    """
    wanted = MonthlyByWeekday(weekday, nth)
    state = state_of(session, now=now)
    if scope is not Scope.ONE:
        if not isinstance(state.rule.pattern, MonthlyByWeekday):
            raise DomainError("These sessions are not monthly. Choose another pattern for them.")
        return set_pattern(session, wanted, scope=scope, now=now)
    rows, _ = _movable(state, session, scope)
    day = next(occurrences(wanted, day_of(session).replace(day=1)))
    moves = [moved_to(row, day, slot_on=row.planned_on, pinned=True) for row in rows]
    return plan_of_dates(state, without_past(state, moves, field="weekday"))


def add_date(series: Series, *, on: date, starts: time, ends: time, now: datetime) -> ChangePlan:
    """Add an ad hoc session, beside the pattern, in the run's own zone.

    Raises ``DomainError`` for a time that has passed or is taken, for hours that end before they
    start, and when there are too many sessions to come.
    """
    state = state_of(series, now=now)
    span = _span(on, starts, ends, state.zone)
    if span.starts_at <= now:
        raise DomainError(HAS_PASSED, field="on")
    if any(row.starts_at == span.starts_at for row in state.planned):
        raise DomainError("There is a session at that time already.", field="on")
    return plan_of_dates(state, [state.added(on, span, ad_hoc=True)], bounds="on")


def cancel(session: PeerSession, scope: Scope, *, now: datetime) -> ChangePlan:
    """Cancel sessions; the run itself goes on. Raises ``DomainError`` when all are cancelled."""
    state = state_of(session, now=now)
    found = state.concerned(session, scope)
    changes = [become(row, takes_place=False) for row in found if row in state.planned]
    if not changes:
        several = "These sessions are cancelled already."
        raise DomainError("This session is cancelled already." if len(found) == 1 else several)
    return plan_of_dates(state, changes)


def reinstate(session: PeerSession, scope: Scope, *, now: datetime) -> ChangePlan:
    """Put cancelled sessions back, and end the breaks in which they were.

    Sessions that a shorter run or another pattern has dropped come back one by one. Raises
    ``DomainError`` when none is cancelled.
    """
    state = state_of(session, now=now)
    found = state.concerned(session, scope)
    cancelled = [row for row in found if row.state == SessionState.CANCELLED]
    back = [row for row in cancelled if not row.is_extra or row is session]
    if not back:
        raise DomainError("There is nothing to put back.")
    columns = {} if scope is Scope.ONE else _without_breaks(state, {day_of(row) for row in back})
    return plan_of_dates(state, [become(row, takes_place=True) for row in back], columns=columns)


def conflicts_with(plan: ChangePlan, series: Series | None, person: Person) -> list[str]:
    """Return what speaks against the new dates, in sentences: groups of this person's own, and
    what the run leaves out. What its members do elsewhere is never looked at.
    """
    found = [*plan.seen, *plan.added, *plan.reinstated]
    spans = sorted({(one.slot.times, one.slot.zone_name) for one in found})
    days = [times[0].astimezone(ZoneInfo(zone_name)).date() for times, zone_name in spans]
    if not days:
        return []
    remarks = [] if series is None else _left_out(plan, series, days)
    # What changes does not stand in its own way.
    changed = [one.session_id for one in (*plan.moved, *plan.cancelled, *plan.reinstated)]
    ids = select(PeerSession.id).where(PeerSession.public_id.in_(changed))
    asked = [Asked(*times) for times, _ in spans]
    held = conflicts(person, asked, without=db.session.scalars(ids).all())
    for names, day in zip(held, days, strict=True):
        remarks += [f"You have {name} at that time on {say_date(day, days[0])}." for name in names]
    return remarks


def _left_out(plan: ChangePlan, series: Series, days: list[date]) -> list[str]:
    columns = next((one.after for one in plan.rows if one.table == "series"), None) or {}
    leave_outs = LeaveOuts.from_json(columns.get("leave_outs", series.leave_outs))
    remarks = []
    for day in days:
        said, advice = say_date(day, days[0]), leave_outs.advice(day)
        if reason := leave_outs.reason(day):
            remarks.append(f"{said} is left out of this run: {reason}.")
        if advice:
            remarks.append(f"{said} is in the {advice}.")
    return remarks


def _refuse_hours(starts: time, ends: time) -> None:
    if ends <= starts:
        raise DomainError(ENDS_AFTER, field="ends")


def _span(on: date, starts: time, ends: time, zone: ZoneInfo) -> Span:
    _refuse_hours(starts, ends)
    return Hours(starts, ends, zone).on(on)


def _at_hours(row: PeerSession, hours: Hours, *, pinned: bool) -> SlotChange:
    span = hours.on(day_of(row))
    times = {"starts_at": span.starts_at, "ends_at": span.ends_at, "zone_name": hours.zone.key}
    return become(row, shift=span.shift, pinned=pinned, **times)


def _movable(
    state: SeriesState, session: PeerSession, scope: Scope
) -> tuple[list[PeerSession], list[PeerSession]]:
    """Part the sessions a change concerns into those that move and those that stay by hand."""
    found = state.concerned(session, scope)
    if scope is Scope.ONE and session.state == SessionState.CANCELLED:
        raise DomainError(IS_CANCELLED)
    kept = [row for row in found if row.by_hand and row is not session]
    return [row for row in found if row not in kept], kept


def _without_breaks(state: SeriesState, days: set[date]) -> dict[str, Any]:
    """Return the columns of a run whose breaks hold none of these days."""
    if state.maybe_series is None:
        return {}
    leave_outs = state.rule.leave_outs
    breaks = tuple(one for one in leave_outs.breaks if not any(day in one for day in days))
    if breaks == leave_outs.breaks:
        return {}
    return {"leave_outs": replace(leave_outs, breaks=breaks).to_json()}


def _shifted(state: SeriesState, days: set[date], later: timedelta) -> Mapping[str, Any]:
    """Return the columns of a run whose pattern goes on so much later; ``days`` are those of the
    pattern that move.
    """
    if state.maybe_series is None:
        return {}
    first = min(days)

    def moved(day: date) -> date:
        return day + later if day >= first else day

    decided = state.exceptions
    exceptions = Exceptions(
        {moved(day): held_on + (moved(day) - day) for day, held_on in decided.instead.items()},
        frozenset(moved(day) for day in decided.left_out),
    )
    return {
        "pattern": pattern_to_json(_later(state.rule.pattern, later, days)),
        "first_on": state.series.first_on + later,
        "exceptions": exceptions_to_json(exceptions),
    }


def _later(pattern: Pattern, later: timedelta, days: set[date]) -> Pattern:
    if isinstance(pattern, MonthlyByWeekday):
        return pattern.shifted(later.days)
    if isinstance(pattern, ChosenDates):
        return ChosenDates(tuple(day + later if day in days else day for day in pattern.dates))
    return pattern
