"""How many places a group has, and holding them while one is taken."""

from sqlalchemy import func, select

from core.db import db
from groups.access import HERE
from groups.models import Cohort, Membership, Role


def places_left(cohort: Cohort) -> int | None:
    """Return how many members can still be taken in; ``None`` is no limit.

    Facilitators take no place. Whoever pauses keeps theirs.
    """
    if cohort.places is None:
        return None
    taken = db.session.scalar(
        select(func.count(Membership.id)).where(
            Membership.cohort_id == cohort.id,
            Membership.role == Role.MEMBER,
            Membership.state.in_(HERE),
        )
    )
    return max(0, cohort.places - (taken or 0))


def hold_places(cohort: Cohort) -> None:
    """Let nobody else take a place in this group until this transaction ends.

    SQLite has let in only one writer by now; PostgreSQL locks the group's row.
    """
    db.session.flush()
    db.session.refresh(cohort, with_for_update=True)
