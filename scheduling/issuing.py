"""Calendar invitations as their turn comes: for the next sessions, and then one by one."""

from datetime import datetime

from sqlalchemy import Row, Select, Subquery, func, or_, select

from core import config
from core.db import db
from core.worker import one_by_one
from groups.models import Cohort, CohortState, Membership, MembershipState
from scheduling import calendar_parts, emails
from scheduling.ical import Method
from scheduling.models import Diary, Invitation, KeptBy, PeerSession, Series, SessionState
from scheduling.posting import Act, details_of, page_of, post_about, when_of
from scheduling.recipients import recipient_of


def issue(
    session: PeerSession,
    membership: Membership,
    *,
    now: datetime,
    due_at: datetime | None = None,
    parcel: str | None = None,
) -> bool:
    """Invite one member to one session by e-mail; returns whether there was anything to send:
    not when they keep their dates otherwise, have it already, or the session is off or over.
    """
    recipient = recipient_of(membership, now=now)
    takes_place = session.state == SessionState.PLANNED and session.starts_at > now
    active = membership.state == MembershipState.ACTIVE
    if not (recipient.by_invitation and active and takes_place):
        return False
    calendar_parts.settle(session, membership)
    if calendar_parts.standing(session, membership) is not None:
        return False
    told = calendar_parts.request(session, recipient, now=now)
    letter = emails.invitation(
        recipient.mailbox,
        when=when_of(session, now),
        link=page_of(session),
        details=details_of(session, recipient),
        calendar=calendar_parts.part(told, session, recipient),
    )
    act = Act(now, due_at, parcel)
    return post_about(session, letter, recipient, act, kind="invitation", told=told)


def issue_due(now: datetime) -> int:
    """Issue the invitations whose turn has come (a job); returns how many."""
    lacking = db.session.execute(_lacking(now)).all()
    return one_by_one(lacking, lambda pair: _issue(pair, now))


def _issue(pair: Row[int, int], now: datetime) -> int:
    session = db.session.get_one(PeerSession, pair[0])
    return int(issue(session, db.session.get_one(Membership, pair[1]), now=now))


def _lacking(now: datetime) -> Select[int, int]:
    """Which member still lacks an invitation to which of the next sessions of their group.

    Nobody is invited while the opening of the group can still be undone.
    """
    turn = _in_turn(now)
    return (
        select(PeerSession.id, Membership.id)
        .join(turn, turn.c.id == PeerSession.id)
        .join(Series, Series.id == PeerSession.series_id)
        .join(Cohort, Cohort.id == PeerSession.cohort_id)
        .join(Membership, Membership.cohort_id == Cohort.id)
        .outerjoin(Diary, Diary.person_id == Membership.person_id)
        .where(
            turn.c.position <= Series.invitations_ahead,
            Cohort.state == CohortState.OPEN,
            Cohort.opened_at <= now - config.current().pause,
            Membership.state == MembershipState.ACTIVE,
            or_(Diary.id.is_(None), Diary.kept_by == KeptBy.INVITATIONS),
            ~_has_it().exists(),
        )
        .order_by(PeerSession.starts_at, PeerSession.id, Membership.id)
    )


def _in_turn(now: datetime) -> Subquery:
    position = func.row_number().over(
        partition_by=PeerSession.series_id, order_by=(PeerSession.starts_at, PeerSession.id)
    )
    return (
        select(PeerSession.id, position.label("position"))
        .where(PeerSession.state == SessionState.PLANNED, PeerSession.starts_at > now)
        .subquery()
    )


def _has_it() -> Select[int]:
    return select(Invitation.id).where(
        Invitation.session_id == PeerSession.id,
        Invitation.membership_id == Membership.id,
        Invitation.method == Method.REQUEST,
    )
