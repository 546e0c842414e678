"""Which of somebody's own groups meet at the same time. It is said, and never stands in the way."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import FromClause, Integer, Select, column, exists, select, values
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from core.db import UTCDateTime, db
from groups.access import HERE
from groups.models import Cohort, CohortState, Membership, Person
from scheduling.models import PeerSession, SessionState

#: Longer than any session, so that the search has an end to begin from: without one it would go
#: through all that ever began before.
LONGEST: Final = timedelta(hours=12)
#: Who has more groups than this at one time knows that something is wrong.
_MOST: Final = 3


class Asked(NamedTuple):
    """A time to look at (aware), and the id of its session, which is never in its own way."""

    starts_at: datetime
    ends_at: datetime
    session_id: int = 0


def conflicts(
    person: Person, asked: Sequence[Asked], *, without: Collection[int] = ()
) -> list[list[str]]:
    """Return, for each time, the names of up to three of this person's own groups that meet then.

    Sessions with the ids ``without`` are not looked at.
    """
    if not asked:
        return []
    found = _names(overlapping(person, _times(asked)).where(PeerSession.id.not_in(without)))
    return [found.get(position, []) for position in range(len(asked))]


def conflicts_of(person: Person, sessions: Iterable[PeerSession]) -> Mapping[int, list[str]]:
    """Return the same for sessions, by their ids, without those that nothing overlaps."""
    ids = [session.id for session in sessions]
    return _names(overlapping(person, _times_of(ids))) if ids else {}


def overlapping(person: Person, times: FromClause) -> Select[int, int]:
    """Select the number of each time with the id of a group that meets then, earliest first.

    It is one statement however many times and groups there are, and only what overlaps comes back.
    What it costs grows with all that is on around those times, not with the person's groups or with
    the past: sessions are found by their start, and only then is it asked whose they are.
    """
    theirs = exists().where(
        Membership.cohort_id == PeerSession.cohort_id,
        Membership.person_id == person.id,
        Membership.state.in_(HERE),
    )
    return (
        select(times.c.number, PeerSession.cohort_id)
        .join(PeerSession, PeerSession.id != times.c.session_id)
        .join(Cohort, Cohort.id == PeerSession.cohort_id)
        .where(
            PeerSession.starts_at > times.c.earliest,
            PeerSession.starts_at < times.c.ends_at,
            PeerSession.ends_at > times.c.starts_at,
            PeerSession.state == SessionState.PLANNED,
            Cohort.state != CohortState.ENDED,
            theirs,
        )
        .order_by(times.c.number, PeerSession.starts_at, PeerSession.id)
    )


class _earlier(FunctionElement[datetime]):  # noqa: N801 - it is written like the function of SQL that it is
    """The moment ``LONGEST`` before another, as an SQL expression."""

    type = UTCDateTime()
    name = "earlier"
    inherit_cache = True


@compiles(_earlier, "postgresql")
def _by_interval(element: Any, compiler: SQLCompiler, **given: Any) -> str:
    seconds = int(LONGEST.total_seconds())
    return f"({compiler.process(element.clauses, **given)} - INTERVAL '{seconds} seconds')"


@compiles(_earlier, "sqlite")
def _by_modifier(element: Any, compiler: SQLCompiler, **given: Any) -> str:
    # It drops fractions of a second, and so comes a little earlier yet.
    seconds = int(LONGEST.total_seconds())
    return f"datetime({compiler.process(element.clauses, **given)}, '-{seconds} seconds')"


def _times(asked: Sequence[Asked]) -> FromClause:
    columns = (
        column("number", Integer),
        column("earliest", UTCDateTime()),
        column("starts_at", UTCDateTime()),
        column("ends_at", UTCDateTime()),
        column("session_id", Integer),
    )
    rows = [(number, one.starts_at - LONGEST, *one) for number, one in enumerate(asked)]
    return values(*columns, name="asked").data(rows).cte("times")


def _times_of(session_ids: Sequence[int]) -> FromClause:
    own = aliased(PeerSession)
    return (
        select(
            own.id.label("number"),
            _earlier(own.starts_at).label("earliest"),
            own.starts_at,
            own.ends_at,
            own.id.label("session_id"),
        )
        .where(own.id.in_(session_ids))
        .subquery("times")
    )


def _names(found: Select[int, int]) -> dict[int, list[str]]:
    """Return the names of the groups that were found, by the number of the time."""
    cohorts: dict[int, list[int]] = defaultdict(list)
    for number, cohort_id in db.session.execute(found):
        if len(cohorts[number]) < _MOST:
            cohorts[number].append(cohort_id)
    ids = {cohort_id for some in cohorts.values() for cohort_id in some}
    if not ids:
        return {}
    names = {
        one.id: one.name for one in db.session.scalars(select(Cohort).where(Cohort.id.in_(ids)))
    }
    return {number: [names[one] for one in some] for number, some in cohorts.items()}
