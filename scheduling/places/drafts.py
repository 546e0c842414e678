"""A draft from first save to the plan that opens it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.db import db, insert_rows, public_id
from core.encryption import blind_index
from core.errors import DomainError
from core.mail import Mailbox
from core.text import readable
from groups.cohorts import draft_cohort
from groups.models import Cohort, CohortState, OfferState, Person, PlaceOffer, Role
from groups.offers import columns_of_new, remove_draft
from scheduling.models import PeerSession
from scheduling.places.inviting import sent_columns
from scheduling.rescheduling.change_plan import ChangePlan, RowChange, Subject
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
    _draft_offers(cohort, _by_index(draft, by).values(), now)
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
        if mailbox is None and readable(offer.email):
            remove_draft(offer)
        elif mailbox and (offer.name or "") != mailbox.name:
            offer.name = mailbox.name or None
    _draft_offers(cohort, wanted.values(), now)


def _draft_offers(cohort: Cohort, mailboxes: Iterable[Mailbox], now: datetime) -> None:
    """Draft offers to addresses that have none; nobody but who opens it belongs to a draft."""
    offers = []
    for mailbox in mailboxes:
        name = public_id()
        columns = columns_of_new(mailbox, name, role=Role.MEMBER, now=now)
        offers.append(PlaceOffer(public_id=name, cohort_id=cohort.id, **columns))
    insert_rows(offers)


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


def open_group(cohort: Cohort, *, now: datetime) -> ChangePlan:
    """Return the plan that opens a group and offers the places of its draft. With none to offer,
    the group opens without a letter.

    Raises ``DomainError`` if the first date has passed, or the group has been opened before.
    """
    if cohort.state != CohortState.DRAFT:
        raise DomainError("This group has been opened already.")
    first_at = db.session.scalar(
        select(func.min(PeerSession.starts_at)).where(PeerSession.cohort_id == cohort.id)
    )
    if first_at is None or first_at <= now:
        raise DomainError("The first date has passed. Change it before you send.")
    offers = drafted_offers(cohort)
    batch = public_id()
    opened = {
        "state": CohortState.OPEN.value,
        "opened_at": now,
        "parcel": batch if offers else None,
    }
    stood = {name: getattr(cohort, name) for name in opened}
    sent = [RowChange("offer", offer.public_id, *sent_columns(offer, now)) for offer in offers]
    return ChangePlan(
        Subject.OPENING,
        cohort.public_id,
        rows=(RowChange("cohort", cohort.public_id, stood, opened), *sent),
        batch=batch,
    )
