"""The member's home: one group, and one session in full."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from core.transaction import transaction
from groups.models import Membership, MembershipState, Person
from scheduling.models import PeerSession, SessionState
from tests.build import (
    FIRST,
    a_cohort,
    a_facilitator,
    a_feed,
    a_member,
    a_person,
    a_prompt,
    a_series,
    a_session,
    series_of,
)
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.queries import queries
from tests.scheduling.web.places import home, page_of

pytestmark = pytest.mark.usefixtures("clock")

Browser = Callable[[Person], PageClient]
ROOM = "https://rooms.example/thursday"


def travel_to(moment: datetime) -> time_machine.travel:
    """Return a journey to another moment."""
    return time_machine.travel(moment, tick=False)


def test_home_shows_the_next_session_and_who_facilitates(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    text = words(visitor.get(home(member)))

    assert "Second Thursday of each month. Amara and Tom facilitate." in text
    assert "Next session, in 19 days Thursday 10 December 6pm to 7:30pm, UK time" in text
    assert "Online. You can open the room from 5:50pm." in text
    assert "Only Amara and Tom see your answer." in text
    assert "One member, within ten years of qualifying." in text


def test_home_names_no_other_member_and_no_room(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    a_member(member.cohort, a_person("Zebedee"))

    html = visitor.get(home(member)).get_data(as_text=True)

    assert "Zebedee" not in html
    assert ROOM not in html


def test_home_shows_prompts_only_once_they_can_be_seen(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    a_prompt(session, "Who carried you this month?")
    before = words(visitor.get(home(member)))
    with transaction():
        session.prompts_shown_at = NOW

    assert "Who carried you" not in before
    assert "Who carried you this month?" in words(visitor.get(home(member)))


def test_home_between_runs_says_what_comes_next(visitor: PageClient, member: Membership) -> None:
    text = words(visitor.get(home(member)))

    assert "Your next date will appear here. We’ll e-mail you." in text


def test_home_says_that_a_session_is_cancelled_and_shows_the_one_after(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    a_session(series_of(session), date(2027, 1, 14), number=2)
    with transaction():
        session.state = SessionState.CANCELLED

    text = words(visitor.get(home(member)))

    assert text.count("Thursday 10 December is cancelled.") == 2
    assert "Next session, in 54 days Thursday 14 January 2027" in text


def test_home_says_where_a_session_was_moved_from(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    with transaction():
        session.moved_from_at = datetime(2026, 12, 3, 18, 0, tzinfo=UTC)

    assert "Moved from Thursday 3 December." in words(visitor.get(home(member)))


def test_home_links_the_facilitator_to_their_page_and_nobody_else(
    visitor: PageClient, member: Membership, session: PeerSession, signed_in: Browser
) -> None:
    theirs = signed_in(member.cohort.memberships[0].person)

    assert "facilitator’s page" in words(theirs.get(home(member)))
    assert "facilitator’s page" not in words(visitor.get(home(member)))


def test_home_while_paused_shows_no_place_and_asks_nothing(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    with transaction():
        member.state = MembershipState.PAUSED

    text = words(visitor.get(home(member)))

    assert "Your dates are paused. Your place is kept." in text
    assert "Will you be there?" not in text
    assert "open the room" not in text


def test_home_offers_the_private_link_to_each_program(
    visitor: PageClient, member: Membership
) -> None:
    a_feed(member.person)

    html = visitor.get(home(member)).get_data(as_text=True)

    assert 'href="webcal://alcove.example/cal/' in html
    assert "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2Falcove.example" in html
    assert "https://outlook.live.com/calendar/0/addfromweb?url=http%3A%2F%2F" in html
    assert "https://outlook.office.com/calendar/0/addfromweb?url=http%3A%2F%2F" in html
    assert 'class="qr" src="/calendar/links/' in html


def test_home_without_a_private_link_offers_to_make_one(
    visitor: PageClient, member: Membership
) -> None:
    assert "Make a private link" in words(visitor.get(home(member)))


def test_the_room_opens_on_the_session_page_ten_minutes_before(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    early = session.starts_at - timedelta(minutes=10, seconds=1)
    page, pages = page_of(session), []
    for moment in (early, early + timedelta(seconds=1), session.ends_at):
        with travel_to(moment):
            visitor.sign_in(member.person)
            pages.append(visitor.get(page).get_data(as_text=True))

    assert [ROOM in html for html in pages] == [False, True, False]
    assert "You can open the room from 5:50pm." in pages[0]
    assert "This session has finished." in pages[2]


def test_the_room_stays_closed_to_who_has_paused(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    with transaction():
        member.state = MembershipState.PAUSED
    with travel_to(session.starts_at):
        visitor.sign_in(member.person)
        html = visitor.get(page_of(session)).get_data(as_text=True)

    assert ROOM not in html


def test_a_session_is_only_found_under_its_own_group(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    other = a_member(a_cohort(a_person("Rhys")), member.person)
    elsewhere = a_session(a_series(other.cohort))

    mixed = f"/g/{member.cohort.public_id}/s/{elsewhere.public_id}"

    assert visitor.get(mixed).status_code == 404
    assert visitor.post(f"{mixed}/answer", data={"answer": "coming"}).status_code == 404
    assert visitor.get(page_of(elsewhere)).status_code == 200


@pytest.mark.parametrize("state", [None, MembershipState.LEFT, MembershipState.REMOVED])
def test_who_does_not_belong_finds_nothing(
    member: Membership, session: PeerSession, signed_in: Browser, state: MembershipState | None
) -> None:
    stranger = a_person("Dev")
    if state:
        row = a_member(member.cohort, stranger)
        with transaction():
            row.state = state
    visitor = signed_in(stranger)
    absent = visitor.get("/g/nothing")

    for url in (home(member), page_of(session)):
        response = visitor.get(url)
        assert (response.status_code, response.data) == (404, absent.data)


def test_nobody_signed_in_is_sent_to_sign_in(
    client: FlaskClient, member: Membership, session: PeerSession
) -> None:
    for url in (home(member), page_of(session), "/dates", "/home", "/calendar"):
        response = client.get(url)
        assert (response.status_code, response.headers["Location"][:8]) == (303, "/sign-in")


def test_home_leads_to_where_somebody_belongs(app: Flask, signed_in: Browser) -> None:
    amara, amina = a_facilitator(), a_person()
    visitor = signed_in(amina)
    nowhere = words(visitor.get("/home"))
    first = a_member(a_cohort(amara), amina)
    one = visitor.get("/home").headers["Location"]
    a_member(a_cohort(amara, name="Tuesday lunchtimes"), amina)
    several = visitor.get("/home").headers["Location"]

    assert "Nothing here yet" in nowhere
    assert (one, several) == (home(first), "/dates")
    assert signed_in(amara).get("/home").headers["Location"] == "/groups"


def test_home_costs_the_same_number_of_queries_whatever_its_size(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    a_feed(member.person)
    small = queries(visitor, home(member))
    for number in range(1, 12):
        a_session(series_of(session), FIRST + timedelta(days=7 * number), number=number + 1)
        a_member(member.cohort, a_person(f"Member {number}"))

    assert (small, queries(visitor, home(member))) == (11, 11)


@pytest.mark.parametrize(
    ("minutes_before", "button"),
    [(60, "Add to Apple Calendar"), (5, "Go to the room")],
)
def test_home_has_one_solid_button(
    member: Membership,
    session: PeerSession,
    signed_in: Browser,
    minutes_before: int,
    button: str,
) -> None:
    a_feed(member.person)

    with time_machine.travel(session.starts_at - timedelta(minutes=minutes_before), tick=False):
        address = f"/g/{member.cohort.public_id}"
        page = signed_in(member.person).get(address, headers={"User-Agent": "iPhone"}).text

    solid = re.findall(r'<a[^>]* class="btn(?: wide)?"[^>]*>([^<]+)</a>', page)
    assert solid == [button]
