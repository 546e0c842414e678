"""Offering more places once a group is open: sending, sending again, withdrawing, taking back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core import config
from core.db import db, public_id
from core.errors import DomainError
from core.mail import Mailbox
from core.outbox import OutgoingMail, can_recall, recall
from groups.models import Cohort, CohortState, OfferState, PlaceOffer, Role
from groups.offers import draft_offer, places_left, remove_draft
from scheduling.places.offering import send_offer

ONLY_OPEN = "People can be invited once a group is open and until it ends."
HAVE_LEFT = "These messages have already left. You can withdraw the invitations instead."
NO_DATES = "There is no date to come, so there is nothing to invite people to yet."
STILL_ON_ITS_WAY = "The last message to this person is still on its way."


@dataclass(frozen=True)
class Invited:
    """Which places were offered, when the letters leave, and under which parcel.

    ``known`` are addresses that have a place or an offer already; nothing was sent to them.
    """

    offers: list[PlaceOffer]
    known: list[str]
    leaves_at: datetime
    parcel: str


def invite(
    cohort: Cohort, mailboxes: Sequence[Mailbox], *, role: Role = Role.MEMBER, now: datetime
) -> Invited:
    """Offer places to these people; the letters leave after the pause, as one parcel.

    Whoever has a place or an open offer is passed over. Raises ``DomainError`` for a group that
    is not open, or has no date to come.
    """
    if cohort.state != CohortState.OPEN:
        raise DomainError(ONLY_OPEN)
    leaves_at, parcel = now + config.current().pause, public_id()
    offers: list[PlaceOffer] = []
    known: list[str] = []
    for mailbox in mailboxes:
        try:
            offer = draft_offer(cohort, mailbox, role=role, now=now)
        except DomainError:
            known.append(mailbox.address)
            continue
        if not send_offer(offer, now=now, due_at=leaves_at, parcel=parcel):
            raise DomainError(NO_DATES)
        offers.append(offer)
    return Invited(offers, known, leaves_at, parcel)


def resend(offer: PlaceOffer, *, now: datetime) -> Invited:
    """Send an offer again after the pause; it can be answered for as long as a new one.

    Raises ``DomainError`` when it has been answered or withdrawn, or the group is not open.
    """
    if offer.cohort.state != CohortState.OPEN:
        raise DomainError(ONLY_OPEN)
    if offer.state != OfferState.OPEN:
        raise DomainError("This invitation has been answered or withdrawn.")
    leaves_at, parcel = now + config.current().pause, public_id()
    if not send_offer(offer, now=now, due_at=leaves_at, parcel=parcel):
        raise DomainError(STILL_ON_ITS_WAY)
    return Invited([offer], [], leaves_at, parcel)


def take_back(cohort: Cohort, parcel: str, *, now: datetime) -> int:
    """Take invitations back while they wait; returns how many places are no longer offered.

    What was offered with this parcel vanishes, and what was only sent again stays as it was.
    Raises ``DomainError`` once a letter has left, or when the parcel is not of this group.
    """
    letters = db.session.execute(
        select(OutgoingMail.addressee, OutgoingMail.created_at).where(
            OutgoingMail.parcel == parcel, OutgoingMail.topic == cohort.public_id
        )
    ).all()
    if not letters:
        raise DomainError("There are no messages waiting that could be taken back.")
    if not can_recall(parcel, now):
        raise DomainError(HAVE_LEFT)
    recall(parcel, now)
    made_at = {row.addressee: row.created_at for row in letters}
    offers = db.session.scalars(select(PlaceOffer).where(PlaceOffer.public_id.in_(made_at))).all()
    new = [
        offer
        for offer in offers
        if offer.state == OfferState.OPEN and offer.sent_at == made_at[offer.public_id]
    ]
    for offer in new:
        offer.state = OfferState.DRAFTED
        remove_draft(offer)
    return len(new)


def too_many(cohort: Cohort, number: int) -> str | None:
    """Say that more people are asked than there are places; it does not stand in the way."""
    left = places_left(cohort)
    if left is None or number <= left:
        return None
    return (
        f"There are fewer free places ({left}) than invitations ({number}). "
        "Whoever answers first gets one."
    )
