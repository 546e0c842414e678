"""Working out a longer or a shorter run, and breaks in it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from typing import Any

from core.errors import DomainError
from scheduling.changing.run_plan import Added, RunPlan
from scheduling.changing.run_view import Run, day_of, run_around, run_of, within_bounds
from scheduling.dates.closures import Break, LeaveOuts
from scheduling.dates.recurrence import ChosenDates
from scheduling.models import PeerSession, Series, SessionState
from scheduling.runs.laying_out import horizon
from scheduling.runs.numbering import numbered

MOST_MORE = 60
LONGEST_BREAK = timedelta(days=366)
NO_NEXT_DATE = (
    "These dates were chosen one by one, so there is no next one. Add the dates you want."
)


def pause_run(
    series: Series, *, from_on: date, until_on: date, make_up: bool, now: datetime
) -> RunPlan:
    """Leave out every session from one day to another, both included.

    ``make_up`` adds as many at the end of a run with a number of sessions. A run that goes on
    has nothing to make up for. The break stays known, so later dates leave it out too. Raises
    ``DomainError`` for days in the wrong order, a break that is over or longer than a year.
    """
    run = run_of(series, now=now)
    _refuse_break(run, from_on, until_on)
    added = Break(from_on, until_on)
    stood = run.set_up.leave_outs
    breaks = tuple(sorted({*stood.breaks, added}))
    leave_outs = replace(stood, breaks=breaks)
    planned = [row for row in run.coming if row.state == SessionState.PLANNED]
    dropped = tuple(row for row in planned if day_of(row) in added)
    wanted = make_up and dropped and series.sessions is not None
    plan = _further(run, count=len(dropped), leave_outs=leave_outs) if wanted else RunPlan(series)
    columns = {} if leave_outs == stood else {"leave_outs": leave_outs.to_json()}
    return within_bounds(run, replace(plan, dropped=dropped, columns=columns), field="make_up")


def end_after(session: PeerSession, *, now: datetime) -> RunPlan:
    """Let this session be the last one; a run that went on has a number of sessions from now on.

    Raises ``DomainError`` for a session that is cancelled.
    """
    if session.state == SessionState.CANCELLED:
        raise DomainError("This session is cancelled, so it cannot be the last one.")
    run = run_around(session, now=now)
    later = [row for row in run.coming if row.starts_at > session.starts_at]
    columns: dict[str, Any] = {}
    if run.set_up.goes_on:
        columns["sessions"] = _number_of(run, session)
    dropped = tuple(row for row in later if row.state == SessionState.PLANNED)
    let_go = tuple(row for row in later if row not in dropped and not row.is_extra)
    return RunPlan(
        run.series,
        dropped=dropped,
        let_go=let_go if dropped or columns else (),
        columns=columns,
        in_pattern=False,
    )


def extend(series: Series, *, more: int | None, now: datetime) -> RunPlan:
    """Add so many sessions at the end, or with ``None`` let the run go on until it is ended.

    Sessions that the run once had there are put back. Raises ``DomainError`` for a run that goes
    on already, for dates that were chosen one by one, and for too large a number.
    """
    run = run_of(series, now=now)
    if isinstance(run.set_up.pattern, ChosenDates):
        raise DomainError(NO_NEXT_DATE)
    if run.set_up.goes_on:
        raise DomainError("This run goes on until you end it.", field="more")
    if more is not None and not 1 <= more <= MOST_MORE:
        raise DomainError(f"Write a number from 1 to {MOST_MORE}.", field="more")
    plan = _further(run, count=more, leave_outs=run.set_up.leave_outs)
    plan = replace(plan, columns={"sessions": None} if more is None else {})
    return within_bounds(run, plan, field="more")


def _further(run: Run, *, count: int | None, leave_outs: LeaveOuts) -> RunPlan:
    """Return a plan with the next dates of the pattern: so many, or all up to the horizon."""
    if isinstance(run.set_up.pattern, ChosenDates):
        raise DomainError(NO_NEXT_DATE, field="make_up")
    days = _next_dates(run, leave_outs)
    last_on = horizon(run.series, run.now)
    wanted = (
        takewhile(lambda pair: pair[0] <= last_on, days) if count is None else islice(days, count)
    )
    dropped = {row.planned_on: row for row in run.coming if _is_dropped(row)}
    put_back, added = list[PeerSession](), list[Added]()
    for planned_on, held_on in wanted:
        if planned_on in dropped:
            put_back.append(dropped[planned_on])
        else:
            span = run.span(held_on)
            added.append(Added(planned_on, span.starts_at, span.ends_at, span.shift))
    return RunPlan(
        run.series,
        added=tuple(added),
        put_back=tuple(put_back),
        in_pattern=True if put_back else None,
    )


def _next_dates(run: Run, leave_outs: LeaveOuts) -> Iterator[tuple[date, date]]:
    """Yield the dates of the pattern after its last session that nobody has taken yet."""
    taken = {row.planned_on for row in run.rows if not _is_dropped(row)}
    return (
        pair
        for pair in run.dates_after(run.last_on, leave_outs=leave_outs)
        if pair[0] not in taken and run.span(pair[1]).starts_at > run.now
    )


def _is_dropped(session: PeerSession) -> bool:
    return session.is_extra and session.state == SessionState.CANCELLED


def _number_of(run: Run, session: PeerSession) -> int:
    """Return how many sessions there are up to this one."""
    numbers = {row.id: number for row, number in numbered(run.rows, now=run.now)}
    return numbers.get(session.id, session.number)


def _refuse_break(run: Run, from_on: date, until_on: date) -> None:
    today = run.now.astimezone(run.zone).date()
    if until_on < from_on:
        raise DomainError("A break ends after it begins.", field="until_on")
    if until_on < today:
        raise DomainError("Choose a day that is still to come.", field="until_on")
    if until_on - from_on > LONGEST_BREAK:
        raise DomainError("A break lasts a year at most. You can end the group.", field="until_on")
