"""Runs of sessions: starting one, and changing single dates of a draft."""

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from core.db import db
from core.errors import DomainError, NotFound
from groups.memberships import hold_places
from groups.models import Cohort, CohortState
from scheduling.dates.wording import say_date
from scheduling.models import PeerSession, Series, SessionState
from scheduling.runs.laying_out import (
    columns_of,
    exceptions_of,
    lay_out,
    plan_of,
    rule_of,
    set_up_of,
    today_for,
)
from scheduling.runs.set_up import NO_EXCEPTIONS, Exceptions, SetUp

__all__ = [
    "IS_CURRENT",
    "SetUp",
    "current_series",
    "exceptions_of",
    "leave_out",
    "plan_of",
    "put_back",
    "renew",
    "replan",
    "runs_of",
    "series_of",
    "set_up_of",
    "start_series",
    "take_alternative",
    "today_for",
]

#: How far a single date can be moved; beyond it the year has most likely been mistyped.
MOST_APART = timedelta(days=92)


_other = aliased(Series)
#: Whether a run is the current one of its group: the newest that nobody has ended, else the newest.
IS_CURRENT = (
    Series.id
    == select(_other.id)
    .where(_other.cohort_id == Series.cohort_id)
    .order_by(_other.ended_on.is_(None).desc(), _other.id.desc())
    .limit(1)
    .scalar_subquery()
)


def runs_of(cohort: Cohort) -> list[Series]:
    """Return the runs of a group that nobody has ended, oldest first."""
    runs = select(Series).where(Series.cohort_id == cohort.id, Series.ended_on.is_(None))
    return list(db.session.scalars(runs.order_by(Series.id)))


def current_series(cohort: Cohort) -> Series | None:
    """Return the current run of a group. None for one whose sessions are arranged one by one."""
    return db.session.scalars(
        select(Series).where(Series.cohort_id == cohort.id, IS_CURRENT)
    ).one_or_none()


def series_of(cohort: Cohort) -> Series:
    """Return the current run of a group; raises ``NotFound`` if it has none."""
    series = current_series(cohort)
    if series is None:
        raise NotFound
    return series


def start_series(cohort: Cohort, set_up: SetUp, *, now: datetime) -> Series:
    """Give a group its run, and the run its sessions with their themes.

    ``now`` is an aware date-time in UTC. Raises ``DomainError`` when the choices leave no dates.
    """
    series = Series(cohort=cohort, created_at=now, **columns_of(set_up, NO_EXCEPTIONS))
    db.session.add(series)
    lay_out(series, now)
    return series


def renew(cohort: Cohort, set_up: SetUp, *, now: datetime) -> Series:
    """Give an open group another run, whose sessions are numbered afresh and come after all others.

    They are in every feed at once, and invited to like any others when their turn comes. Raises
    ``DomainError`` for a group that is not open, for one whose run goes on until it is ended, for
    a date that is not after all those to come, and when the choices leave no dates.
    """
    if cohort.state != CohortState.OPEN:
        raise DomainError("Only a group that is open can have another run.")
    if any(rule_of(run).goes_on for run in runs_of(cohort)):
        raise DomainError("This group keeps going until you end its run, so it needs no other.")
    held = select(func.max(PeerSession.ends_at)).where(PeerSession.cohort_id == cohort.id)
    last = db.session.scalar(held.where(PeerSession.state == SessionState.PLANNED))
    series = start_series(cohort, set_up, now=now)
    own = select(func.min(PeerSession.starts_at)).where(PeerSession.series_id == series.id)
    if db.session.scalars(own).one() <= max(last or now, now):
        raise DomainError("Choose a first date after all the other sessions.", field="first_on")
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


def _decide(series: Series, exceptions: Exceptions, now: datetime) -> None:
    for name, value in columns_of(set_up_of(series), exceptions).items():
        setattr(series, name, value)
    lay_out(series, now)


def _refuse_unless_draft(series: Series) -> None:
    """Raise ``DomainError`` for a group that has been opened; else nobody changes it meanwhile."""
    hold_places(series.cohort)
    db.session.refresh(series)
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
