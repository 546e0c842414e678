"""The sessions of a run, made to follow from what is stored of it.

The pattern and what was decided about single dates are stored; the sessions follow from them and
are told apart by the day the pattern gives, so laying a run out twice changes nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from sqlalchemy import delete, select

from core.db import db, insert_columns, public_ids
from core.errors import DomainError
from scheduling.dates.closures import LeaveOuts
from scheduling.dates.recurrence import ChosenDates, Occurrence, Plan, TooFewDates
from scheduling.models import PeerSession, PlaceKind, Series, SessionPrompt
from scheduling.reflection.prompts import plan_themes
from scheduling.runs.set_up import (
    Exceptions,
    SetUp,
    exceptions_from_json,
    exceptions_to_json,
    pattern_from_json,
    pattern_to_json,
    planned,
)

#: How far a run that goes on is planned. At 13 months it is topped up again, so that there is
#: something to do only every month or two.
AHEAD = relativedelta(months=15)


def set_up_of(series: Series) -> SetUp:
    """Return what a run was set up with."""
    return replace(rule_of(series), place=series.place, room=series.room)


def rule_of(series: Series) -> SetUp:
    """Return what the dates of a run follow from: its set-up, its place left sealed."""
    return SetUp(
        pattern=pattern_from_json(series.pattern),
        first_on=series.first_on,
        starts=series.starts,
        ends=series.ends,
        time_zone=series.time_zone,
        sessions=series.sessions,
        leave_outs=LeaveOuts.from_json(series.leave_outs),
        place_kind=PlaceKind(series.place_kind),
        prompt_days=series.prompt_days,
    )


def exceptions_of(series: Series) -> Exceptions:
    """Return what was decided about single dates of a run."""
    return exceptions_from_json(series.exceptions)


def plan_of(series: Series, *, until: date | None = None, after: date | None = None) -> Plan:
    """Return the plan of a run with what was decided about single dates.

    A run that goes on is planned up to ``until``, or for 15 months from its first date; with
    ``after``, only what its pattern holds later than that day.
    """
    last_on = until or series.first_on + AHEAD
    exceptions = exceptions_of(series)
    return planned(rule_of(series), until=last_on, exceptions=exceptions, after=after)


def today_for(series: Series, now: datetime) -> date:
    """Return what the calendar on the wall says where this run is held."""
    return now.astimezone(ZoneInfo(series.time_zone)).date()


def horizon(series: Series, now: datetime) -> date:
    """Return the last day up to which a run that goes on is planned."""
    return _ahead_of(max(today_for(series, now), series.first_on))


@lru_cache(maxsize=64)
def _ahead_of(day: date) -> date:
    return day + AHEAD


def columns_of(set_up: SetUp, exceptions: Exceptions) -> dict[str, Any]:
    """Return the columns of a run; dates chosen one by one are counted, those left out not."""
    sessions = set_up.sessions
    if isinstance(set_up.pattern, ChosenDates):
        sessions = len(set(set_up.pattern.dates) - exceptions.left_out)
    return {
        "pattern": pattern_to_json(set_up.pattern),
        "first_on": set_up.first_on,
        "starts": set_up.starts,
        "ends": set_up.ends,
        "time_zone": set_up.time_zone,
        "sessions": sessions,
        "leave_outs": set_up.leave_outs.to_json(),
        "exceptions": exceptions_to_json(exceptions),
        "place_kind": set_up.place_kind,
        "place": set_up.place,
        "room": set_up.room,
        "prompt_days": set_up.prompt_days,
    }


def lay_out(series: Series, now: datetime) -> None:
    """Make the sessions of a draft those of its plan, with a theme each.

    Raises ``DomainError`` when the choices leave no dates.
    """
    db.session.flush()
    try:
        wanted = plan_of(series, until=horizon(series, now)).occurrences
    except TooFewDates:
        wanted = ()
    if not wanted:
        raise DomainError("These choices leave no dates. Leave out less, or choose other dates.")
    by_day = {held.planned_on: held for held in wanted}
    kept = db.session.scalars(select(PeerSession).where(PeerSession.series_id == series.id)).all()
    if {session.planned_on for session in kept} != set(by_day):
        _start_afresh(series)
        add_sessions(series, wanted, now)
    else:
        for session in kept:
            _hold(session, by_day[session.planned_on], now)
    plan_themes(series, now=now)


def _start_afresh(series: Series) -> None:
    """Drop the sessions of a draft: with other dates, every theme gets another place in the run,
    and nobody has seen any of it yet.
    """
    dropped = select(PeerSession.id).where(PeerSession.series_id == series.id)
    # The database would drop the prompts too, but then nobody would tell the rows in memory.
    db.session.execute(delete(SessionPrompt).where(SessionPrompt.session_id.in_(dropped)))
    db.session.execute(delete(PeerSession).where(PeerSession.series_id == series.id))


def _hold(session: PeerSession, held: Occurrence, now: datetime) -> None:
    if (session.starts_at, session.ends_at) == (held.starts_at, held.ends_at):
        return
    session.starts_at, session.ends_at = held.starts_at, held.ends_at
    # Whole seconds, strictly rising: calendars compare them.
    session.dates_changed_at = max(
        now.replace(microsecond=0), session.dates_changed_at + timedelta(seconds=1)
    )


def add_sessions(
    series: Series, missing: Sequence[Occurrence], now: datetime, *, first_number: int = 1
) -> None:
    """Add sessions in one statement, however many there are."""
    if not missing:
        return
    columns = new_sessions(series, missing, first_number)
    stamp = [now.replace(microsecond=0)] * len(missing)
    insert_columns(PeerSession, {**columns, "dates_changed_at": stamp, "details_changed_at": stamp})


def new_sessions(
    series: Series, held: Sequence[Occurrence], first_number: int
) -> dict[str, list[Any]]:
    """Return the columns of new sessions of a run, but for when they were made."""
    return {
        "public_id": public_ids(len(held)),
        "cohort_id": [series.cohort_id] * len(held),
        "series_id": [series.id] * len(held),
        "planned_on": [one.planned_on for one in held],
        "number": list(range(first_number, first_number + len(held))),
        "starts_at": [one.starts_at for one in held],
        "ends_at": [one.ends_at for one in held],
    }
