"""Which of somebody's own groups meet at the same time. It is said, and never stands in the way."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, select

from core.db import db
from groups.access import HERE
from groups.models import Cohort, CohortState, Membership, Person
from scheduling.models import PeerSession, SessionState


def clashes(
    person: Person, starts_at: datetime, ends_at: datetime, *, other_than: PeerSession | None
) -> list[str]:
    """Return the names of this person's own groups that meet between two moments (aware).

    ``other_than`` is the session that is being looked at, which does not clash with itself.
    """
    without = set() if other_than is None else {other_than.id}
    return overlapping(person, [(starts_at, ends_at)], without=without)[0]


def overlapping(
    person: Person, spans: Sequence[tuple[datetime, datetime]], *, without: Collection[int]
) -> list[list[str]]:
    """Return the same for each of many spans in one query, not looking at the sessions with the
    ids ``without``.
    """
    if not spans:
        return []
    rows = db.session.execute(
        _sessions_of(person).where(
            PeerSession.starts_at < max(ends_at for _, ends_at in spans),
            PeerSession.ends_at > min(starts_at for starts_at, _ in spans),
        )
    ).all()
    held = [(one.starts_at, one.ends_at, cohort) for one, cohort in rows if one.id not in without]
    return [
        [cohort.name for begins, over, cohort in held if begins < ends_at and over > starts_at]
        for starts_at, ends_at in spans
    ]


def clashes_of(person: Person, sessions: Iterable[PeerSession]) -> Mapping[int, list[str]]:
    """Return the same for many sessions in one query: the names by the id of the session."""
    asked = list(sessions)
    found: dict[int, list[str]] = defaultdict(list)
    if not asked:
        return found
    rows = db.session.execute(
        _sessions_of(person).where(
            PeerSession.starts_at < max(one.ends_at for one in asked),
            PeerSession.ends_at > min(one.starts_at for one in asked),
        )
    ).all()
    for one in asked:
        for held, cohort in rows:
            overlaps = held.starts_at < one.ends_at and held.ends_at > one.starts_at
            if overlaps and held.id != one.id:
                found[one.id].append(cohort.name)
    return found


def _sessions_of(person: Person) -> Select[PeerSession, Cohort]:
    return (
        select(PeerSession, Cohort)
        .join(Cohort, Cohort.id == PeerSession.cohort_id)
        .join(Membership, Membership.cohort_id == Cohort.id)
        .where(
            Membership.person_id == person.id,
            Membership.state.in_(HERE),
            Cohort.state != CohortState.ENDED,
            PeerSession.state == SessionState.PLANNED,
        )
        .order_by(PeerSession.starts_at, PeerSession.id)
    )
