"""Hide and Leave: the first controls of every page, and quick."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Arrive
from tests.browser.demo_server import Demo
from tests.browser.watching import ELSEWHERE

pytestmark = pytest.mark.browser

FOCUSED = """() => document.activeElement.innerText.trim().replace(/\\s+/g, " ")"""
#: Whether the element that has the focus shows it by a ring of at least two pixels.
HAS_RING = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""
#: Whether nothing lies over the middle of the element that has the focus, or of its first line.
IS_IN_SIGHT = """() => {
  const box = document.activeElement.getClientRects()[0];
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return document.activeElement.contains(top);
}"""


def stops(page: Page, number: int) -> list[tuple[str, bool, bool]]:
    """Press Tab so many times; return where one is, and whether that can be seen."""
    found = []
    for _ in range(number):
        page.keyboard.press("Tab")
        found.append((page.evaluate(FOCUSED), page.evaluate(HAS_RING), page.evaluate(IS_IN_SIGHT)))
    return found


@pytest.mark.parametrize("path", ["/", "/sign-in", "/help", "/demo/mail"])
def test_the_first_stops_of_the_tab_key_are_skip_hide_and_leave(arrive: Arrive, path: str) -> None:
    page = arrive().page
    page.goto(path)

    assert stops(page, 3) == [
        ("Skip to main content", True, True),
        ("Hide", True, True),
        ("Leave this site now", True, True),
    ]


def test_every_stop_of_the_home_can_be_seen(demo: Demo, arrive: Arrive) -> None:
    page = arrive().page
    page.goto(demo.way_in("Amina"))
    number = page.locator("a[href]:visible, button:visible, summary:visible").count()

    found = stops(page, number)

    assert [name for name, ring, in_sight in found if not ring or not in_sight] == []


def test_hide_covers_the_page_and_gives_it_back_as_it_was(demo: Demo, arrive: Arrive) -> None:
    page = arrive().page
    page.goto(demo.way_in("Amara"))
    page.goto("/groups/new")
    title = page.title()
    page.get_by_label("Name of the group").fill("Half a na")

    page.get_by_role("button", name="Hide").click()

    assert page.title() == "New tab"
    assert page.locator("#veil").evaluate(COVERS_ALL)
    page.keyboard.press("Escape")
    assert page.title() == title
    assert page.evaluate(FOCUSED) == "Hide"
    assert page.get_by_label("Name of the group").input_value() == "Half a na"


COVERS_ALL = """veil => {
  const box = veil.getBoundingClientRect();
  const corners = [[1, 1], [innerWidth - 2, 1], [1, innerHeight - 2], [innerWidth / 2, 200]];
  return box.width >= innerWidth - 1 && box.height >= innerHeight - 1
    && corners.every(([x, y]) => veil.contains(document.elementFromPoint(x, y)));
}"""


def test_continue_gives_the_page_back_too(arrive: Arrive) -> None:
    page = arrive().page
    page.goto("/help")
    page.get_by_role("button", name="Hide").click()

    page.get_by_role("button", name="Continue").click()

    assert not page.locator("#veil").is_visible()
    assert page.title().startswith("Help")


def test_three_times_shift_leaves_and_signs_out(demo: Demo, arrive: Arrive) -> None:
    page = arrive().page
    page.goto(demo.way_in("Amina"))
    home = page.url

    with page.expect_request("**/leave"):
        for _ in range(3):
            page.keyboard.press("Shift")
    page.wait_for_url(f"{ELSEWHERE}*")

    # Signing out travels on its own while the page is elsewhere already, so it is given a moment.
    for _ in range(50):
        page.goto(home)
        if page.url != home:
            break
        page.wait_for_timeout(100)
    assert page.url.startswith(f"{demo.base_url}/sign-in")


def test_typing_capitals_does_not_leave(demo: Demo, arrive: Arrive) -> None:
    page = arrive().page
    page.goto(demo.way_in("Amara"))
    page.goto("/groups/new")
    page.get_by_label("Name of the group").focus()

    for letter in "ABCD":
        page.keyboard.press(f"Shift+{letter}")

    assert page.get_by_label("Name of the group").input_value() == "ABCD"
    assert page.url.endswith("/groups/new")


def test_leave_blanks_the_page_at_once_and_is_not_in_the_history(
    demo: Demo, arrive: Arrive
) -> None:
    page = arrive().page
    page.goto("/help")
    page.goto(demo.way_in("Amina"))

    page.get_by_role("button", name="Leave this site now").click()
    page.wait_for_url(f"{ELSEWHERE}*")

    page.go_back()
    assert page.url == f"{demo.base_url}/help"
