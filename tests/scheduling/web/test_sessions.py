"""Changing one session: the form, the check, the act, and the way back."""

import html
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from core.db import db
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups.models import Cohort, Membership, Person
from scheduling.models import Answer, PeerSession, Reply, SessionState
from tests import build
from tests.conftest import NOW
from tests.page import PageClient, words

Browser = Callable[[Person], PageClient]
TYPED = {"on": "2026-12-17", "starts": "6pm", "ends": "7:30pm"}


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    """Let these tests happen at one moment."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def amara(app: Flask) -> Person:
    """Who facilitates."""
    return build.a_facilitator()


@pytest.fixture
def cohort(amara: Person) -> Cohort:
    """Her group."""
    return build.a_cohort(amara)


@pytest.fixture
def amina(cohort: Cohort) -> Membership:
    """A member."""
    return build.a_member(cohort)


@pytest.fixture
def session(cohort: Cohort, amina: Membership) -> PeerSession:
    """Its first session, which she is coming to."""
    made = build.a_session(build.a_series(cohort))
    with transaction():
        db.session.add(
            Reply(
                session_id=made.id,
                membership_id=amina.id,
                answer=Answer.COMING,
                answered_at=NOW,
            )
        )
    return made


@pytest.fixture
def visitor(amara: Person, signed_in: Browser) -> PageClient:
    """Her browser."""
    return signed_in(amara)


def at(session: PeerSession, path: str = "") -> str:
    """The address of a page of the session."""
    return f"/groups/{session.cohort.public_id}/sessions/{session.public_id}{path}"


def states() -> list[str]:
    """What became of the letters."""
    return list(db.session.scalars(select(OutgoingMail.state)))


def undo(visitor: PageClient, page: str) -> None:
    """Press Undo in the note of a page."""
    action = re.search(r'action="([^"]+/take-back)"', page)
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)
    assert action is not None
    assert ticket is not None
    visitor.post(html.unescape(action[1]), data={"ticket": html.unescape(ticket[1])})


def test_the_page_shows_answers_and_ways_to_change_it(
    visitor: PageClient, session: PeerSession
) -> None:
    page = words(visitor.get(at(session)))

    assert "Amina is coming" in page
    assert "Move it" in page
    assert "Cancel it" in page


def test_moving_shows_first_what_it_means_and_changes_nothing(
    visitor: PageClient, session: PeerSession
) -> None:
    page = words(visitor.post(at(session, "/move"), data=TYPED))

    assert "One person said they were coming. Everybody is asked again." in page
    assert "Thursday 17 December, 6pm to 7:30pm, UK time" in page
    assert "Two messages in all." in page
    assert "Amina" in page
    assert session.starts_at == datetime(2026, 12, 10, 18, tzinfo=UTC)
    assert states() == []


def test_a_confirmed_move_is_made_and_can_be_undone(
    visitor: PageClient, session: PeerSession
) -> None:
    visitor.post(at(session, "/move"), data={**TYPED, "confirmed": "yes"})
    page = visitor.get(at(session))
    assert "Two messages leave at 9:10am." in words(page)
    assert session.starts_at == datetime(2026, 12, 17, 18, tzinfo=UTC)

    undo(visitor, page.text)

    assert session.starts_at == datetime(2026, 12, 10, 18, tzinfo=UTC)
    assert states() == [MailState.RECALLED, MailState.RECALLED]
    assert list(db.session.scalars(select(Reply.answer))) == [Answer.COMING]


def test_undoing_too_late_says_that_messages_have_left(
    visitor: PageClient, session: PeerSession
) -> None:
    visitor.post(at(session, "/move"), data={**TYPED, "confirmed": "yes"})
    page = visitor.get(at(session)).text

    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        undo(visitor, page)
        answer = words(visitor.get(at(session)))

    assert "The messages have already left" in answer
    assert session.starts_at == datetime(2026, 12, 17, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"on": "2026-11-20"}, "That time has passed."),
        ({"on": "31 April"}, "There is no 31 April"),
        ({"starts": "6"}, "Write 6am or 6pm"),
        ({"ends": "5pm"}, "A session ends after it starts"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_stays_typed(
    visitor: PageClient, session: PeerSession, typed: dict[str, str], problem: str
) -> None:
    response = visitor.post(at(session, "/move"), data={**TYPED, **typed, "confirmed": "yes"})

    assert response.status_code == 422
    assert problem in words(response)
    assert f'value="{next(iter(typed.values()))}"' in response.text
    assert states() == []


def test_going_back_from_the_check_keeps_what_was_typed(
    visitor: PageClient, session: PeerSession
) -> None:
    response = visitor.post(at(session, "/move"), data={**TYPED, "back": "yes"})

    assert response.status_code == 200
    assert 'value="2026-12-17"' in response.text


def test_cancelling_and_putting_back_are_both_looked_at_first(
    visitor: PageClient, session: PeerSession
) -> None:
    check = words(visitor.get(at(session, "/cancel")))
    assert "One person said they were coming." in check
    assert (session.state, states()) == (SessionState.PLANNED, [])

    visitor.post(at(session, "/cancel"))
    assert session.state == SessionState.CANCELLED
    assert "Thursday 10 December is cancelled." in words(visitor.get(at(session)))
    assert visitor.get(at(session, "/reinstate")).status_code == 200
    visitor.post(at(session, "/reinstate"))

    assert session.state == SessionState.PLANNED


def test_the_place_of_one_session_is_checked_and_saved(
    visitor: PageClient, session: PeerSession
) -> None:
    typed = {"place": "The other room", "room": "https://rooms.example/other"}

    check = words(visitor.post(at(session, "/place"), data=typed))
    visitor.post(at(session, "/place"), data={**typed, "confirmed": "yes"})

    assert "The other room" in check
    assert (session.place, session.room) == ("The other room", "https://rooms.example/other")
    assert session.series.place == "Online"


def test_how_many_came_is_asked_only_once_it_is_over(
    visitor: PageClient, session: PeerSession, signed_in: Browser, amara: Person
) -> None:
    assert visitor.post(at(session, "/came"), data={"came": "6"}).status_code == 422

    with time_machine.travel(session.ends_at, tick=False):
        later = signed_in(amara)
        later.post(at(session, "/came"), data={"came": "6"})
        page = words(later.get(at(session)))

    assert session.came == 6
    assert "How many came?" in page
    assert "Move it" not in page


def test_nobody_else_and_no_other_group_reaches_a_session(
    visitor: PageClient, signed_in: Browser, session: PeerSession, amina: Membership, amara: Person
) -> None:
    elsewhere = build.a_cohort(amara, name="Other")
    wrong = f"/groups/{elsewhere.public_id}/sessions/{session.public_id}"
    member = signed_in(amina.person)

    for path in ("", "/move", "/cancel", "/reinstate", "/place", "/prompts"):
        assert member.get(at(session, path)).status_code == 404
        assert visitor.get(wrong + path).status_code == 404
    assert member.post(at(session, "/cancel")).status_code == 404
    assert session.state == SessionState.PLANNED
