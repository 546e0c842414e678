"""Changing a session and those after it: forms, check pages, acts, and the way back."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from core.transaction import transaction
from groups.models import CohortState, Person
from scheduling.models import SessionState
from scheduling.rescheduling.preview import LIMITS
from tests import build
from tests.page import PageClient, words
from tests.scheduling.queries import counted
from tests.scheduling.undoing import press_undo
from tests.scheduling.web.runs import DAYS, Run, confirm, waiting

pytestmark = pytest.mark.usefixtures("clock")

Browser = Callable[[Person], PageClient]
WEEK = timedelta(days=7)
FOLLOWING = {"which": "following", "days": "7", "way": "later"}


def test_the_way_to_change_dates_begins_at_a_session_and_at_its_group(
    amaras_browser: PageClient, run: Run
) -> None:
    assert f'href="{run.of(2, "/change")}"' in amaras_browser.get(run.of(2)).text
    assert f'href="{run.at("/dates")}"' in amaras_browser.get(run.at()).text

    choices = amaras_browser.get(run.of(2, "/change")).text
    for path in ("/move", "/change/days", "/change/weekday", "/change/hours", "/place", "/cancel"):
        assert f'href="{run.of(2, path)}"' in choices


def test_a_change_that_is_looked_at_over_and_over_has_to_wait(
    amaras_browser: PageClient, run: Run
) -> None:
    path = run.of(2, "/change/days")
    looked = {amaras_browser.post(path, data=FOLLOWING).status_code for _ in range(LIMITS[0].most)}

    response = amaras_browser.post(path, data=FOLLOWING)

    assert looked == {200}
    assert (response.status_code, response.headers["Retry-After"]) == (429, "600")
    assert amaras_browser.get(path).status_code == 200
    assert confirm(amaras_browser, path, FOLLOWING).status_code == 303


def test_this_one_is_what_a_form_begins_with(amaras_browser: PageClient, run: Run) -> None:
    page = amaras_browser.get(run.of(2, "/change/days")).text

    assert re.findall(r'name="which" value="(\w+)"( checked)?', page) == [
        ("one", " checked"),
        ("following", ""),
        ("all", ""),
    ]
    assert "This one and the four sessions after it" in page
    assert "Every session to come (6)" in page


def test_the_last_session_is_not_asked_which(amaras_browser: PageClient, run: Run) -> None:
    first = amaras_browser.get(run.of(1, "/change/days?which=all")).text
    page = amaras_browser.get(run.of(6, "/change/days")).text

    # All that follow the next session are all there are.
    assert re.findall(r'name="which" value="(\w+)" checked', first) == ["following"]
    assert re.findall(r'name="which" value="(\w+)"', page) == ["one", "all"]


def test_a_check_shows_every_session_before_and_after_and_changes_nothing(
    amaras_browser: PageClient, run: Run
) -> None:
    page = words(amaras_browser.post(run.of(5, "/change/days"), data=FOLLOWING))

    assert "Thursday 8 April 2027 Thursday 15 April 2027 moved" in page
    assert "Thursday 13 May 2027 Thursday 20 May 2027 moved" in page
    assert "6pm to 7:30pm, UK time, as before." in page
    assert "Two sessions change, for three people. Everybody is asked again." in page
    assert "Change two dates and tell everybody" in page
    assert "Save without a message" not in page
    assert run.days() == list(DAYS)
    assert waiting() == []


def test_following_sessions_move_and_come_back_by_undo(
    amaras_browser: PageClient, run: Run
) -> None:
    done = confirm(amaras_browser, run.of(5, "/change/days"), FOLLOWING)
    page = amaras_browser.get(done.headers["Location"])

    assert run.days() == [*DAYS[:4], DAYS[4] + WEEK, DAYS[5] + WEEK]
    assert "Two dates are changed." in words(page)
    assert len(set(waiting())) == 3
    press_undo(amaras_browser, page.text)

    assert run.days() == list(DAYS)
    assert waiting() == []


def test_one_session_moves_earlier_and_leads_back_to_it(
    amaras_browser: PageClient, run: Run
) -> None:
    typed = {"which": "one", "days": "2", "way": "earlier"}

    done = confirm(amaras_browser, run.of(2, "/change/days"), typed)

    assert done.headers["Location"] == run.of(2)
    assert run.days() == [DAYS[0], date(2027, 1, 12), *DAYS[2:]]
    assert "Moved to Tuesday 12 January 2027, 6pm to 7:30pm, UK time." in words(
        amaras_browser.get(run.of(2))
    )


def test_another_weekday_begins_with_the_one_it_is(amaras_browser: PageClient, run: Run) -> None:
    page = amaras_browser.get(run.of(1, "/change/weekday")).text
    assert re.findall(r'<option selected value="(-?\d)"', page) == ["2", "3"]

    confirm(
        amaras_browser,
        run.of(1, "/change/weekday"),
        {"which": "following", "nth": "3", "weekday": "1"},
    )

    assert run.days() == [
        date(2026, 12, 15),
        date(2027, 1, 19),
        date(2027, 2, 16),
        date(2027, 3, 16),
        date(2027, 4, 20),
        date(2027, 5, 18),
    ]


def test_hours_change_by_the_clock_on_the_wall(amaras_browser: PageClient, run: Run) -> None:
    typed = {"which": "all", "starts": "7pm", "ends": "8pm", "time_zone": "Europe/London"}

    check = words(amaras_browser.post(run.of(2, "/change/hours"), data=typed))
    confirm(amaras_browser, run.of(2, "/change/hours"), typed)

    assert "Thursday 8 April 2027, 7pm to 8pm, UK time" in check
    # In April the clocks in London are an hour ahead of UTC.
    assert run.sessions[0].starts_at == datetime(2026, 12, 10, 19, tzinfo=UTC)
    assert run.sessions[4].starts_at == datetime(2027, 4, 8, 18, tzinfo=UTC)


def test_a_clock_that_shows_the_same_may_change_without_a_message(
    amaras_browser: PageClient, run: Run
) -> None:
    typed = {"which": "all", "starts": "6pm", "ends": "7:30pm", "time_zone": "Europe/Dublin"}

    check = words(amaras_browser.post(run.of(2, "/change/hours"), data=typed))
    confirm(amaras_browser, run.of(2, "/change/hours"), typed, "quietly")

    assert "No date that people have changes." in check
    assert "6pm to 7:30pm, Irish time" in check
    assert run.sessions[1].zone_name == "Europe/Dublin"
    assert run.days() == list(DAYS)
    assert waiting() == []


def test_a_message_that_has_to_go_out_goes_out(amaras_browser: PageClient, run: Run) -> None:
    confirm(amaras_browser, run.of(5, "/change/days"), FOLLOWING, "quietly")

    assert len(set(waiting())) == 3


def test_an_hour_the_clocks_leave_out_is_explained(amaras_browser: PageClient, run: Run) -> None:
    with transaction():
        session = run.sessions[3]
        session.starts_at = datetime(2027, 3, 28, 12, tzinfo=UTC)
        session.ends_at = datetime(2027, 3, 28, 13, tzinfo=UTC)
    typed = {"which": "one", "starts": "1:15am", "ends": "2:30am", "time_zone": "Europe/London"}

    page = words(amaras_browser.post(run.of(4, "/change/hours"), data=typed))

    assert "Sunday 28 March 2027: The clocks go forward that day." in page


@pytest.mark.parametrize(
    ("path", "typed", "problem"),
    [
        ("/change/days", {"which": "one", "days": "many"}, "Write a number from 1 to 366"),
        ("/change/days", {"which": "some", "days": "7"}, "Choose one of these"),
        ("/change/days", {"which": "one", "days": "60", "way": "earlier"}, "passed"),
        ("/change/weekday", {"which": "one", "nth": "2", "weekday": "3"}, "already"),
        (
            "/change/hours",
            {"starts": "6", "ends": "7pm", "time_zone": "Europe/London"},
            "Write 6am or 6pm",
        ),
        (
            "/change/hours",
            {"starts": "6pm", "ends": "5pm", "time_zone": "Europe/London"},
            "A session ends after it starts",
        ),
        (
            "/change/hours",
            {"starts": "6pm", "ends": "7pm", "time_zone": "Mars/Olympus"},
            "Choose a time zone from the list",
        ),
    ],
)
def test_what_cannot_be_is_said_and_stays_typed(
    amaras_browser: PageClient, run: Run, path: str, typed: dict[str, str], problem: str
) -> None:
    response = confirm(amaras_browser, run.of(1, path), typed)

    assert response.status_code == 422
    assert problem in words(response)
    for name in ("days", "starts", "ends"):
        assert name not in typed or f'value="{typed[name]}"' in response.text
    assert run.days() == list(DAYS)


def test_a_button_pressed_twice_moves_dates_once(amaras_browser: PageClient, run: Run) -> None:
    page = amaras_browser.post(run.of(5, "/change/days"), data=FOLLOWING).text
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen is not None

    answers = [
        confirm(amaras_browser, run.of(5, "/change/days"), {**FOLLOWING, "seen": seen[1]})
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [303, 422]
    assert run.days() == [*DAYS[:4], DAYS[4] + WEEK, DAYS[5] + WEEK]
    assert "These dates have changed since you looked at them." in words(answers[1])
    assert "Two dates are changed." in words(answers[1])


def test_going_back_keeps_what_was_typed(amaras_browser: PageClient, run: Run) -> None:
    typed = {"which": "following", "days": "9", "way": "earlier", "back": "yes"}

    response = amaras_browser.post(run.of(2, "/change/days"), data=typed)

    assert response.status_code == 200
    assert 'value="9"' in response.text
    assert re.findall(r'value="(\w+)" checked', response.text) == ["following", "earlier"]


def test_a_date_moved_by_hand_is_kept_and_named(amaras_browser: PageClient, run: Run) -> None:
    typed = {"on": "2027-04-15", "starts": "6pm", "ends": "7:30pm"}
    confirm(amaras_browser, run.of(5, "/move"), typed)
    rhythm = {"which": "following", "nth": "3", "weekday": "1"}

    page = words(amaras_browser.post(run.of(4, "/change/weekday"), data=rhythm))

    assert "These dates were chosen by hand before, so they stay where they are." in page
    assert "Thursday 15 April 2027, 6pm to 7:30pm, UK time" in page


def test_another_group_of_ones_own_is_pointed_out(amaras_browser: PageClient, run: Run) -> None:
    other = build.a_series(build.a_cohort(run.facilitator, name="Tuesday mornings"))
    build.a_session(other, date(2027, 4, 15))

    page = words(amaras_browser.post(run.of(5, "/change/days"), data=FOLLOWING))

    assert "Tuesday mornings" in page


def test_cancelling_offers_the_others_with_it(amaras_browser: PageClient, run: Run) -> None:
    one = amaras_browser.get(run.of(5, "/cancel"))
    assert f'href="{run.of(5, "/cancel")}?which=following"' in one.text
    assert "Cancel one date and tell everybody" in words(one)

    several = words(amaras_browser.get(run.of(5, "/cancel?which=following")))
    amaras_browser.post(run.of(5, "/cancel?which=following"), data={"confirmed": "yes"})

    assert "Cancel two dates and tell everybody" in several
    assert run.days() == list(DAYS[:4])
    back = words(amaras_browser.get(run.of(5, "/reinstate?which=following")))
    # The messages about the cancellation still wait, so there is nothing to tell anybody.
    assert "Put two dates back" in back
    assert "No message goes out" in back
    amaras_browser.post(run.of(5, "/reinstate?which=following"), data={"confirmed": "yes"})
    assert run.days() == list(DAYS)


def test_what_is_over_ended_or_a_draft_leads_elsewhere(
    amaras_browser: PageClient, signed_in: Browser, run: Run
) -> None:
    with time_machine.travel(run.sessions[0].starts_at, tick=False):
        over = signed_in(run.facilitator).get(run.of(1, "/change/days"))
        assert over.headers["Location"] == run.of(1)
    for state, place in ((CohortState.ENDED, run.at()), (CohortState.DRAFT, run.at("/check"))):
        with transaction():
            run.cohort.state = state
        for path in ("/change", "/change/days", "/move", "/cancel", "/place"):
            assert amaras_browser.get(run.of(2, path)).headers["Location"] == place
            assert amaras_browser.post(run.of(2, path)).status_code in (303, 405)


def test_sessions_of_others_stay_out_of_reach(signed_in: Browser, run: Run) -> None:
    outsider = signed_in(build.a_facilitator("Olga"))

    for path in ("/change", "/change/days", "/change/weekday", "/change/hours", "/place"):
        assert outsider.get(run.of(2, path)).status_code == 404
    assert outsider.get(run.at("/dates")).status_code == 404


def test_a_check_asks_the_database_as_often_for_five_sessions_as_for_two(
    amaras_browser: PageClient, run: Run
) -> None:
    asked = []
    for number in (5, 2):
        with counted() as statements:
            amaras_browser.post(run.of(number, "/change/days"), data=FOLLOWING)
        asked.append(len(statements))

    assert asked[0] == asked[1]


def test_a_cancelled_session_is_put_back_from_where_it_is_changed(
    amaras_browser: PageClient, run: Run
) -> None:
    with transaction():
        run.sessions[1].state = SessionState.CANCELLED

    page = words(amaras_browser.get(run.of(2, "/change")))

    assert "Put it back" in page
    assert "Cancel it" not in page
