"""Runs of sessions: starting one, changing single dates of a draft, rolling forward."""

from datetime import date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import func, select

from core.db import db
from core.errors import DomainError
from core.transaction import transaction
from groups.models import Cohort, CohortState
from scheduling.laying_out import (
    add_sessions,
    columns_of,
    exceptions_of,
    horizon,
    lay_out,
    plan_of,
    set_up_of,
    today_for,
)
from scheduling.models import PeerSession, Series
from scheduling.prompts import plan_themes
from scheduling.recurrence import Occurrence, reconcile
from scheduling.set_up import NO_EXCEPTIONS, Exceptions, SetUp
from scheduling.wording import say_date

__all__ = [
    "SetUp",
    "exceptions_of",
    "leave_out",
    "plan_of",
    "put_back",
    "replan",
    "roll_forward",
    "roll_forward_due",
    "series_of",
    "set_up_of",
    "start_series",
    "take_alternative",
    "today_for",
]

#: A run that goes on is never planned for less than this.
LEAST_AHEAD = relativedelta(months=13)
#: How far a single date can be moved; beyond it the year has most likely been mistyped.
MOST_APART = timedelta(days=92)


def series_of(cohort: Cohort) -> Series:
    """Return the run of a group; every group has exactly one."""
    return db.session.scalars(select(Series).where(Series.cohort_id == cohort.id)).one()


def start_series(cohort: Cohort, set_up: SetUp, *, now: datetime) -> Series:
    """Give a group its run, and the run its sessions with their themes.

    ``now`` is an aware date-time in UTC. Raises ``DomainError`` when the choices leave no dates.
    """
    series = Series(cohort=cohort, created_at=now, **columns_of(set_up, NO_EXCEPTIONS))
    db.session.add(series)
    lay_out(series, now)
    return series


def replan(series: Series, set_up: SetUp, *, now: datetime) -> None:
    """Lay out the run of a draft anew. What was decided about single dates stays as long as
    pattern and first date do.

    Raises ``DomainError`` for a group that has been opened, or when the choices leave no dates.
    """
    _refuse_unless_draft(series)
    before = set_up_of(series)
    same_dates = (before.pattern, before.first_on) == (set_up.pattern, set_up.first_on)
    exceptions = exceptions_of(series) if same_dates else NO_EXCEPTIONS
    for name, value in columns_of(set_up, exceptions).items():
        setattr(series, name, value)
    lay_out(series, now)


def take_alternative(series: Series, planned_on: date, held_on: date, *, now: datetime) -> None:
    """Hold a date of a draft's pattern on another day, which may be that date itself: then it is
    kept although it is a bank holiday.

    Raises ``DomainError`` for a day that has passed, or that would change the order of sessions.
    """
    _refuse_unless_draft(series)
    _refuse_unless_between(series, planned_on, held_on, today_for(series, now))
    _decide(series, exceptions_of(series).moving(planned_on, held_on), now)


def leave_out(series: Series, planned_on: date, *, now: datetime) -> None:
    """Drop a date of a draft's pattern; a run with a number of sessions gets one at its end.

    Raises ``DomainError`` if it is the only date there is.
    """
    _refuse_unless_draft(series)
    if [held.planned_on for held in plan_of(series).occurrences] == [planned_on]:
        raise DomainError("This is the only date, so it cannot be left out.")
    _decide(series, exceptions_of(series).leaving_out(planned_on), now)


def put_back(series: Series, planned_on: date, *, now: datetime) -> None:
    """Forget what was decided about a date of a draft's pattern."""
    _refuse_unless_draft(series)
    _decide(series, exceptions_of(series).without(planned_on), now)


def roll_forward(series: Series, *, now: datetime) -> int:
    """Add the sessions that a run without an end still lacks up to 15 months from ``now``.

    Returns how many were added. Only ever appends, with numbers that go on from the last one, so
    neither a day called off nor a bank holiday announced later disturbs what people know.
    """
    if series.ended_on is not None or not set_up_of(series).goes_on:
        return 0
    # Two clocks on one PostgreSQL take turns here; SQLite has only one writer anyway.
    db.session.scalars(select(Series.id).where(Series.id == series.id).with_for_update()).one()
    missing, last_number = _missing(series, now)
    add_sessions(series, missing, now, first_number=last_number + 1)
    if missing:
        plan_themes(series, now=now)
    return len(missing)


def roll_forward_due(now: datetime) -> int:
    """Roll forward every run of an open group that is planned for less than 13 months (job).

    Returns how many sessions were added. Each run has a transaction of its own, and there is none
    when there is nothing to add.
    """
    added = 0
    for series in db.session.scalars(_running_short(now)).all():
        if set_up_of(series).goes_on and _missing(series, now)[0]:
            with transaction():
                added += roll_forward(series, now=now)
    return added


def _running_short(now: datetime) -> Any:
    last_on = (
        select(func.max(PeerSession.planned_on))
        .where(PeerSession.series_id == Series.id)
        .scalar_subquery()
    )
    return (
        select(Series)
        .join(Cohort)
        .where(
            Cohort.state == CohortState.OPEN,
            Series.ended_on.is_(None),
            Series.sessions.is_(None),
            func.coalesce(last_on, Series.first_on) < now.date() + LEAST_AHEAD,
        )
        .order_by(Series.id)
    )


def _missing(series: Series, now: datetime) -> tuple[list[Occurrence], int]:
    """Return the sessions to append to a run that goes on, and the number of its last one."""
    rows = db.session.execute(
        select(PeerSession.planned_on, PeerSession.number).where(PeerSession.series_id == series.id)
    ).all()
    last_on = max((row.planned_on for row in rows), default=date.min)
    wanted = plan_of(series, until=horizon(series, now))
    new = reconcile([row.planned_on for row in rows], wanted)
    missing = [held for held in new if held.planned_on > last_on and held.starts_at > now]
    return missing, max((row.number for row in rows), default=0)


def _decide(series: Series, exceptions: Exceptions, now: datetime) -> None:
    for name, value in columns_of(set_up_of(series), exceptions).items():
        setattr(series, name, value)
    lay_out(series, now)


def _refuse_unless_draft(series: Series) -> None:
    if series.cohort.state != CohortState.DRAFT:
        raise DomainError(
            "This group has been opened. Its sessions are now moved and cancelled one by one."
        )


def _refuse_unless_between(series: Series, planned_on: date, held_on: date, today: date) -> None:
    """Raise ``DomainError`` unless a day lies after today and between the neighbouring sessions."""
    earlier, later = _neighbours(series, planned_on)
    if held_on <= today:
        words = "Choose a day after today"
    elif held_on <= earlier:
        words = f"Choose a day after the session before it, {say_date(earlier, today)}"
    elif held_on >= later:
        words = f"Choose a day before the session after it, {say_date(later, today)}"
    elif held_on > planned_on + MOST_APART:
        words = "Choose a day within three months of the one it replaces"
    else:
        return
    raise DomainError(words, field="held_on")


def _neighbours(series: Series, planned_on: date) -> tuple[date, date]:
    """Return the days of the sessions before and after a date, or the ends of the calendar."""
    held = plan_of(series).occurrences
    earlier = [session.held_on for session in held if session.planned_on < planned_on]
    later = [session.held_on for session in held if session.planned_on > planned_on]
    return max(earlier, default=date.min), min(later, default=date.max)
