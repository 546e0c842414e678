"""Telling whoever runs a group that somebody would like another time. Nothing moves by itself."""

from datetime import datetime
from typing import Final

from core.db import db
from groups.links import session_run_page
from groups.messages import Act, MessageKind, about_group, message, post_message
from groups.models import Membership, Role
from scheduling.access import active_memberships
from scheduling.letters.emails import letter_of
from scheduling.letters.posting import when_of
from scheduling.letters.recipients import recipient_of
from scheduling.models import PeerSession

RUN_IT: Final = (Role.FACILITATOR, Role.CO_FACILITATOR)


def tell_other_time(session: PeerSession, proposer: Membership, *, now: datetime) -> int:
    """Write to those who run the group, once a day for each session and member; returns how many
    letters were posted.

    The letter names nobody: who it was stands on the page of the session. Who proposed it knows.
    """
    places = active_memberships(session.cohort).where(
        Membership.role.in_(RUN_IT), Membership.id != proposer.id
    )
    return sum(_tell(session, proposer, reader, now) for reader in db.session.scalars(places))


def _tell(session: PeerSession, proposer: Membership, reader: Membership, now: datetime) -> bool:
    recipient = recipient_of(reader, now=now)
    when = when_of(session, now, recipient)
    page = session_run_page(session.cohort, session.public_id)
    told = f"{session.public_id}:{proposer.public_id}:{reader.public_id}"
    kind, subject = MessageKind.OTHER_TIME, about_group(session.cohort, reader)
    made = message(
        kind,
        letter_of(kind, recipient.mailbox, when=when, link=page),
        subject,
        Act(now),
        key=f"{kind}:{told}:{now:%Y-%m-%d}",
        useful_until=session.starts_at,
    )
    return post_message(made, now)
