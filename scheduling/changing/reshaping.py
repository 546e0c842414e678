"""Working out a change of a run without making it; nothing here writes.

Every function returns a ``RunPlan`` and raises ``DomainError`` in plain words. ``now`` is aware,
in UTC; days and hours are those on the wall where a session is said to be. A session that was
moved by hand stays where it is, unless it is the one from which the change starts.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.errors import DomainError
from groups.zones import is_zone
from scheduling.changing.new_pattern import set_pattern
from scheduling.changing.run_length import end_after, extend, pause_run
from scheduling.changing.run_plan import Added, Moved, RunPlan, Scope
from scheduling.changing.run_view import (
    HAS_PASSED,
    Run,
    day_of,
    moved_to,
    run_around,
    run_of,
    sort_out,
    within_bounds,
    without_past,
)
from scheduling.dates.hours import Hours
from scheduling.dates.recurrence import ChosenDates, MonthlyByWeekday, Pattern, occurrences
from scheduling.models import PeerSession, Series, SessionState
from scheduling.runs.numbering import free_day
from scheduling.runs.set_up import Exceptions, exceptions_to_json, pattern_to_json

__all__ = [
    "add_date",
    "cancel_run",
    "concerned",
    "end_after",
    "extend",
    "move_to_weekday",
    "pause_run",
    "reinstate_run",
    "set_hours",
    "set_pattern",
    "shift_days",
]

MOST_DAYS = 366
IS_CANCELLED = "This session is cancelled. Put it back before you move it."


def concerned(session: PeerSession, scope: Scope, *, now: datetime) -> list[PeerSession]:
    """Return the coming sessions a change concerns, cancelled ones too, earliest first."""
    run = run_around(session, now=now)
    return run.concerned(session, scope if session.series else Scope.ONE)


def shift_days(session: PeerSession, scope: Scope, days: int, *, now: datetime) -> RunPlan:
    """Move by days, keeping the hours on the wall; a run goes on with its pattern so much later.

    Raises ``DomainError`` for more than a year, and when a session would be in the past.
    """
    if not 1 <= abs(days) <= MOST_DAYS:
        raise DomainError(f"Write a number of days from 1 to {MOST_DAYS}.", field="days")
    run = run_around(session, now=now)
    later, moves = timedelta(days=days), []
    rows, kept = _movable(run, session, scope)
    for row in rows:
        planned_on = row.planned_on if scope is Scope.ONE else row.planned_on + later
        day, by_hand = day_of(row) + later, scope is Scope.ONE or row.by_hand
        moves.append(moved_to(row, day, planned_on=planned_on, by_hand=by_hand))
    moves = without_past(moves, now=now, field="days")
    if scope is Scope.ONE:
        return _plan(run, moves, kept, {})
    stays = [_staying(row, row.planned_on + later) for row in kept if not row.is_extra]
    columns = _shifted(run, {row.planned_on for row in run.concerned(session, scope)}, later)
    return _plan(run, [*moves, *stays], kept, columns)


def set_hours(
    session: PeerSession, scope: Scope, *, starts: time, ends: time, time_zone: str, now: datetime
) -> RunPlan:
    """Give other hours, on the same days; ``time_zone`` is an IANA name.

    Raises ``DomainError`` for hours that end before they start, for a zone that does not exist,
    and when a session would be in the past.
    """
    if ends <= starts:
        raise DomainError("A session ends after it starts, on the same day.", field="ends")
    run = run_around(session, now=now)
    if not is_zone(time_zone) and time_zone not in (session.zone_name, run.zone.key):
        raise DomainError("Choose one of these time zones.", field="time_zone")
    rows, kept = _movable(run, session, scope)
    hours, moves = Hours(starts, ends, ZoneInfo(time_zone)), []
    for row in rows:
        span, by_hand = hours.on(day_of(row)), scope is Scope.ONE or row.by_hand
        times = (span.starts_at, span.ends_at, time_zone, span.shift)
        moves.append(Moved(row, row.planned_on, *times, by_hand))
    moves = without_past(moves, now=now, field="starts")
    wanted = {"starts": starts, "ends": ends, "time_zone": time_zone}
    return _plan(run, moves, kept, {} if scope is Scope.ONE else wanted)


def move_to_weekday(
    session: PeerSession, scope: Scope, weekday: int, nth: int, *, now: datetime
) -> RunPlan:
    """Move to another weekday of the month; Monday is 0, nth is 1 to 4, or -1 for the last.

    One session moves to that day of its own month; several follow it as their pattern. Raises
    ``DomainError`` when the run does not meet monthly, and when a session would be in the past.
    """
    wanted, run = MonthlyByWeekday(weekday, nth), run_around(session, now=now)
    if scope is not Scope.ONE:
        if not isinstance(run.set_up.pattern, MonthlyByWeekday):
            raise DomainError("These sessions are not monthly. Choose another pattern for them.")
        return set_pattern(session, wanted, scope=scope, now=now)
    rows, _ = _movable(run, session, scope)
    day = next(occurrences(wanted, day_of(session).replace(day=1)))
    moves = [moved_to(row, day, planned_on=row.planned_on, by_hand=True) for row in rows]
    return _plan(run, without_past(moves, now=now, field="weekday"), [], {})


def add_date(series: Series, *, on: date, starts: time, ends: time, now: datetime) -> RunPlan:
    """Add an extra session, beside the pattern, in the run's own zone.

    Raises ``DomainError`` for a time that has passed or is taken, for hours that end before they
    start, and when there are too many sessions to come.
    """
    if ends <= starts:
        raise DomainError("A session ends after it starts, on the same day.", field="ends")
    run = run_of(series, now=now)
    span = Hours(starts, ends, run.zone).on(on)
    if span.starts_at <= now:
        raise DomainError(HAS_PASSED, field="on")
    planned = [row for row in run.coming if row.state == SessionState.PLANNED]
    if any(row.starts_at == span.starts_at for row in planned):
        raise DomainError("There is a session at that time already.", field="on")
    day = free_day(on, run.taken)
    added = Added(day, span.starts_at, span.ends_at, span.shift, is_extra=True)
    return within_bounds(run, RunPlan(series, added=(added,)), field="on")


def cancel_run(session: PeerSession, scope: Scope, *, now: datetime) -> RunPlan:
    """Cancel sessions; the run itself goes on. Raises ``DomainError`` when all are cancelled."""
    run = run_around(session, now=now)
    found = run.concerned(session, scope)
    dropped = tuple(row for row in found if row.state == SessionState.PLANNED)
    if not dropped:
        several = "These sessions are cancelled already."
        raise DomainError("This session is cancelled already." if len(found) == 1 else several)
    return RunPlan(run.together, dropped=dropped)


def reinstate_run(session: PeerSession, scope: Scope, *, now: datetime) -> RunPlan:
    """Put cancelled sessions back, and end the breaks in which they were.

    Sessions that a shorter run or another pattern has dropped come back one by one. Raises
    ``DomainError`` when none is cancelled.
    """
    run = run_around(session, now=now)
    found = run.concerned(session, scope)
    cancelled = [row for row in found if row.state == SessionState.CANCELLED]
    put_back = [row for row in cancelled if not row.is_extra or row is session]
    if not put_back:
        raise DomainError("There is nothing to put back.")
    days = {day_of(row) for row in put_back}
    leave_outs = run.set_up.leave_outs
    breaks = tuple(one for one in leave_outs.breaks if not any(day in one for day in days))
    ended = scope is not Scope.ONE and breaks != leave_outs.breaks
    columns = {"leave_outs": replace(leave_outs, breaks=breaks).to_json()} if ended else {}
    return RunPlan(run.together, put_back=tuple(put_back), columns=columns)


def _movable(
    run: Run, session: PeerSession, scope: Scope
) -> tuple[list[PeerSession], list[PeerSession]]:
    """Part the sessions a change concerns into those that move and those that stay by hand."""
    found = run.concerned(session, scope)
    if scope is Scope.ONE and session.state == SessionState.CANCELLED:
        raise DomainError(IS_CANCELLED)
    kept = [row for row in found if row.by_hand and row is not session]
    return [row for row in found if row not in kept], kept


def _staying(session: PeerSession, planned_on: date) -> Moved:
    times = (session.starts_at, session.ends_at, session.zone_name)
    return Moved(session, planned_on, *times, by_hand=True)


def _plan(
    run: Run, moves: list[Moved], kept: list[PeerSession], wanted: Mapping[str, Any]
) -> RunPlan:
    moved, turns = sort_out(moves)
    columns = {name: to for name, to in wanted.items() if getattr(run.series, name) != to}
    touched = moved or turns or columns
    return RunPlan(
        run.together,
        moved=moved,
        turns=turns,
        kept_by_hand=tuple(kept) if touched else (),
        columns=columns,
    )


def _shifted(run: Run, days: set[date], later: timedelta) -> dict[str, Any]:
    """Return the columns of a run whose pattern goes on so much later; ``days`` are those of the
    pattern that move.
    """
    first = min(days)

    def moved(day: date) -> date:
        return day + later if day >= first else day

    decided = run.exceptions
    exceptions = Exceptions(
        {moved(day): held_on + (moved(day) - day) for day, held_on in decided.instead.items()},
        frozenset(moved(day) for day in decided.left_out),
    )
    return {
        "pattern": pattern_to_json(_later(run.set_up.pattern, later, days)),
        "first_on": run.series.first_on + later,
        "exceptions": exceptions_to_json(exceptions),
    }


def _later(pattern: Pattern, later: timedelta, days: set[date]) -> Pattern:
    if isinstance(pattern, MonthlyByWeekday):
        return pattern.shifted(later.days)
    if isinstance(pattern, ChosenDates):
        return ChosenDates(tuple(day + later if day in days else day for day in pattern.dates))
    return pattern
