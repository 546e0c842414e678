"""The letter that offers a place: once, with its own link, and never to who asked for silence."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from core.db import db
from core.delivery import deliver_due
from core.errors import DomainError
from core.outbox import MailState, OutgoingMail, recall
from core.transaction import transaction
from groups.models import DoNotWrite, OfferState, PlaceOffer
from scheduling.models import PeerSession
from scheduling.places import inviting
from tests import build
from tests.core.test_delivery import Script
from tests.scheduling.changed import send_offer
from tests.scheduling.post import all_left, letters

PAUSE = timedelta(minutes=10)


@pytest.fixture
def offer(session: PeerSession) -> PlaceOffer:
    """An offer that has not been sent, in a group with one date."""
    made, _ = build.an_offer(session.cohort, state=OfferState.DRAFTED)
    with transaction():
        made.sent_at = made.expires_at = None
    return made


def send(offer: PlaceOffer, now: datetime, parcel: str | None = None) -> bool:
    with transaction():
        due_at = None if parcel is None else now + PAUSE
        return send_offer(offer, now=now, due_at=due_at, parcel=parcel)


def test_offer_is_mailed_with_its_link_and_marked_as_sent(offer: PlaceOffer, now: datetime) -> None:
    posted = send(offer, now)

    [letter] = letters()
    assert (posted, letter.kind, letter.to) == (True, "offer", "dev@people.example")
    assert letter.subject == "Dates from Thursday 10 December"
    assert "http://alcove.example/i/" in letter.text
    assert "Second Thursday of each month, one date." in letter.text
    assert (offer.state, offer.sent_at) == (OfferState.OPEN, now)
    assert letter.row.addressee == offer.public_id
    assert letter.row.useful_until == offer.expires_at


def test_run_without_end_has_no_number_of_dates(app: Flask, now: datetime) -> None:
    cohort = build.a_cohort()
    build.a_session(build.a_series(cohort, count=None))
    offer, _ = build.an_offer(cohort)

    send(offer, now)

    assert "Second Thursday of each month." in letters()[0].text.splitlines()


def test_offer_on_its_way_is_not_posted_again(offer: PlaceOffer, now: datetime) -> None:
    first = send(offer, now)
    second = send(offer, now)

    assert (first, second, len(letters())) == (True, False, 1)


def test_resent_letter_is_another_one_with_the_same_link(offer: PlaceOffer, now: datetime) -> None:
    send(offer, now)
    all_left(now)

    again = send(offer, now + timedelta(days=2))

    both = letters(waiting=False)
    links = {letter.text.split("/i/")[1].split()[0] for letter in both}
    assert (again, len(both), len(links)) == (True, 2, 1)
    assert both[0].row.message_id != both[1].row.message_id


def test_offer_can_be_sent_again_after_it_was_taken_back(offer: PlaceOffer, now: datetime) -> None:
    send(offer, now, parcel="p")
    with transaction():
        recall("p", now)
        offer.state = OfferState.DRAFTED

    again = send(offer, now, parcel="q")

    assert (again, [letter.row.parcel for letter in letters()]) == (True, ["q"])


def test_who_asked_never_to_be_written_to_gets_nothing_and_nobody_sees_it(
    offer: PlaceOffer, now: datetime
) -> None:
    with transaction():
        db.session.add(DoNotWrite(email_index=offer.email_index, asked_at=now))

    posted = send(offer, now, parcel="p")
    carrier = Script()
    sent = deliver_due(now + PAUSE, carrier)

    assert (posted, sent, carrier.taken) == (True, 0, [])
    assert (offer.state, offer.sent_at) == (OfferState.OPEN, now)
    assert db.session.query(OutgoingMail).one().state == MailState.SUPERSEDED


def test_offer_without_a_coming_date_is_refused(offer: PlaceOffer, now: datetime) -> None:
    with pytest.raises(DomainError):
        send(offer, now + timedelta(days=400))

    assert (letters(), offer.state) == ([], OfferState.DRAFTED)


@pytest.mark.parametrize("state", [OfferState.DECLINED, OfferState.WITHDRAWN, OfferState.ACCEPTED])
def test_answered_offer_is_not_mailed(offer: PlaceOffer, now: datetime, state: OfferState) -> None:
    with transaction():
        offer.state = state

    with pytest.raises(DomainError, match="answered or withdrawn"):
        inviting.resend(offer, now=now)

    assert letters() == []
