"""Every page that the demo offers, for everybody who meets it, at two widths in both themes.

The pages of one person are looked over with every run of the tests, those of all by ``make look``.
"""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Arrive
from tests.browser.demo_server import Demo
from tests.browser.looking import look_at, look_over
from tests.browser.pages_on_offer import pages_on_offer
from tests.browser.watching import visitor
from tests.style_guide.page import PATH

pytestmark = pytest.mark.browser
look = pytest.mark.look

OTHERS = ("Amara", "Priya", "Sol")

#: Who is there, a form that is sent without anything in it, and the button that sends it.
FORMS = [
    (None, "/sign-in", "E-mail me a code"),
    ("Amara", "/groups/new", "Check the dates"),
    ("Amina", "/calendar", "Make a private link"),
]
#: Everything around the main part.
FRAME = "header.top, footer.foot, aside.demo, .skip"
#: The page of all components has every button in every look.
ANY_NUMBER = 99


@pytest.mark.parametrize("name", ["Amina", *(pytest.param(one, marks=look) for one in OTHERS)])
def test_pages_of_somebody_signed_in_have_no_barriers(
    demo: Demo, arrive: Arrive, name: str
) -> None:
    visitor = arrive()
    start = demo.way_in(name)

    paths = pages_on_offer(visitor, start, signed_in=True)

    assert "/account" in paths
    wrong = [words for path in paths for words in look_over(visitor.page, path)]
    assert wrong == []


@look
def test_pages_for_everybody_have_no_barriers(arrive: Arrive) -> None:
    visitor = arrive()

    paths = pages_on_offer(visitor, "/demo", signed_in=False)

    assert {"/", "/sign-in", "/demo", "/demo/mail", "/help", "/safety"} <= set(paths)
    wrong = [words for path in paths for words in look_over(visitor.page, path)]
    assert wrong == []


def test_the_style_guide_has_no_barriers(browser: Browser, style_guide: str) -> None:
    seen = visitor(browser, style_guide)

    wrong = look_over(seen.page, PATH, solid=ANY_NUMBER)

    seen.context.close()
    assert wrong == []
    seen.watch.calm()


def test_an_invitation_has_no_barriers(demo: Demo, arrive: Arrive) -> None:
    page = arrive().page
    path = demo.way_in("Noor")

    wrong = [*look_over(page, path), *look_over(page, f"{path}/stop")]

    assert wrong == []


def test_a_page_that_does_not_exist_has_no_barriers(arrive: Arrive) -> None:
    page = arrive().page

    assert look_over(page, "/nothing-here") == []
    assert page.get_by_role("heading", level=1).count() == 1


@pytest.mark.parametrize(("name", "path", "button"), FORMS)
def test_a_form_that_comes_back_says_why_and_leads_there(
    demo: Demo, arrive: Arrive, name: str | None, path: str, button: str
) -> None:
    page = arrive().page
    if name is not None:
        page.goto(demo.way_in(name))
    page.goto(path)

    with page.expect_navigation():
        page.get_by_role("button", name=button).click()

    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.id") == "errors"
    first = page.locator("#errors a").first
    first.click()
    assert page.evaluate("document.activeElement.id") == str(first.get_attribute("href"))[1:]
    assert "-error" in str(page.locator(":focus").get_attribute("aria-describedby"))
    assert look_at(page, path) == []


def test_paper_gets_the_main_part_alone(demo: Demo, arrive: Arrive) -> None:
    page = arrive().page
    page.goto(demo.way_in("Amina"))
    frame = page.locator(FRAME).filter(visible=True)
    on_screen = frame.count()

    page.emulate_media(media="print")

    assert (on_screen > 0, frame.count()) == (True, 0)
    assert page.locator("main h1").is_visible()
