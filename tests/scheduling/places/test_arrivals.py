"""Taking a place: account, place, diary and letters in one step, or none of them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from core.outbox import OutgoingMail
from core.transaction import transaction
from groups.models import Membership, OfferState, Person, PlaceOffer
from scheduling.letters.refresh import refresh_due
from scheduling.models import Detail, Diary, KeptBy
from scheduling.places.arrivals import DiaryChoices, SignInFirst, arrive, choices_of
from tests.build import a_cohort, a_person, a_series, a_session, an_offer
from tests.scheduling.post import all_left

pytestmark = pytest.mark.usefixtures("app")

OWN = DiaryChoices(KeptBy.NEITHER, Detail.DISCREET, "Reading time")


def an_offered_place(email: str = "dev@people.example", **values: Any) -> PlaceOffer:
    """An offer in a group with one session to come."""
    cohort = a_cohort()
    a_session(a_series(cohort))
    offer, _ = an_offer(cohort, email, **values)
    return offer


def arrived(
    offer: PlaceOffer, asking: Person | None, choices: DiaryChoices, now: datetime
) -> Membership:
    with transaction():
        return arrive(offer, asking, choices, now=now)


def letters() -> list[str]:
    return list(db.session.scalars(select(OutgoingMail.kind).order_by(OutgoingMail.id)))


def test_somebody_new_gets_an_account_with_the_name_they_were_offered_by(now: datetime) -> None:
    membership = arrived(an_offered_place(name="Dev"), None, DiaryChoices(), now)

    person = membership.person
    assert (person.name, person.email) == ("Dev", "dev@people.example")
    assert (person.reached_at, person.proved_at) == (now, None)


def test_the_dates_are_kept_as_chosen(now: datetime) -> None:
    membership = arrived(an_offered_place(), None, OWN, now)

    assert choices_of(membership.person) == OWN


def test_choices_about_mail_stay_as_they_were(now: datetime) -> None:
    dev = a_person("Dev")
    with transaction():
        diary = db.session.scalars(select(Diary)).one()
        diary.busy = diary.reminders = False
    offer = an_offered_place()

    arrived(offer, dev, OWN, now)

    assert (diary.busy, diary.reminders, diary.words) == (False, False, "Reading time")


@pytest.mark.parametrize(
    ("kept_by", "kinds"),
    [
        (KeptBy.INVITATIONS, ["dates", "invitation"]),
        (KeptBy.NEITHER, ["dates"]),
    ],
)
def test_the_dates_are_mailed_as_chosen(kept_by: KeptBy, kinds: list[str], now: datetime) -> None:
    arrived(an_offered_place(), None, DiaryChoices(kept_by), now)

    assert letters() == kinds


def test_what_was_chosen_on_arriving_is_sent_once(now: datetime) -> None:
    arrived(an_offered_place(), None, DiaryChoices(detail=Detail.FULL), now)
    sent = letters()
    all_left(now)

    refresh_due(now + timedelta(minutes=11))

    assert letters() == sent


def test_arriving_twice_mails_and_changes_nothing_more(now: datetime) -> None:
    offer = an_offered_place()
    membership = arrived(offer, None, OWN, now)
    before = letters()

    again = arrived(offer, membership.person, DiaryChoices(), now + timedelta(hours=1))

    assert (again, letters(), choices_of(again.person)) == (membership, before, OWN)


def test_an_address_with_an_account_has_to_sign_in_first(now: datetime) -> None:
    a_person("Dev")
    offer = an_offered_place()

    with pytest.raises(SignInFirst):
        arrived(offer, None, DiaryChoices(), now)

    assert (offer.state, len(offer.cohort.memberships), letters()) == (OfferState.OPEN, 1, [])


def test_words_that_cannot_be_shown_leave_nothing_behind(now: datetime) -> None:
    offer = an_offered_place()

    with pytest.raises(DomainError):
        arrived(offer, None, DiaryChoices(words="x" * 61), now)

    people = [person.name for person in db.session.scalars(select(Person))]
    assert (offer.state, people, letters()) == (OfferState.OPEN, ["Amara"], [])


def test_two_taps_at_once_make_one_account(app: Flask, now: datetime) -> None:
    offer_id = an_offered_place().id
    db.session.rollback()

    def tap(_number: int) -> str:
        with app.app_context():
            try:
                arrived(db.session.get_one(PlaceOffer, offer_id), None, DiaryChoices(), now)
            finally:
                db.session.remove()
            return "arrived"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(tap, range(8)))

    assert outcomes == ["arrived"] * 8
    assert len(db.session.scalars(select(Person)).all()) == 2
    assert letters() == ["dates", "invitation"]
