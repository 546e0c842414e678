"""Working out which places are offered once a group is open: to more people, or once more.

Nothing here writes; ``scheduling.rescheduling`` makes and undoes what comes out.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from core.db import db, public_id
from core.encryption import blind_index
from core.errors import DomainError
from core.mail import Mailbox
from core.outbox import under_way
from groups.models import Cohort, CohortState, OfferState, PlaceOffer, Role
from groups.offers import answerable_until, columns_of_new, holders, places_left
from scheduling.places.offering import sessions_to_come
from scheduling.rescheduling.change_plan import ChangePlan, RowChange, Subject

ONLY_OPEN = "People can be invited once a group is open and until it ends."
STILL_ON_ITS_WAY = "The last message to this person is still on its way."
ANSWERED = "This invitation has been answered or withdrawn."
EVERYBODY_KNOWN = "Everybody on this list has been invited already."
#: An offer that waits to be sent or to be answered.
_STANDS: Final = (OfferState.DRAFTED, OfferState.OPEN)
#: What is forgotten when an offer that was declined or withdrawn is made anew.
_OF_OLD: Final = ("answered_at", "asked_at")


def invite(
    cohort: Cohort, mailboxes: Sequence[Mailbox], *, role: Role = Role.MEMBER, now: datetime
) -> ChangePlan:
    """Offer places to these people, but for those who have a place or an open offer.

    An offer that was declined or withdrawn is made anew, under the same link, and one that was
    taken and given up again is replaced, so an address has one offer in a group. Raises
    ``DomainError`` for a group that is not open or has no date to come, and when nobody is left.
    """
    _refuse_unless_open(cohort)
    found = db.session.scalars(select(PlaceOffer).where(PlaceOffer.cohort_id == cohort.id))
    offers = {offer.email_index: offer for offer in found}
    held, rows = holders(cohort), list[RowChange]()
    for mailbox in mailboxes:
        index = blind_index(mailbox.address)
        offer = offers.get(index)
        if index not in held and (offer is None or offer.state not in _STANDS):
            rows += _offered(offer, mailbox, role, now)
    if not rows:
        raise DomainError(EVERYBODY_KNOWN, field="people")
    sessions_to_come(cohort, now)
    return ChangePlan(Subject.INVITATIONS, cohort.public_id, rows=tuple(rows))


def resend(offer: PlaceOffer, *, now: datetime) -> ChangePlan:
    """Send an offer again; it can be answered for as long as a new one.

    Raises ``DomainError`` when it has been answered or withdrawn, or the group is not open.
    """
    _refuse_unless_open(offer.cohort)
    if offer.state != OfferState.OPEN:
        raise DomainError(ANSWERED)
    if under_way(addressee=offer.public_id):
        raise DomainError(STILL_ON_ITS_WAY)
    sessions_to_come(offer.cohort, now)
    row = RowChange("offer", offer.public_id, *sent_columns(offer, now))
    return ChangePlan(Subject.INVITATIONS, offer.cohort.public_id, rows=(row,))


def sent_columns(offer: PlaceOffer, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns of an offer that change when its letter is sent, before and after."""
    sent = {
        "state": OfferState.OPEN.value,
        "sent_at": offer.sent_at or now,
        "expires_at": answerable_until(now),
    }
    return {name: getattr(offer, name) for name in sent}, sent


def invited(plan: ChangePlan) -> set[str]:
    """Return the addresses to which a plan offers places."""
    return {str(one.after["email"]) for one in plan.rows if one.after and "email" in one.after}


def too_many(cohort: Cohort, number: int) -> str | None:
    """Say that more people are asked than there are places; it does not stand in the way."""
    left = places_left(cohort)
    if left is None or number <= left:
        return None
    return (
        f"There are fewer free places ({left}) than invitations ({number}). "
        "Whoever answers first gets one."
    )


def _offered(
    offer: PlaceOffer | None, mailbox: Mailbox, role: Role, now: datetime
) -> list[RowChange]:
    if offer is None or offer.state == OfferState.ACCEPTED:
        name = public_id()
        new = columns_of_new(mailbox, name, role=role, now=now) | _sent(now)
        # Whoever took the former one may have changed their address since; what opens at that
        # address must not be this.
        gone = [] if offer is None else [RowChange("offer", offer.public_id, _whole(offer), None)]
        return [*gone, RowChange("offer", name, None, new)]
    columns = {
        "email": offer.email,
        "name": mailbox.name or None,
        "role": role.value,
        "created_at": now,
        **_sent(now),
        **dict.fromkeys(_OF_OLD),
    }
    before = {name: getattr(offer, name) for name in columns}
    return [RowChange("offer", offer.public_id, before, columns)]


def _sent(now: datetime) -> dict[str, Any]:
    return {
        "state": OfferState.OPEN.value,
        "sent_at": now,
        "expires_at": answerable_until(now),
    }


def _whole(offer: PlaceOffer) -> dict[str, Any]:
    """Return every column of an offer, sealed ones by their plain names."""
    names = [one.name.removesuffix("_sealed") for one in PlaceOffer.__table__.columns]
    return {name: getattr(offer, name) for name in names if name not in _KEYS}


#: What a row is found by, and is given when it is made.
_KEYS: Final = ("id", "public_id", "cohort_id")


def _refuse_unless_open(cohort: Cohort) -> None:
    if cohort.state != CohortState.OPEN:
        raise DomainError(ONLY_OPEN)
