"""Usually coming: one answer for every session about which somebody says nothing else."""

from datetime import datetime

from core.db import db
from groups.models import Membership
from scheduling.models import StandingAnswer


def standing_answer(membership: Membership) -> StandingAnswer | None:
    """Return the answer this member gave once for all, if they have."""
    return db.session.get(StandingAnswer, membership.id)


def usually_coming(membership: Membership, *, now: datetime) -> StandingAnswer:
    """Note that a member is usually coming, to all times known by ``now`` (aware, UTC).

    Saying it again covers what has moved since.
    """
    found = standing_answer(membership)
    if found is None:
        found = StandingAnswer(membership_id=membership.id, given_at=now)
        db.session.add(found)
    found.given_at = now
    db.session.flush()
    return found


def ask_each_time(membership: Membership) -> None:
    """Forget that a member is usually coming; what they said about single sessions stays."""
    found = standing_answer(membership)
    if found is not None:
        db.session.delete(found)
        db.session.flush()
