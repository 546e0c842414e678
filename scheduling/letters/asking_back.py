"""Asking once whether a yes from a letter was meant.

Anyone who has a letter can say yes with it, and so can a program. If nobody has typed a code for 7
days, we ask the address, in words that give nothing away. If nobody answers, they keep the place.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from core.db import db
from core.worker import one_by_one
from groups.access import HERE
from groups.links import offer_page
from groups.messages import Act, MessageKind, about_group, message, post_message
from groups.models import Cohort, CohortState, Membership, OfferState, Person, PlaceOffer
from groups.offer_answers import said_from_letter
from groups.offers import hold_offer, token_of
from scheduling.letters.emails import letter_of
from scheduling.letters.posting import coming, when_of, with_a_way_to_stop
from scheduling.letters.recipients import recipient_of

#: A yes from a letter is asked about after this long.
ASKED_AFTER: Final = timedelta(days=7)


def ask_back_due(now: datetime) -> int:
    """Post the letters whose time has come (a job); returns how many."""
    due = db.session.scalars(
        select(PlaceOffer.id)
        .join(Cohort, Cohort.id == PlaceOffer.cohort_id)
        .join(Membership, Membership.id == PlaceOffer.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            PlaceOffer.state == OfferState.ACCEPTED,
            PlaceOffer.answered_at <= now - ASKED_AFTER,
            PlaceOffer.asked_at.is_(None),
            Cohort.state == CohortState.OPEN,
            Membership.state.in_(HERE),
            Person.proved_at.is_(None),
        )
        .order_by(PlaceOffer.id)
    ).all()
    return one_by_one(due, lambda identifier: _ask_back(identifier, now))


def _ask_back(identifier: int, now: datetime) -> int:
    offer = db.session.get_one(PlaceOffer, identifier)
    # Taking the yes back locks the offer too, so we never ask after it was taken back.
    hold_offer(offer)
    place = offer.membership
    session = db.session.scalars(coming(offer.cohort_id, now).limit(1)).one_or_none()
    asked = offer.asked_at is not None or not said_from_letter(offer)
    if asked or place is None or session is None:
        return 0
    offer.asked_at = now
    recipient = recipient_of(place, now=now)
    letter = letter_of(
        MessageKind.WAS_IT_YOU,
        recipient.mailbox,
        when=when_of(session, now, recipient),
        link=offer_page(token_of(offer)),
    )
    made = message(
        MessageKind.WAS_IT_YOU,
        with_a_way_to_stop(letter, recipient),
        about_group(offer.cohort, place),
        Act(now),
        key=f"was-it-you:{offer.public_id}:{offer.answered_at:%Y%m%dT%H%M%SZ}",
        useful_until=session.starts_at,
    )
    return post_message(made, now)
