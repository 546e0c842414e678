"""The second screen in words: every date of a draft, what is known about it, and the e-mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.db import db
from core.errors import NotFound
from groups.models import Person
from scheduling.dates.recurrence import Occurrence, Plan, instant
from scheduling.dates.wording import say_date, say_shift
from scheduling.models import PeerSession, Series
from scheduling.runs.conflicts import Asked, conflicts, conflicts_of
from scheduling.runs.series import exceptions_of, plan_of, set_up_of, today_for
from scheduling.runs.set_up import Exceptions, SetUp

WORKING_DAYS = 5


@dataclass(frozen=True)
class DateRow:
    """One date of the pattern: held, or passed over (then it has no number).

    ``better_on`` is a day of the same week to offer, and ``decided`` tells that somebody has
    changed this date by hand, which can be undone.
    """

    planned_on: date
    planned_words: str
    date_words: str
    number: int | None
    why: str
    better_on: date | None
    better_words: str
    decided: bool


@dataclass(frozen=True)
class _Look:
    """What is needed to look at single dates: the run, who facilitates it, and its sessions."""

    series: Series
    set_up: SetUp
    person: Person
    today: date
    plan: Plan
    decided: Exceptions
    sessions: Mapping[date, PeerSession]
    conflicts: Mapping[int, list[str]]


def sessions_of(series: Series) -> list[PeerSession]:
    """Return the sessions of a run in order."""
    return list(
        db.session.scalars(
            select(PeerSession)
            .where(PeerSession.series_id == series.id)
            .order_by(PeerSession.starts_at, PeerSession.id)
        )
    )


def date_rows(
    series: Series, sessions: Sequence[PeerSession], person: Person, *, now: datetime
) -> list[DateRow]:
    """Return the sessions of a draft in order, each with what speaks against its day.

    ``person`` is the facilitator whose other groups may meet at the same time.
    """
    look = _look(series, sessions, person, now)
    better = _better_days(look)
    return [_row(look, held, better.get(held.planned_on)) for held in look.plan.occurrences]


def skip_rows(series: Series, sessions: Sequence[PeerSession], *, now: datetime) -> list[DateRow]:
    """Return the dates a draft passes over up to its last session, with the reason of each."""
    today = today_for(series, now)
    decided = exceptions_of(series)
    last_on = max((session.planned_on for session in sessions), default=date.min)
    return [
        DateRow(
            planned_on=skip.planned_on,
            planned_words=say_date(skip.planned_on, today),
            date_words=say_date(skip.planned_on, today),
            number=None,
            why=skip.reason,
            better_on=skip.alternative,
            better_words=say_date(skip.alternative, today) if skip.alternative else "",
            decided=skip.planned_on in decided.left_out,
        )
        for skip in plan_of(series, until=last_on).skips
    ]


def date_row(series: Series, planned_on: str, person: Person, *, now: datetime) -> DateRow:
    """Return one date of a draft, held or passed over, by the day the pattern gives in ISO 8601.

    Raises ``NotFound`` for anything else.
    """
    sessions = sessions_of(series)
    rows = (*date_rows(series, sessions, person, now=now), *skip_rows(series, sessions, now=now))
    for row in rows:
        if row.planned_on.isoformat() == planned_on:
            return row
    raise NotFound


def _look(series: Series, sessions: Sequence[PeerSession], person: Person, now: datetime) -> _Look:
    by_day = {session.planned_on: session for session in sessions}
    return _Look(
        series=series,
        set_up=set_up_of(series),
        person=person,
        today=today_for(series, now),
        decided=exceptions_of(series),
        plan=plan_of(series, until=max(by_day, default=series.first_on)),
        sessions=by_day,
        conflicts=conflicts_of(person, sessions),
    )


def _row(look: _Look, held: Occurrence, better_on: date | None) -> DateRow:
    planned_words = say_date(held.planned_on, look.today)
    moved = held.held_on != held.planned_on
    remarks = [
        f"Instead of {planned_words}" if moved else "",
        *held.advice,
        *(f"You have {name} at that time" for name in _other_groups(look, held)),
        _shift_words(look, held).rstrip("."),
    ]
    return DateRow(
        planned_on=held.planned_on,
        planned_words=planned_words,
        date_words=say_date(held.held_on, look.today),
        number=held.number,
        why=". ".join(remark for remark in remarks if remark),
        better_on=better_on,
        better_words=say_date(better_on, look.today) if better_on else "",
        decided=held.planned_on in look.decided.instead,
    )


def _shift_words(look: _Look, held: Occurrence) -> str:
    begins = held.starts_at.astimezone(ZoneInfo(look.set_up.time_zone)).time()
    return say_shift(held.shift, look.set_up.starts, begins)


def _other_groups(look: _Look, held: Occurrence) -> list[str]:
    session = look.sessions.get(held.planned_on)
    return look.conflicts.get(session.id, []) if session else []


def _better_days(look: _Look) -> dict[date, date]:
    """Return, by the planned day of each date that something speaks against, the nearest working
    day of the same week that nothing does.
    """
    doubtful = [held for held in look.plan.occurrences if held.advice or _other_groups(look, held)]
    offered = [(held.planned_on, day) for held in doubtful for day in _working_days(look, held)]
    found = conflicts(look.person, [_asked(look, *one) for one in offered])
    better: dict[date, date] = {}
    for (planned_on, day), names in zip(offered, found, strict=True):
        if not names:
            better.setdefault(planned_on, day)
    return better


def _working_days(look: _Look, held: Occurrence) -> list[date]:
    """Return the days of the same week to which it could move as far as this run goes."""
    monday = held.held_on - timedelta(days=held.held_on.weekday())
    week = [monday + timedelta(days=offset) for offset in range(WORKING_DAYS)]
    # Of two days equally near, the later one gives more notice.
    nearest_first = sorted(week, key=lambda day: (abs(day - held.held_on), held.held_on - day))
    return [day for day in nearest_first if _is_free(look, day)]


def _is_free(look: _Look, day: date) -> bool:
    leave_outs = look.set_up.leave_outs
    taken = any(other.held_on == day for other in look.plan.occurrences)
    return not (day <= look.today or taken or leave_outs.reason(day) or leave_outs.advice(day))


def _asked(look: _Look, planned_on: date, day: date) -> Asked:
    """Return the time a date would have on another day."""
    zone = ZoneInfo(look.set_up.time_zone)
    starts_at = instant(day, look.set_up.starts, zone).at
    ends_at = instant(day, look.set_up.ends, zone).at
    session = look.sessions.get(planned_on)
    return Asked(starts_at, ends_at, session.id if session else 0)
