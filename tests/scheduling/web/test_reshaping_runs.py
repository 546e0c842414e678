"""Changing a whole run: an extra date, a break, another rhythm, its end, and the group's page."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask

from core.transaction import transaction
from groups.models import CohortState, Person
from scheduling.models import SessionState
from tests.page import PageClient, words
from tests.scheduling.queries import counted
from tests.scheduling.web.runs import DAYS, Run, a_run, confirm, waiting

pytestmark = pytest.mark.usefixtures("clock")

Browser = Callable[[Person], PageClient]
CHRISTMAS = {"on": "2026-12-21", "starts": "6pm", "ends": "7pm"}
SPRING = {"from_on": "1 February 2027", "until_on": "31 March 2027"}
DAYS_ON_END = "\n".join((date(2027, 1, 2) + timedelta(days=n)).isoformat() for n in range(120))


def test_the_page_of_all_dates_leads_to_every_way_of_changing_them(
    amaras_browser: PageClient, run: Run
) -> None:
    page = amaras_browser.get(run.at("/dates"))

    assert "Second Thursday of each month, 6pm to 7:30pm, UK time." in words(page)
    for path in ("/add", "/pause", "/pattern", "/end", "/extend"):
        assert f'href="{run.at("/dates" + path)}"' in page.text
    for number in range(1, 7):
        assert f'href="{run.of(number, "/change")}"' in page.text
    assert f'href="{run.of(1, "/change/days")}?which=all"' in page.text


def test_an_extra_date_begins_with_the_hours_of_the_run_and_is_marked(
    amaras_browser: PageClient, run: Run
) -> None:
    page = amaras_browser.get(run.at("/dates/add")).text
    assert re.findall(r'name="(?:starts|ends)"[^>]* type="text" value="(\S+)"', page) == [
        "6pm",
        "7:30pm",
    ]
    check = words(amaras_browser.post(run.at("/dates/add"), data=CHRISTMAS))

    confirm(amaras_browser, run.at("/dates/add"), CHRISTMAS)

    assert "Monday 21 December added 6pm to 7pm, UK time." in check
    assert run.days() == [DAYS[0], date(2026, 12, 21), *DAYS[1:]]
    group = words(amaras_browser.get(run.at()))
    assert "Monday 21 December is added." in group
    assert "Monday 21 December extra" in group


def test_a_break_cancels_what_lies_in_it_and_stands_between_the_dates(
    amaras_browser: PageClient, run: Run
) -> None:
    check = words(amaras_browser.post(run.at("/dates/pause"), data=SPRING))

    confirm(amaras_browser, run.at("/dates/pause"), SPRING)

    assert "Thursday 11 February 2027 cancelled Thursday 11 March 2027 cancelled" in check
    assert "Cancel two dates and tell everybody" in check
    assert run.days() == [*DAYS[:2], *DAYS[4:]]
    assert "No sessions from February to March 2027." in words(amaras_browser.get(run.at()))
    assert "No sessions from February to March 2027." in words(amaras_browser.get(run.at("/dates")))


def test_a_break_can_be_made_up_for_at_the_end(amaras_browser: PageClient, run: Run) -> None:
    confirm(amaras_browser, run.at("/dates/pause"), {**SPRING, "make_up": "y"})

    assert run.days() == [*DAYS[:2], *DAYS[4:], date(2027, 6, 10), date(2027, 7, 8)]


def test_a_run_that_goes_on_has_nothing_to_make_up_for(app: Flask, signed_in: Browser) -> None:
    run = a_run(count=None)
    amaras_browser = signed_in(run.facilitator)

    assert "Add as many" not in amaras_browser.get(run.at("/dates/pause")).text
    assert "Go on for longer" not in amaras_browser.get(run.at("/dates")).text


def test_another_rhythm_begins_at_the_session_that_was_chosen(
    amaras_browser: PageClient, run: Run
) -> None:
    typed = {
        "since": run.sessions[3].public_id,
        "first_on": "2 March 2027",
        "how_often": "weeks",
        "weeks": "2",
    }

    check = words(amaras_browser.post(run.at("/dates/pattern"), data=typed))
    confirm(amaras_browser, run.at("/dates/pattern"), typed)

    assert "Thursday 11 March 2027 Tuesday 2 March 2027 moved" in check
    assert run.days() == [
        *DAYS[:3],
        date(2027, 3, 2),
        date(2027, 3, 16),
        date(2027, 3, 30),
    ]
    assert "Every 2 weeks, on Tuesday" in words(amaras_browser.get(run.at()))


def test_a_run_ends_after_the_session_that_was_chosen(amaras_browser: PageClient, run: Run) -> None:
    typed = {"last": run.sessions[3].public_id}

    check = words(amaras_browser.post(run.at("/dates/end"), data=typed))
    confirm(amaras_browser, run.at("/dates/end"), typed)

    assert "Thursday 8 April 2027 cancelled Thursday 13 May 2027 cancelled" in check
    assert run.days() == list(DAYS[:4])


def test_a_run_goes_on_for_longer(amaras_browser: PageClient, run: Run) -> None:
    typed = {"how_long": "more", "number": "2"}

    check = words(amaras_browser.post(run.at("/dates/extend"), data=typed))
    confirm(amaras_browser, run.at("/dates/extend"), typed)

    assert "Thursday 10 June 2027 added" in check
    assert run.days() == [*DAYS, date(2027, 6, 10), date(2027, 7, 8)]


def test_a_run_goes_on_until_it_is_ended(amaras_browser: PageClient, run: Run) -> None:
    confirm(amaras_browser, run.at("/dates/extend"), {"how_long": "goes_on", "number": "12"})

    assert "It keeps going until you end it." in words(amaras_browser.get(run.at()))
    assert run.days()[: len(DAYS)] == list(DAYS)
    assert len(run.days()) > len(DAYS)


@pytest.mark.parametrize(
    ("path", "typed", "problem"),
    [
        ("/add", {"on": "31 April", "starts": "6pm", "ends": "7pm"}, "There is no 31 April"),
        ("/add", {"on": "1 May 2026", "starts": "6pm", "ends": "7pm"}, "passed"),
        ("/pause", {"from_on": "soon", "until_on": ""}, "Write a date like 14 January 2027"),
        (
            "/pause",
            {"from_on": "1 March 2027", "until_on": "1 February 2027"},
            "A break ends on or after its first day",
        ),
        ("/end", {"last": "another"}, "Choose one of these"),
        ("/end", {"last": ""}, "Choose which session is the last one"),
        ("/extend", {"how_long": "more", "number": "0"}, "Write a number from 1 to 60"),
        (
            "/pattern",
            {"first_on": "14 January 2027", "how_often": "last"},
            "The last Thursday of January 2027 is Thursday 28 January 2027.",
        ),
        (
            "/pattern",
            {"first_on": "14 January 2027", "how_often": "chosen", "dates": "1 January 2027"},
            "These dates come after the one above",
        ),
        (
            "/pattern",
            {"first_on": "1 January 2027", "how_often": "chosen", "dates": DAYS_ON_END},
            "Choose up to 120 dates",
        ),
        (
            "/pattern",
            {"first_on": "14 January 2027", "how_often": "weeks", "weeks": "0"},
            "Write a number from 1 to 52",
        ),
    ],
)
def test_what_cannot_be_is_said_and_stays_typed(
    amaras_browser: PageClient, run: Run, path: str, typed: dict[str, str], problem: str
) -> None:
    response = confirm(amaras_browser, run.at(f"/dates{path}"), typed)

    assert response.status_code == 422
    assert problem in words(response)
    for name in ("on", "from_on", "first_on", "number"):
        assert name not in typed or f'value="{typed[name]}"' in response.text
    assert run.days() == list(DAYS)
    assert waiting() == []


def test_a_run_is_no_longer_than_can_be_looked_after(amaras_browser: PageClient, run: Run) -> None:
    typed = {"how_long": "more", "number": "57"}
    for _ in range(2):
        confirm(amaras_browser, run.at("/dates/extend"), typed)

    response = amaras_browser.post(run.at("/dates/extend"), data={**typed, "number": "1"})

    assert response.status_code == 422
    assert "A run has up to 120 sessions to come, and this would make 121." in words(response)
    assert 'value="1"' in response.text


def test_going_back_keeps_a_date_in_words(amaras_browser: PageClient, run: Run) -> None:
    response = amaras_browser.post(run.at("/dates/pause"), data={**SPRING, "back": "yes"})

    # A native date field would drop what is not an ISO date.
    assert re.findall(r'name="from_on"[^>]* type="text" value="([^"]+)"', response.text) == [
        "1 February 2027"
    ]


def test_without_a_session_to_come_the_run_can_only_grow(
    amaras_browser: PageClient, run: Run
) -> None:
    with transaction():
        for session in run.sessions:
            session.state = SessionState.CANCELLED

    for path in ("/pattern", "/end"):
        answer = amaras_browser.get(run.at(f"/dates{path}"))
        assert answer.headers["Location"] == run.at("/dates")
    assert "There is no session to come. Add a date" in words(amaras_browser.get(run.at("/dates")))
    assert amaras_browser.get(run.at("/dates/extend")).status_code == 200


def test_cancelled_sessions_are_put_back_together(amaras_browser: PageClient, run: Run) -> None:
    every = run.of(1, "/reinstate?which=all")
    assert f'href="{every}"' not in amaras_browser.get(run.at("/dates")).text
    confirm(amaras_browser, run.of(5, "/cancel?which=following"), {})
    assert f'href="{every}"' in amaras_browser.get(run.at("/dates")).text

    check = amaras_browser.get(every)
    confirm(amaras_browser, every, {})

    assert "Thursday 8 April 2027 put back" in words(check)
    assert "Change something" not in words(check)
    assert run.days() == list(DAYS)


def test_an_ended_group_and_a_draft_lead_elsewhere(amaras_browser: PageClient, run: Run) -> None:
    for state, place in ((CohortState.ENDED, run.at()), (CohortState.DRAFT, run.at("/check"))):
        with transaction():
            run.cohort.state = state
        for path in ("", "/add", "/pause", "/pattern", "/end", "/extend"):
            assert amaras_browser.get(run.at(f"/dates{path}")).headers["Location"] == place


def test_the_page_of_all_dates_asks_as_often_for_six_sessions_as_for_one(
    amaras_browser: PageClient, run: Run
) -> None:
    with counted() as many:
        amaras_browser.get(run.at("/dates"))
    with time_machine.travel(run.sessions[4].ends_at, tick=False):
        amaras_browser.sign_in(run.facilitator)
        with counted() as few:
            amaras_browser.get(run.at("/dates"))

    assert len(many) == len(few)


def test_the_group_says_where_a_session_was_moved_from(
    amaras_browser: PageClient, run: Run
) -> None:
    typed = {"on": "2027-01-18", "starts": "6pm", "ends": "7:30pm"}
    confirm(amaras_browser, run.of(2, "/move"), typed)

    page = words(amaras_browser.get(run.at()))

    assert "Monday 18 January 2027 moved Moved from Thursday 14 January 2027." in page
