"""Giving tasks to people and taking them away: who may set up groups, and who runs the system."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.db import db
from groups.models import Grant, GrantRole, Person


def give(person: Person, role: GrantRole, *, now: datetime, by: Person | None = None) -> bool:
    """Give a person a task; returns whether they did not have it yet.

    ``by`` is who gave it, and ``None`` for a command. Given twice at the same moment it is one row.
    """
    if person.holds(role):
        return False
    try:
        with db.session.begin_nested():
            given_by_id = None if by is None else by.id
            db.session.add(Grant(person=person, role=role, given_by_id=given_by_id, given_at=now))
    except IntegrityError:
        return False
    finally:
        db.session.expire(person, ["grants"])
    return True


def withdraw(person: Person, role: GrantRole, *, now: datetime) -> bool:
    """Take a task away, from the next request on; returns whether the person had it.

    Groups that a facilitator holds stay theirs: that follows from their place in each.
    """
    live = Grant.person_id == person.id, Grant.role == role, Grant.withdrawn_at.is_(None)
    held = db.session.scalars(select(Grant).where(*live).with_for_update()).first()
    if held is None:
        return False
    held.withdrawn_at = now
    db.session.flush()
    db.session.expire(person, ["grants"])
    return True


def all_live() -> list[Grant]:
    """Return every task that somebody has now, oldest first."""
    live = select(Grant).where(Grant.withdrawn_at.is_(None))
    return list(db.session.scalars(live.order_by(Grant.given_at, Grant.id)))
