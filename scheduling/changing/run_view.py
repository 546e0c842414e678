"""A run as it stands: its sessions, read once, and what can be asked of them without writing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from core.errors import DomainError
from groups.models import Cohort, CohortState
from scheduling.changing.run_plan import Moved, RunPlan, Scope, Turn
from scheduling.dates.closures import LeaveOuts
from scheduling.dates.hours import Hours, Span, instant
from scheduling.dates.recurrence import PATIENCE, ChosenDates, Pattern, occurrences
from scheduling.models import PeerSession, Series, SessionState
from scheduling.runs.laying_out import exceptions_of, rule_of
from scheduling.runs.numbering import is_counted, rows_of
from scheduling.runs.set_up import Exceptions, SetUp
from scheduling.runs.to_come import is_over, refuse_if_over

NOTHING_TO_COME = "There is no session to come."
#: Weekly sessions for over two years. Every change of a run reads, writes and tells of all of them.
MOST_TO_COME = 120
STANDS_ALONE = "This session belongs to no run, so it is changed by itself."
HAS_PASSED = "That time has passed. Choose one that is still to come."


@dataclass(frozen=True)
class Run:
    """The sessions of one open group, in the order of their dates: those of a run, or one that
    stands alone, whose rule is its one date.
    """

    together: Series | Cohort
    rows: Sequence[PeerSession]
    set_up: SetUp
    exceptions: Exceptions
    now: datetime

    @property
    def series(self) -> Series:
        """The run; raises ``DomainError`` for a session that stands alone."""
        if not isinstance(self.together, Series):
            raise DomainError(STANDS_ALONE)
        return self.together

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the run's hours are said."""
        return ZoneInfo(self.set_up.time_zone)

    @property
    def coming(self) -> list[PeerSession]:
        """Every session that has not begun, cancelled ones among them."""
        return [row for row in self.rows if not is_over(row, self.now)]

    @property
    def in_pattern(self) -> list[PeerSession]:
        """The sessions that answer to a day of the pattern, in the order of those days."""
        found = [row for row in self.rows if not row.is_extra]
        return sorted(found, key=lambda row: row.planned_on)

    @property
    def last_on(self) -> date:
        """The last day of the pattern to which a session answers; the day before the first one
        while there is none.
        """
        days = [row.planned_on for row in self.in_pattern]
        return max(days, default=self.series.first_on - timedelta(days=1))

    @property
    def taken(self) -> set[date]:
        """The days to which sessions answer, whatever has become of them."""
        return {row.planned_on for row in self.rows}

    def concerned(self, session: PeerSession, scope: Scope) -> list[PeerSession]:
        """Return the coming sessions a change concerns; raises ``DomainError`` when none is."""
        if scope is not Scope.ONE:
            _ = self.series
        if scope is Scope.ALL:
            found = self.coming
        else:
            refuse_if_over(session, self.now)
            found = [row for row in self.coming if row.starts_at >= session.starts_at]
        if not found:
            raise DomainError(NOTHING_TO_COME)
        return [session] if scope is Scope.ONE else found

    def dates_after(
        self,
        day: date,
        *,
        pattern: Pattern | None = None,
        first_on: date | None = None,
        leave_outs: LeaveOuts | None = None,
    ) -> Iterator[tuple[date, date]]:
        """Yield the days of the pattern after a day on which something can be held, each with the
        day it is held on; what was decided about single dates holds for the run's own pattern.
        """
        left_out = leave_outs or self.set_up.leave_outs
        if isinstance(pattern, ChosenDates):
            # Whoever picks a bank holiday is told that it is one, and keeps it.
            left_out = LeaveOuts()
        decided = self.exceptions if pattern is None else Exceptions()
        dates = occurrences(pattern or self.set_up.pattern, first_on or self.series.first_on, day)
        for planned_on in takewhile(lambda one: one <= day + PATIENCE, dates):
            held_on = decided.instead.get(planned_on)
            free = planned_on not in decided.left_out and left_out.reason(planned_on) is None
            if held_on is not None or free:
                yield planned_on, held_on or planned_on

    def span(self, day: date) -> Span:
        """Return when a session with the run's own hours is on a day."""
        return Hours(self.series.starts, self.series.ends, self.zone).on(day)


def run_of(series: Series, *, now: datetime) -> Run:
    """Read a run; raises ``DomainError`` unless its group is open."""
    refuse_unless_open(series.cohort)
    return Run(series, rows_of(series), rule_of(series), exceptions_of(series), now)


