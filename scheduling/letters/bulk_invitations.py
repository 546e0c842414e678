"""Calendar invitations as their turn comes: for the next sessions, and then one by one.

Those of one group are worked out together without the write lock, and written if what was read
still holds under it.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Select, Subquery, func, or_, select

from core import config
from core.db import db
from core.transaction import transaction
from core.worker import one_by_one
from groups import links
from groups.messages import Act, MessageKind, about_group, message
from groups.models import Cohort, CohortState, Membership, MembershipState, Person
from scheduling.calendars.ical import Method
from scheduling.letters.book import InvitationBook
from scheduling.letters.emails import Details, letter_of
from scheduling.letters.posting import Writer, coming, when_of, with_a_way_to_stop
from scheduling.letters.recipients import Recipient, recipient_of, recipients_in
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


def welcome(membership: Membership, *, now: datetime) -> None:
    """Send somebody who has joined all dates, and invitations for the next sessions."""
    reader = recipient_of(membership, now=now)
    cohort = membership.cohort
    sessions = list(db.session.scalars(coming(cohort.id, now)))
    if not sessions:
        return
    letter = letter_of(
        MessageKind.DATES,
        reader.mailbox,
        whens=[when_of(session, now, reader) for session in sessions],
        link=links.group_page(cohort),
        calendar_link=links.calendar_page(),
        by_invitation=reader.by_invitation,
        sender=config.current().mail_from,
        details=Details(group=cohort.name) if reader.full else None,
    )
    act = Act(now, is_awaited=True)
    near = [one for at, one in enumerate(sessions) if at < one.invitations_ahead]
    book = InvitationBook.for_readers(near, [reader], act)
    book.post(
        message(
            MessageKind.DATES,
            with_a_way_to_stop(letter, reader),
            about_group(cohort, membership),
            act,
            key=f"{MessageKind.DATES}:{membership.public_id}:{now:%Y%m%dT%H%M%SZ}",
        )
    )
    _invite(book, [(session, reader) for session in near])
    book.write()


def issue(
    session: PeerSession, membership: Membership, *, now: datetime, is_awaited: bool = False
) -> bool:
    """Invite one member to one session by e-mail; returns whether there was anything to send: not
    if they keep their dates in another way or already have it, or the session is off or over.
    ``is_awaited`` says that they have just asked for it.
    """
    reader = recipient_of(membership, now=now)
    book = InvitationBook.for_readers([session], [reader], Act(now, is_awaited=is_awaited))
    issued = _invite(book, [(session, reader)])
    book.write()
    return issued > 0


def _invite(book: InvitationBook, pairs: Sequence[tuple[PeerSession, Recipient]]) -> int:
    """Note an invitation for each of these who lacks it; returns how many."""
    writer, issued = Writer(book), 0
    for session, reader in pairs:
        membership = reader.membership
        takes_place = session.state == SessionState.PLANNED and session.starts_at > book.act.now
        active = membership.state == MembershipState.ACTIVE
        lacks = book.current(session, membership) is None
        # What is not written now is written once the address can be read again.
        wants = reader.by_invitation and reader.is_reachable
        if wants and active and takes_place and lacks:
            writer.invitation(session, reader, book.request(session, membership))
            issued += 1
    return issued


def issue_due(now: datetime) -> int:
    """Issue the invitations whose turn has come (a job); returns how many.

    Those of one group are written together. Where that meets trouble they are written one by one,
    so that trouble with one member holds up nobody else.
    """
    lacking = db.session.execute(_lacking(now)).all()
    issued, left = 0, list[Pair]()
    for _, rows in groupby(lacking, key=itemgetter(2)):
        wanted = [(row[0], row[1]) for row in rows]
        try:
            issued += _issue_together(wanted, now)
        except Exception:  # noqa: BLE001 - whatever it is, it comes again one by one
            left += wanted
    return issued + one_by_one(left, lambda pair: _issue(pair, now))


def _issue_together(wanted: Sequence[Pair], now: datetime) -> int:
    """Read and render without the write lock, and write what still holds under it."""
    book, issued = _prepared(wanted, now)
    with transaction():
        if book.still_holds():
            book.write()
            return issued
    with transaction():
        book, issued = _prepared(wanted, now)
        book.write()
    return issued


def _prepared(wanted: Sequence[Pair], now: datetime) -> tuple[InvitationBook, int]:
    sessions = {
        one.id: one
        for one in db.session.scalars(
            select(PeerSession).where(PeerSession.id.in_({pair[0] for pair in wanted}))
        )
    }
    readers = {
        one.membership.id: one for one in recipients_in({pair[1] for pair in wanted}, now=now)
    }
    book = InvitationBook.for_readers(list(sessions.values()), list(readers.values()), Act(now))
    pairs = [(sessions[session], readers[place]) for session, place in wanted]
    return book, _invite(book, pairs)


def _issue(pair: Pair, now: datetime) -> int:
    session = db.session.get_one(PeerSession, pair[0])
    return int(issue(session, db.session.get_one(Membership, pair[1]), now=now))


def _lacking(now: datetime) -> Select[int, int, int]:
    """Which member still lacks an invitation to which of the next sessions of their group.

    Nobody is invited while the opening of the group, or of a date that is new or has moved, can
    still be undone.
    """
    settled_at = now - config.current().pause
    turn = _in_turn(now)
    return (
        select(PeerSession.id, Membership.id, PeerSession.cohort_id)
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
        .order_by(PeerSession.cohort_id, PeerSession.starts_at, PeerSession.id, Membership.id)
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
