"""Adding the calendar: the right link first, also where only the browser knows the machine."""

import pytest

from tests.browser.conftest import Arrive
from tests.browser.demo_server import Demo
from tests.scheduling.devices import IPHONE, LINUX

pytestmark = pytest.mark.browser

FIRST = "[data-calendar-box] .btn:visible"


@pytest.mark.parametrize("javascript", [True, False])
def test_an_iphone_has_its_calendar_first(demo: Demo, arrive: Arrive, javascript: bool) -> None:
    page = arrive(user_agent=IPHONE, width=390, javascript=javascript).page
    page.goto(demo.way_in("Amina"))

    button = page.locator(FIRST)

    assert button.all_inner_texts() == ["Add to Apple Calendar"]
    assert str(button.get_attribute("href")).startswith("webcal://")


def test_a_machine_nobody_recognises_has_the_link_to_copy_first(demo: Demo, arrive: Arrive) -> None:
    page = arrive(user_agent=LINUX).page
    page.goto(demo.way_in("Amina"))

    assert [words.strip() for words in page.locator(FIRST).all_inner_texts()] == ["Copy"]


def test_what_only_the_browser_knows_is_taken_into_account(demo: Demo, arrive: Arrive) -> None:
    page = arrive(user_agent=LINUX).page
    page.add_init_script("Object.defineProperty(navigator, 'platform', {get: () => 'MacIntel'})")
    page.goto(demo.way_in("Amina"))

    # The demo is out of reach of Google and Outlook, so it offers the programs on the machine.
    shown = [words.strip() for words in page.locator(FIRST).all_inner_texts()]
    assert shown == ["Add to a calendar app here", "Copy"]
    assert page.locator("main .btn:not(.second):visible").count() == 1


def test_a_browser_in_another_zone_adds_its_own_time(demo: Demo, arrive: Arrive) -> None:
    page = arrive(zone="America/New_York").page
    page.goto(demo.way_in("Amina"))

    said = page.locator(".session .facts li").first.inner_text()

    assert said.endswith("where you are)")


def test_a_browser_at_home_adds_nothing(demo: Demo, arrive: Arrive) -> None:
    page = arrive().page
    page.goto(demo.way_in("Amina"))

    assert page.locator(".session .facts li").first.inner_text().endswith("UK time")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_code_for_a_phone_is_there_once_its_box_is_open(
    demo: Demo, arrive: Arrive, javascript: bool
) -> None:
    page = arrive(width=390, javascript=javascript).page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(demo.way_in("Amina"), wait_until="networkidle")
    # Without scripts browsers load every picture at once, so that none can tell what is read.
    before = [url for url in asked if url.endswith("/code.svg")]
    assert len(before) == (0 if javascript else 1)

    page.get_by_text("Show a code for my phone").click()
    code = page.get_by_role("img", name="A code that opens your private link on a phone")
    code.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")

    drawn = "one => one.complete && one.naturalWidth > 0 && one.offsetWidth"
    assert code.evaluate(drawn) == 176 + 2 * 12
