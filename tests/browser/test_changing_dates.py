"""Changing a session and all after it, in the browser of who facilitates."""

import pytest

from tests.browser.conftest import Arrive
from tests.browser.demo_server import Demo
from tests.browser.steps import draft
from tests.browser.walk import Walk

pytestmark = pytest.mark.browser


def test_this_one_and_all_following_take_six_taps_and_nothing_to_type(
    demo: Demo, arrive: Arrive
) -> None:
    walk = Walk(arrive().page)
    draft(walk, demo, "Harbour")
    walk.tap("Open the group")
    before = [starts for starts, _ in demo.times_of("Harbour")]
    walk.start_counting()

    walk.tap("Change this session")
    walk.tap("Change dates")
    walk.tap("Move by days")
    walk.choose("This one and the")
    walk.tap("Check the new dates")
    assert "Twelve sessions change" in walk.words
    walk.tap("Change twelve dates")

    assert (walk.taps, walk.typed) == (6, 0)
    assert walk.note().startswith("Twelve dates are changed.")
    after = [starts for starts, _ in demo.times_of("Harbour")]
    # The hour on the clock stays, so what passed in UTC may be an hour more or less than a week.
    assert [
        (late.date() - early.date()).days for early, late in zip(before, after, strict=True)
    ] == [7] * len(before)


def test_a_break_takes_four_taps_and_stands_between_the_dates(demo: Demo, arrive: Arrive) -> None:
    walk = Walk(arrive().page)
    draft(walk, demo, "Orchard")
    walk.tap("Open the group")
    third, fourth = [starts.date() for starts, _ in demo.times_of("Orchard")][2:4]
    walk.start_counting()

    walk.tap("Change dates")
    walk.tap("Take a break")
    walk.type("First day of the break", third.isoformat())
    walk.type("Last day of the break", fourth.isoformat())
    walk.tap("Check the break")
    walk.tap("Cancel two dates")

    assert (walk.taps, walk.typed) == (4, 2)
    assert walk.note().startswith("Two dates are cancelled.")
    assert "No sessions from " in walk.words
