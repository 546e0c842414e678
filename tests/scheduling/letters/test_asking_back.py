"""The question whether a yes from a letter was meant: to whom, when, and once."""

from datetime import datetime, timedelta

import pytest

from core.db import db
from core.outbox import OutgoingMail
from core.transaction import transaction
from groups import accounts
from groups.models import CohortState, PlaceOffer
from groups.offers import token_of
from scheduling.letters.asking_back import ASKED_AFTER, ask_back_due
from scheduling.models import PeerSession
from scheduling.places import arrivals
from scheduling.places.arrivals import DiaryChoices
from tests.build import a_cohort, a_person, a_series, a_session, an_offer
from tests.scheduling.post import letters

pytestmark = pytest.mark.usefixtures("app")

SECOND = timedelta(seconds=1)


@pytest.fixture
def offer(session: PeerSession, now: datetime) -> PlaceOffer:
    """An offer to which somebody said yes from the letter."""
    made, _ = an_offer(session.cohort)
    with transaction():
        arrivals.arrive(made, None, DiaryChoices(), now=now)
    return made


def asked() -> list[str]:
    """Return to whom the question was put."""
    return [letter.to for letter in letters("was_it_you", waiting=False)]


def test_a_yes_from_a_letter_is_asked_about_after_seven_days(
    offer: PlaceOffer, now: datetime
) -> None:
    before, after = ask_back_due(now + ASKED_AFTER - SECOND), ask_back_due(now + ASKED_AFTER)

    assert (before, after, asked()) == (0, 1, [offer.email])


def test_it_is_asked_once_even_when_letters_are_forgotten(offer: PlaceOffer, now: datetime) -> None:
    ask_back_due(now + ASKED_AFTER)
    with transaction():
        db.session.query(OutgoingMail).delete()

    again = ask_back_due(now + 30 * ASKED_AFTER / 7)

    assert (again, asked()) == (0, [])


def test_the_letter_names_no_group_and_leads_to_where_the_yes_is_taken_back(
    offer: PlaceOffer, now: datetime
) -> None:
    ask_back_due(now + ASKED_AFTER)

    [letter] = letters("was_it_you")
    assert letter.subject == "A question about Thursday 10 December"
    assert f"/i/{token_of(offer)}" in letter.text
    said = letter.subject + letter.text + letter.html
    assert [word for word in (offer.cohort.name, "Amara", "rooms.example") if word in said] == []


def test_nobody_is_asked_who_has_typed_a_code(offer: PlaceOffer, now: datetime) -> None:
    assert offer.membership is not None
    with transaction():
        accounts.prove(offer.membership.person, now=now)

    assert ask_back_due(now + ASKED_AFTER) == 0


def test_nobody_is_asked_who_has_taken_the_yes_back(offer: PlaceOffer, now: datetime) -> None:
    with transaction():
        arrivals.take_back(offer, now=now)

    assert ask_back_due(now + ASKED_AFTER) == 0


def test_nobody_is_asked_who_was_signed_in(now: datetime) -> None:
    cohort = a_cohort()
    a_session(a_series(cohort))
    offer, _ = an_offer(cohort)
    with transaction():
        arrivals.arrive(offer, a_person("Dev"), DiaryChoices(), now=now)

    assert ask_back_due(now + ASKED_AFTER) == 0


def test_nobody_is_asked_about_a_group_that_has_ended(offer: PlaceOffer, now: datetime) -> None:
    with transaction():
        offer.cohort.state = CohortState.ENDED

    assert ask_back_due(now + ASKED_AFTER) == 0


def test_nobody_is_asked_when_no_date_is_to_come(offer: PlaceOffer, now: datetime) -> None:
    assert ask_back_due(now + timedelta(days=60)) == 0


def test_taking_back_takes_the_question_back_too(offer: PlaceOffer, now: datetime) -> None:
    ask_back_due(now + ASKED_AFTER)
    with transaction():
        arrivals.take_back(offer, now=now + ASKED_AFTER)

    assert letters("was_it_you") == []
