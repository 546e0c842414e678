"""Rolling forward: runs that go on are planned for 15 months, and never for less than 13.

It only ever appends, with numbers that go on from the last one, so neither a day called off nor a
bank holiday announced later disturbs what people know. Many runs are read and written together,
so that their number costs little.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import Select, func, select

from core.db import db, insert_columns
from core.transaction import transaction
from groups.models import Cohort, CohortState
from scheduling.dates.recurrence import MonthlyByWeekday, Occurrence
from scheduling.models import PeerSession, Series, SessionState
from scheduling.reflection import themes
from scheduling.runs.laying_out import exceptions_of, horizon, new_sessions, plan_of, rule_of
from scheduling.runs.set_up import SetUp, planned

#: A run that goes on is never planned for less than this.
LEAST_AHEAD = relativedelta(months=13)
# Asked without making objects, of which there would be dozens for each run.
_SESSIONS = PeerSession.metadata.tables[PeerSession.__tablename__]
#: Runs to a transaction: it is over in a few tenths of a second, so pages hardly wait for it.
TOGETHER = 500


@dataclass(frozen=True)
class _Known:
    """What a run holds already: the last day of its pattern, the last number, the themes in their
    order, and the days beyond the pattern on which there is an extra date.
    """

    last_on: date = date.min
    last_number: int = 0
    themes: tuple[str | None, ...] = ()
    beyond: frozenset[date] = frozenset()


def roll_forward_due(now: datetime) -> int:
    """Roll forward every run of an open group that is planned for less than 13 months (job).

    Returns how many sessions were added. A few hundred runs share a transaction, and there is none
    when there is nothing to add.
    """
    due = db.session.scalars(_running_short(now)).all()
    added = 0
    for first in range(0, len(due), TOGETHER):
        with transaction():
            added += roll_forward(due[first : first + TOGETHER], now)
    return added


def _running_short(now: datetime) -> Select[int]:
    last_on = (
        select(PeerSession.planned_on)
        .where(PeerSession.series_id == Series.id, PeerSession.is_extra.is_(False))
        .order_by(PeerSession.planned_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(Series.id)
        .join(Cohort)
        .where(
            Cohort.state == CohortState.OPEN,
            Series.ended_on.is_(None),
            Series.sessions.is_(None),
            func.coalesce(last_on, Series.first_on) < now.date() + LEAST_AHEAD,
        )
        .order_by(Series.id)
    )


def roll_forward(ids: Sequence[int], now: datetime) -> int:
    """Append to these runs what they lack up to 15 months from ``now``, in three statements;
    returns how many sessions were added.
    """
    # Two clocks on one PostgreSQL take turns here; SQLite has only one writer anyway.
    runs = db.session.scalars(
        select(Series)
        .where(Series.id.in_(ids), Series.ended_on.is_(None))
        .order_by(Series.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    known, columns = _known(ids), defaultdict[str, list[Any]](list)
    for series in runs:
        for name, values in _missing(series, known.get(series.id, _Known()), now).items():
            columns[name] += values
    count = len(columns["number"])
    stamp = [now.replace(microsecond=0)] * count
    columns |= {"dates_changed_at": stamp, "details_changed_at": stamp}
    insert_columns(PeerSession, columns)
    return count


def _known(ids: Sequence[int]) -> dict[int, _Known]:
    held = _SESSIONS.c
    wanted = (held.series_id, held.planned_on, held.number, held.theme, held.is_extra, held.state)
    rows = (
        db.session.connection()
        .execute(
            select(*wanted).where(held.series_id.in_(ids)).order_by(held.series_id, held.planned_on)
        )
        .all()
    )
    return {
        series_id: _read(*list(zip(*together, strict=True))[1:])
        for series_id, together in groupby(rows, key=itemgetter(0))
    }


def _read(
    days: Sequence[date],
    numbers: Sequence[int],
    keys: tuple[str | None, ...],
    extra: Sequence[bool],
    states: Sequence[str],
) -> _Known:
    """Return what is known of a run from the columns of its sessions, in the order of its days."""
    if True not in extra:
        return _Known(days[-1], max(numbers), keys)
    regular = (day for day, is_extra in zip(days, extra, strict=True) if not is_extra)
    last_on = max(regular, default=date.min)
    counted = (
        number
        for number, is_extra, state in zip(numbers, extra, states, strict=True)
        if not is_extra or state == SessionState.PLANNED
    )
    return _Known(
        last_on, max(counted, default=0), keys, frozenset(day for day in days if day > last_on)
    )


def _missing(series: Series, known: _Known, now: datetime) -> dict[str, list[Any]]:
    """Return the columns of the sessions to append to a run; their prompts are drawn when they
    come near.
    """
    rule = rule_of(series)
    if not rule.goes_on:
        return {}
    missing = [
        held
        for held in _wanted(series, rule, known.last_on, now)
        if held.starts_at > now and held.planned_on not in known.beyond
    ]
    return {
        **new_sessions(series, missing, known.last_number + 1),
        "theme": list(themes.rotation(len(missing), known.themes, ends=False)),
        "prompts_drawn": [False] * len(missing),
    }


def _wanted(series: Series, rule: SetUp, last_on: date, now: datetime) -> tuple[Occurrence, ...]:
    """Return what the pattern of a run holds after its last session, as ``plan_of`` says it."""
    until, exceptions = horizon(series, now), exceptions_of(series)
    decided = max((*exceptions.instead, *exceptions.left_out), default=date.min)
    monthly = isinstance(rule.pattern, MonthlyByWeekday)
    if monthly and rule.first_on <= last_on and decided <= last_on:
        return _monthly(replace(rule, first_on=last_on, prompt_days=0), until)
    return plan_of(series, until=until, after=last_on).occurrences


# Groups meet on a few days of the month at a few hours, so many have the same dates ahead.
@lru_cache(maxsize=4096)
def _monthly(rule: SetUp, until: date) -> tuple[Occurrence, ...]:
    return planned(rule, until=until, after=rule.first_on).occurrences
