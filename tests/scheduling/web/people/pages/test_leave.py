"""Pausing, leaving and coming back in two taps; and the agreement."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.db import db
from core.transaction import transaction
from groups.agreement_text import LIMITS, STARTER_CLAUSES
from groups.models import AgreementVersion, Cohort, Membership, MembershipState, Person, Role
from scheduling.models import PeerSession
from tests.build import (
    CREATED,
    a_cohort,
    a_facilitator,
    a_member,
    a_person,
)
from tests.conftest import NOW
from tests.page import PageClient, words

SignedIn = Callable[..., PageClient]


pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def cohort(amara: Person) -> Cohort:
    """A group for one."""
    return a_cohort(amara, places=1)


@pytest.fixture
def amina(amina: Membership, session: PeerSession) -> Membership:
    """A member of that group, with a session to come."""
    return amina


def page_of(membership: Membership, name: str) -> str:
    return f"/g/{membership.cohort.public_id}/{name}"


def test_pausing_and_leaving_weigh_the_same(amina: Membership, signed_in: SignedIn) -> None:
    html = signed_in(amina.person).get(page_of(amina, "leave")).get_data(as_text=True)

    assert html.count('<button class="btn second">') == 2
    assert html.count('class="btn"') == 0


def test_the_page_says_what_others_see(amina: Membership, signed_in: SignedIn) -> None:
    said = words(signed_in(amina.person).get(page_of(amina, "leave")))

    assert "Amara sees that you have paused, not why." in said
    assert "Amara sees that a place is free, not why. Nobody else is told." in said


def test_leaving_takes_two_taps_and_says_until_when_one_can_come_back(
    amina: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(amina.person)

    response = browser.post(page_of(amina, "leave"))
    said = words(browser.get(response.location))

    assert (response.status_code, amina.state) == (303, MembershipState.LEFT)
    assert "You’ve left Amara knows a place is free, not why." in said
    assert "You can come back until Monday 21 December, while the place is free." in said


def test_leaving_can_be_undone(amina: Membership, signed_in: SignedIn) -> None:
    browser = signed_in(amina.person)
    browser.post(page_of(amina, "leave"))

    response = browser.post(page_of(amina, "come-back"))

    assert response.location == f"/g/{amina.cohort.public_id}"
    assert amina.state == MembershipState.ACTIVE


def test_the_way_back_is_closed_once_the_place_is_taken(
    amina: Membership, signed_in: SignedIn
) -> None:
    browser = signed_in(amina.person)
    browser.post(page_of(amina, "leave"))
    a_member(amina.cohort, a_person("Rhys"))

    response = browser.post(page_of(amina, "come-back"))
    said = words(browser.get(response.location))

    assert amina.state == MembershipState.LEFT
    assert "Your place has been taken since." in said
    assert "Come back" not in said


def test_after_thirty_days_the_page_is_gone(amina: Membership, signed_in: SignedIn) -> None:
    with transaction():
        amina.state = MembershipState.LEFT
        amina.left_at = NOW - timedelta(days=31)

    response = signed_in(amina.person).get(page_of(amina, "leave"))

    assert response.status_code == 404


def test_pausing_leads_home_and_resuming_too(amina: Membership, signed_in: SignedIn) -> None:
    browser = signed_in(amina.person)

    paused = browser.post(page_of(amina, "pause"))
    state = amina.state
    said = words(browser.get(page_of(amina, "leave")))
    resumed = browser.post(page_of(amina, "resume"))

    home = f"/g/{amina.cohort.public_id}"
    assert (paused.location, resumed.location) == (home, home)
    assert (state, amina.state) == (MembershipState.PAUSED, MembershipState.ACTIVE)
    assert "You have paused" in said


@pytest.mark.parametrize("act", ["leave", "pause"])
def test_the_only_facilitator_reads_why_they_are_needed(
    act: str, amina: Membership, signed_in: SignedIn
) -> None:
    amara = amina.cohort.memberships[0]
    browser = signed_in(amara.person)

    response = browser.post(page_of(amina, act))
    said = words(browser.get(response.location))

    assert amara.state == MembershipState.ACTIVE
    assert "Nobody else facilitates this group, so you can’t leave or pause it yet." in said


def test_a_facilitator_who_leaves_reads_the_name_of_the_other(
    amina: Membership, signed_in: SignedIn
) -> None:
    tom = a_member(amina.cohort, a_facilitator("Tom Reed"), Role.CO_FACILITATOR)

    said = words(signed_in(tom.person).get(page_of(tom, "leave")))

    assert "Amara sees that a place is free, not why." in said


@pytest.mark.parametrize("name", ["leave", "agreement"])
def test_reading_is_for_those_who_belong(
    name: str, amina: Membership, signed_in: SignedIn, client: PageClient
) -> None:
    stranger = signed_in(a_person("Rhys"))

    assert client.get(page_of(amina, name)).status_code == 303
    assert stranger.get(page_of(amina, name)).status_code == 404


@pytest.mark.parametrize("act", ["leave", "pause", "resume", "come-back"])
def test_acting_is_for_the_person_whose_place_it_is(
    act: str, amina: Membership, signed_in: SignedIn
) -> None:
    response = signed_in(a_person("Rhys")).post(page_of(amina, act))

    assert (response.status_code, amina.state) == (404, MembershipState.ACTIVE)


def test_somebody_who_was_removed_finds_nothing(amina: Membership, signed_in: SignedIn) -> None:
    with transaction():
        amina.state, amina.left_at = MembershipState.REMOVED, NOW
    browser = signed_in(amina.person)

    pages = [browser.get(page_of(amina, name)).status_code for name in ("leave", "agreement")]

    assert pages == [404, 404]


def test_the_agreement_stands_in_full_with_its_limits(
    amina: Membership, signed_in: SignedIn
) -> None:
    said = words(signed_in(amina.person).get(page_of(amina, "agreement")))

    missing = [text for text in (*LIMITS, *(c.words for c in STARTER_CLAUSES)) if text not in said]
    assert missing == []
    assert "Version 1, as it has stood since Sunday 1 November." in said
    assert "You agreed to it on Sunday 1 November." in said


def test_an_agreement_that_changed_says_so(amina: Membership, signed_in: SignedIn) -> None:
    with transaction():
        db.session.add(
            AgreementVersion(
                cohort=amina.cohort,
                number=2,
                clauses=[["Kindness first", "<em>We</em> assume good faith."]],
                created_at=CREATED + timedelta(days=9),
            )
        )

    said = words(signed_in(amina.person).get(page_of(amina, "agreement")))

    assert "Version 2, as it has stood since Tuesday 10 November." in said
    assert "You agreed to version 1 on Sunday 1 November; it has changed since." in said
    assert "<em>We</em> assume good faith." in said
