"""From setting up a group to a date that moves, in the browsers of those whom it concerns.

How many screens, taps and things to type a journey may take is asserted with it.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from tests.browser import reading
from tests.browser.conftest import Arrive
from tests.browser.demo_server import Demo
from tests.browser.steps import (
    SESSIONS,
    OpenGroup,
    address_of,
    be,
    dates_on,
    draft,
    join,
    letters_to,
    link_of_the_invitation,
    move_next_session,
)
from tests.browser.walk import Walk
from tests.browser.watching import visitor
from tests.scheduling.devices import IPHONE

pytestmark = pytest.mark.browser

DATE_IN_WORDS = re.compile(
    r"(Mon|Tues|Wednes|Thurs|Fri)day \d{1,2} "
    r"(January|February|March|April|May|June|July|August|September|October|November|December)"
    r"( \d{4})?"
)


@pytest.fixture(scope="module")
def group(browser: Browser, demo: Demo) -> Iterator[OpenGroup]:
    """A group that Amara has set up and sent; each test takes one of its invitations."""
    amara = visitor(browser, demo.base_url)
    walk = Walk(amara.page)
    people = ("Ife", "Ruth", "Omar", "Wen", "Lena", "Paul", "Zoe")
    draft(walk, demo, "Dates", people)
    walk.tap("Send 7 invitations")
    yield OpenGroup("Dates", walk.path, people)
    amara.context.close()
    amara.watch.calm()


def test_setting_up_takes_two_screens_and_three_things_to_type(demo: Demo, arrive: Arrive) -> None:
    walk = Walk(arrive().page)

    draft(walk, demo, "Tea", ("Bea", "Cato"))
    dates = dates_on(walk.page)
    screens = list(walk.screens)
    walk.tap("Send 2 invitations")

    assert (len(screens), walk.taps, walk.typed) == (2, 2, 3)
    assert walk.note().startswith("The group is open. Two invitations leave at ")
    assert len(dates) == SESSIONS
    assert [words for words in dates if not DATE_IN_WORDS.fullmatch(words.split(". ")[-1])] == []


def test_a_date_that_clashes_moves_with_one_tap(demo: Demo, arrive: Arrive) -> None:
    walk = Walk(arrive().page)
    draft(walk, demo, "Coffee")
    before = dates_on(walk.page)
    better = walk.page.get_by_role("button", name="Move to ").first.inner_text()
    walk.start_counting()

    walk.tap(better)

    gone, come = set(before) - set(dates_on(walk.page)), set(dates_on(walk.page)) - set(before)
    assert (walk.taps, walk.typed, len(gone)) == (1, 0, 1)
    assert [better.removeprefix("Move to ") in words for words in come] == [True]


def test_what_was_sent_can_be_taken_back_and_sent_again(demo: Demo, arrive: Arrive) -> None:
    walk = Walk(arrive().page)
    draft(walk, demo, "Books", ("Dora", "Ed"))
    walk.tap("Send 2 invitations")
    (first,) = letters_to(walk.page, "Dora")
    walk.page.go_back()

    walk.tap("Undo")

    assert walk.note() == "Undone. Nothing was sent, and this is a draft again."
    walk.tap("Send 2 invitations")
    walk.page.goto(first)
    assert "Taken back." in walk.words
    invited = Walk(arrive().page)
    invited.open(link_of_the_invitation(walk.page, "Dora"))
    assert invited.heading == "Books"


def test_yes_takes_two_taps_a_tick_and_nothing_to_type(group: OpenGroup, arrive: Arrive) -> None:
    link = link_of_the_invitation(arrive().page, group.people[0])
    walk = Walk(arrive().page)

    walk.open(link)
    walk.choose("I agree")
    walk.tap("Yes, add me")

    assert (walk.heading, walk.taps, walk.typed) == ("You have a place", 3, 0)
    walk.page.goto("/home")
    assert walk.path == "/sign-in"


def test_no_takes_as_many_taps_as_yes_and_can_be_taken_back(
    group: OpenGroup, arrive: Arrive
) -> None:
    link = link_of_the_invitation(arrive().page, group.people[1])
    walk = Walk(arrive().page)

    walk.open(link)
    walk.tap("No, thank you")
    walk.tap("Say no")

    assert (walk.heading, walk.taps, walk.typed) == ("You said no, thank you", 3, 0)
    walk.choose("I’ve changed my mind")
    walk.tap("Ask me again")
    assert walk.heading == group.name


@pytest.mark.parametrize("javascript", [True, False])
def test_one_tap_subscribes_to_every_date_on_an_iphone(
    demo: Demo, group: OpenGroup, arrive: Arrive, javascript: bool
) -> None:
    phone = arrive(user_agent=IPHONE, width=390, javascript=javascript).page
    walk = join(arrive().page, phone, group.people[2 if javascript else 6])

    button = walk.page.locator("[data-calendar-box] a.btn")

    address = button.get_attribute("href")
    assert (button.count(), button.inner_text()) == (1, "Add to Apple Calendar")
    assert str(address).startswith("webcal://")
    events = reading.feed(str(address))
    assert [event.status for event in events] == ["CONFIRMED"] * SESSIONS
    assert [(event.starts_at, event.ends_at) for event in events] == demo.times_of(group.name)


def test_one_tap_answers_and_one_takes_it_back(
    demo: Demo, group: OpenGroup, arrive: Arrive
) -> None:
    walk = join(arrive().page, arrive().page, group.people[3])
    amara = Walk(arrive().page)
    be(amara, demo, "Amara")
    walk.start_counting()

    walk.tap("I’ll be there")

    assert (walk.note(), walk.taps) == ("Saved: you’ll be there. Undo", 1)
    amara.page.goto(group.path)
    assert f"{group.people[3]} is coming" in amara.words
    walk.tap("Undo")
    assert walk.page.locator(".session .answer button[aria-pressed=true]").count() == 0
    assert walk.taps == 2


def test_leaving_takes_two_taps_and_can_be_taken_back(group: OpenGroup, arrive: Arrive) -> None:
    walk = join(arrive().page, arrive().page, group.people[4])
    walk.start_counting()

    walk.tap("Pause or leave")
    walk.tap("Leave")

    assert (walk.heading, walk.taps, walk.typed) == ("You’ve left", 2, 0)
    walk.tap("Come back")
    assert walk.heading == group.name


def test_a_date_that_moves_moves_in_every_calendar(
    demo: Demo, group: OpenGroup, arrive: Arrive
) -> None:
    person = group.people[5]
    member = join(arrive().page, arrive().page, person)
    address = member.page.get_by_label("Your private link", exact=True).input_value()
    before = reading.feed(address)[0]
    invited = reading.newest_for(before, reading.invitations(demo.mail_to(address_of(person))))
    walk = Walk(arrive().page)
    be(walk, demo, "Amara")

    move_next_session(walk, group, timedelta(days=2))

    after = next(event for event in reading.feed(address) if event.uid == before.uid)
    assert after.starts_at - before.starts_at == timedelta(days=2)
    assert after.sequence > before.sequence
    assert (walk.taps, walk.typed) == (3, 1)
    told = reading.newest_for(after, reading.invitations(demo.mail_to(address_of(person))))
    assert (told.method, told.event.uid) == ("REQUEST", invited.event.uid)
    assert told.event.sequence > invited.event.sequence
    assert told.subject.startswith("New date: ")
    assert [event.starts_at for event in reading.feed(address)] == [
        starts for starts, _ in demo.times_of(group.name)
    ]
