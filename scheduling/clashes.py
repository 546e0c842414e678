"""Which of somebody's own groups meet at the same time. It is said, and never stands in the way."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
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
    overlapping = _sessions_of(person).where(
        PeerSession.starts_at < ends_at, PeerSession.ends_at > starts_at
    )
    rows = db.session.execute(overlapping).all()
    return [cohort.name for held, cohort in rows if other_than is None or held.id != other_than.id]


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
