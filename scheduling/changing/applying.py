"""Making a change of a run that was worked out before, as one act that can be undone."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.db import db
from core.errors import DomainError
from groups.models import Person
from scheduling.attendance.asking_anew import ask_anew
from scheduling.changing.before import Before
from scheduling.changing.formerly import what_stood
from scheduling.changing.parcels import Change, change, send
from scheduling.changing.run_plan import Added, RunPlan
from scheduling.dates.closures import LeaveOuts
from scheduling.dates.wording import say_date
from scheduling.keeping.changes import newest_diary_change, next_change, note_dates_changed_in
from scheduling.letters.announcing import ChangeKind, SessionChange, announce
from scheduling.letters.posting import Act
from scheduling.models import PeerSession, Series, SessionState
from scheduling.reflection.prompts import plan_themes
from scheduling.runs.conflicts import Asked, conflicts
from scheduling.runs.numbering import answer_to, free_day, is_counted, put_in_order, rows_of

#: What a change can do to a session.
DATES = (
    *("planned_on", "starts_at", "ends_at", "moved_from_at", "time_zone"),
    *("by_hand", "is_extra", "state", "asked_anew_at"),
)
AS_IT_IS = "That is how it is already."


def apply(plan: RunPlan, *, tell: bool, by: Person, now: datetime) -> Change:
    """Make a change and tell everybody in one parcel, which can be undone while it waits.

    ``tell=False`` is for what matters to no diary (see ``must_tell``). Raises ``DomainError`` for
    a plan that changes nothing.
    """
    if plan.is_empty:
        raise DomainError(AS_IT_IS)
    before, news = _remember(plan), _news_of(plan)
    formerly = what_stood(plan.cohort, now=now) if tell else {}
    counted = _counted(plan)
    _keep_zones(plan, before)
    _set_columns(plan)
    _move(plan, now)
    _drop_and_put_back(plan, now)
    added = _add(plan, now)
    _count(plan, _counted(plan) - counted + len(added))
    put_in_order(plan.together, now=now)
    before.added = [session.id for session in added]
    news += [SessionChange(session, ChangeKind.ADDED) for session in added]

    def post(leaves_at: datetime, parcel: str) -> int:
        ordered = sorted(news, key=lambda one: (one.session.starts_at, one.session.id))
        act = Act(now, leaves_at, parcel)
        return announce(plan.cohort, ordered, act, formerly=formerly)

    sent = send(plan.cohort, post, tell=tell, now=now)
    return change(before, sent, plan.cohort, by=by, now=now)


def must_tell(plan: RunPlan) -> bool:
    """Tell whether anything changes that matters to a diary. Another zone that changes no moment
    does not, nor does what will be planned later.
    """
    return plan.changed_count > 0


def clashes_with(plan: RunPlan, person: Person) -> list[str]:
    """Return what speaks against the new dates, in sentences: groups of this person's own, and
    what the run leaves out. What its members do elsewhere is never looked at.
    """
    spans = sorted(
        [(move.starts_at, move.ends_at) for move in plan.seen]
        + [(added.starts_at, added.ends_at) for added in plan.added]
        + [(session.starts_at, session.ends_at) for session in plan.put_back]
    )
    zone = ZoneInfo(plan.zone_name)
    days = [starts_at.astimezone(zone).date() for starts_at, _ in spans]
    if not days:
        return []
    left_out = plan.series.leave_outs if plan.series else {}
    leave_outs = LeaveOuts.from_json(plan.columns.get("leave_outs", left_out))
    remarks = [remark for day in days for remark in _about_day(day, leave_outs, days[0])]
    changed = {one.session.id for one in plan.moved}
    changed |= {session.id for session in (*plan.dropped, *plan.put_back)}
    looked_at = [Asked(*span) for span in spans]
    for names, day in zip(conflicts(person, looked_at, without=changed), days, strict=True):
        remarks += [f"You have {name} at that time on {say_date(day, days[0])}." for name in names]
    return remarks


def _about_day(day: date, leave_outs: LeaveOuts, first: date) -> Iterable[str]:
    reason, advice = leave_outs.reason(day), leave_outs.advice(day)
    said = say_date(day, first)
    if reason:
        yield f"{said} is left out of this run: {reason}."
    if advice:
        yield f"{said} is in the {advice}."


def _touched(plan: RunPlan) -> list[PeerSession]:
    moved = [move.session for move in plan.moved] + [turn.session for turn in plan.turns]
    return list(dict.fromkeys([*moved, *plan.dropped, *plan.put_back, *plan.let_go]))


def _remember(plan: RunPlan) -> Before:
    before = Before()
    touched = _touched(plan)
    before.keep_calendars(touched)
    before.keep_answers([move.session for move in plan.moved if move.changes_times])
    if plan.series is not None:
        before.keep(plan.series, dict.fromkeys((*plan.columns, "sessions")))
    for session in touched:
        before.keep(session, DATES)
    return before


def _news_of(plan: RunPlan) -> list[SessionChange]:
    """Return what there is to tell about sessions that are there, before they change."""
    news = [SessionChange(move.session, ChangeKind.MOVED, move.was) for move in plan.seen]
    news += [SessionChange(session, ChangeKind.CANCELLED) for session in plan.dropped]
    return [*news, *(SessionChange(session, ChangeKind.REINSTATED) for session in plan.put_back)]


def _keep_zones(plan: RunPlan, before: Before) -> None:
    """Let sessions that do not change go on saying their hours in the zone they were told in."""
    series = plan.series
    if series is None or plan.zone_name == series.time_zone:
        return
    moved = {move.session.id for move in plan.moved}
    kept = {one.id for one in before.rows if one.kind == "session"}
    for row in rows_of(series):
        if row.time_zone is None and row.id not in moved:
            if row.id not in kept:
                before.keep(row, ("time_zone",))
            row.time_zone = series.time_zone


def _set_columns(plan: RunPlan) -> None:
    for name, value in plan.columns.items():
        setattr(plan.series, name, value)


def _move(plan: RunPlan, now: datetime) -> None:
    zone_name = plan.series.time_zone if plan.series else None
    elsewhere = [move for move in plan.moved if move.changes_times]
    for move in plan.moved:
        session = move.session
        if move.starts_at != session.starts_at:
            session.moved_from_at = session.starts_at
        session.starts_at, session.ends_at = move.starts_at, move.ends_at
        session.time_zone = None if move.zone_name == zone_name else move.zone_name
        session.by_hand = move.by_hand
    ask_anew([move.session for move in elsewhere], now=now)
    note_dates_changed_in([move.session for move in elsewhere], now)
    days = {move.session.id: move.planned_on for move in plan.moved}
    answer_to(plan.together, days | {turn.session.id: turn.planned_on for turn in plan.turns})


def _drop_and_put_back(plan: RunPlan, now: datetime) -> None:
    for session in plan.dropped:
        session.state = SessionState.CANCELLED
    for session in plan.put_back:
        session.state = SessionState.PLANNED
    if plan.in_pattern is not None:
        for session in (*plan.dropped, *plan.put_back, *plan.let_go):
            session.is_extra = not plan.in_pattern
    note_dates_changed_in([*plan.dropped, *plan.put_back], now)
    db.session.flush()


def _add(plan: RunPlan, now: datetime) -> list[PeerSession]:
    """Add the new sessions, with a theme each."""
    series = plan.series
    if not plan.added or series is None:
        return []
    stamp = next_change(newest_diary_change(series.cohort_id), now)
    rows = rows_of(series)
    taken = {row.planned_on for row in rows}
    sessions = []
    for number, one in enumerate(plan.added, max((row.number for row in rows), default=0) + 1):
        planned_on = free_day(one.planned_on, taken)
        taken.add(planned_on)
        sessions.append(_session(series, one, planned_on, number, stamp))
    db.session.add_all(sessions)
    db.session.flush()
    plan_themes(series, now=now)
    return sessions


def _session(
    series: Series, one: Added, planned_on: date, number: int, stamp: datetime
) -> PeerSession:
    return PeerSession(
        series=series,
        cohort_id=series.cohort_id,
        planned_on=planned_on,
        number=number,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        is_extra=one.is_extra,
        by_hand=one.is_extra,
        dates_changed_at=stamp,
        details_changed_at=stamp,
    )


def _counted(plan: RunPlan) -> int:
    return sum(is_counted(session) for session in _touched(plan))


def _count(plan: RunPlan, more: int) -> None:
    """Let a run with a number of sessions say how many there are now."""
    series = plan.series
    if series is not None and series.sessions is not None and "sessions" not in plan.columns:
        series.sessions += more
