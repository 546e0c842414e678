"""Forgetting a person: what belongs to their account, and every row that knows their address.

What follows for their dates is in ``scheduling.erasure``, which is the way in.
"""

from datetime import datetime

from sqlalchemy import delete, select

from core import outbox
from core.db import db
from core.lookup import all_in
from core.typed_text import forget_typed
from groups.access import HERE, facilitators_of, memberships_of
from groups.codes_under_way import key_of
from groups.memberships import holds_alone
from groups.models import (
    Cohort,
    CohortState,
    DoNotWrite,
    Grant,
    Membership,
    MembershipState,
    Person,
    PlaceOffer,
    SignIn,
    SignInCode,
)


def needed_by(person: Person) -> list[Cohort]:
    """Return the open groups that nobody but this person facilitates, oldest first."""
    return [
        membership.cohort
        for membership in all_in(memberships_of(person))
        if membership.state in HERE
        and membership.cohort.state == CohortState.OPEN
        and holds_alone(membership)
    ]


def forget(person: Person, *, now: datetime, keep_wish: bool = False) -> None:
    """Delete a person who has left every group, with all that names them or their address.

    Groups they once opened pass to whoever facilitates them now, or to nobody. Letters that are
    on their way still leave; nothing ties them to a person or a group any more. ``now`` is an
    aware date-time in UTC. With ``keep_wish`` it stays known that the address asked never to be
    offered a place.
    """
    if not keep_wish:
        db.session.execute(delete(DoNotWrite).where(DoNotWrite.email_index == person.email_index))
    _hand_over(person)
    places = all_in(memberships_of(person))
    offers = _offers_to(person)
    codes = list(
        db.session.scalars(select(SignInCode).where(SignInCode.email_index == person.email_index))
    )
    for offer in offers:
        outbox.supersede(now, addressee=offer.public_id)
    outbox.supersede_keys(now, [key_of(code) for code in codes])
    outbox.detach([place.public_id for place in places], now)
    outbox.detach([offer.public_id for offer in offers], now)
    forget_typed(person.public_id)
    for table, which in (
        (PlaceOffer, PlaceOffer.email_index == person.email_index),
        (SignInCode, SignInCode.email_index == person.email_index),
        (SignIn, SignIn.person_id == person.id),
        (Grant, Grant.person_id == person.id),
        (Membership, Membership.person_id == person.id),
        (Person, Person.id == person.id),
    ):
        db.session.execute(delete(table).where(which))


def _hand_over(person: Person) -> None:
    opened = select(Cohort).where(Cohort.opened_by_id == person.id)
    for cohort in db.session.scalars(opened).all():
        others = facilitators_of(cohort).where(
            Membership.person_id != person.id, Membership.state == MembershipState.ACTIVE
        )
        successor = db.session.scalars(others.limit(1)).one_or_none()
        cohort.opened_by = None if successor is None else successor.person
    db.session.flush()


def _offers_to(person: Person) -> list[PlaceOffer]:
    """Return what was offered to this person's address, in whatever group and state."""
    return list(
        db.session.scalars(select(PlaceOffer).where(PlaceOffer.email_index == person.email_index))
    )
