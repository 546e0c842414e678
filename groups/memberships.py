"""What somebody does with the place they have: pausing, leaving, coming back. Never a reason.
And how many places are left.

What follows for their calendar is in ``scheduling.places.departures``.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from core.db import db
from core.errors import DomainError, NotFound
from groups.access import HERE, facilitators_of, place_kept_by
from groups.models import Cohort, CohortState, Membership, MembershipState, Person, Role

#: For how long somebody who left can come back by themselves.
COMES_BACK = timedelta(days=30)

ONLY_FACILITATOR = (
    "Nobody else facilitates this group, so you can’t leave or pause it yet. "
    "Invite somebody to facilitate with you first."
)
LEFT = "You have left this group."
TAKEN = "Your place has been taken since."


def hold(membership: Membership) -> None:
    """Let nobody else change this place, or take one in its group, until this transaction ends, and
    read it afresh: what is decided on it then still holds when it is written.
    """
    hold_places(membership.cohort)
    db.session.refresh(membership)


def pause(membership: Membership, *, now: datetime) -> None:
    """Stop getting dates and keep the place; pausing twice is harmless.

    Raises ``DomainError`` for somebody who has left, and for the only facilitator.
    """
    hold(membership)
    _refuse_unless_here(membership)
    refuse_only_facilitator(membership)
    membership.state, membership.changed_at = MembershipState.PAUSED, now


def resume(membership: Membership, *, now: datetime) -> None:
    """Get dates again; raises ``DomainError`` for somebody who has left."""
    hold(membership)
    _refuse_unless_here(membership)
    membership.state, membership.changed_at = MembershipState.ACTIVE, now


def leave(membership: Membership, *, now: datetime) -> None:
    """Give the place up at ``now`` (aware, UTC); leaving twice is harmless.

    Raises ``DomainError`` for the only facilitator.
    """
    hold(membership)
    if membership.state not in HERE:
        return
    refuse_only_facilitator(membership)
    membership.state, membership.changed_at = MembershipState.LEFT, now
    membership.left_at = now


def comes_back_until(membership: Membership) -> datetime | None:
    """Return until when somebody who left can come back; ``None`` for everybody else."""
    if membership.state != MembershipState.LEFT or membership.left_at is None:
        return None
    return membership.left_at + COMES_BACK


def can_come_back(membership: Membership, *, now: datetime) -> bool:
    """Tell whether somebody who left could come back at ``now``."""
    return _problem_with_coming_back(membership, now) is None


def come_back(membership: Membership, *, now: datetime) -> None:
    """Take up the place again as it was; coming back twice is harmless.

    Raises ``DomainError`` when more than 30 days have passed, the place is taken, the group has
    ended, or a facilitator took the place away.
    """
    hold(membership)
    if membership.state in HERE:
        return
    problem = _problem_with_coming_back(membership, now)
    if problem is not None:
        raise DomainError(problem)
    membership.state, membership.changed_at = MembershipState.ACTIVE, now
    membership.left_at = None


def _problem_with_coming_back(membership: Membership, now: datetime) -> str | None:
    until = comes_back_until(membership)
    if until is None or now > until:
        return f"{LEFT} A facilitator can invite you again."
    if membership.cohort.state == CohortState.ENDED:
        return "This group has ended."
    if membership.role == Role.MEMBER and places_left(membership.cohort) == 0:
        return f"{TAKEN} A facilitator can tell you when another is free."
    return None


def _refuse_unless_here(membership: Membership) -> None:
    if membership.state not in HERE:
        raise DomainError(LEFT)


def refuse_only_facilitator(membership: Membership) -> None:
    """Raise ``DomainError`` if nobody else facilitates this person's group."""
    if holds_alone(membership):
        raise DomainError(ONLY_FACILITATOR)


def holds_alone(membership: Membership) -> bool:
    """Tell whether nobody else facilitates this person's group, so that it needs them."""
    if not membership.facilitates or membership.cohort.state == CohortState.ENDED:
        return False
    another = facilitators_of(membership.cohort).where(
        Membership.id != membership.id, Membership.state == MembershipState.ACTIVE
    )
    return db.session.scalars(another).first() is None


def has_a_place(person: Person) -> bool:
    """Return whether this person holds a place in any group, ended ones among them."""
    held = select(Membership.id).where(
        Membership.person_id == person.id, Membership.state.in_(HERE)
    )
    return db.session.scalars(held.limit(1)).first() is not None


def place_of(person: Person, cohort_id: str, *, now: datetime) -> Membership:
    """Return this person's own place in a group: the one they have, or left within 30 days.

    Raises ``NotFound`` for everybody and everything else.
    """
    membership = db.session.scalars(place_kept_by(person, cohort_id)).one_or_none()
    if membership is None or now > (comes_back_until(membership) or now):
        raise NotFound
    return membership


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
