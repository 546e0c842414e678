"""Will you be there? One answer for each member and session, and how many said what."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.db import db
from core.errors import DomainError
from groups.models import Membership, MembershipState, Role
from scheduling.models import Answer, PeerSession, Reply, SessionState


@dataclass(frozen=True)
class Count:
    """How many members said what about one session; ``waiting`` have not said anything."""

    coming: int = 0
    unsure: int = 0
    not_this_time: int = 0
    waiting: int = 0


def give(session: PeerSession, membership: Membership, answer: Answer, *, now: datetime) -> Reply:
    """Note what a member says about a session, in place of anything said before.

    Raises DomainError once the session has started, when it is cancelled, and for somebody whose
    dates are paused.
    """
    _refuse_if_closed(session, membership, now)
    reply = reply_of(session, membership)
    if reply is None:
        reply = Reply(session_id=session.id, membership_id=membership.id)
        db.session.add(reply)
    reply.answer, reply.answered_at = Answer(answer), now
    db.session.flush()
    return reply


def take_back(session: PeerSession, membership: Membership, *, now: datetime) -> None:
    """Take an answer back, as if nothing had been said; refuses when ``give`` would."""
    _refuse_if_closed(session, membership, now)
    forget(session, membership)


def forget(session: PeerSession, membership: Membership) -> None:
    """Delete an answer, whatever the state of its session."""
    reply = reply_of(session, membership)
    if reply is not None:
        db.session.delete(reply)
        db.session.flush()


def reply_of(session: PeerSession, membership: Membership) -> Reply | None:
    """Return what this member said about this session, if anything."""
    return db.session.scalars(
        select(Reply).where(Reply.session_id == session.id, Reply.membership_id == membership.id)
    ).one_or_none()


def replies_by(
    memberships: Sequence[Membership], sessions: Sequence[PeerSession]
) -> dict[int, Reply]:
    """Return what one person said about these sessions, by the id of the session.

    ``memberships`` are that person's places, one in each group.
    """
    replies = db.session.scalars(
        select(Reply).where(
            Reply.membership_id.in_([membership.id for membership in memberships]),
            Reply.session_id.in_([session.id for session in sessions]),
        )
    )
    return {reply.session_id: reply for reply in replies}


def count(session: PeerSession) -> Count:
    """Count the answers of those who are active members now; facilitators are not counted."""
    return counts([session])[session.id]


def counts(sessions: Sequence[PeerSession]) -> dict[int, Count]:
    """Count the answers for several sessions in two queries, by the id of the session."""
    given: dict[int, Counter[str]] = {session.id: Counter() for session in sessions}
    rows = db.session.execute(
        select(Reply.session_id, Reply.answer, func.count())
        .join(Membership)
        .where(Reply.session_id.in_(given), *_COUNTED)
        .group_by(Reply.session_id, Reply.answer)
    )
    for session_id, answer, number in rows:
        given[session_id][answer] = number
    asked = _members_by_cohort(sessions)
    return {
        session.id: _count(given[session.id], asked.get(session.cohort_id, 0))
        for session in sessions
    }


_COUNTED = (Membership.role == Role.MEMBER, Membership.state == MembershipState.ACTIVE)


def _members_by_cohort(sessions: Sequence[PeerSession]) -> dict[int, int]:
    cohorts = {session.cohort_id for session in sessions}
    rows = db.session.execute(
        select(Membership.cohort_id, func.count())
        .where(Membership.cohort_id.in_(cohorts), *_COUNTED)
        .group_by(Membership.cohort_id)
    )
    return {row.cohort_id: row[1] for row in rows}


def _count(given: Counter[str], asked: int) -> Count:
    return Count(
        coming=given[Answer.COMING],
        unsure=given[Answer.UNSURE],
        not_this_time=given[Answer.NOT_THIS_TIME],
        waiting=asked - given.total(),
    )


def _refuse_if_closed(session: PeerSession, membership: Membership, now: datetime) -> None:
    if membership.cohort_id != session.cohort_id:
        raise ValueError("a member answers for the sessions of their own group")
    if session.state == SessionState.CANCELLED:
        raise DomainError("This session is cancelled, so there is nothing to answer.")
    if session.ends_at <= now:
        raise DomainError("This session is over, so there is nothing to answer any more.")
    if session.starts_at <= now:
        raise DomainError("This session has started, so answers are closed.")
    if membership.state != MembershipState.ACTIVE:
        raise DomainError("Your dates are paused, so there is nothing to answer just now.")
