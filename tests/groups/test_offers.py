"""Places offered: what has become of them, answering, and one last place for many people."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.db import db
from core.encryption import blind_index
from core.errors import DomainError, NotFound
from core.transaction import transaction
from groups import offer_answers, offers
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
from groups.offers import Situation, situation
from tests.build import CREATED, a_cohort, a_member, a_person, an_offer

pytestmark = pytest.mark.usefixtures("app")


def ready_offer(state: Situation, now: datetime) -> PlaceOffer:
    """An offer of which this is true at ``now``."""
    cohort = a_cohort(places=1 if state == Situation.FULL else None)
    if state == Situation.FULL:
        a_member(cohort)
    stored = {
        Situation.WITHDRAWN: OfferState.WITHDRAWN,
        Situation.ACCEPTED: OfferState.ACCEPTED,
        Situation.DECLINED: OfferState.DECLINED,
    }.get(state, OfferState.OPEN)
    expires_at = now - timedelta(seconds=1) if state == Situation.EXPIRED else now
    offer, _ = an_offer(cohort, state=stored, expires_at=expires_at)
    if state == Situation.ENDED:
        with transaction():
            cohort.state = CohortState.ENDED
    return offer


def test_an_unsent_draft_can_be_removed() -> None:
    offer, _ = an_offer(a_cohort(), state=OfferState.DRAFTED)

    with transaction():
        offers.remove_draft(offer)

    assert db.session.scalars(select(PlaceOffer)).all() == []


def test_a_sent_offer_cannot_be_removed() -> None:
    offer, _ = an_offer(a_cohort())

    with pytest.raises(DomainError, match="only be withdrawn"), transaction():
        offers.remove_draft(offer)


def test_a_link_opens_its_offer_and_no_other() -> None:
    cohort = a_cohort()
    offer, token = an_offer(cohort)
    an_offer(cohort, "rhys@people.example")

    assert offers.offer_with(token) is offer


@pytest.mark.parametrize("token", ["", "x", "../../etc", "é" * 500, "A" * 43])
def test_an_unknown_link_opens_nothing(token: str) -> None:
    an_offer(a_cohort())

    with pytest.raises(NotFound):
        offers.offer_with(token)


def test_the_link_of_a_draft_opens_nothing() -> None:
    offer, _ = an_offer(a_cohort(), state=OfferState.DRAFTED)

    with pytest.raises(NotFound):
        offers.offer_with(offers.token_of(offer))


def test_the_link_into_a_group_that_went_back_to_draft_opens_nothing() -> None:
    _, token = an_offer(a_cohort(state=CohortState.DRAFT))

    with pytest.raises(NotFound):
        offers.offer_with(token)


def test_the_database_holds_no_link() -> None:
    offer, token = an_offer(a_cohort())

    columns = PlaceOffer.__table__.columns
    assert token not in str([getattr(offer, column.name) for column in columns])


@pytest.mark.parametrize("state", Situation)
def test_the_situation_says_what_has_become_of_an_offer(state: Situation, now: datetime) -> None:
    assert situation(ready_offer(state, now), now=now) == state


def test_whoever_shares_the_frame_takes_no_member_s_place(now: datetime) -> None:
    cohort = a_cohort(places=1)
    a_member(cohort)
    offer, _ = an_offer(cohort, role=Role.CO_FACILITATOR)

    assert situation(offer, now=now) == Situation.OPEN


@pytest.mark.parametrize(
    ("state", "left"),
    [
        (MembershipState.ACTIVE, 1),
        (MembershipState.PAUSED, 1),
        (MembershipState.LEFT, 2),
        (MembershipState.REMOVED, 2),
    ],
)
def test_a_place_is_taken_while_somebody_is_here(state: MembershipState, left: int) -> None:
    membership = a_member(a_cohort(places=2))
    with transaction():
        membership.state = state

    assert offers.places_left(membership.cohort) == left


def test_a_group_without_a_limit_has_no_number_of_places_left() -> None:
    assert offers.places_left(a_cohort()) is None


@pytest.mark.parametrize("state", [Situation.OPEN, Situation.DECLINED])
def test_accepting_gives_the_place_with_the_agreement_as_it_stands(
    state: Situation, now: datetime
) -> None:
    offer = ready_offer(state, now)
    dev = a_person("Dev")

    with transaction():
        membership = offer_answers.accept(offer, dev, now=now)

    assert (membership.person, membership.role, membership.state) == (dev, "member", "active")
    assert (membership.joined_at, membership.agreed_version, membership.agreed_at) == (now, 1, now)
    assert (offer.state, offer.membership, offer.answered_at) == ("accepted", membership, now)


def test_accepting_twice_is_harmless(now: datetime) -> None:
    offer = ready_offer(Situation.OPEN, now)
    dev = a_person("Dev")
    with transaction():
        first = offer_answers.accept(offer, dev, now=now)

    with transaction():
        second = offer_answers.accept(offer, dev, now=now + timedelta(days=1))

    assert (second, offer.answered_at) == (first, now)


@pytest.mark.parametrize("state", offers.REFUSALS)
def test_accepting_is_refused_in_plain_words(state: Situation, now: datetime) -> None:
    offer = ready_offer(state, now)
    dev = a_person("Dev")

    with pytest.raises(DomainError) as refusal, transaction():
        offer_answers.accept(offer, dev, now=now)

    assert refusal.value.words == offers.REFUSALS[state]


def test_an_offer_is_not_accepted_by_another_address(now: datetime) -> None:
    offer = ready_offer(Situation.OPEN, now)
    rhys = a_person("Rhys")

    with pytest.raises(DomainError, match="another e-mail address"), transaction():
        offer_answers.accept(offer, rhys, now=now)

    assert (offer.state, len(offer.cohort.memberships)) == (OfferState.OPEN, 1)


def test_accepting_a_new_offer_revives_the_place_somebody_left(now: datetime) -> None:
    membership = a_member(a_cohort(), a_person("Dev"))
    with transaction():
        membership.state, membership.left_at = MembershipState.LEFT, CREATED
    offer, _ = an_offer(membership.cohort)

    with transaction():
        revived = offer_answers.accept(offer, membership.person, now=now)

    assert (revived, revived.state, revived.left_at) == (membership, "active", None)


def test_a_member_who_is_asked_to_share_the_frame_becomes_co_facilitator(now: datetime) -> None:
    membership = a_member(a_cohort(places=1), a_person("Dev"))
    offer, _ = an_offer(membership.cohort, role=Role.CO_FACILITATOR)

    with transaction():
        offer_answers.accept(offer, membership.person, now=now)

    assert (membership.role, offers.places_left(membership.cohort)) == ("co_facilitator", 1)


def test_a_facilitator_is_not_made_a_member(now: datetime) -> None:
    cohort = a_cohort()
    offer, _ = an_offer(cohort, cohort.memberships[0].person.email)

    with transaction():
        membership = offer_answers.accept(offer, cohort.memberships[0].person, now=now)

    assert membership.role == Role.FACILITATOR


def test_declining_is_remembered_and_can_be_taken_back(now: datetime) -> None:
    offer = ready_offer(Situation.OPEN, now)

    with transaction():
        offer_answers.decline(offer, now=now)
    declined = (offer.state, offer.answered_at)
    with transaction():
        offer_answers.reconsider(offer)

    assert declined == (OfferState.DECLINED, now)
    assert (offer.state, offer.answered_at) == (OfferState.OPEN, None)


@pytest.mark.parametrize("state", [Situation.ACCEPTED, Situation.WITHDRAWN])
def test_declining_changes_nothing_where_the_question_is_no_longer_open(
    state: Situation, now: datetime
) -> None:
    offer = ready_offer(state, now)

    with transaction():
        offer_answers.decline(offer, now=now)

    assert situation(offer, now=now) == state


def test_an_address_is_not_written_to_again_by_any_group(now: datetime) -> None:
    offer = ready_offer(Situation.OPEN, now)
    elsewhere, _ = an_offer(a_cohort(a_person("Tom"), name="Tuesday lunchtimes"))

    for _ in range(2):
        with transaction():
            offer_answers.decline(offer, now=now, never_again=True)

    asked = db.session.scalars(select(DoNotWrite.email_index)).all()
    assert asked == [blind_index("dev@people.example")]
    assert (offers.may_write(offer), offers.may_write(elsewhere)) == (False, False)


def test_other_addresses_are_still_written_to(now: datetime) -> None:
    offer = ready_offer(Situation.OPEN, now)
    other, _ = an_offer(offer.cohort, "rhys@people.example")

    with transaction():
        offer_answers.decline(offer, now=now, never_again=True)

    assert offers.may_write(other)


def test_taking_a_no_back_lets_us_write_again(now: datetime) -> None:
    offer = ready_offer(Situation.OPEN, now)
    with transaction():
        offer_answers.decline(offer, now=now, never_again=True)

    with transaction():
        offer_answers.reconsider(offer)

    assert (offers.may_write(offer), offer.state) == (True, OfferState.OPEN)


@pytest.mark.parametrize("state", [Situation.OPEN, Situation.DECLINED, Situation.EXPIRED])
def test_withdrawing_ends_an_offer(state: Situation, now: datetime) -> None:
    offer = ready_offer(state, now)

    with transaction():
        offers.withdraw(offer, now=now)

    assert situation(offer, now=now) == Situation.WITHDRAWN


def test_a_place_that_was_taken_cannot_be_withdrawn(now: datetime) -> None:
    offer = ready_offer(Situation.ACCEPTED, now)

    with pytest.raises(DomainError, match="has been taken"), transaction():
        offers.withdraw(offer, now=now)


def people_with_offers(cohort: Cohort, many: int) -> list[tuple[int, int]]:
    """Return the ids of people and of the offer that each of them holds."""
    made = []
    for number in range(many):
        person = a_person(f"Person {number}", f"person-{number}@people.example")
        offer, _ = an_offer(cohort, person.email)
        made.append((offer.id, person.id))
    return made


def accept_in(app: Flask, now: datetime) -> Callable[[tuple[int, int]], str]:
    """Return a function that accepts in a thread of its own and says how it went."""

    def accept(ids: tuple[int, int]) -> str:
        with app.app_context():
            try:
                with transaction():
                    offer = db.session.get_one(PlaceOffer, ids[0])
                    person = db.session.get_one(Person, ids[1])
                    offer_answers.accept(offer, person, now=now)
            except DomainError as refusal:
                return refusal.words
            finally:
                db.session.remove()
            return "taken"

    return accept


def test_twenty_people_at_once_fill_the_last_place_exactly_once(app: Flask, now: datetime) -> None:
    cohort = a_cohort(places=1)
    contenders = people_with_offers(cohort, 20)
    db.session.rollback()

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(accept_in(app, now), contenders))

    members = db.session.scalar(
        select(func.count(Membership.id)).where(Membership.role == Role.MEMBER)
    )
    assert sorted(outcomes) == sorted(["taken", *[offers.REFUSALS[Situation.FULL]] * 19])
    assert members == 1
