"""A facilitator's earlier groups, from which a new one can be set up."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from core.db import db
from core.mail import Mailbox
from core.text import readable
from groups.access import HERE, cohorts_facilitated_by
from groups.models import Cohort, CohortState, Membership, OfferState, Person, PlaceOffer, Role
from scheduling.dates.wording import say_count, say_time
from scheduling.models import Series
from scheduling.places.drafts import drafted_offers
from scheduling.runs.series import IS_CURRENT

#: More would be a list to search; the last few are the ones people mean.
MOST_EARLIER = 5


@dataclass(frozen=True)
class Earlier:
    """One earlier group: its id, its name, and in words what comes with it."""

    public_id: str
    name: str
    words: str


def earlier_groups(person: Person) -> list[Earlier]:
    """Return the groups this person has opened most recently, latest first."""
    members = (
        select(func.count())
        .where(
            Membership.cohort_id == Cohort.id,
            Membership.role == Role.MEMBER,
            Membership.state.in_(HERE),
        )
        .scalar_subquery()
    )
    ids = cohorts_facilitated_by(person).with_only_columns(Cohort.id).order_by(None)
    rows = db.session.execute(
        select(Cohort, Series.starts, members)
        .join(Series)
        .where(IS_CURRENT, Cohort.id.in_(ids), Cohort.state != CohortState.DRAFT)
        .order_by(Cohort.id.desc())
        .limit(MOST_EARLIER)
    )
    return [
        Earlier(
            cohort.public_id,
            cohort.name,
            f"{say_count(count, 'member', 'members')}, {say_time(starts)}",
        )
        for cohort, starts, count in rows
    ]


def people_of(cohort: Cohort) -> list[Mailbox]:
    """Return the members of a group and those a place is offered to, each once."""
    members = db.session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.cohort_id == cohort.id,
            Membership.role == Role.MEMBER,
            Membership.state.in_(HERE),
        )
        .order_by(Membership.id)
    )
    offers = db.session.scalars(
        select(PlaceOffer)
        .where(
            PlaceOffer.cohort_id == cohort.id,
            PlaceOffer.role == Role.MEMBER,
            PlaceOffer.state.in_((OfferState.DRAFTED, OfferState.OPEN)),
        )
        .order_by(PlaceOffer.id)
    )
    return _once([*members, *offers])


def drafted_people(cohort: Cohort) -> list[Mailbox]:
    """Return those a draft would offer a place to."""
    return _once(drafted_offers(cohort))


def _once(rows: Iterable[Person | PlaceOffer]) -> list[Mailbox]:
    by_index = {
        row.email_index: Mailbox(row.name or "", row.email)
        for row in reversed([*rows])
        if readable(row.email)
    }
    return list(reversed(by_index.values()))
