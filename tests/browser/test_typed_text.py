"""What becomes of typed text in a real browser: going back, and pressing twice."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Arrive
from tests.browser.demo_server import Demo
from tests.browser.steps import be
from tests.browser.walk import Walk

pytestmark = pytest.mark.browser

EVERY_VALUE = """() => [...document.querySelectorAll('main form')]
    .flatMap(form => [...form.elements])
    .filter(one => one.name && one.type !== 'hidden')
    .map(one => [one.name, one.value, one.checked ?? null])"""


def set_up_page(walk: Walk, demo: Demo) -> Page:
    """Open the page on which a group is set up."""
    be(walk, demo, "Amara")
    walk.page.goto("/groups/new")
    return walk.page


def type_in(page: Page) -> None:
    """Type and choose something in several of its fields."""
    page.get_by_label("Name of the group").fill("Ink")
    page.get_by_label("Who to invite").fill("Pia <pia@people.example>")
    page.get_by_label("Ends").fill("9pm")
    page.locator("input[name=how_often]").last.check()


@pytest.mark.parametrize("javascript", [True, False])
def test_going_back_restores_a_whole_form_or_none(
    demo: Demo, arrive: Arrive, javascript: bool
) -> None:
    page = set_up_page(Walk(arrive(javascript=javascript).page), demo)
    fresh = page.evaluate(EVERY_VALUE)
    type_in(page)
    typed = page.evaluate(EVERY_VALUE)
    page.get_by_role("link", name="Help", exact=True).click()

    page.go_back()

    assert page.evaluate(EVERY_VALUE) in (fresh, typed)
    assert fresh != typed


@pytest.mark.parametrize("javascript", [True, False])
def test_a_double_click_makes_one_group(demo: Demo, arrive: Arrive, javascript: bool) -> None:
    page = set_up_page(Walk(arrive(javascript=javascript).page), demo)
    page.get_by_label("Name of the group").fill(f"Twice {javascript}")
    page.get_by_label("First session").fill("2027-01-14")

    page.get_by_role("button", name="Save and finish later").dblclick()
    page.wait_for_url("**/groups")

    assert page.get_by_text(f"Twice {javascript}").count() == 1
