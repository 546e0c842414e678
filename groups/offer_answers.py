"""What anyone with an offer's link can answer: yes, no, or neither after all.

The link alone takes a place or gives it back; it signs nobody in and shows nothing about the
group's people. A place taken from the letter is held like any other, but its person is *reached*
and not *proved*: see ``groups.accounts``. What follows for dates is in
``scheduling.places.arrivals``.
"""

from datetime import datetime

from sqlalchemy import select

from core import outbox
from core.db import db
from core.errors import DomainError
from groups import memberships
from groups.access import HERE
from groups.accounts import reach
from groups.cohorts import current_agreement
from groups.models import (
    Cohort,
    DoNotWrite,
    Membership,
    MembershipState,
    OfferState,
    Person,
    PlaceOffer,
    Role,
)
from groups.offers import REFUSALS, Situation, asked_not_to_write, hold_offer, may_write, situation

SIGNED_IN_SINCE = "Somebody has signed in with this place since. Sign in to leave the group."


def accept(offer: PlaceOffer, person: Person, *, now: datetime) -> Membership:
    """Give this person the place, with the agreement as it stands; accepting twice is harmless.

    Raises ``DomainError`` if the offer is for another address, if it can no longer be answered, if
    the last place has gone, or if it is to facilitate and the address has not been proved. Exactly
    one of several people gets the last place.
    """
    hold_offer(offer)
    if person.email_index != offer.email_index:
        raise DomainError("This invitation is for another e-mail address.")
    if offer.role != Role.MEMBER and person.proved_at is None:
        raise DomainError("Sign in with a code before you take this on.")
    membership = _place_of(person, offer.cohort)
    if membership is None or not _is_enough(membership, offer):
        state = situation(offer, now=now)
        if state not in (Situation.OPEN, Situation.DECLINED):
            raise DomainError(REFUSALS[state])
        membership = _give_place(membership, offer, person, now)
    if offer.state != OfferState.ACCEPTED:
        offer.state = OfferState.ACCEPTED
        offer.answered_at = now
        offer.membership = membership
    return membership


def _place_of(person: Person, cohort: Cohort) -> Membership | None:
    return db.session.scalars(
        select(Membership).where(
            Membership.cohort_id == cohort.id, Membership.person_id == person.id
        )
    ).one_or_none()


def _is_enough(membership: Membership, offer: PlaceOffer) -> bool:
    """Return whether someone's place already gives them all that is offered."""
    return membership.state in HERE and (membership.facilitates or offer.role == Role.MEMBER)


def _give_place(
    membership: Membership | None, offer: PlaceOffer, person: Person, now: datetime
) -> Membership:
    if membership is None:
        membership = Membership(cohort=offer.cohort, person=person, joined_at=now)
        db.session.add(membership)
    membership.role = offer.role
    membership.state, membership.changed_at = MembershipState.ACTIVE, now
    membership.left_at = None
    membership.agreed_version = current_agreement(offer.cohort).number
    membership.agreed_at = now
    reach(person, now=now)
    db.session.flush()
    return membership


def said_from_letter(offer: PlaceOffer) -> bool:
    """Return whether the place was taken from the letter alone, the address has not been proved
    since, and the place is still held.
    """
    place = offer.membership
    return (
        offer.state == OfferState.ACCEPTED
        and place is not None
        and place.state in HERE
        and place.person.proved_at is None
    )


def take_back(offer: PlaceOffer, *, now: datetime) -> Membership | None:
    """Turn a yes from the letter into a no, for anyone with its link, and return the place that
    this gives up; nothing if it was already given up.

    Raises ``DomainError`` once the address has been proved: then people sign in to leave.
    """
    hold_offer(offer)
    place = offer.membership
    if offer.state != OfferState.ACCEPTED or place is None:
        return None
    db.session.refresh(place)
    # Someone who types a code at this moment keeps the place or is too late, never half of each.
    db.session.refresh(place.person, with_for_update=True)
    if place.person.proved_at is not None:
        raise DomainError(SIGNED_IN_SINCE)
    if place.state not in HERE:
        return None
    memberships.leave(place, now=now)
    offer.state, offer.answered_at = OfferState.DECLINED, now
    return place


def decline(offer: PlaceOffer, *, now: datetime, never_again: bool = False) -> None:
    """Say no, and with ``never_again`` ask never to be offered a place by e-mail again.

    Nobody is told about the latter. An offer that was withdrawn stays withdrawn, and one that was
    accepted changes nothing any more: people leave to give up the place, and the account's address
    may differ from the one this link went to.
    """
    hold_offer(offer)
    if offer.state == OfferState.ACCEPTED:
        return
    if never_again and may_write(offer):
        db.session.add(DoNotWrite(email_index=offer.email_index, asked_at=now))
    if offer.state == OfferState.OPEN:
        offer.state = OfferState.DECLINED
        offer.answered_at = now
        outbox.supersede(now, addressee=offer.public_id)


def reconsider(offer: PlaceOffer) -> None:
    """Take a no back, and with it the wish never to be written to; the offer is open again. One
    that was accepted changes nothing any more.
    """
    hold_offer(offer)
    if offer.state == OfferState.ACCEPTED:
        return
    asked = asked_not_to_write(offer.email_index)
    if asked is not None:
        db.session.delete(asked)
    if offer.state == OfferState.DECLINED:
        offer.state = OfferState.OPEN
        offer.answered_at = None
