"""The dates of a group as they stand: its sessions, read once, and what can be asked of them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from core.db import public_id
from core.errors import DomainError
from groups.models import Cohort, CohortState
from scheduling.dates.closures import LeaveOuts
from scheduling.dates.hours import Hours, Shift, Span, instant
from scheduling.dates.recurrence import PATIENCE, ChosenDates, Pattern, occurrences
from scheduling.models import PeerSession, Series, SessionState
from scheduling.rescheduling.change_plan import (
    ChangePlan,
    RowChange,
    Scope,
    Slot,
    SlotChange,
    Subject,
)
from scheduling.runs.laying_out import exceptions_of, rule_of
from scheduling.runs.numbering import free_day, rows_of
from scheduling.runs.set_up import Exceptions, SetUp
from scheduling.runs.to_come import is_over, refuse_if_over

NOTHING_TO_COME = "There is no session to come."
#: Weekly sessions for over two years. Every change of a run reads, writes and tells of all of them.
MOST_TO_COME = 120
HAS_PASSED = "That time has passed. Choose one that is still to come."
NO_PATTERN = "These dates follow no pattern, so each of them is changed by itself."


@dataclass(frozen=True)
class SeriesState:
    """The sessions of one open group that follow one rule, in the order of their dates; or, with
    no ``series``, those that follow none.
    """

    cohort: Cohort
    rows: Sequence[PeerSession]
    now: datetime
    maybe_series: Series | None = None

    @property
    def series(self) -> Series:
        """The rule; raises ``DomainError`` for sessions that follow none."""
        if self.maybe_series is None:
            raise DomainError(NO_PATTERN)
        return self.maybe_series

    @property
    def rule(self) -> SetUp:
        """What the dates follow from."""
        return rule_of(self.series)

    @property
    def exceptions(self) -> Exceptions:
        """What was decided about single dates."""
        return exceptions_of(self.series)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the run's hours are said."""
        return ZoneInfo(self.series.time_zone)

    @property
    def coming(self) -> list[PeerSession]:
        """Every session that has not begun, cancelled ones among them."""
        return [row for row in self.rows if not is_over(row, self.now)]

    @property
    def planned(self) -> list[PeerSession]:
        """Those of them that take place."""
        return [row for row in self.coming if row.state == SessionState.PLANNED]

    @property
    def last_on(self) -> date:
        """The last day of the pattern to which a session answers; the day before the first one
        while there is none.
        """
        days = [row.planned_on for row in self.rows if not row.is_extra]
        return max(days, default=self.series.first_on - timedelta(days=1))

    @property
    def taken(self) -> set[date]:
        """The days to which sessions answer, whatever has become of them."""
        return {row.planned_on for row in self.rows}

    def concerned(self, session: PeerSession, scope: Scope) -> list[PeerSession]:
        """Return the coming sessions a change concerns; raises ``DomainError`` when none is."""
        if scope is not Scope.ONE:
            self.series  # noqa: B018 - raises where each is changed by itself
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
        rule = self.rule
        left_out = leave_outs or rule.leave_outs
        if isinstance(pattern, ChosenDates):
            # Whoever picks a bank holiday is told that it is one, and keeps it.
            left_out = LeaveOuts()
        decided = self.exceptions if pattern is None else Exceptions()
        dates = occurrences(pattern or rule.pattern, first_on or rule.first_on, day)
        for planned_on in takewhile(lambda one: one <= day + PATIENCE, dates):
            held_on = decided.instead.get(planned_on)
            free = planned_on not in decided.left_out and left_out.reason(planned_on) is None
            if held_on is not None or free:
                yield planned_on, held_on or planned_on

    def span(self, day: date) -> Span:
        """Return when a session with the run's own hours is on a day."""
        return Hours(self.series.starts, self.series.ends, self.zone).on(day)

    def added(self, slot_on: date, span: Span, *, ad_hoc: bool = False) -> SlotChange:
        """Return a session that is not there yet; an ad hoc one stands beside the pattern."""
        zone_name = self.series.time_zone
        slot = Slot(slot_on, span.starts_at, span.ends_at, zone_name, pinned=ad_hoc, ad_hoc=ad_hoc)
        return SlotChange(public_id(), None, slot, span.shift)


def state_of(changed: Series | PeerSession, *, now: datetime) -> SeriesState:
    """Read the run, or the sessions without one, that a change concerns; raises ``DomainError``
    unless their group is open.
    """
    cohort = changed.cohort
    if cohort.state == CohortState.DRAFT:
        raise DomainError(
            "This group has not been opened yet. Its dates are changed where it is set up."
        )
    if cohort.state == CohortState.ENDED:
        raise DomainError("This group has ended, so its dates stay as they are.")
    series = changed if isinstance(changed, Series) else changed.series
    return SeriesState(cohort, rows_of(series or cohort), now, series)


def day_of(session: PeerSession) -> date:
    """Return the day on which a session is, on the wall where it is said to be."""
    return session.starts_at.astimezone(ZoneInfo(session.zone_name)).date()


def become(session: PeerSession, *, shift: Shift = "none", **changed: Any) -> SlotChange:
    """Return a session with some of its ``Slot`` changed, and the rest as it is."""
    was = Slot.of(session)
    return SlotChange(session.public_id, was, replace(was, **changed), shift)


def moved_to(session: PeerSession, day: date, *, slot_on: date, pinned: bool) -> SlotChange:
    """Return a session on another day, with the hours it has on the wall."""
    span = _span_like(session, day)
    times = {"starts_at": span.starts_at, "ends_at": span.ends_at}
    return become(session, shift=span.shift, slot_on=slot_on, pinned=pinned, **times)


