"""Undoing a change while its messages still wait: its inverse is applied, and they are recalled.

Whoever joined while the change stood knows only the dates it gave, and is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, or_, select

from core.db import db
from core.errors import DomainError
from core.outbox import MailState, OutgoingMail, can_recall, recall
from groups.memberships import places_left
from groups.messages import Act
from groups.models import Cohort, Membership, OfferState, Person, Role
from scheduling.access import active_memberships
from scheduling.calendars.ical import Method
from scheduling.letters.announcing import ChangeKind, SessionChange, announcement
from scheduling.letters.book import settle_all
from scheduling.letters.recipients import recipient_of
from scheduling.letters.taking_in import was_taken_in
from scheduling.models import Invitation, PeerSession, Reply, Reversal
from scheduling.rescheduling.apply import LASTS, ask_anew, read_record, replies_to
from scheduling.rescheduling.change_plan import ChangePlan, SlotChange, Subject
from scheduling.rescheduling.rows import Rows


class CannotUndo(DomainError):
    """A change stays as it is; the words say why."""


TOO_LATE: Final = "It is too late to undo this."
CHANGED_SINCE: Final = "This has been changed again since, so it can no longer be undone."
HAVE_LEFT: Final = (
    "The messages have already left, so this can no longer be undone. "
    "You can change it back, and everybody is told again."
)
INVITATIONS_HAVE_LEFT: Final = (
    "These messages have already left. You can withdraw the invitations instead."
)
GIVEN_AWAY: Final = "Somebody else has taken their place since, so this can no longer be undone."
PLACE_TAKEN: Final = "Somebody has already taken a place, so this can no longer be undone."


@dataclass(frozen=True)
class Undone:
    """What was about what before it was undone, and how many messages were recalled."""

    subject: Subject
    letters: int


def undo(token: str, cohort: Cohort, *, by: Person, now: datetime) -> Undone:
    """Take a change back, and its messages out of the outbox.

    Raises ``CannotUndo`` when messages have left, when something has changed since, or when the
    token is too old, of another person or of another group.
    """
    # Locked first: whoever undoes twice at once finds nothing the second time.
    rows, batch, made_at = _opened(token, cohort, by, now)
    plan = rows.plan
    letters = _recall(plan.subject, batch, now)
    if not rows.holds:
        raise CannotUndo(PLACE_TAKEN if _was_answered(rows) else CHANGED_SINCE)
    if plan.subject is Subject.OPENING:
        _refuse_if_gone_on(rows)
    if plan.subject is Subject.PLACE_END:
        _refuse_if_full(rows)
    newcomers = _newcomers(rows.cohort, made_at, batch)
    rows.make(now)
    rows.write(now)
    let_count_again(rows)
    if newcomers:
        _put_right(rows, newcomers, now)
    whole = plan.subject is Subject.PLACE_END
    concerned = [one.id for one in (rows.sessions.values() if whole else rows.changed)]
    rows.remove(now)
    _settle_calendars(concerned, now)
    db.session.flush()
    return Undone(plan.subject, letters)


def _opened(
    token: str, cohort: Cohort, by: Person, now: datetime
) -> tuple[Rows, str | None, datetime]:
    wanted = select(Reversal).where(Reversal.public_id == token).with_for_update()
    record = db.session.scalars(wanted.execution_options(populate_existing=True)).first()
    if record is None or record.made_at + LASTS < now:
        raise CannotUndo(TOO_LATE)
    content, made_at = read_record(record), record.made_at
    if (content.get("by"), content.get("cohort")) != (by.public_id, cohort.public_id):
        raise CannotUndo(TOO_LATE)
    rows = Rows(ChangePlan.from_json(content["plan"]))
    db.session.delete(record)
    return rows, content["parcel"], made_at


def _recall(subject: Subject, batch: str | None, now: datetime) -> int:
    if batch is None:
        return 0
    if not can_recall(batch, now):
        left = INVITATIONS_HAVE_LEFT if subject is Subject.INVITATIONS else HAVE_LEFT
        raise CannotUndo(CHANGED_SINCE if was_taken_in(batch) else left)
    return recall(batch, now)


def _was_answered(rows: Rows) -> bool:
    offers = (rows.find(one) for one in rows.plan.rows if one.table == "offer")
    return any(offer is not None and offer.state == OfferState.ACCEPTED for offer in offers)


def _refuse_if_gone_on(rows: Rows) -> None:
    """Raise ``CannotUndo`` if the group has gone on since it was opened: others were invited, or
    people are still to be told of something.
    """
    known = {one.public_id for one in rows.plan.rows if one.table == "offer"}
    others = [one for key, one in rows.offers.items() if key not in known]
    waiting = select(OutgoingMail.id).where(
        OutgoingMail.topic == rows.cohort.public_id, OutgoingMail.state == MailState.DUE
    )
    waits = db.session.scalar(waiting.limit(1)) is not None
    if waits or any(one.state != OfferState.DRAFTED for one in others):
        raise CannotUndo(CHANGED_SINCE)


def let_count_again(rows: Rows) -> None:
    """Let what had been said count again, and nothing that was said about the other time.

    Whoever has been forgotten meanwhile said nothing: the number of their place can be another's.
    """
    asked = rows.asked_anew
    ask_anew(asked)
    if not rows.plan.answers:
        return
    found = {(key, reply.membership.public_id): reply for key, reply in replies_to(asked)}
    members = {one.member_id for one in rows.plan.answers}
    known = select(Membership.public_id, Membership.id).where(Membership.public_id.in_(members))
    numbers = {row.public_id: row.id for row in db.session.execute(known)}
    for one in rows.plan.answers:
        if one.member_id not in numbers:
            continue
        reply = found.get((one.session_id, one.member_id))
        if reply is None:
            session_id = rows.sessions[one.session_id].id
            reply = Reply(session_id=session_id, membership_id=numbers[one.member_id])
            db.session.add(reply)
        for name, value in one.columns.items():
            setattr(reply, name, value)


def _refuse_if_full(rows: Rows) -> None:
    """Raise ``CannotUndo`` if a member's place has been taken by somebody else."""
    [place] = (rows.places[one.public_id] for one in rows.plan.rows if one.table == "place")
    if place.role == Role.MEMBER and places_left(rows.cohort) == 0:
        raise CannotUndo(GIVEN_AWAY)


