"""A session that was arranged on its own, in a group that has no run at all."""

from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy.exc import IntegrityError

from core.db import db
from core.outbox import MailState
from core.transaction import transaction
from groups.models import Cohort, Membership, Person
from scheduling.feeds import contents
from scheduling.letters.bulk_invitations import issue_due
from scheduling.models import PeerSession, SessionState
from tests import build
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.scheduling.post import all_left, full, letters, only
from tests.scheduling.undoing import press_undo

pytestmark = pytest.mark.usefixtures("clock", "amara_keeps_no_calendar")

PLACE = "Canaryplace"
ROOM = "https://canaryroom.example/1"


@pytest.fixture
def session(cohort: Cohort) -> PeerSession:
    """A call on Thursday 10 December, outside of any run."""
    return build.a_lone_session(cohort, place=PLACE, room=ROOM)


def at(session: PeerSession, path: str = "") -> str:
    """The address of a page of the session."""
    return f"/groups/{session.cohort.public_id}/sessions/{session.public_id}{path}"


def body(person: Person) -> bytes:
    """What a new private link of a person gives."""
    db.session.rollback()
    return contents.read(build.a_feed(person)[0], now=NOW).body


def entries(person: Person) -> list[tuple[str, str, date, str]]:
    """What the feed of a person holds: UID, words, day and status of each entry."""
    read: Any = Calendar.from_ical(body(person))
    return [
        (str(one["UID"]), str(one["SUMMARY"]), one["DTSTART"].dt.date(), str(one.get("STATUS")))
        for one in read.events
    ]


def invited(session: PeerSession, member: Membership) -> None:
    """Let the invitations of the job arrive."""
    issue_due(NOW)
    letter = only("invitation", member=member)
    assert (letter.method, letter.event["DTSTART"].dt) == ("REQUEST", session.starts_at)
    all_left(NOW)


def test_the_feed_has_it_with_its_own_place(session: PeerSession, member: Membership) -> None:
    [(uid, said, day, _)] = entries(member.person)
    full(member.person)

    [(same, named, _, _)] = entries(member.person)

    assert (uid, said, day) == (same, "Private appointment", date(2026, 12, 10))
    assert named == session.cohort.name
    assert f"LOCATION:{PLACE}".encode() in body(member.person)


def test_it_is_invited_to_moved_and_moved_back(
    session: PeerSession, member: Membership, amaras_browser: PageClient
) -> None:
    invited(session, member)
    [before] = entries(member.person)

    typed = {"on": "2026-12-17", "starts": "6pm", "ends": "7:30pm", "confirmed": "yes"}
    amaras_browser.post(at(session, "/move"), data=typed)
    page = amaras_browser.get(at(session)).text
    [moved] = entries(member.person)
    assert (moved[0], moved[2]) == (before[0], date(2026, 12, 17))
    assert only("moved", member=member).event["DTSTART"].dt.date() == date(2026, 12, 17)

    press_undo(amaras_browser, page)

    assert entries(member.person) == [before]
    moved_letters = letters("moved", to=member.person, waiting=False)
    assert [one.row.state for one in moved_letters] == [MailState.RECALLED]


def test_it_moves_by_days_through_the_page_for_several_and_back(
    session: PeerSession, member: Membership, amaras_browser: PageClient
) -> None:
    invited(session, member)
    typed = {"which": "one", "days": "7", "direction": "later"}
    check = words(amaras_browser.post(at(session, "/change/days"), data=typed))
    assert "Thursday 17 December" in check

    amaras_browser.post(at(session, "/change/days"), data={**typed, "confirmed": "yes"})
    page = amaras_browser.get(at(session)).text
    assert entries(member.person)[0][2] == date(2026, 12, 17)
    press_undo(amaras_browser, page)

    assert entries(member.person)[0][2] == date(2026, 12, 10)


def test_it_is_cancelled_and_put_back(
    session: PeerSession, member: Membership, amaras_browser: PageClient
) -> None:
    invited(session, member)

    amaras_browser.post(at(session, "/cancel"), data={"confirmed": "yes"})
    assert entries(member.person)[0][3] == "CANCELLED"
    assert only("cancelled", member=member).method == "CANCEL"
    amaras_browser.post(at(session, "/reinstate"), data={"confirmed": "yes"})

    db.session.refresh(session)
    assert session.state == SessionState.PLANNED
    assert session.number == 1


def test_it_is_held_elsewhere_by_itself(
    session: PeerSession, member: Membership, amaras_browser: PageClient
) -> None:
    page = amaras_browser.get(at(session, "/place")).text
    assert "other sessions" not in page

    typed = {"which": "one", "place_kind": "in_person", "place": "Room 4", "confirmed": "yes"}
    amaras_browser.post(at(session, "/place"), data=typed)

    db.session.refresh(session)
    assert (session.where, session.room_link) == ("Room 4", None)


@pytest.mark.parametrize(
    "path",
    ["", "/move", "/cancel", "/place", "/change/days", "/change/hours", "/change/weekday"],
)
def test_its_pages_open(
    session: PeerSession, member: Membership, amaras_browser: PageClient, path: str
) -> None:
    response = amaras_browser.get(at(session, path))

    assert response.status_code == 200
    assert "after it" not in words(response)


def test_the_member_sees_it_and_its_room(
    session: PeerSession, visitor: PageClient, member: Membership
) -> None:
    page = words(visitor.get(f"/g/{session.cohort.public_id}/s/{session.public_id}"))

    assert f"Online: {PLACE}" in page
    assert "Session 1" in page


def test_one_that_says_neither_zone_nor_how_people_meet_is_refused(cohort: Cohort) -> None:
    with pytest.raises(IntegrityError), transaction():
        db.session.add(
            PeerSession(
                cohort=cohort,
                planned_on=build.FIRST,
                number=1,
                starts_at=NOW + timedelta(days=1),
                ends_at=NOW + timedelta(days=1, hours=1),
                dates_changed_at=NOW,
                details_changed_at=NOW,
            )
        )
