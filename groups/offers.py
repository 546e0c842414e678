"""Places offered by e-mail: drafted by a facilitator, answered by whoever holds the link.

An offer is bound to one address. What its link can do is in ``groups.offer_answers``.
"""

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core import config, outbox
from core.db import db
from core.encryption import blind_index, key_ring
from core.errors import DomainError, NotFound
from core.mail import Mailbox
from core.tokens import digest
from groups.access import HERE
from groups.memberships import hold_places
from groups.memberships import places_left as places_left
from groups.models import (
    Cohort,
    CohortState,
    DoNotWrite,
    Membership,
    OfferState,
    Person,
    PlaceOffer,
    Role,
)

#: How long an offer can be answered, counted from the day its letter was last sent.
LASTS = timedelta(days=14)


class Situation(StrEnum):
    """What has become of an offer, and with it which page its link opens.

    ``declined`` is only said of an offer that could still be taken after a change of mind.
    """

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    FULL = "full"
    ENDED = "ended"


REFUSALS = {
    Situation.WITHDRAWN: "This invitation was taken back.",
    Situation.EXPIRED: "This invitation could be answered until a day that has passed.",
    Situation.ACCEPTED: "This place was taken before, and given up again.",
    Situation.FULL: "Every place has been taken since this invitation was sent.",
    Situation.ENDED: "These sessions have come to their end.",
}


def columns_of_new(mailbox: Mailbox, name: str, *, role: Role, now: datetime) -> dict[str, Any]:
    """Return the columns of an offer to this mailbox that has not been sent, whose public id is
    ``name``; sealed ones by their plain names.
    """
    return {
        "email": mailbox.address,
        "email_index": blind_index(mailbox.address),
        "name": mailbox.name or None,
        "role": role.value,
        "state": OfferState.DRAFTED.value,
        "token_hash": digest(key_ring().private_token("offer", name)),
        "created_at": now,
        "sent_at": None,
        "expires_at": None,
        "answered_at": None,
        "membership_id": None,
        "asked_at": None,
    }


def holders(cohort: Cohort) -> set[str]:
    """Return the indexes of the addresses whose owners have a place in a group."""
    held = (
        select(Person.email_index)
        .join(Membership)
        .where(Membership.cohort_id == cohort.id, Membership.state.in_(HERE))
    )
    return set(db.session.scalars(held))


def remove_draft(offer: PlaceOffer) -> None:
    """Forget an offer that was never sent; raises ``DomainError`` for any other."""
    if offer.state != OfferState.DRAFTED:
        raise DomainError("This invitation has been sent, so it can only be withdrawn.")
    db.session.delete(offer)
    db.session.flush()


def token_of(offer: PlaceOffer) -> str:
    """Return the secret of the offer's link: always the same, and stored nowhere."""
    return key_ring().private_token("offer", offer.public_id)


def offer_with(token: str) -> PlaceOffer:
    """Return the offer whose link this is.

    Raises ``NotFound`` for an unknown link, and for an offer or a group that is still a draft:
    nobody has been told of those.
    """
    offer = db.session.scalars(
        select(PlaceOffer)
        .join(Cohort)
        .where(
            PlaceOffer.token_hash == digest(token),
            PlaceOffer.state != OfferState.DRAFTED,
            Cohort.state != CohortState.DRAFT,
        )
    ).one_or_none()
    if offer is None:
        raise NotFound
    return offer


def situation(offer: PlaceOffer, *, now: datetime) -> Situation:
    """Tell what has become of an offer at ``now`` (aware, UTC)."""
    if offer.state == OfferState.WITHDRAWN:
        return Situation.WITHDRAWN
    if offer.cohort.state == CohortState.ENDED:
        return Situation.ENDED
    if offer.state == OfferState.ACCEPTED:
        return Situation.ACCEPTED
    if offer.expires_at is not None and offer.expires_at < now:
        return Situation.EXPIRED
    # Whoever shares the frame takes no member's place.
    if offer.role == Role.MEMBER and places_left(offer.cohort) == 0:
        return Situation.FULL
    return Situation.DECLINED if offer.state == OfferState.DECLINED else Situation.OPEN


def answerable_until(now: datetime) -> datetime:
    """Return until when an offer that is sent ``now`` can be answered: the last second of a day in
    the installation's zone, since letters name the day.
    """
    zone = ZoneInfo(config.current().time_zone)
    last_day = (now + LASTS).astimezone(zone).date()
    return datetime.combine(last_day, time(23, 59, 59), zone).astimezone(now.tzinfo)


def may_write(offer: PlaceOffer) -> bool:
    """Tell whether the offer can be mailed: not if its address asked us never to write again."""
    return asked_not_to_write(offer.email_index) is None


def hold_offer(offer: PlaceOffer) -> None:
    """Let nobody else take a place in the offer's group until this transaction ends, and read
    the offer afresh.
    """
    hold_places(offer.cohort)
    db.session.refresh(offer)


def withdraw(offer: PlaceOffer, *, now: datetime) -> bool:
    """Take an offer back, and its letter if that has not left; return whether a letter about it
    may have left.

    Raises ``DomainError`` if it was never sent, or the place has been taken.
    """
    hold_offer(offer)
    if offer.state == OfferState.ACCEPTED:
        raise DomainError("The place has been taken in the meantime.")
    if offer.state == OfferState.DRAFTED:
        raise DomainError("This invitation has not been sent yet.")
    offer.state = OfferState.WITHDRAWN
    waited = outbox.supersede(now, addressee=offer.public_id) > 0
    return outbox.was_tried(offer.public_id) or not waited


def asked_not_to_write(email_index: str) -> DoNotWrite | None:
    """Return the wish never to be written to of the address with this index, if there is one."""
    return db.session.scalars(
        select(DoNotWrite).where(DoNotWrite.email_index == email_index)
    ).one_or_none()
