"""What stands in the outbox, opened: who gets which letter, and what its calendar part says."""

import email
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from typing import Any

from icalendar import Calendar

from core.db import db
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups.models import Membership, Person
from scheduling.models import Detail, Diary, Invitation, KeptBy, PeerSession
from tests.scheduling import invitations


@dataclass(frozen=True)
class Opened:
    """One letter as its reader sees it."""

    kind: str
    to: str
    subject: str
    text: str
    html: str
    method: str | None
    event: Any
    row: OutgoingMail


def opened(row: OutgoingMail) -> Opened:
    """Open one letter of the outbox."""
    message = email.message_from_bytes(row.body, policy=default)
    assert isinstance(message, EmailMessage)
    parts = {part.get_content_type(): part for part in message.walk()}
    calendar = parts.get("text/calendar")
    stream = None if calendar is None else Calendar.from_ical(calendar.get_content())
    return Opened(
        kind=row.kind,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=parts["text/plain"].get_content(),
        html=parts["text/html"].get_content(),
        method=None if stream is None else str(stream["METHOD"]),
        event=None if stream is None else stream.events[0],
        row=row,
    )


def letters(*kinds: str, to: Person | None = None, waiting: bool = True) -> list[Opened]:
    """Open the letters of these kinds, in the order they were posted; only those that will leave,
    unless ``waiting`` is false.
    """
    db.session.rollback()
    query = db.session.query(OutgoingMail).order_by(OutgoingMail.id)
    found = [opened(row) for row in query if not waiting or row.state == MailState.DUE]
    return [
        letter
        for letter in found
        if (not kinds or letter.kind in kinds) and (to is None or letter.to == to.email)
    ]


def all_left(now: datetime) -> None:
    """Let everything that waits leave."""
    with transaction():
        for row in db.session.query(OutgoingMail).filter_by(state=MailState.DUE):
            row.state, row.attempts, row.final_at = MailState.SENT, 1, now


def kept_by(person: Person, how: KeptBy) -> None:
    """Choose how a person keeps their dates."""
    with transaction():
        db.session.query(Diary).filter_by(person_id=person.id).one().kept_by = how


def full(person: Person) -> None:
    """Let a person's diary show everything."""
    with transaction():
        db.session.query(Diary).filter_by(person_id=person.id).one().detail = Detail.FULL


def told(membership: Membership) -> list[tuple[int, int, str]]:
    """Generation, sequence and method of what this member's calendar was told, in order."""
    db.session.rollback()
    rows = db.session.query(Invitation).filter_by(membership_id=membership.id)
    return [(row.generation, row.sequence, row.method) for row in rows.order_by(Invitation.id)]


def invite(session: PeerSession, member: Membership, now: datetime) -> None:
    """Let the member's calendar have the session."""
    with transaction():
        invitations.issue(session, member, now=now)
    all_left(now)


def only(*kinds: str, member: Membership) -> Opened:
    """The one letter of these kinds that waits for a member."""
    [letter] = letters(*kinds, to=member.person)
    return letter


def sequence(letter: Opened) -> int:
    """The SEQUENCE of a letter's calendar part."""
    return int(letter.event["SEQUENCE"])
