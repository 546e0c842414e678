"""What people do in the journeys, by tapping and typing alone."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from playwright.sync_api import Page

from tests.browser.demo_server import Demo
from tests.browser.walk import Walk

THURSDAY_GROUP = "Thursday evenings"
SESSIONS = 12


@dataclass(frozen=True)
class OpenGroup:
    """A group that was set up in the browser: its page, and who has been invited."""

    name: str
    path: str
    people: tuple[str, ...]


def address_of(name: str) -> str:
    """Return the made-up address of somebody who is new to the demo."""
    return f"{name.lower()}@invited.example"


def be(walk: Walk, demo: Demo, name: str) -> None:
    """Enter as one of the made-up people."""
    walk.page.goto(demo.way_in(name))


def a_day_that_clashes(demo: Demo) -> date:
    """Return the day of the moved session of Amara's group: it is on another weekday than the
    others, so a monthly run that begins on it clashes once.
    """
    moved = next(
        session
        for group in demo.at_first["groups"]
        if group["name"] == THURSDAY_GROUP
        for session in group["sessions"]
        if session["status"] == "moved"
    )
    return datetime.fromisoformat(moved["starts_at"]).astimezone(UTC).date()


def set_up(walk: Walk, name: str, first_on: date, people: tuple[str, ...]) -> None:
    """Fill in the first screen: three things are typed. It leads to the second."""
    walk.type("Name of the group", name)
    walk.type("First session", first_on.isoformat())
    walk.type("Who to invite", "\n".join(f"{one} <{address_of(one)}>" for one in people))
    walk.tap("Check the dates")


def dates_on(page: Page) -> list[str]:
    """Return the dates of the second screen, in words; those left out are not among them."""
    return page.locator("#dates ~ ol").first.locator(".d").all_inner_texts()


def draft(walk: Walk, demo: Demo, name: str, people: tuple[str, ...] = ()) -> None:
    """As Amara, fill in the first screen for a group one of whose dates clashes."""
    be(walk, demo, "Amara")
    walk.page.goto("/groups/new")
    walk.start_counting()
    set_up(walk, name, a_day_that_clashes(demo), people)


def letters_to(page: Page, name: str) -> list[str]:
    """Return the paths of the letters to somebody in the mailbox of the demo, newest first."""
    page.goto(f"/demo/mail?to={address_of(name)}")
    links = page.locator("main tbody th a").all()
    return [str(link.get_attribute("href")) for link in links]


def link_of_the_invitation(page: Page, name: str) -> str:
    """Return the address in the newest letter to somebody who was invited."""
    page.goto(letters_to(page, name)[0])
    return str(page.locator("main pre a[href*='/i/']").first.get_attribute("href"))


def join(mailbox: Page, page: Page, name: str) -> Walk:
    """Let somebody who was invited take the place and go on; they are at home on ``page`` then."""
    walk = Walk(page)
    walk.open(link_of_the_invitation(mailbox, name))
    walk.choose("I agree")
    walk.tap("Yes, add me")
    walk.tap("Send me a code")
    walk.type("Your code", code_sent_to(mailbox, name))
    walk.tap("Continue")
    return walk


def code_sent_to(page: Page, name: str) -> str:
    """Return the six digits in the newest letter to somebody."""
    page.goto(letters_to(page, name)[0])
    found = re.search(r"\d{3} \d{3}", page.get_by_role("heading", level=1).inner_text())
    assert found is not None
    return found[0]


def move_next_session(walk: Walk, group: OpenGroup, by: timedelta) -> None:
    """As who facilitates, move the next session of a group; messages wait to leave then."""
    walk.page.goto(group.path)
    walk.tap("Change this session")
    walk.start_counting()
    walk.tap("Move it")
    was = date.fromisoformat(walk.page.get_by_label("New date", exact=True).input_value())
    walk.type("New date", f"{was + by}")
    walk.tap("Check the new time")
    assert "Everybody is asked again." in walk.words
    walk.tap("Change one date and tell everybody")
