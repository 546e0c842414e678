"""Working out what another pattern makes of a run: its sessions move, none is made anew.

The nth coming session goes to the nth date of the new pattern. One that somebody moved by hand
stays where it is and uses up its turn; extra sessions stay beside the pattern.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from typing import Any

from core.errors import DomainError
from scheduling.changing.run_plan import Added, Moved, RunPlan, Scope
from scheduling.changing.run_view import (
    NOTHING_TO_COME,
    Run,
    day_of,
    moved_to,
    run_around,
    sort_out,
    within_bounds,
)
from scheduling.dates.recurrence import ChosenDates, MonthlyByWeekday, Pattern
from scheduling.dates.wording import say_date
from scheduling.models import PeerSession, SessionState
from scheduling.runs.laying_out import horizon
from scheduling.runs.numbering import is_counted, numbered
from scheduling.runs.set_up import Exceptions, exceptions_to_json, pattern_to_json

TOO_FEW = "These choices leave too few dates. Leave out less, or choose other dates."


@dataclass(frozen=True)
class _Pairs:
    """Which session goes to which day, which sessions are left, and which days."""

    moves: list[Moved]
    surplus: list[PeerSession]
    further: list[tuple[date, date]]


def set_pattern(
    session: PeerSession,
    pattern: Pattern,
    *,
    first_on: date | None = None,
    scope: Scope = Scope.FOLLOWING,
    now: datetime,
) -> RunPlan:
    """Follow another pattern from a session on, or with every coming one.

    Without ``first_on`` the new pattern begins in the month of the first session that moves, or
    where it stands for a pattern in weeks. A run with a number of sessions keeps its number,
    unless dates are chosen one by one; one that goes on is filled up to its horizon. Raises
    ``DomainError`` for a first day that is too early, and when there are too few or too many dates.
    """
    run = run_around(session, now=now)
    wide = Scope.ALL if scope is Scope.ALL else Scope.FOLLOWING
    found = run.concerned(session, wide)
    turns = sorted((row for row in found if not row.is_extra), key=lambda row: row.planned_on)
    if not turns:
        raise DomainError(NOTHING_TO_COME)
    begins, floor = _begins(run, pattern, turns, found, first_on)
    dates = list(_dates(run, pattern, begins, floor, turns))
    pairs = _pair(run, turns, dates)
    if not isinstance(pattern, ChosenDates) and not run.set_up.goes_on:
        pairs = _keeping_number(pairs)
    moved, stays = sort_out(pairs.moves)
    plan = RunPlan(
        run.series,
        moved=moved,
        turns=stays,
        added=tuple(_added(run, *days) for days in pairs.further),
        dropped=tuple(row for row in pairs.surplus if row.state == SessionState.PLANNED),
        let_go=tuple(row for row in pairs.surplus if row.state == SessionState.CANCELLED),
        kept_by_hand=tuple(row for row in turns if row.by_hand and row not in pairs.surplus),
        columns=_columns(run, pattern, begins, dates, pairs),
        in_pattern=False if pairs.surplus else None,
    )
    return within_bounds(run, plan, field="dates")


def _begins(
    run: Run,
    pattern: Pattern,
    turns: Sequence[PeerSession],
    found: Sequence[PeerSession],
    first_on: date | None,
) -> tuple[date, date]:
    """Return the day from which the new pattern is counted, and the day after which it may have
    dates: today, and that of the session before those that move.
    """
    today = run.now.astimezone(run.zone).date()
    first = min(row.starts_at for row in found)
    earlier = [day_of(row) for row in run.rows if row.starts_at < first]
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
    run: Run, pattern: Pattern, begins: date, floor: date, turns: Sequence[PeerSession]
) -> Iterator[tuple[date, date]]:
    """Yield the days of the new pattern: for as many sessions as there are and stand in its way,
    or up to the horizon.
    """
    after = max(floor, begins - timedelta(days=1))
    days = run.dates_after(after, pattern=pattern, first_on=begins)
    coming = (pair for pair in days if run.span(pair[1]).starts_at > run.now)
    if isinstance(pattern, ChosenDates):
        return coming
    if run.set_up.goes_on:
        last_on = horizon(run.series, run.now)
        return takewhile(lambda pair: pair[0] <= last_on, coming)
    return islice(coming, len(turns) + len(_standing(run)))


def _standing(run: Run) -> dict[date, PeerSession]:
    """Return the sessions that stay on a day of their own, by that day."""
    fixed = [row for row in run.coming if row.by_hand or row.is_extra]
    return {day_of(row): row for row in fixed if row.state == SessionState.PLANNED}


def _pair(run: Run, turns: Sequence[PeerSession], dates: Sequence[tuple[date, date]]) -> _Pairs:
    """Give every session its day. A day on which somebody has put a session is that one's."""
    standing = _standing(run)
    spoken_for = {planned_on for planned_on, held_on in dates if held_on in standing}
    pool = iter([pair for pair in dates if pair[0] not in spoken_for])
    moves, surplus = list[Moved](), list[PeerSession]()
    for row in turns:
        stood = day_of(row)
        if row.by_hand and stood in spoken_for and standing[stood] is row:
            moves.append(_stays(row, stood))
            continue
        pair = next(pool, None)
        if row.by_hand:
            moves.append(_stays(row, row.planned_on if pair is None else pair[0]))
        elif pair is None:
            surplus.append(row)
        else:
            moves.append(moved_to(row, pair[1], planned_on=pair[0], by_hand=False))
    return _Pairs(moves, surplus, list(pool))


def _stays(session: PeerSession, planned_on: date) -> Moved:
    times = (session.starts_at, session.ends_at, session.zone_name)
    return Moved(session, planned_on, *times, by_hand=True)


def _keeping_number(pairs: _Pairs) -> _Pairs:
    """Return the same for a run whose number of sessions stays; raises ``DomainError`` when there
    are too few dates for it.
    """
    if pairs.surplus:
        raise DomainError(TOO_FEW)
    return replace(pairs, further=[])


def _added(run: Run, planned_on: date, held_on: date) -> Added:
    span = run.span(held_on)
    return Added(planned_on, span.starts_at, span.ends_at, span.shift)


def _columns(
    run: Run, pattern: Pattern, begins: date, dates: Sequence[tuple[date, date]], pairs: _Pairs
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
    if isinstance(pattern, ChosenDates) and run.series.sessions is None:
        numbers = numbered(run.rows, now=run.now)
        over = min((number for _, number in numbers), default=1) - 1
        left = [row for row, _ in numbers if is_counted(row) and row not in pairs.surplus]
        wanted["sessions"] = over + len(left) + len(pairs.further)
    return {name: to for name, to in wanted.items() if getattr(run.series, name) != to}
