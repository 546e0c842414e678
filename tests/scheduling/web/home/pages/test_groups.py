"""The facilitator's groups: next date first, and what needs somebody."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from core.db import db
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups.models import Cohort, CohortState, MembershipState, Person, Role
from scheduling.attendance import answers
from scheduling.models import Answer, PeerSession, SessionState
from scheduling.web.home.view.overview import PAGE
from tests.build import (
    a_cohort,
    a_facilitator,
    a_member,
    a_person,
    a_series,
    a_session,
    an_offer,
    series_of,
)
from tests.conftest import NOW
from tests.page import PageClient, words

pytestmark = pytest.mark.usefixtures("clock")

Browser = Callable[[Person], PageClient]
SOON = date(2026, 11, 26)
LATER = date(2026, 12, 10)


def a_group(facilitator: Person, name: str, on: date = LATER) -> tuple[Cohort, PeerSession]:
    """A group with one coming session."""
    cohort = a_cohort(facilitator, name=name)
    return cohort, a_session(a_series(cohort), on)


def a_letter_about(cohort: Cohort, state: MailState, days_ago: int = 1) -> None:
    with transaction():
        db.session.add(
            OutgoingMail(
                key=f"letter:{cohort.public_id}:{state}",
                kind="offer",
                promise="must_arrive",
                state=state,
                message_id="<1@alcove.example>",
                message_index="<1@alcove.example>",
                topic=cohort.public_id,
                created_at=NOW - timedelta(days=days_ago),
                due_at=NOW,
            )
        )


def test_member_finds_no_group_here_but_the_way_to_the_dates(signed_in: Browser) -> None:
    member = a_member(a_cohort(a_facilitator("Tom")))

    page = words(signed_in(member.person).get("/groups"))

    assert "See your dates" in page
    assert "Thursday evenings" not in page
    assert "Set up a group" not in page


def test_first_visit_offers_to_set_up_a_group(signed_in: Browser) -> None:
    page = words(signed_in(a_facilitator()).get("/groups"))

    assert "No groups yet" in page
    assert "in about three minutes" in page


def test_co_facilitator_sees_the_group_and_cannot_open_another(signed_in: Browser) -> None:
    cohort, _ = a_group(a_facilitator(), "Thursday evenings")
    tom = a_member(cohort, a_person("Tom"), Role.CO_FACILITATOR)

    page = words(signed_in(tom.person).get("/groups"))

    assert "Thursday evenings" in page
    assert "Set up a group" not in page


def test_next_date_comes_first_and_groups_without_dates_last(signed_in: Browser) -> None:
    me = a_facilitator()
    a_cohort(me, name="Resting")
    a_group(me, "Later")
    a_group(me, "Sooner", SOON)

    page = words(signed_in(me).get("/groups"))

    assert page.index("Sooner") < page.index("Later") < page.index("Resting")
    assert "Resting No more dates." in page


def test_past_and_cancelled_sessions_are_not_the_next_one(signed_in: Browser) -> None:
    me = a_facilitator()
    cohort, past = a_group(me, "Thursday evenings", date(2026, 11, 12))
    a_session(series_of(past), SOON, number=2, state=SessionState.CANCELLED)
    a_session(series_of(past), LATER, number=3)

    assert cohort.name in (page := words(signed_in(me).get("/groups")))
    assert "Thursday 10 December" in page
    assert "26 November" not in page


def test_answers_are_counted_for_active_members_only(signed_in: Browser) -> None:
    me = a_facilitator()
    cohort, session = a_group(me, "Thursday evenings")
    an_offer(cohort)
    people = [a_member(cohort, a_person(name)) for name in ("Amina", "Ben", "Cleo", "Dev")]
    with transaction():
        answers.give(session, people[0], Answer.COMING, now=NOW)
        answers.give(session, people[1], Answer.NOT_THIS_TIME, now=NOW)
        answers.give(session, people[3], Answer.COMING, now=NOW)
        people[3].state = MembershipState.LEFT

    page = words(signed_in(me).get("/groups"))

    assert "1 coming, 1 not this time, 1 to answer, 1 invited." in page


def test_nobody_answering_shows_in_the_week_before_and_not_earlier(signed_in: Browser) -> None:
    me = a_facilitator()
    for name, on in (("Sooner", SOON), ("Later", LATER)):
        cohort, _ = a_group(me, name, on)
        a_member(cohort, a_person(f"Amina {name}"))

    page = words(signed_in(me).get("/groups"))

    assert page.count("Nobody has answered") == 1
    assert page.index("Sooner") < page.index("Nobody has answered") < page.index("Later")


@pytest.mark.parametrize(
    ("state", "days_ago", "shown"),
    [
        (MailState.REFUSED, 1, True),
        (MailState.PARKED, 1, True),
        (MailState.SENT, 1, False),
        (MailState.REFUSED, 30, False),
    ],
)
def test_trouble_with_mail_shows_for_a_fortnight(
    signed_in: Browser, state: MailState, days_ago: int, shown: bool
) -> None:
    me = a_facilitator()
    cohort, _ = a_group(me, "Thursday evenings")
    a_letter_about(cohort, state, days_ago)

    assert ("A message did not arrive" in words(signed_in(me).get("/groups"))) is shown


def test_drafts_stand_apart_and_lead_to_their_check(signed_in: Browser) -> None:
    me = a_facilitator()
    draft = a_cohort(me, name="Fridays", state=CohortState.DRAFT)

    response = signed_in(me).get("/groups")

    assert "Drafts to finish Nobody has been told about these. Fridays" in words(response)
    assert f'href="/groups/{draft.public_id}/check"' in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("number", "first"), [("1", "Group 00"), ("2", "Group 20"), ("9", "Group 20")]
)
def test_twenty_groups_stand_on_a_page(signed_in: Browser, number: str, first: str) -> None:
    me = a_facilitator()
    for index in range(PAGE + 1):
        a_group(me, f"Group {index:02}", LATER + timedelta(days=index))
    browser = signed_in(me)

    said = words(browser.get(f"/groups?page={number}"))

    assert said.count("Group ") == (PAGE if number == "1" else 1)
    assert first in said


def test_number_of_queries_does_not_grow_with_the_groups(signed_in: Browser) -> None:
    me = a_facilitator()
    browser = signed_in(me)
    counts = []
    for number in range(5):
        cohort, _ = a_group(me, f"Group {number}")
        a_member(cohort, a_person(f"Amina {number}"))
        counts.append(_queries_for(browser))

    assert len(set(counts)) == 1


def _queries_for(browser: PageClient) -> int:
    statements: list[str] = []

    def record(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(db.engine, "before_cursor_execute", record)
    try:
        browser.get("/groups")
    finally:
        event.remove(db.engine, "before_cursor_execute", record)
    return len(statements)
