"""Who belongs to a group and who has been asked, in one list for whoever facilitates it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Exists, select
from sqlalchemy.orm import joinedload

from core import config
from core.db import db
from groups.access import HERE
from groups.models import (
    Cohort,
    CohortState,
    Membership,
    MembershipState,
    OfferState,
    Person,
    PlaceOffer,
    Role,
)
from scheduling.dates.wording import say_count, say_date, say_time
from scheduling.letters.deliveries import troubles, waiting

ON_PAGE = 30
FROM_LETTER = "Yes, from the e-mail"
ROLES = {
    Role.FACILITATOR: "Facilitates",
    Role.CO_FACILITATOR: "Facilitates too",
    Role.MEMBER: "Member",
}


class Kind(StrEnum):
    """What a line of the list stands for."""

    OFFER = "offer"
    PLACE = "place"


@dataclass(frozen=True)
class Line:
    """One person: what they are called, how they belong, and what can be done about it."""

    kind: Kind
    public_id: str
    name: str
    #: ``None`` of somebody who has gone.
    address: str | None
    role_words: str
    state_words: str
    trouble: str | None
    #: Whether its letter has not left, so that all there is to do is not to send it.
    waits: bool = False
    can_send_again: bool = False
    can_withdraw: bool = False
    can_remove: bool = False


@dataclass(frozen=True)
class Roster:
    """One page of the list, and how many people there are in all."""

    lines: list[Line]
    words: str
    page: int
    of: int
    #: Whether someone on this page said yes from the letter, so that we explain the words.
    from_letter: bool


@dataclass(frozen=True)
class _At:
    now: datetime
    zone: ZoneInfo


def roster(cohort: Cohort, *, viewer: Person, page: int, zone: ZoneInfo, now: datetime) -> Roster:
    """Return a page of everybody who belongs or was asked, counted from 1; in four queries."""
    everybody: list[Membership | PlaceOffer] = [*_places(cohort), *_offers(cohort)]
    of = max(1, -(-len(everybody) // ON_PAGE))
    page = min(max(1, page), of)
    shown = everybody[(page - 1) * ON_PAGE : page * ON_PAGE]
    names = [row.public_id for row in shown]
    trouble, unsent = troubles(cohort, names), waiting(cohort, names)
    at = _At(now, zone)
    lines = [
        _offer(row, trouble.get(row.public_id), at, waits=row.public_id in unsent)
        if isinstance(row, PlaceOffer)
        else _place(row, trouble.get(row.public_id), viewer, at)
        for row in shown
    ]
    from_letter = any(line.state_words == FROM_LETTER for line in lines)
    return Roster(lines, _summary(cohort, everybody, now), page, of, from_letter)


def people_words(cohort: Cohort, *, now: datetime) -> str:
    """Say how many belong and how many have still to answer, in two queries."""
    return _summary(cohort, [*_places(cohort), *_offers(cohort)], now)


def _places(cohort: Cohort) -> list[Membership]:
    return list(
        db.session.scalars(
            select(Membership)
            .where(Membership.cohort_id == cohort.id, Membership.state.in_(HERE) | ~_taken_back())
            .options(joinedload(Membership.person))
            # Whoever belongs comes first, and whoever has gone last.
            .order_by(Membership.state.not_in(HERE), Membership.id)
        )
    )


def _taken_back() -> Exists:
    """A yes from the letter that was taken back is a no, and its offer says so."""
    offer = select(PlaceOffer.id).where(
        PlaceOffer.membership_id == Membership.id, PlaceOffer.state != OfferState.ACCEPTED
    )
    return offer.exists()


def _offers(cohort: Cohort) -> list[PlaceOffer]:
    return list(
        db.session.scalars(
            select(PlaceOffer)
            .where(
                PlaceOffer.cohort_id == cohort.id,
                PlaceOffer.state.not_in((OfferState.ACCEPTED, OfferState.DRAFTED)),
            )
            .order_by(PlaceOffer.id)
        )
    )


def called(person: Person) -> str:
    """Return what somebody is called, or their address until they have said."""
    return str(person.name or person.email)


def _place(row: Membership, trouble: str | None, viewer: Person, at: _At) -> Line:
    # Whoever has gone may have another address by now, which is nobody's business here.
    gone = row.state not in HERE
    return Line(
        kind=Kind.PLACE,
        public_id=row.public_id,
        name=str(row.person.name or "Somebody") if gone else called(row.person),
        address=None if gone else row.person.email,
        role_words=ROLES[Role(row.role)],
        state_words=_place_words(row, at),
        trouble=trouble,
        can_remove=row.state in HERE and row.person_id != viewer.id,
    )


def _place_words(row: Membership, at: _At) -> str:
    match row.state:
        case MembershipState.ACTIVE:
            return FROM_LETTER if row.person.proved_at is None else "Has a place"
        case MembershipState.PAUSED:
            return "Paused, place kept"
        case MembershipState.LEFT:
            return f"Left{_on(row.left_at, at)}"
    return f"Place ended{_on(row.left_at, at)}"


def _offer(row: PlaceOffer, trouble: str | None, at: _At, *, waits: bool) -> Line:
    is_open = row.state == OfferState.OPEN and row.cohort.state != CohortState.ENDED
    return Line(
        kind=Kind.OFFER,
        public_id=row.public_id,
        name=str(row.name or row.email),
        address=row.email,
        role_words=ROLES[Role(row.role)] if row.role != Role.MEMBER else "",
        state_words=_offer_words(row, at),
        trouble=trouble if is_open else None,
        waits=is_open and waits,
        can_send_again=is_open and not waits,
        can_withdraw=is_open and not waits,
    )


def _offer_words(row: PlaceOffer, at: _At) -> str:
    match row.state:
        case OfferState.DECLINED:
            return "Said no"
        case OfferState.WITHDRAWN:
            return "Withdrawn"
    if row.cohort.state == CohortState.ENDED:
        return "Never answered"
    if is_expired(row, at.now):
        return f"Expired{_on(row.expires_at, at)}"
    leaves_at = None if row.sent_at is None else row.sent_at + config.current().pause
    if leaves_at is not None and leaves_at > at.now:
        return f"Leaves at {say_time(leaves_at.astimezone(at.zone).time())}"
    return "Waiting for an answer"


def is_expired(offer: PlaceOffer, now: datetime) -> bool:
    """Tell whether an offer can no longer be answered because its last day has passed."""
    return offer.expires_at is not None and offer.expires_at < now


def _on(moment: datetime | None, at: _At) -> str:
    if moment is None:
        return ""
    today = at.now.astimezone(at.zone).date()
    return f" on {say_date(moment.astimezone(at.zone).date(), today)}"


def _summary(cohort: Cohort, everybody: list[Membership | PlaceOffer], now: datetime) -> str:
    members = sum(
        isinstance(row, Membership) and row.state in HERE and row.role == Role.MEMBER
        for row in everybody
    )
    waiting = sum(
        isinstance(row, PlaceOffer) and row.state == OfferState.OPEN and not is_expired(row, now)
        for row in everybody
    )
    from_letter = sum(
        isinstance(row, Membership) and row.state in HERE and row.person.proved_at is None
        for row in everybody
    )
    said = [f"{say_count(members, 'member', 'members').capitalize()}."]
    if from_letter:
        few = say_count(from_letter, "of them", "of them").capitalize()
        said.append(f"{few} said yes from the e-mail.")
    if waiting and cohort.state != CohortState.ENDED:
        asked = say_count(waiting, "person has", "people have")
        said.append(f"{asked.capitalize()} still to answer.")
    return " ".join(said)
