"""Changes worked out and made in one go, as tests need them; each belongs to a transaction."""

from datetime import date, datetime, time
from typing import Any

from core.db import db
from core.mail import Mailbox
from core.outbox import post_many
from groups.access import HERE
from groups.models import Cohort, Membership, Person, PlaceOffer, Role
from scheduling.keeping.changes import newest_diary_change, next_change
from scheduling.letters.posting import Act
from scheduling.models import PeerSession, Series
from scheduling.places import departures, inviting
from scheduling.places.offering import letters_to, offer_places
from scheduling.rescheduling import series_plans, session_plans, venue
from scheduling.rescheduling.apply import Change, apply
from scheduling.rescheduling.change_plan import Scope


def move(
    session: PeerSession,
    *,
    on: date,
    starts: time,
    ends: time,
    now: datetime,
    by: Person,
) -> Change:
    """Move one session."""
    plan = session_plans.move_to(session, on=on, starts=starts, ends=ends, now=now)
    return apply(plan, by=by, now=now)


def cancel(session: PeerSession, *, now: datetime, by: Person, tell: bool = True) -> Change:
    """Cancel one session."""
    return apply(session_plans.cancel(session, Scope.ONE, now=now), by=by, now=now, tell=tell)


def reinstate(session: PeerSession, *, now: datetime, by: Person, tell: bool = True) -> Change:
    """Put one cancelled session back."""
    return apply(session_plans.reinstate(session, Scope.ONE, now=now), by=by, now=now, tell=tell)


def change_place(
    changed: Series | PeerSession,
    *,
    place_kind: str,
    place: str | None,
    room: str | None,
    now: datetime,
    by: Person,
    tell: bool = True,
    scope: Scope = Scope.ONE,
) -> Change:
    """Let sessions meet elsewhere."""
    wanted = venue.Venue(place_kind, place, room)
    plan = venue.change_venue(changed, wanted, scope=scope, now=now)
    return apply(plan, by=by, now=now, tell=tell)


def remove(membership: Membership, *, now: datetime) -> Change | None:
    """End somebody's place, as whoever opened their group; twice is once."""
    by = membership.cohort.opened_by
    assert by is not None
    return departures.remove(membership, by=by, now=now) if membership.state in HERE else None


def end_group(cohort: Cohort, *, now: datetime, by: Person) -> Change:
    """End a group."""
    plan = series_plans.end_group(cohort, now=now)
    return apply(plan, by=by, now=now)


def invite(
    cohort: Cohort, mailboxes: list[Mailbox], *, role: Role = Role.MEMBER, now: datetime, **by: Any
) -> Change:
    """Offer places to more people."""
    plan = inviting.invite(cohort, mailboxes, role=role, now=now)
    person = by.get("by") or cohort.memberships[0].person
    return apply(plan, by=person, now=now, post=offer_places)


def send_offer(
    offer: PlaceOffer,
    *,
    now: datetime,
    due_at: datetime | None = None,
    parcel: str | None = None,
) -> bool:
    """Send the letter about one offer; returns whether one was posted."""
    mark_sent(offer, now=now)
    letters = letters_to(offer.cohort, [offer], Act(now, due_at, parcel))
    return post_many(letters, now) == 1


def note_dates_changed(session: PeerSession, now: datetime) -> None:
    """Note that something every diary shows has changed, as a change of its dates does."""
    by_diary = newest_diary_change(session.cohort_id)
    moments = (session.dates_changed_at, session.details_changed_at, by_diary)
    session.dates_changed_at = next_change(max(filter(None, moments)), now)


def mark_sent(offer: PlaceOffer, *, now: datetime) -> None:
    """Note that an offer's letter was handed over, as sending it does."""
    for name, value in inviting.sent_columns(offer, now)[1].items():
        setattr(offer, name, value)


def offer_silently(cohort: Cohort, person: Person, *, by: Person, now: datetime) -> PlaceOffer:
    """Offer a place without a letter; returns the offer."""
    plan = inviting.invite(cohort, [Mailbox("", person.email)], now=now)
    apply(plan, by=by, now=now, tell=False)
    of_theirs = PlaceOffer.email_index == person.email_index
    return db.session.query(PlaceOffer).filter_by(cohort_id=cohort.id).filter(of_theirs).one()