def _newcomers(cohort: Cohort, since: datetime, batch: str | None) -> Sequence[Membership]:
    came = or_(Membership.joined_at >= since, Membership.changed_at >= since)
    # Whoever was removed for a while and was to be told in vain of what is undone never knew of it.
    told = select(OutgoingMail.addressee).where(
        OutgoingMail.parcel == batch, OutgoingMail.state == MailState.RECALLED
    )
    knew_nothing = and_(Membership.public_id.in_(told), Person.reached_at < since)
    places = active_memberships(cohort).join(Person, Person.id == Membership.person_id)
    return db.session.scalars(places.where(came, ~knew_nothing)).all()


def _put_right(rows: Rows, newcomers: Sequence[Membership], now: datetime) -> None:
    """Tell them what the dates are now. Sessions that had been added are still there, to be taken
    out of calendars.
    """
    found = (_told(one, rows.sessions) for one in rows.plan.slots)
    changes = sorted(filter(None, found), key=lambda one: one.session.starts_at)
    readers = [recipient_of(one, now=now) for one in newcomers]
    announcement(rows.cohort, changes, Act(now), readers=readers).write()


def _told(one: SlotChange, sessions: Mapping[str, PeerSession]) -> SessionChange | None:
    """Return what somebody is told who knows a session only as it was until now."""
    session = sessions[one.session_id]
    knew_it = one.was is not None and one.was.takes_place
    takes_place = one.becomes is not None and one.becomes.takes_place
    if not knew_it:
        # They have never heard of it.
        return SessionChange(session, ChangeKind.ADDED) if takes_place else None
    if not takes_place:
        return SessionChange(session, ChangeKind.CANCELLED)
    if not one.changes_times or one.was is None:
        return None
    return SessionChange(session, ChangeKind.MOVED, (*one.was.times, session.zone_name))


def _settle_calendars(sessions: Sequence[int], now: datetime) -> None:
    """Let the invitations say again what calendars really hold, now that messages stayed here."""
    settle_all(sessions, now=now)
    found = (
        select(Invitation, PeerSession)
        .join(PeerSession)
        .where(Invitation.session_id.in_(sessions), Invitation.method == Method.REQUEST)
    )
    for told, session in db.session.execute(found.execution_options(populate_existing=True)):
        told.starts_at, told.ends_at = session.starts_at, session.ends_at