def without_past(
    state: SeriesState, moves: Iterable[SlotChange], *, field: str | None
) -> list[SlotChange]:
    """Return moves without those of cancelled sessions into the past, which stay where they are.

    Raises ``DomainError`` when a session that takes place would have been.
    """
    kept = []
    for move in moves:
        if move.slot.starts_at > state.now:
            kept.append(move)
        elif move.slot.takes_place:
            raise DomainError(HAS_PASSED, field=field)
    return kept


def plan_of_dates(
    state: SeriesState,
    changes: Iterable[SlotChange],
    *,
    columns: Mapping[str, Any] | None = None,
    pinned: Iterable[PeerSession] = (),
    bounds: str | None = None,
) -> ChangePlan:
    """Return the plan that makes these changes of sessions, and of these columns of their run.

    Days of the pattern are made unique, and a run with a number of sessions says how many there
    are. ``bounds`` is the field beside which too many sessions are refused with ``DomainError``.
    """
    wanted = dict(columns or {})
    zone_name = str(wanted.get("time_zone") or _zone_name(state.maybe_series))
    slots = _settled(state, list(changes), zone_name)
    if bounds is not None:
        _refuse_too_many(state, slots, bounds)
    rows: tuple[RowChange, ...] = ()
    if state.maybe_series is not None:
        rows = _series_columns(state.series, wanted, _more(slots))
    stays = tuple(become(row) for row in pinned) if slots or rows else ()
    return ChangePlan(
        Subject.DATES,
        state.cohort.public_id,
        None if state.maybe_series is None else state.maybe_series.public_id,
        slots=tuple(slots),
        rows=rows,
        pinned=stays,
        zone_name=zone_name,
    )


def _zone_name(series: Series | None) -> str:
    return "" if series is None else series.time_zone


def _settled(state: SeriesState, changes: list[SlotChange], zone_name: str) -> list[SlotChange]:
    """Return changes with all that follows for their sessions, and without those that are none."""
    changed = {one.session_id for one in changes}
    if state.maybe_series is not None and zone_name != state.maybe_series.time_zone:
        # Sessions that do not change go on saying their hours in the zone they were told in.
        as_told = [row for row in state.rows if row.time_zone is None]
        changes += [become(row) for row in as_told if row.public_id not in changed]
    days = _free_days(state, changes)
    settled = [_follow(one, day, zone_name, state) for one, day in zip(changes, days, strict=True)]
    return [one for one in settled if not _is_nothing(one)]


def _is_nothing(one: SlotChange) -> bool:
    """Return whether a session stays as it is: where it stands, nobody has to have put it."""
    return one.was is not None and replace(one.slot, pinned=one.was.pinned) == one.was


def _follow(one: SlotChange, slot_on: date, zone_name: str, state: SeriesState) -> SlotChange:
    slot = replace(one.slot, slot_on=slot_on)
    if state.maybe_series is not None:
        slot = replace(slot, time_zone=None if slot.zone_name == zone_name else slot.zone_name)
    if one.was is not None and one.changes_times:
        moved_from_at = slot.moved_from_at
        if slot.starts_at != one.was.starts_at:
            moved_from_at = one.was.starts_at
        slot = replace(slot, moved_from_at=moved_from_at, asked_anew_at=state.now)
    return replace(one, becomes=slot)


def _free_days(state: SeriesState, changes: Sequence[SlotChange]) -> list[date]:
    """Return the days of the pattern to which these sessions answer: never two to the same one."""
    keeps = {one.session_id for one in changes if one.was and one.was.slot_on == one.slot.slot_on}
    moving = {one.session_id for one in changes} - keeps
    taken = {row.planned_on for row in state.rows if row.public_id not in moving}
    days = []
    for one in changes:
        day = one.slot.slot_on if one.session_id in keeps else free_day(one.slot.slot_on, taken)
        taken.add(day)
        days.append(day)
    return days


def _more(slots: Collection[SlotChange]) -> int:
    """Return by how many there are more sessions that people count."""
    before = sum(one.was is not None and one.was.is_counted for one in slots)
    return sum(one.becomes is not None and one.becomes.is_counted for one in slots) - before


def _series_columns(series: Series, wanted: dict[str, Any], more: int) -> tuple[RowChange, ...]:
    if series.sessions is not None and "sessions" not in wanted and more:
        wanted["sessions"] = series.sessions + more
    stood = {name: getattr(series, name) for name in wanted}
    changed = [name for name, to in wanted.items() if stood[name] != to]
    if not changed:
        return ()
    before, after = ({name: of[name] for name in changed} for of in (stood, wanted))
    return (RowChange("series", series.public_id, before, after),)


def _refuse_too_many(state: SeriesState, slots: Collection[SlotChange], field: str) -> None:
    """Raise ``DomainError`` for more sessions to come than a run can have. Cancelled ones count
    as long as they have a number; what only moves what is there already is never refused.
    """
    final = {one.session_id: one.slot for one in slots}
    coming = [Slot.of(row) for row in state.coming]
    stood = sum(slot.is_counted for slot in coming)
    stay = [Slot.of(row) for row in state.coming if row.public_id not in final]
    moved = [slot for slot in final.values() if slot.starts_at > state.now]
    makes = len([slot for slot in (*stay, *moved) if slot.is_counted])
    if makes > max(MOST_TO_COME, stood):
        raise DomainError(
            f"A run has up to {MOST_TO_COME} sessions to come, and this would make {makes}. "
            "Choose fewer now, and add the others later.",
            field=field,
        )


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
