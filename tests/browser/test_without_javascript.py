"""The same steps with scripts switched off: nothing depends on them."""

from datetime import timedelta

import pytest

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
    move_next_session,
)
from tests.browser.walk import Walk
from tests.browser.watching import ELSEWHERE

pytestmark = pytest.mark.browser


def test_from_setting_up_to_an_answer_and_a_move(demo: Demo, arrive: Arrive) -> None:
    amara = Walk(arrive(javascript=False).page)
    draft(amara, demo, "Paper", ("Nell", "Otis"))
    assert len(dates_on(amara.page)) == SESSIONS
    amara.tap("Send 2 invitations")
    amara.tap("Undo")
    amara.tap("Send 2 invitations")
    group = OpenGroup("Paper", amara.path, ("Nell", "Otis"))

    nell = join(arrive(javascript=False).page, arrive(javascript=False).page, "Nell")
    nell.tap("Not sure yet")
    assert nell.note() == "Saved: not sure yet. Undo"

    address = nell.page.get_by_label("Your private link", exact=True).input_value()
    before = reading.feed(address)
    assert len(before) == SESSIONS
    move_next_session(amara, group, timedelta(days=1))
    assert reading.feed(address)[0].starts_at == before[0].starts_at + timedelta(days=1)
    amara.page.goto(letters_to(amara.page, "Nell")[0])
    assert amara.heading.startswith("New date: ")


def test_leave_signs_out_and_goes_elsewhere(demo: Demo, arrive: Arrive) -> None:
    page = arrive(javascript=False).page
    be(Walk(page), demo, "Amina")
    home = page.url

    page.get_by_role("button", name="Leave this site now").click()
    page.wait_for_url(f"{ELSEWHERE}*")

    page.goto(home)
    assert page.url.startswith(f"{demo.base_url}/sign-in")


def test_what_needs_a_script_is_not_offered(demo: Demo, arrive: Arrive) -> None:
    page = arrive(javascript=False).page

    be(Walk(page), demo, "Amina")

    assert page.get_by_role("button", name="Hide").count() == 0
    assert page.get_by_role("button", name="Copy").count() == 0


def test_a_form_that_comes_back_keeps_what_was_typed(demo: Demo, arrive: Arrive) -> None:
    walk = Walk(arrive(javascript=False).page)
    be(walk, demo, "Amara")
    walk.page.goto("/groups/new")
    walk.type("Name of the group", "Ink")
    walk.type("Who to invite", address_of("Pia"))

    walk.tap("Check the dates")

    assert walk.page.title().startswith("Error: ")
    assert walk.page.get_by_label("Name of the group").input_value() == "Ink"
    assert walk.page.get_by_label("Who to invite").input_value() == address_of("Pia")
