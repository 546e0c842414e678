"""A yes from a letter taken back: what becomes of the place and the calendar, and two at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.db import db
from core.errors import DomainError
from core.retention import purge
from core.transaction import transaction
from groups import accounts, offer_answers, offers
from groups.access import HERE
from groups.models import (
    Cohort,
    CohortState,
    DoNotWrite,
    Membership,
    MembershipState,
    OfferState,
    Person,
    PlaceOffer,
    Role,
)
from scheduling.models import Diary, Invitation
from scheduling.places import arrivals
from scheduling.places.arrivals import DiaryChoices
from scheduling.retention import NEVER_PROVED, RULES
from tests.build import a_cohort, a_person, a_series, a_session, an_offer
from tests.scheduling.post import all_left, letters

pytestmark = pytest.mark.usefixtures("app")

Act = Callable[[PlaceOffer], object]
SECOND = timedelta(seconds=1)


def said_yes(now: datetime, cohort: Cohort | None = None) -> PlaceOffer:
    """An offer to which somebody said yes from the letter."""
    group = cohort or a_cohort()
    a_session(a_series(group))
    offer, _ = an_offer(group)
    with transaction():
        arrivals.arrive(offer, None, DiaryChoices(), now=now)
    return offer


def place_of(offer: PlaceOffer) -> Membership:
    """Return the place that was taken."""
    assert offer.membership is not None
    return offer.membership


def test_the_place_is_given_up_and_the_calendar_told(now: datetime) -> None:
    offer = said_yes(now)
    all_left(now)

    for _ in range(2):
        with transaction():
            arrivals.take_back(offer, now=now)

    [letter] = letters()
    assert (letter.kind, letter.method, letter.to) == ("withdrawn", "CANCEL", offer.email)
    assert (offer.state, place_of(offer).state) == (OfferState.DECLINED, MembershipState.LEFT)


def test_what_has_not_left_does_not_leave_and_nothing_is_cancelled(now: datetime) -> None:
    offer = said_yes(now)

    with transaction():
        arrivals.take_back(offer, now=now)

    assert letters() == []


def test_a_place_that_was_proved_is_not_given_up_by_a_link(now: datetime) -> None:
    offer = said_yes(now)
    with transaction():
        accounts.prove(place_of(offer).person, now=now)

    with pytest.raises(DomainError), transaction():
        arrivals.take_back(offer, now=now)

    assert (offer.state, place_of(offer).state) == (OfferState.ACCEPTED, MembershipState.ACTIVE)


def test_no_place_to_facilitate_is_ever_taken_by_a_link(now: datetime) -> None:
    cohort = a_cohort()
    a_session(a_series(cohort))
    offer, _ = an_offer(cohort, role=Role.CO_FACILITATOR)
    dev = a_person("Dev", proved_at=None)

    with pytest.raises(DomainError), transaction():
        offer_answers.accept(offer, dev, now=now)

    assert len(cohort.memberships) == 1


# Two at once


def at_once(app: Flask, offer: PlaceOffer, *acts: Act) -> list[str]:
    """Let these acts happen at the same moment; return how each went."""
    identifier = offer.id
    db.session.rollback()

    def run(act: Act) -> str:
        with app.app_context():
            try:
                with transaction():
                    act(db.session.get_one(PlaceOffer, identifier))
            except DomainError:
                return "refused"
            finally:
                db.session.remove()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        outcomes = list(pool.map(run, acts))
    db.session.expire_all()
    return outcomes


def test_taking_back_eight_times_at_once_cancels_once(app: Flask, now: datetime) -> None:
    offer = said_yes(now)
    all_left(now)

    outcomes = at_once(app, offer, *[lambda one: arrivals.take_back(one, now=now)] * 8)

    assert set(outcomes) == {"done"}
    assert [letter.kind for letter in letters()] == ["withdrawn"]


def test_a_yes_and_taking_it_back_at_once_leave_one_of_both(app: Flask, now: datetime) -> None:
    offer = said_yes(now)
    yes: Act = lambda one: arrivals.arrive(one, None, DiaryChoices(), now=now)  # noqa: E731
    back: Act = lambda one: arrivals.take_back(one, now=now)  # noqa: E731

    at_once(app, offer, yes, back, yes, back)

    held = place_of(offer).state in HERE
    assert (offer.state == OfferState.ACCEPTED) == held
    assert db.session.scalar(select(func.count(Person.id))) == 2


def test_a_code_and_taking_back_at_once_leave_one_of_both(app: Flask, now: datetime) -> None:
    offer = said_yes(now)
    prove: Act = lambda one: accounts.prove(place_of(one).person, now=now)  # noqa: E731
    back: Act = lambda one: arrivals.take_back(one, now=now)  # noqa: E731

    _, took_back = at_once(app, offer, prove, back)

    held = place_of(offer).state in HERE
    assert held == (took_back == "refused")
    assert (offer.state == OfferState.ACCEPTED) == held


def test_a_yes_and_a_withdrawal_at_once_leave_one_of_both(app: Flask, now: datetime) -> None:
    cohort = a_cohort()
    a_session(a_series(cohort))
    offer, _ = an_offer(cohort)
    yes: Act = lambda one: arrivals.arrive(one, None, DiaryChoices(), now=now)  # noqa: E731
    withdraw: Act = lambda one: offers.withdraw(one, now=now)  # noqa: E731

    outcomes = at_once(app, offer, yes, withdraw)

    assert sorted(outcomes) == ["done", "refused"]
    taken = outcomes[0] == "done"
    assert offer.state == (OfferState.ACCEPTED if taken else OfferState.WITHDRAWN)
    assert len(cohort.memberships) == (2 if taken else 1)


def test_the_last_place_is_taken_by_one_letter_of_eight(app: Flask, now: datetime) -> None:
    cohort = a_cohort(places=1)
    a_session(a_series(cohort))
    made = [an_offer(cohort, f"person-{number}@people.example")[0].id for number in range(8)]
    some = db.session.get_one(PlaceOffer, made[0])

    def take(identifier: int) -> Act:
        return lambda _: arrivals.arrive(
            db.session.get_one(PlaceOffer, identifier), None, DiaryChoices(), now=now
        )

    outcomes = at_once(app, some, *[take(identifier) for identifier in made])

    assert sorted(outcomes) == ["done", *["refused"] * 7]
    assert db.session.scalar(select(func.count(Person.id))) == 2


def test_two_groups_at_once_make_one_account(app: Flask, now: datetime) -> None:
    made = []
    for name in ("Amara", "Tom"):
        cohort = a_cohort(a_person(name))
        a_session(a_series(cohort))
        made.append(an_offer(cohort)[0].id)
    some = db.session.get_one(PlaceOffer, made[0])

    def take(identifier: int) -> Act:
        return lambda _: arrivals.arrive(
            db.session.get_one(PlaceOffer, identifier), None, DiaryChoices(), now=now
        )

    outcomes = at_once(app, some, *[take(identifier) for identifier in made])

    assert outcomes == ["done", "done"]
    assert db.session.scalar(select(func.count(Person.id))) == 3


# Forgetting


def forgotten(when: datetime) -> int:
    """Return how many people the rule about those who never signed in meets."""
    return purge([rule for rule in RULES if rule.name == "never proved"], when)["never proved"]


def test_who_took_a_yes_back_is_forgotten_and_the_wish_is_kept(now: datetime) -> None:
    offer = said_yes(now)
    with transaction():
        arrivals.take_back(offer, now=now)
        offer_answers.reconsider(offer)
        offer_answers.decline(offer, now=now, never_again=True)

    assert (forgotten(now + NEVER_PROVED - SECOND), forgotten(now + NEVER_PROVED)) == (0, 1)
    assert [person.name for person in db.session.scalars(select(Person))] == ["Amara"]
    assert db.session.scalars(select(Invitation)).all() == []
    assert len(db.session.scalars(select(Diary)).all()) == 1
    assert len(db.session.scalars(select(DoNotWrite)).all()) == 1


def test_who_never_signed_in_is_forgotten_after_the_group_has_ended(now: datetime) -> None:
    offer = said_yes(now)
    before = forgotten(now + 10 * NEVER_PROVED)
    with transaction():
        offer.cohort.state, offer.cohort.ended_at = CohortState.ENDED, now

    after = (forgotten(now + NEVER_PROVED - SECOND), forgotten(now + NEVER_PROVED))

    assert (before, after) == (0, (0, 1))


def test_who_signed_in_once_is_never_forgotten_by_this(now: datetime) -> None:
    offer = said_yes(now)
    with transaction():
        accounts.prove(place_of(offer).person, now=now)
        offer.cohort.state, offer.cohort.ended_at = CohortState.ENDED, now

    assert forgotten(now + 10 * NEVER_PROVED) == 0
