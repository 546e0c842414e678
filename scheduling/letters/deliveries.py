"""The letters about one group and what became of each; sending one again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from core.db import db
from core.errors import DomainError
from core.outbox import MailState, OutgoingMail
from groups.access import HERE
from groups.messages import SPECS, MessageKind
from groups.models import Cohort, Membership, OfferState, Person, PlaceOffer
from groups.offers import may_write
from scheduling.calendars.ical import Method
from scheduling.letters.delivery_words import NOT_ACCEPTED, kind_words, state_words, trouble_words

ON_PAGE = 30
LEFT = "Somebody who left"
#: For how long a letter that was not accepted stands on the group's page.
RECENT = timedelta(days=30)


@dataclass(frozen=True)
class Delivery:
    """One letter: to whom, about what, and what became of it."""

    public_id: str
    who: str
    what: str
    words: str
    trouble: str | None
    can_send_again: bool


@dataclass(frozen=True)
class Deliveries:
    """One page of the letters about a group, newest first."""

    rows: list[Delivery]
    page: int
    of: int


def deliveries(cohort: Cohort, *, page: int, zone: ZoneInfo, now: datetime) -> Deliveries:
    """Return a page of the letters about a group, counted from 1; a page too far is the last.

    What became of an invitation is only shown while it is in trouble or on its way: whether one
    was sent at all is nobody's business, as an address may have asked never to be written to.
    """
    number = db.session.scalar(_shown(cohort).with_only_columns(func.count()).order_by(None)) or 0
    of = max(1, -(-number // ON_PAGE))
    page = min(max(1, page), of)
    mails = db.session.scalars(_shown(cohort).limit(ON_PAGE).offset((page - 1) * ON_PAGE)).all()
    names = _names(mail.addressee for mail in mails)
    rows = [
        Delivery(
            public_id=mail.public_id,
            who=names.get(mail.addressee or "", "Somebody who has gone"),
            what=kind_words(mail),
            words=state_words(mail, now=now, zone=zone),
            trouble=trouble_words(mail.state, mail.reason),
            can_send_again=_can_send_again(mail, now),
        )
        for mail in mails
    ]
    return Deliveries(rows, page, of)


def troubles(cohort: Cohort, addressees: Sequence[str]) -> Mapping[str, str]:
    """Return what stands in the way of the newest letter to each of these, where something does.

    ``addressees`` are the ids of offers and of places.
    """
    newest = (
        select(func.max(OutgoingMail.id))
        .where(OutgoingMail.topic == cohort.public_id, OutgoingMail.addressee.in_(addressees))
        .group_by(OutgoingMail.addressee)
    )
    rows = db.session.execute(
        select(OutgoingMail.addressee, OutgoingMail.state, OutgoingMail.reason).where(
            OutgoingMail.id.in_(newest)
        )
    )
    said = {addressee: trouble_words(state, reason) for addressee, state, reason in rows}
    return {str(addressee): words for addressee, words in said.items() if words is not None}


def waiting(cohort: Cohort, addressees: Sequence[str]) -> set[str]:
    """Return to which of these, ids of offers and of places, a letter waits that has not left."""
    found = select(OutgoingMail.addressee).where(
        OutgoingMail.topic == cohort.public_id,
        OutgoingMail.addressee.in_(addressees),
        OutgoingMail.state == MailState.DUE,
        OutgoingMail.attempts == 0,
    )
    return {str(addressee) for addressee in db.session.scalars(found)}


def offers_waiting(cohort: Cohort) -> int:
    """Return how many places have been offered by letters that have not left."""
    found = select(func.count(OutgoingMail.addressee.distinct())).where(
        OutgoingMail.topic == cohort.public_id,
        OutgoingMail.kind == MessageKind.OFFER,
        OutgoingMail.state == MailState.DUE,
    )
    return db.session.scalar(found) or 0


def in_trouble(cohort: Cohort, *, now: datetime) -> int:
    """Return to how many people a letter of the last 30 days was not accepted."""
    people = select(func.count(func.distinct(OutgoingMail.addressee))).where(
        OutgoingMail.topic == cohort.public_id,
        OutgoingMail.state.in_(NOT_ACCEPTED),
        OutgoingMail.created_at > now - RECENT,
    )
    return db.session.scalar(people) or 0


def send_again(mail: OutgoingMail, *, now: datetime) -> None:
    """Let a letter that was not accepted be tried once more, at once, byte for byte the same.

    Raises ``DomainError`` when it was not refused, is no longer kept, or is out of date, as it is
    once its reader has gone or the offer is no longer open. To an address that asked never to be
    written to it is not sent either, but whoever sends it sees no difference: it lapses.
    """
    db.session.refresh(mail, with_for_update=True)
    if not _can_send_again(mail, now) or _is_overtaken(mail) or not _is_wanted(mail):
        raise DomainError("This message is out of date or no longer kept, so it is not sent again.")
    offer = _offer_of(mail)
    if offer is not None and not may_write(offer):
        mail.useful_until = now
    # It was due before; a clock that runs ahead must not put it off.
    mail.state, mail.due_at = MailState.DUE, min(mail.due_at, now)
    mail.attempts, mail.reason, mail.final_at = 0, None, None


def _shown(cohort: Cohort) -> Select[OutgoingMail]:
    offers = select(PlaceOffer.public_id).where(PlaceOffer.cohort_id == cohort.id)
    of_note: ColumnElement[bool] = OutgoingMail.addressee.not_in(offers) | OutgoingMail.state.in_(
        NOT_ACCEPTED
    )
    return (
        select(OutgoingMail)
        .where(OutgoingMail.topic == cohort.public_id, of_note)
        .order_by(OutgoingMail.id.desc())
    )


def _can_send_again(mail: OutgoingMail, now: datetime) -> bool:
    useful = mail.useful_until is None or mail.useful_until > now
    spec = SPECS.get(mail.kind)
    can = spec is None or spec.can_resend
    return can and mail.state in NOT_ACCEPTED and mail.body_sealed is not None and useful


def _is_overtaken(mail: OutgoingMail) -> bool:
    """Tell whether something newer was said since: an old letter would contradict it."""
    later = select(OutgoingMail.id).where(
        OutgoingMail.thread == mail.thread,
        OutgoingMail.id > mail.id,
        OutgoingMail.state.not_in((MailState.RECALLED, MailState.SUPERSEDED)),
    )
    return mail.thread is not None and db.session.scalar(later.limit(1)) is not None


def _is_wanted(mail: OutgoingMail) -> bool:
    """Tell whether a letter still has its reader: somebody who belongs or can still say yes."""
    offer = _offer_of(mail)
    if offer is not None:
        return offer.state == OfferState.OPEN
    place = db.session.scalars(
        select(Membership).where(Membership.public_id == mail.addressee)
    ).one_or_none()
    if place is None or _cancels(mail):
        return True
    # Somebody who has another address by now is told the same there.
    return place.state in HERE and mail.recipient == place.person.email


def _cancels(mail: OutgoingMail) -> bool:
    spec = SPECS.get(mail.kind)
    return spec is not None and spec.method == Method.CANCEL


def _offer_of(mail: OutgoingMail) -> PlaceOffer | None:
    return db.session.scalars(
        select(PlaceOffer).where(PlaceOffer.public_id == mail.addressee)
    ).one_or_none()


def _names(addressees: Iterable[str | None]) -> dict[str, str]:
    wanted = {addressee for addressee in addressees if addressee is not None}
    people = db.session.execute(
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.public_id.in_(wanted))
    )
    names = {place.public_id: _called(place, person) for place, person in people}
    offers = select(PlaceOffer).where(PlaceOffer.public_id.in_(wanted))
    taken_by = joinedload(PlaceOffer.membership).joinedload(Membership.person)
    for offer in db.session.scalars(offers.options(taken_by)):
        place = offer.membership
        names[offer.public_id] = offer.name or (
            offer.email if place is None else _called(place, place.person)
        )
    return names


def _called(place: Membership, person: Person) -> str:
    """Return what to call somebody; without a name by their address, while they are here."""
    called = person.name or (person.email if place.state in HERE else LEFT)
    unproved = place.state in HERE and person.proved_at is None
    return f"{called} (yes, from the e-mail)" if unproved else called
