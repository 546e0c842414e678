"""All dates of all groups, month by month."""

from datetime import date, timedelta

import pytest

from core.transaction import transaction
from groups.models import Membership, MembershipState
from scheduling.models import PeerSession
from tests.build import (
    FIRST,
    a_cohort,
    a_member,
    a_person,
    a_series,
    a_session,
    series_of,
)
from tests.page import PageClient, words
from tests.queries import queries
from tests.scheduling.web.places import page_of

pytestmark = pytest.mark.usefixtures("clock")


def test_dates_stand_under_their_months_and_are_answered_in_place(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    a_session(series_of(session), date(2027, 1, 14), number=2)
    other = a_member(a_cohort(a_person("Rhys"), name="Tuesday lunchtimes"), member.person)
    a_session(a_series(other.cohort), date(2026, 12, 15))

    text = words(visitor.get("/dates"))
    answered = visitor.post(f"{page_of(session)}/answer?back=dates", data={"answer": "coming"})

    order = ["December 2026", "Thursday evenings, in 19 days", "Tuesday lunchtimes, in 24 days"]
    places = [text.index(one) for one in [*order, "January 2027"]]
    assert places == sorted(places)
    assert answered.headers["Location"] == f"/dates?page=1#s-{session.public_id}"


def test_dates_have_pages(visitor: PageClient, member: Membership, session: PeerSession) -> None:
    for number in range(1, 21):
        a_session(series_of(session), FIRST + timedelta(days=7 * number), number=number + 1)

    first, second = (words(visitor.get(f"/dates?page={page}")) for page in (1, 2))

    assert "Page 1 of 2" in first
    assert "Thursday 29 April 2027" in second
    assert second.count("6pm to 7:30pm") == 1
    for missing in ("0", "3", "x", "-1", "²", "99999"):
        assert visitor.get(f"/dates?page={missing}").status_code == 404


def test_dates_without_any_say_so(visitor: PageClient) -> None:
    assert "No dates yet" in words(visitor.get("/dates"))


def test_dates_of_a_paused_group_ask_nothing(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    with transaction():
        member.state = MembershipState.PAUSED

    text = words(visitor.get("/dates"))

    assert "paused" in text
    assert "Will you be there?" not in text


def test_dates_cost_the_same_number_of_queries_with_1_and_5_groups(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    one = queries(visitor, "/dates")
    for number in range(4):
        cohort = a_cohort(a_person(f"Facilitator {number}"))
        a_member(cohort, member.person)
        a_session(a_series(cohort))

    assert queries(visitor, "/dates") == one
