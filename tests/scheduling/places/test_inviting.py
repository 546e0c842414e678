"""Places are offered once an address, however it is written, and never to who has one."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from core.db import db
from core.errors import DomainError, NotFound
from core.mail import Mailbox
from core.transaction import transaction
from groups.models import CohortState, OfferState, PlaceOffer, Role
from groups.offers import Situation, offer_with, situation, token_of
from scheduling.models import PeerSession
from scheduling.places import drafts
from tests import build
from tests.scheduling import changed

DEV = Mailbox("Dev", "dev@people.example")


def offered(session: PeerSession, now: datetime, mailbox: Mailbox = DEV) -> PlaceOffer:
    with transaction():
        changed.invite(session.cohort, [mailbox], now=now)
    return db.session.scalars(select(PlaceOffer)).one()


def test_an_offer_keeps_the_address_and_name_to_the_end_of_the_fourteenth_day(
    session: PeerSession, now: datetime
) -> None:
    offer = offered(session, now)

    assert (offer.email, offer.name, offer.role) == ("dev@people.example", "Dev", Role.MEMBER)
    last_second = datetime(2026, 12, 5, 23, 59, 59, tzinfo=UTC)
    assert (offer.state, offer.sent_at, offer.expires_at) == (OfferState.OPEN, now, last_second)


def test_a_second_offer_to_the_same_address_is_refused_however_it_is_written(
    session: PeerSession, now: datetime
) -> None:
    offered(session, now)

    with pytest.raises(DomainError, match="invited already"):
        offered(session, now, Mailbox("", "Dev@People.example"))


def test_a_place_is_not_offered_to_somebody_who_has_one(
    session: PeerSession, now: datetime
) -> None:
    build.a_member(session.cohort, build.a_person("Dev"))

    with pytest.raises(DomainError, match="invited already"):
        offered(session, now)


@pytest.mark.parametrize("state", [OfferState.DECLINED, OfferState.WITHDRAWN])
def test_a_place_can_be_offered_anew_under_the_same_link(
    session: PeerSession, state: OfferState, now: datetime
) -> None:
    before, token = build.an_offer(session.cohort, state=state)

    again = offered(session, now)

    assert (again.id, token_of(again)) == (before.id, token)


def test_a_place_that_was_given_up_is_offered_anew_under_another_link(
    session: PeerSession, now: datetime
) -> None:
    _, token = build.an_offer(session.cohort, state=OfferState.ACCEPTED)

    again = offered(session, now)

    assert offer_with(token_of(again)) is again
    with pytest.raises(NotFound):
        offer_with(token)


def test_sending_again_opens_an_expired_offer_and_keeps_when_it_was_first_sent(
    session: PeerSession, now: datetime
) -> None:
    offer, _ = build.an_offer(session.cohort, expires_at=build.CREATED)

    with transaction():
        changed.send_offer(offer, now=now)

    assert (situation(offer, now=now), offer.sent_at) == (Situation.OPEN, build.CREATED)


@pytest.mark.parametrize("state", [CohortState.OPEN, CohortState.ENDED])
@pytest.mark.usefixtures("app")
def test_opening_is_refused_unless_a_draft(state: CohortState, now: datetime) -> None:
    cohort = build.a_cohort(state=state)
    build.a_session(build.a_series(cohort))

    with pytest.raises(DomainError, match="opened already"):
        drafts.open_group(cohort, now=now)
