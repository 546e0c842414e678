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
from groups.messages import SPECS, Act
from groups.models import Membership, MembershipState, Person
from scheduling.calendars.ical import Method
from scheduling.letters.book import InvitationBook
from scheduling.letters.bulk_invitations import welcome
from scheduling.letters.delivery_words import NOT_ACCEPTED
from scheduling.letters.posting import Writer, coming
from scheduling.letters.recipients import recipient_of
from scheduling.letters.withdraw import withdraw_all
from scheduling.models import PeerSession
from scheduling.places.still_to_tell import brings_invitation, still_to_tell, tell_there

_CANCELLING = [kind for kind, spec in SPECS.items() if spec.method == Method.CANCEL]


def change_address(person: Person, address: str, *, tell_former: bool, now: datetime) -> None:
    """Give a person the address that they have proved, and move their dates over to it.

    What still waits for them goes to the new address. The former one gets the cancellations that
    clear its calendar, and without ``tell_former`` nothing about dates at all, since somebody else
    may read it. ``now`` is aware, in UTC.
    Raises DomainError if somebody else has got an account with this address in the meantime.
    """
    places = sorted(all_in(memberships_of(person)), key=lambda place: place.cohort_id)
    active = [place for place in places if place.state == MembershipState.ACTIVE]
    held = [(place, _held(place, now), still_to_tell(place)) for place in active]
    for place in active:
        withdraw_all(place, Act(now), tell=tell_former)
    _say_no_more(places, now, but_clear_calendars=tell_former)
    new_address.take_over(person, address, now=now)
    for place, sessions, mails in held:
        _bring_over(place, sessions, mails, now)


def _held(place: Membership, now: datetime) -> list[PeerSession]:
    """Return the coming sessions that stand in this person's calendar by invitation."""
    sessions = db.session.scalars(coming(place.cohort_id, now)).all()
    book = InvitationBook(sessions, [place], Act(now))
    return [session for session in sessions if book.current(session, place) is not None]


def _say_no_more(places: Sequence[Membership], now: datetime, *, but_clear_calendars: bool) -> None:
    """Drop what waits for the former address, and what could be sent there once more; also what
    would leave after all when a change is taken back.
    """
    theirs = OutgoingMail.addressee.in_([place.public_id for place in places])
    dropped = update(OutgoingMail).where(
        theirs, OutgoingMail.state.in_((MailState.DUE, *NOT_ACCEPTED))
    )
    if but_clear_calendars:
        dropped = dropped.where(
            OutgoingMail.kind.not_in(_CANCELLING) | OutgoingMail.key.not_like("invitation:%")
        )
    db.session.execute(dropped.values(state=MailState.SUPERSEDED, final_at=now))
    db.session.execute(
        update(OutgoingMail)
        .where(theirs, OutgoingMail.state == MailState.SUPERSEDED)
        .values(replaced_by=None)
    )


def _bring_over(
    place: Membership, sessions: list[PeerSession], mails: Sequence[OutgoingMail], now: datetime
) -> None:
    """Send all dates to the new address, an invitation for each that stood at the old one, and
    what these letters were to say.
    """
    recipient = recipient_of(place, now=now)
    # Like somebody who has just come: if a change that still waits is taken back, this address
    # knows only the dates it gave, and has to be told (``scheduling.rescheduling.undo``).
    place.changed_at = now
    book = InvitationBook.for_readers(sessions, [recipient], Act(now))
    for session in sessions:
        told = book.renew(session, place)
        if not brings_invitation(session, place, mails):
            Writer(book).invitation(session, recipient, told)
    book.write()
    tell_there(mails, recipient, now=now)
    welcome(place, now=now)
