"""Moving somebody's dates to another address, with everything that stands in their calendar.

A calendar entry belongs to the address it was sent to. So the old entries are cancelled where they
are, and new ones with identifiers of their own go to the new address. Rules for the account itself
are in ``groups.new_address``.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update

from core.db import db
from core.lookup import all_in
from core.outbox import MailState, OutgoingMail
from groups import new_address
from groups.access import memberships_of
from groups.models import Membership, MembershipState, Person
from scheduling.letters import calendar_parts, invitations
from scheduling.letters.delivery_words import NOT_ACCEPTED
from scheduling.letters.issuing import post_invitation
from scheduling.letters.posting import Act, coming
from scheduling.letters.recipients import recipient_of
from scheduling.models import PeerSession


def change_address(person: Person, address: str, *, tell_former: bool, now: datetime) -> None:
    """Give a person the address that they have proved, and move their dates over to it.

    Without ``tell_former`` nothing about dates is sent to the former address any more, neither
    cancellations nor what still waits: somebody else may read it. ``now`` is aware, in UTC.
    Raises DomainError if somebody else has got an account with this address in the meantime.
    """
    places = sorted(all_in(memberships_of(person)), key=lambda place: place.cohort_id)
    active = [place for place in places if place.state == MembershipState.ACTIVE]
    held = [(place, _held(place, now)) for place in active]
    for place in active:
        invitations.withdraw_all(place, now=now, tell=tell_former)
    if not tell_former:
        _say_no_more(places, now)
    new_address.take_over(person, address, now=now)
    for place, sessions in held:
        _bring_over(place, sessions, now)


def _held(place: Membership, now: datetime) -> list[PeerSession]:
    """Return the coming sessions that stand in this person's calendar by invitation."""
    sessions = db.session.scalars(coming(place.cohort_id, now)).all()
    for session in sessions:
        calendar_parts.settle(session, place)
    return [session for session in sessions if calendar_parts.standing(session, place)]


def _say_no_more(places: Sequence[Membership], now: datetime) -> None:
    """Drop what waits for the former address, and what could be sent there once more."""
    dropped = update(OutgoingMail).where(
        OutgoingMail.addressee.in_([place.public_id for place in places]),
        OutgoingMail.state.in_((MailState.DUE, *NOT_ACCEPTED)),
    )
    db.session.execute(dropped.values(state=MailState.SUPERSEDED, final_at=now))


def _bring_over(place: Membership, sessions: list[PeerSession], now: datetime) -> None:
    """Send all dates to the new address, and an invitation for each that stood at the old one."""
    recipient = recipient_of(place, now=now)
    # Like somebody who has just come: if a change that still waits is taken back, this address
    # knows only the dates it gave, and has to be told (``scheduling.changing.putting_right``).
    place.changed_at = now
    for session in sessions:
        told = calendar_parts.renew(session, recipient, now=now)
        post_invitation(session, recipient, told, Act(now))
    invitations.welcome(place, now=now)