def run_around(session: PeerSession, *, now: datetime) -> Run:
    """Read the run of a session, or it alone if it has none; raises ``DomainError`` unless its
    group is open.
    """
    if session.series is not None:
        return run_of(session.series, now=now)
    refuse_unless_open(session.cohort)
    zone, day = ZoneInfo(session.zone_name), day_of(session)
    starts, ends = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    rule = SetUp(ChosenDates((day,)), day, starts.time(), ends.time(), session.zone_name)
    return Run(session.cohort, [session], rule, Exceptions(), now)


def refuse_unless_open(cohort: Cohort) -> None:
    """Raise ``DomainError`` unless the dates of a group can be changed one by one."""
    if cohort.state == CohortState.DRAFT:
        raise DomainError(
            "This group has not been opened yet. Its dates are changed where it is set up."
        )
    if cohort.state == CohortState.ENDED:
        raise DomainError("This group has ended, so its dates stay as they are.")


def day_of(session: PeerSession) -> date:
    """Return the day on which a session is, on the wall where it is said to be."""
    return session.starts_at.astimezone(ZoneInfo(session.zone_name)).date()


def moved_to(session: PeerSession, day: date, *, planned_on: date, by_hand: bool) -> Moved:
    """Return a session on another day, with the hours it has on the wall."""
    span = _span_like(session, day)
    return Moved(
        session,
        planned_on,
        span.starts_at,
        span.ends_at,
        session.zone_name,
        span.shift,
        by_hand,
    )


def sort_out(moves: Iterable[Moved]) -> tuple[tuple[Moved, ...], tuple[Turn, ...]]:
    """Part what really moves from what only answers to another day, or stays as it is."""
    moved, turns = [], []
    for move in moves:
        if move.changes_times or move.zone_name != move.was[2]:
            moved.append(move)
        elif move.planned_on != move.session.planned_on:
            turns.append(Turn(move.session, move.planned_on))
    return tuple(sorted(moved, key=lambda one: one.starts_at)), tuple(turns)


def without_past(moves: Iterable[Moved], *, now: datetime, field: str | None) -> list[Moved]:
    """Return moves without those of cancelled sessions into the past, which stay where they are.

    Raises ``DomainError`` when a session that takes place would have been.
    """
    kept = []
    for move in moves:
        if move.starts_at > now:
            kept.append(move)
        elif move.session.state == SessionState.PLANNED:
            raise DomainError(HAS_PASSED, field=field)
    return kept


def within_bounds(run: Run, plan: RunPlan, *, field: str | None) -> RunPlan:
    """Return a plan that leaves a run with no more sessions to come than it can have.

    Cancelled ones are counted as long as they have a number. Raises ``DomainError`` for a plan
    that adds more; what only moves what is there already is never refused.
    """
    stood = {row.id for row in run.coming if is_counted(row)}
    leave = {row.id for row in (*plan.dropped, *plan.let_go)} if plan.in_pattern is False else set()
    back = {row.id for row in plan.put_back}
    makes = len((stood - leave) | back) + len(plan.added)
    if makes > max(MOST_TO_COME, len(stood)):
        raise DomainError(
            f"A run has up to {MOST_TO_COME} sessions to come, and this would make {makes}. "
            "Choose fewer now, and add the others later.",
            field=field,
        )
    return plan


def _span_like(session: PeerSession, day: date) -> Span:
    starts, ends = _hours_of(session)
    zone = ZoneInfo(session.zone_name)
    if ends > starts:
        return Hours(starts, ends, zone).on(day)
    # Read around a change of the clocks, the hours can seem to end before they start.
    begins = instant(day, starts, zone)
    return Span(begins.at, begins.at + (session.ends_at - session.starts_at), begins.shift)


def _hours_of(session: PeerSession) -> tuple[time, time]:
    """Return the hours a session was meant to have. Those of its run, if that is where they led:
    on the day of a change of the clocks the wall may show others.
    """
    zone, series = ZoneInfo(session.zone_name), session.series
    if series is not None:
        span = Hours(series.starts, series.ends, zone).on(day_of(session))
        if (span.starts_at, span.ends_at) == (session.starts_at, session.ends_at):
            return series.starts, series.ends
    starts, ends = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    return starts.time(), ends.time()
