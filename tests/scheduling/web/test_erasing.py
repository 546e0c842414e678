"""Deleting one's own account through its page."""

from datetime import timedelta

import pytest
import time_machine

from core.db import db
from core.transaction import transaction
from groups.models import Membership, Person
from scheduling.models import PeerSession
from tests.build import a_feed, a_member, a_person, an_offer
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.scheduling import invitations
from tests.scheduling.post import all_left, letters
from tests.scheduling.web.conftest import Browser

PATH = "/account/delete"


def test_the_account_page_leads_there(visitor: PageClient) -> None:
    assert f'<a href="{PATH}">delete your account</a>' in visitor.get("/account").text


def test_the_page_says_what_goes_and_what_stays(visitor: PageClient) -> None:
    page = words(visitor.get(PATH))

    assert "Once it is deleted, nobody can bring it back." in page
    assert "What goes" in page
    assert "What stays" in page


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_browser_left_open_has_to_sign_in_again_first(visitor: PageClient, method: str) -> None:
    before = db.session.query(Person).count()

    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        page = visitor.open(PATH, method=method)

    assert "Sign in again first" in words(page)
    assert "Delete my account" not in page.text
    assert db.session.query(Person).count() == before


def test_deleting_signs_out_and_says_so_at_the_door(visitor: PageClient) -> None:
    before = db.session.query(Person).count()

    answer = visitor.post(PATH)

    assert (answer.status_code, answer.location) == (303, "/")
    assert "Your account is deleted." in visitor.get("/").text
    assert visitor.get("/account").status_code == 303
    assert (before, db.session.query(Person).count()) == (3, 2)


def test_other_browsers_of_the_person_are_signed_out_too(
    visitor: PageClient, member: Membership, signed_in: Browser
) -> None:
    other = signed_in(member.person)
    before = other.get("/account").status_code

    visitor.post(PATH)

    answer = other.get("/account")
    assert (before, answer.status_code) == (200, 303)
    assert "/sign-in" in answer.headers["Location"]


def test_private_links_and_invitations_open_nothing_any_more(
    visitor: PageClient, member: Membership, session: PeerSession, client: PageClient
) -> None:
    _, feed = a_feed(member.person)
    _, offer = an_offer(member.cohort, member.person.email)
    paths = [f"/cal/{feed}/calendar.ics", f"/i/{offer}"]
    before = [client.get(path).status_code for path in paths]

    visitor.post(PATH)

    assert before == [200, 200]
    assert [client.get(path).status_code for path in paths] == [404, 404]


def test_cancellations_go_to_exactly_this_address(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    address = member.person.email
    with transaction():
        invitations.issue(session, member, now=NOW)
    all_left(NOW)

    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        visitor.post(PATH)

    assert [(letter.to, letter.method) for letter in letters()] == [(address, "CANCEL")]


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("page", ["", "/people", "/delivery"])
def test_facilitators_see_one_member_fewer_and_nothing_else(
    visitor: PageClient, member: Membership, signed_in: Browser, page: str
) -> None:
    a_member(member.cohort, a_person("Rhys"))
    an_offer(member.cohort)
    facilitator = signed_in(member.cohort.memberships[0].person)
    path = f"/groups/{member.cohort.public_id}{page}"
    before = words(facilitator.get(path))

    visitor.post(PATH)

    her_line = "Amina amina@people.example Member. Has a place. End the place of Amina "
    expected = before.replace(her_line, "").replace("Two members", "One member")
    assert words(facilitator.get(path)) == expected.replace("Two still", "One still")


def test_the_only_facilitator_is_shown_what_to_do_first(
    member: Membership, signed_in: Browser
) -> None:
    with transaction():
        db.session.delete(member.cohort.memberships[1])
    facilitator = signed_in(member.cohort.memberships[0].person)

    page, answer = facilitator.get(PATH), facilitator.post(PATH)

    assert "Nobody else facilitates Thursday evenings." in words(page)
    assert f'href="/groups/{member.cohort.public_id}"' in page.text
    assert (answer.status_code, words(answer)) == (422, words(page))
    assert "Delete my account" not in page.text
