"""Will you be there? One answer for each member and session, and how many said what.

What counts is what somebody said about the session itself; where they have said nothing, that they
are usually coming. What was said about a time the session no longer has is shown, never counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select

from core.db import db
from core.errors import DomainError
from core.transaction import hold
from groups.models import Membership, MembershipState, Person, Role
from scheduling.models import (
    TAKEN_BACK,
    Answer,
    PeerSession,
    Reply,
    ReplyNote,
    SessionState,
    StandingAnswer,
)

#: For so long after a session it is known who said they would come.
KEPT: Final = timedelta(days=30)


@dataclass(frozen=True)
class Count:
    """How many members said what about one session; ``waiting`` have not said anything."""

    coming: int = 0
    unsure: int = 0
    not_this_time: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Said:
    """What one member says about one session, as it counts now."""

    answer: Answer | None = None
    #: Whether it follows from their being usually coming.
    is_usual: bool = False
    #: Whether they are usually coming and that covers this session, whatever they said about it.
    usually: bool = False
    #: What they said about a time the session no longer has, while they have not said it anew.
    earlier: Answer | None = None


NOTHING_SAID: Final = Said()


def give(session: PeerSession, membership: Membership, answer: Answer, *, now: datetime) -> Reply:
    """Note what a member says about a session, in place of anything said before.

    Raises DomainError once the session has started, when it is cancelled, and for somebody whose
    dates are paused.
    """
    _refuse_if_closed(session, membership, now)
    hold(membership)
    reply = record_of(session, membership)
    if reply is None:
        reply = Reply(session_id=session.id, membership_id=membership.id)
        db.session.add(reply)
    reply.answer, reply.answered_at = Answer(answer), now
    reply.is_earlier, reply.notes = False, []
    db.session.flush()
    return reply


def take_back(session: PeerSession, membership: Membership, *, now: datetime) -> None:
    """Take an answer back, as if nothing had been said; refuses when ``give`` would.

    For somebody who is usually coming, that counts again. When it was is remembered: what a
    calendar program says is older than that, however late it arrives, does not count any more.
    """
    _refuse_if_closed(session, membership, now)
    hold(membership)
    reply = record_of(session, membership)
    if reply is not None:
        reply.answer, reply.answered_at = TAKEN_BACK, now
        reply.is_earlier, reply.notes = False, []
        db.session.flush()


def reply_of(session: PeerSession, membership: Membership) -> Reply | None:
    """Return what this member says about this very session, if anything."""
    reply = record_of(session, membership)
    return None if reply is None or reply.answer == TAKEN_BACK else reply


def record_of(session: PeerSession, membership: Membership) -> Reply | None:
    """Return what is noted of this member's answer to this very session: what they say, or that
    they took it back.
    """
    return db.session.scalars(
        select(Reply).where(Reply.session_id == session.id, Reply.membership_id == membership.id)
    ).one_or_none()


def said(session: PeerSession, membership: Membership, *, now: datetime) -> Said:
    """Return what a member says about a session of their group, as it counts now."""
    return said_by([membership], [session], now=now)[session.id]


def said_by(
    memberships: Sequence[Membership], sessions: Sequence[PeerSession], *, now: datetime
) -> dict[int, Said]:
    """Return what one person says about each of these sessions, by its id, in one query.

    ``memberships`` are that person's places, one in each group.
    """
    rows = db.session.execute(
        _asked()
        .with_only_columns(PeerSession.id, *_SAID, _usual(now))
        .where(
            PeerSession.id.in_([session.id for session in sessions]),
            Membership.id.in_([membership.id for membership in memberships]),
        )
    )
    found = {row[0]: _said(*row[1:]) for row in rows}
    return {session.id: found.get(session.id, NOTHING_SAID) for session in sessions}


@dataclass(frozen=True)
class AnswersOf:
    """What some members say about some sessions: of each, and once for all."""

    given: Mapping[tuple[int, int], tuple[str, bool]]
    usual: Mapping[int, datetime]

    def said(self, session: PeerSession, membership: Membership, now: datetime) -> Answer | None:
        """Return the answer that counts, by the rules of ``said``."""
        answer, is_earlier = self.given.get((session.id, membership.id), ("", False))
        if answer and not is_earlier:
            return Answer(answer)
        given_at, asked_at = self.usual.get(membership.id), session.asked_anew_at
        usual = (
            given_at is not None
            and given_at < session.starts_at
            and (asked_at is None or given_at > asked_at)
            and session.state == SessionState.PLANNED
            and session.ends_at > now - KEPT
        )
        return Answer.COMING if usual else None


def answers_of(sessions: Sequence[int], memberships: Sequence[int]) -> AnswersOf:
    """Read what these members (by id) say about these sessions, in two statements."""
    given = db.session.execute(
        select(Reply.session_id, Reply.membership_id, Reply.answer, Reply.is_earlier).where(
            Reply.session_id.in_(sessions),
            Reply.membership_id.in_(memberships),
            Reply.answer != TAKEN_BACK,
        )
    )
    usual = db.session.execute(
        select(StandingAnswer.membership_id, StandingAnswer.given_at).where(
            StandingAnswer.membership_id.in_(memberships)
        )
    )
    return AnswersOf(
        {(row.session_id, row.membership_id): (row.answer, row.is_earlier) for row in given},
        {row.membership_id: row.given_at for row in usual},
    )


@dataclass(frozen=True)
class Speaker:
    """One person of a group, what they say about a session, and what is worth knowing about it."""

    person: Person
    said: Said
    notes: tuple[ReplyNote, ...]


def said_about(session: PeerSession, *, now: datetime) -> list[Speaker]:
    """Return what everybody whose dates are not paused says about a session, in one query."""
    rows = db.session.execute(
        _asked()
        .join(Person, Person.id == Membership.person_id)
        .with_only_columns(Person, Reply.notes, *_SAID, _usual(now))
        .where(PeerSession.id == session.id, Membership.state == MembershipState.ACTIVE)
        .order_by(Membership.id)
    )
    return [
        Speaker(row[0], _said(*row[2:]), tuple(ReplyNote(note) for note in row[1] or ()))
        for row in rows
    ]


def answered(sessions: Iterable[int], *, now: datetime) -> Subquery:
    """Return who counts as having said what about the sessions with these ids.

    Its columns are ``session_id``, ``membership_id`` and ``answer``. Only those whose dates are
    not paused are in it, facilitators among them.
    """
    own = and_(Reply.id.is_not(None), Reply.is_earlier.is_(False))
    return (
        _asked()
        .with_only_columns(
            PeerSession.id.label("session_id"),
            Membership.id.label("membership_id"),
            case((own, Reply.answer), else_=Answer.COMING.value).label("answer"),
        )
        .where(
            PeerSession.id.in_(list(sessions)),
            Membership.state == MembershipState.ACTIVE,
            or_(own, _usual(now)),
        )
        .subquery()
    )


def count(session: PeerSession, *, now: datetime) -> Count:
    """Count the answers of those who are active members now; facilitators are not counted."""
    return counts([session], now=now)[session.id]


def counts(sessions: Sequence[PeerSession], *, now: datetime) -> dict[int, Count]:
    """Count the answers for several sessions in two queries, by the id of the session."""
    given = tallies([session.id for session in sessions], now=now)
    asked = _members_by_cohort(sessions)
    return {
        session.id: _count(given[session.id], asked.get(session.cohort_id, 0))
        for session in sessions
    }


def tallies(sessions: Sequence[int], *, now: datetime) -> dict[int, Counter[str]]:
    """Return how often each answer was given by active members, by the id of the session."""
    given: dict[int, Counter[str]] = {session_id: Counter() for session_id in sessions}
    who = answered(sessions, now=now)
    rows = db.session.execute(
        select(who.c.session_id, who.c.answer, func.count())
        .join(Membership, Membership.id == who.c.membership_id)
        .where(*_COUNTED)
        .group_by(who.c.session_id, who.c.answer)
    )
    for session_id, answer, number in rows:
        given[session_id][answer] = number
    return given


#: What ``_said`` needs to know, before whether being usually coming covers the session.
_SAID = (Reply.answer, Reply.is_earlier, StandingAnswer.given_at <= PeerSession.asked_anew_at)
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


def _asked() -> Select[PeerSession]:
    """Every session with everybody in its group, and what they said of it and once for all."""
    return (
        select(PeerSession)
        .join(Membership, Membership.cohort_id == PeerSession.cohort_id)
        .outerjoin(
            Reply,
            and_(
                Reply.session_id == PeerSession.id,
                Reply.membership_id == Membership.id,
                Reply.answer != TAKEN_BACK,
            ),
        )
        .outerjoin(StandingAnswer, StandingAnswer.membership_id == Membership.id)
    )


def _usual(now: datetime) -> ColumnElement[bool]:
    """Whether being usually coming covers a session: it was said before the start and of the time
    the session has, and the session is neither cancelled nor long over.
    """
    return and_(
        StandingAnswer.given_at.is_not(None),
        StandingAnswer.given_at < PeerSession.starts_at,
        or_(
            PeerSession.asked_anew_at.is_(None),
            StandingAnswer.given_at > PeerSession.asked_anew_at,
        ),
        PeerSession.state == SessionState.PLANNED,
        PeerSession.ends_at > now - KEPT,
    )


def _said(answer: str | None, is_earlier: bool | None, was_usual: bool | None, usual: bool) -> Said:
    if answer is not None and not is_earlier:
        return Said(Answer(answer), usually=usual)
    if usual:
        return Said(Answer.COMING, is_usual=True, usually=True)
    if answer is not None:
        return Said(earlier=Answer(answer))
    return Said(earlier=Answer.COMING) if was_usual else NOTHING_SAID


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


def standing_answer(membership: Membership) -> StandingAnswer | None:
    """Return the answer this member gave once for all, if they have."""
    return db.session.get(StandingAnswer, membership.id)


def usually_coming(membership: Membership, *, now: datetime) -> StandingAnswer:
    """Note that a member is usually coming, to all times known by ``now`` (aware, UTC).

    Saying it again covers what has moved since.
    """
    hold(membership)
    found = standing_answer(membership)
    if found is None:
        found = StandingAnswer(membership_id=membership.id, given_at=now)
        db.session.add(found)
    found.given_at = now
    db.session.flush()
    return found


def ask_each_time(membership: Membership) -> None:
    """Forget that a member is usually coming; what they said about single sessions stays."""
    hold(membership)
    found = standing_answer(membership)
    if found is not None:
        db.session.delete(found)
        db.session.flush()
