"""A draft from first save to sending, and back again as long as nothing has left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core import outbox
from core.db import db, public_id
from core.encryption import blind_index
from core.errors import DomainError
from core.mail import Mailbox
from groups.cohorts import back_to_draft, draft_cohort, open_cohort
from groups.models import Cohort, CohortState, OfferState, Person, PlaceOffer, Role
from groups.offers import draft_offer, remove_draft
from scheduling.models import PeerSession
from scheduling.places.offering import send_offer
from scheduling.runs.series import replan, series_of, start_series
from scheduling.runs.set_up import SetUp


@dataclass(frozen=True)
class Draft:
    """Everything the first screen asks for. ``mailboxes`` are unique by address."""

    name: str
    set_up: SetUp
    pqe_most: int | None
    places: int | None
    mailboxes: Sequence[Mailbox] = ()


def save_draft(draft: Draft, *, by: Person, now: datetime) -> Cohort:
    """Return a new group in draft with its sessions and the places to offer; sends nothing.

    Raises ``DomainError`` when the choices leave no dates.
    """
    cohort = draft_cohort(
        name=draft.name, by=by, now=now, pqe_most=draft.pqe_most, places=draft.places
    )
    start_series(cohort, draft.set_up, now=now)
    for mailbox in _by_index(draft, by).values():
        draft_offer(cohort, mailbox, now=now)
    return cohort


def change_draft(cohort: Cohort, draft: Draft, *, now: datetime) -> None:
    """Change a draft; people are told apart by address, so those who stay keep their place.

    Raises ``DomainError`` for a group that has been opened, or when the choices leave no dates.
    """
    replan(series_of(cohort), draft.set_up, now=now)
    cohort.name = draft.name
    cohort.pqe_most, cohort.places = draft.pqe_most, draft.places
    wanted = _by_index(draft, cohort.opened_by)
    for offer in drafted_offers(cohort):
        mailbox = wanted.pop(offer.email_index, None)
        if mailbox is None:
            remove_draft(offer)
        elif (offer.name or "") != mailbox.name:
            offer.name = mailbox.name or None
    for mailbox in wanted.values():
        draft_offer(cohort, mailbox, now=now)


def _by_index(draft: Draft, by: Person | None) -> dict[str, Mailbox]:
    """Return whom to invite; whoever opens a group belongs to it and needs no invitation."""
    mailboxes = {blind_index(mailbox.address): mailbox for mailbox in draft.mailboxes}
    if by is not None:
        mailboxes.pop(by.email_index, None)
    return mailboxes


def drafted_offers(cohort: Cohort) -> list[PlaceOffer]:
    """Return the places for members that have not been offered to anybody yet, in order."""
    return list(
        db.session.scalars(
            select(PlaceOffer)
            .where(
                PlaceOffer.cohort_id == cohort.id,
                PlaceOffer.state == OfferState.DRAFTED,
                PlaceOffer.role == Role.MEMBER,
            )
            .order_by(PlaceOffer.id)
        )
    )


def send_draft(cohort: Cohort, *, now: datetime, due_at: datetime) -> int:
    """Open a group; its letters leave at ``due_at`` as one parcel, which can be taken back.

    Returns how many places are offered; with none the group opens without a letter. Raises
    ``DomainError`` if the first date has passed, or the group has been opened before.
    """
    first_at = db.session.scalar(
        select(func.min(PeerSession.starts_at)).where(PeerSession.cohort_id == cohort.id)
    )
    if cohort.state == CohortState.DRAFT and (first_at is None or first_at <= now):
        raise DomainError("The first date has passed. Change it before you send.")
    offers = drafted_offers(cohort)
    parcel = public_id() if offers else None
    open_cohort(cohort, parcel=parcel, now=now)
    for offer in offers:
        send_offer(offer, now=now, due_at=due_at, parcel=parcel)
    return len(offers)


def take_back(cohort: Cohort, *, now: datetime) -> None:
    """Take the letters of an opening back while they wait; the group is a draft again.

    Raises ``DomainError`` once a letter has left.
    """
    if cohort.parcel is None:
        raise DomainError("There are no messages waiting that could be taken back.")
    outbox.recall(cohort.parcel, now)
    back_to_draft(cohort)
