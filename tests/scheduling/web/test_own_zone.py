"""Pages say the group's time and, to somebody who lives elsewhere, their own as well."""

from collections.abc import Callable
from datetime import date, time

import pytest
from flask import Flask

from groups.models import Person
from scheduling.models import PeerSession
from tests.build import a_cohort, a_facilitator, a_member, a_person, a_series, a_session, an_offer
from tests.conftest import NOW
from tests.page import PageClient, words

pytestmark = pytest.mark.usefixtures("clock")

BOTH = "6pm to 7:30pm, UK time (1pm your time)"
NEW_YORK = "America/New_York"


@pytest.fixture
def session(app: Flask) -> PeerSession:
    """A session on Thursday 10 December at 6pm, UK time, with people in New York."""
    cohort = a_cohort(a_person("Amara", opens_groups=True, time_zone=NEW_YORK))
    a_member(cohort, a_person("Amina", time_zone=NEW_YORK))
    return a_session(a_series(cohort))


def addresses(session: PeerSession) -> dict[str, str]:
    """Return every page that says when a session is."""
    group, one = session.cohort.public_id, session.public_id
    return {
        "home": f"/g/{group}",
        "one session": f"/g/{group}/s/{one}",
        "all dates": "/dates",
        "the facilitator's groups": "/groups",
        "the facilitator's group": f"/groups/{group}",
        "the facilitator's session": f"/groups/{group}/sessions/{one}",
        "moving it": f"/groups/{group}/sessions/{one}/move",
    }


@pytest.mark.parametrize("name", ["home", "one session", "all dates"])
def test_a_member_elsewhere_sees_both_times(
    session: PeerSession, signed_in: Callable[[Person], PageClient], name: str
) -> None:
    browser = signed_in(session.cohort.memberships[1].person)

    page = browser.get(addresses(session)[name])

    assert BOTH in words(page)
    assert "data-local" not in page.get_data(as_text=True)


@pytest.mark.parametrize(
    "name",
    [
        "the facilitator's groups",
        "the facilitator's group",
        "the facilitator's session",
        "moving it",
    ],
)
def test_a_facilitator_elsewhere_sees_both_times(
    session: PeerSession, signed_in: Callable[[Person], PageClient], name: str
) -> None:
    browser = signed_in(session.cohort.memberships[0].person)

    assert BOTH in words(browser.get(addresses(session)[name]))


def test_where_both_zones_agree_the_browser_is_left_to_compare(
    session: PeerSession, signed_in: Callable[[Person], PageClient]
) -> None:
    dev = a_person("Dev")
    a_member(session.cohort, dev)

    html = signed_in(dev).get(addresses(session)["home"]).get_data(as_text=True)

    assert 'data-local="Europe/London">6pm to 7:30pm, UK time</time>' in html


def test_a_facilitator_elsewhere_reads_in_their_own_time_when_messages_leave(
    session: PeerSession, signed_in: Callable[[Person], PageClient]
) -> None:
    browser = signed_in(session.cohort.memberships[0].person)
    url = f"/groups/{session.cohort.public_id}/people/invite"
    data = {"people": "new@people.example", "confirmed": "y"}

    page = words(browser.post(url, data=data, follow_redirects=True))

    # 9am in London, and ten minutes to undo.
    assert "at 4:10am" in page


def test_an_invited_person_reads_that_the_hours_stay(app: Flask) -> None:
    cohort = a_cohort()
    series = a_series(cohort)
    for number, month in enumerate((1, 2, 3, 4), start=1):
        a_session(series, date(2027, month, 8), number=number)
    _, token = an_offer(cohort)
    app.test_client_class = PageClient
    browser = app.test_client()

    text = words(browser.get(f"/i/{token}"))

    assert "The clocks go forward on Sunday 28 March 2027; it stays 6pm by the clock." in text


def test_a_move_into_the_missing_hour_is_explained_before_it_is_made(
    session: PeerSession, signed_in: Callable[[Person], PageClient]
) -> None:
    browser = signed_in(session.cohort.memberships[0].person)
    url = addresses(session)["moving it"]

    page = browser.post(url, data={"on": "28 March 2027", "starts": "1:30am", "ends": "3am"})

    said = "Sunday 28 March 2027: The clocks go forward that day. It begins just after, at 2am."
    assert said in words(page)


def test_a_session_in_the_doubled_hour_explains_itself(
    app: Flask, signed_in: Callable[[Person], PageClient]
) -> None:
    cohort = a_cohort(a_facilitator())
    member = a_member(cohort)
    series = a_series(cohort, starts=time(1, 30), ends=time(3))
    starts_at = NOW.replace(year=2027, month=10, day=31, hour=0, minute=30)
    a_session(
        series, starts_at.date(), starts_at=starts_at, ends_at=starts_at.replace(hour=3, minute=0)
    )

    text = words(signed_in(member.person).get(f"/g/{cohort.public_id}"))

    assert "The clocks go back that day and show 1:30am twice." in text
