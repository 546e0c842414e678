"""A circle: a set of people of another kind than a group, whose calls are arranged one by one."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy.exc import IntegrityError

from core.transaction import transaction
from groups.models import Cohort, CohortKind, Membership, Person
from scheduling.feeds import contents
from scheduling.letters.bulk_invitations import issue_due
from scheduling.models import PeerSession
from scheduling.own_data import own_dates
from tests import build
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.scheduling.post import letters
from tests.scheduling.undoing import press_undo

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def cohort(amara: Person) -> Cohort:
    """Amara's circle."""
    return build.a_cohort(amara, name="Friday circle", kind=CohortKind.CIRCLE)


@pytest.fixture
def session(cohort: Cohort) -> PeerSession:
    """Its first call."""
    return build.a_lone_session(cohort, date(2026, 12, 11))


def test_the_feed_and_the_invitation_have_it(session: PeerSession, member: Membership) -> None:
    issue_due(NOW)

    read = Calendar.from_ical(contents.read(build.a_feed(member.person)[0], now=NOW).body)
    [invitation] = letters("invitation", to=member.person)
    assert len(read.events) == 1
    assert invitation.event["DTSTART"].dt == session.starts_at


def test_a_member_sees_it_and_has_its_dates_in_their_own_data(
    session: PeerSession, visitor: PageClient, member: Membership, now: datetime
) -> None:
    cohort_id = session.cohort.public_id

    assert visitor.get("/home").location == f"/g/{cohort_id}"
    assert "Friday circle" in words(visitor.get(f"/g/{cohort_id}"))
    assert "Friday 11 December" in words(visitor.get(f"/g/{cohort_id}"))
    assert "Friday 11 December" in words(visitor.get("/dates"))
    assert visitor.get(f"/g/{cohort_id}/s/{session.public_id}").status_code == 200
    assert [one["group"] for one in own_dates(member.person, now=now)] == ["Friday circle"]


@pytest.mark.usefixtures("session", "member")
def test_whoever_facilitates_it_sees_it_its_people_and_no_rule(
    cohort: Cohort, amaras_browser: PageClient
) -> None:
    page = amaras_browser.get(f"/groups/{cohort.public_id}")

    assert "Friday 11 December" in words(page)
    assert "Change dates" not in words(page)
    assert "Amina" in words(amaras_browser.get(f"/groups/{cohort.public_id}/people"))
    assert "Friday circle" in words(amaras_browser.get("/groups"))
    for rule in ("/dates", "/dates/add", "/place", "/prompts"):
        assert amaras_browser.get(f"/groups/{cohort.public_id}{rule}").status_code == 404, rule


@pytest.mark.usefixtures("session")
def test_a_place_in_it_is_offered_in_words_that_hold(cohort: Cohort, client: FlaskClient) -> None:
    _, token = build.an_offer(cohort, now=NOW)

    page = words(client.get(f"/i/{token}"))

    assert "Dates chosen one by one" in page
    assert "Friday 11 December" in page


def test_it_is_ended_and_the_end_undone(
    cohort: Cohort, session: PeerSession, amaras_browser: PageClient
) -> None:
    at = f"/groups/{cohort.public_id}"

    amaras_browser.post(f"{at}/end", data={"confirmed": "yes"})
    page = amaras_browser.get(at).text
    assert session.state == "cancelled"
    press_undo(amaras_browser, page)

    assert session.state == "planned"


@pytest.mark.usefixtures("session", "member")
def test_a_stranger_reaches_none_of_it(
    cohort: Cohort, session: PeerSession, signed_in: Callable[[Person], PageClient]
) -> None:
    stranger = signed_in(build.a_facilitator("Tess"))
    for path in ("", "/people", f"/sessions/{session.public_id}"):
        assert stranger.get(f"/groups/{cohort.public_id}{path}").status_code == 404


def test_a_kind_that_nobody_knows_is_refused(amara: Person) -> None:
    with pytest.raises(IntegrityError), transaction():
        build.a_cohort(amara, kind="choir")
