"""Calendar invitations as their turn comes: for the next sessions, and then one by one."""

from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Select, Subquery, func, or_, select

from core import config
from core.db import db
from core.transaction import transaction
from core.worker import one_by_one
from groups.models import Cohort, CohortState, Membership, MembershipState, Person
from scheduling.attendance.answer_links import link_for
from scheduling.calendars.ical import Method
from scheduling.letters import calendar_parts, emails
from scheduling.letters.first_invitations import invite_together
from scheduling.letters.posting import Act, details_of, page_of, post_about, when_of
from scheduling.letters.recipients import Recipient, recipient_of
from scheduling.models import (
    INVITATIONS_AHEAD,
    Diary,
    Invitation,
    KeptBy,
    PeerSession,
    Series,
    SessionState,
)

#: The ids of a session and of the place of a member who lacks an invitation to it.
Pair = tuple[int, int]


def issue(
    session: PeerSession,
    membership: Membership,
    *,
    now: datetime,
    due_at: datetime | None = None,
    parcel: str | None = None,
    is_awaited: bool = False,
) -> bool:
    """Invite one member to one session by e-mail; returns whether there was anything to send: not
    if they keep their dates in another way or already have it, or the session is off or over.
    ``is_awaited`` says that they have just asked for it.
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
    return post_invitation(session, recipient, told, Act(now, due_at, parcel, is_awaited))


def post_invitation(session: PeerSession, recipient: Recipient, told: Invitation, act: Act) -> bool:
    """Post the letter that brings what was noted about an invitation; returns whether it is new."""
    letter = emails.invitation(
        recipient.mailbox,
        when=when_of(session, act.now, recipient),
        link=page_of(session),
        answer_link=link_for(session, recipient.membership),
        details=details_of(session, recipient),
        calendar=calendar_parts.part(told, session, recipient),
    )
    return post_about(session, letter, recipient, act, kind="invitation", told=told)


def issue_due(now: datetime) -> int:
    """Issue the invitations whose turn has come (a job); returns how many.

    Those to one session are written together. Where that meets trouble, or where more than a first
    invitation is to be thought of, they are written one by one, so that trouble with one member
    holds up nobody else.
    """
    lacking = db.session.execute(_lacking(now)).all()
    issued, left = 0, list[Pair]()
    for session_id, pairs in groupby(lacking, key=itemgetter(0)):
        wanted = list(pairs)
        try:
            with transaction():
                done = invite_together(session_id, [pair[1] for pair in wanted], now=now)
        except Exception:  # noqa: BLE001 - whatever it is, it comes again one by one
            done = set()
        issued += len(done)
        left += [pair for pair in wanted if pair[1] not in done]
    return issued + one_by_one(left, lambda pair: _issue(pair, now))


def _issue(pair: Pair, now: datetime) -> int:
    session = db.session.get_one(PeerSession, pair[0])
    return int(issue(session, db.session.get_one(Membership, pair[1]), now=now))


def _lacking(now: datetime) -> Select[int, int]:
    """Which member still lacks an invitation to which of the next sessions of their group.

    Nobody is invited while the opening of the group, or of a date that is new or has moved, can
    still be undone.
    """
    settled_at = now - config.current().pause
    turn = _in_turn(now)
    return (
        select(PeerSession.id, Membership.id)
        .join(turn, turn.c.id == PeerSession.id)
        .outerjoin(Series, Series.id == PeerSession.series_id)
        .join(Cohort, Cohort.id == PeerSession.cohort_id)
        .join(Membership, Membership.cohort_id == Cohort.id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(Diary, Diary.person_id == Membership.person_id)
        .where(
            turn.c.position <= func.coalesce(Series.invitations_ahead, INVITATIONS_AHEAD),
            Cohort.state == CohortState.OPEN,
            Cohort.opened_at <= settled_at,
            PeerSession.dates_changed_at <= settled_at,
            Membership.state == MembershipState.ACTIVE,
            Person.reached_at.is_not(None),
            or_(Diary.id.is_(None), Diary.kept_by == KeptBy.INVITATIONS),
            ~_has_it().exists(),
        )
        .order_by(PeerSession.starts_at, PeerSession.id, Membership.id)
    )


def _in_turn(now: datetime) -> Subquery:
    position = func.row_number().over(
        partition_by=PeerSession.cohort_id, order_by=(PeerSession.starts_at, PeerSession.id)
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
