"""Changing one session: the form, the check, the act, and the way back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from core.db import db
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups.models import Membership, Person
from scheduling.models import Answer, PeerSession, Reply, SessionState
from tests import build
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.scheduling.undoing import press_undo

pytestmark = pytest.mark.usefixtures("clock")

Browser = Callable[[Person], PageClient]
TYPED = {"on": "2026-12-17", "starts": "6pm", "ends": "7:30pm"}


@pytest.fixture
def session(session: PeerSession, amina: Membership) -> PeerSession:
    """The first session of the group, which Amina is coming to."""
    with transaction():
        db.session.add(
            Reply(
                session_id=session.id,
                membership_id=amina.id,
                answer=Answer.COMING,
                answered_at=NOW,
            )
        )
    return session


def at(session: PeerSession, path: str = "") -> str:
    """The address of a page of the session."""
    return f"/groups/{session.cohort.public_id}/sessions/{session.public_id}{path}"


def states() -> list[str]:
    """What became of the letters."""
    return list(db.session.scalars(select(OutgoingMail.state)))


def test_the_page_shows_answers_and_ways_to_change_it(
    amaras_browser: PageClient, session: PeerSession
) -> None:
    page = words(amaras_browser.get(at(session)))

    assert "Amina is coming" in page
    assert "Move it" in page
    assert "Cancel it" in page


def test_moving_shows_first_what_it_means_and_changes_nothing(
    amaras_browser: PageClient, session: PeerSession
) -> None:
    page = words(amaras_browser.post(at(session, "/move"), data=TYPED))

    assert "One person said they were coming. One session changes, for two people." in page
    assert "Everybody is asked again." in page
    assert "Thursday 10 December Thursday 17 December" in page
    assert "6pm to 7:30pm, UK time, as before." in page
    assert "Two messages in all." in page
    assert "Amina" in page
    assert session.starts_at == datetime(2026, 12, 10, 18, tzinfo=UTC)
    assert states() == []


def test_a_confirmed_move_is_made_and_can_be_undone(
    amaras_browser: PageClient, session: PeerSession
) -> None:
    amaras_browser.post(at(session, "/move"), data={**TYPED, "confirmed": "yes"})
    page = amaras_browser.get(at(session))
    assert "Two messages leave at 9:10am." in words(page)
    assert session.starts_at == datetime(2026, 12, 17, 18, tzinfo=UTC)

    press_undo(amaras_browser, page.text)

    assert session.starts_at == datetime(2026, 12, 10, 18, tzinfo=UTC)
    assert states() == [MailState.RECALLED, MailState.RECALLED]
    assert list(db.session.scalars(select(Reply.answer))) == [Answer.COMING]


def test_undoing_too_late_says_that_messages_have_left(
    amaras_browser: PageClient, session: PeerSession
) -> None:
    amaras_browser.post(at(session, "/move"), data={**TYPED, "confirmed": "yes"})
    page = amaras_browser.get(at(session)).text

    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        press_undo(amaras_browser, page)
        answer = words(amaras_browser.get(at(session)))

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
    amaras_browser: PageClient, session: PeerSession, typed: dict[str, str], problem: str
) -> None:
    response = amaras_browser.post(
        at(session, "/move"), data={**TYPED, **typed, "confirmed": "yes"}
    )

    assert response.status_code == 422
    assert problem in words(response)
    assert f'value="{next(iter(typed.values()))}"' in response.text
    assert states() == []


def test_going_back_from_the_check_keeps_what_was_typed(
    amaras_browser: PageClient, session: PeerSession
) -> None:
    response = amaras_browser.post(at(session, "/move"), data={**TYPED, "back": "yes"})

    assert response.status_code == 200
    assert 'value="2026-12-17"' in response.text


def test_cancelling_and_putting_back_are_both_looked_at_first(
    amaras_browser: PageClient, session: PeerSession
) -> None:
    check = words(amaras_browser.get(at(session, "/cancel")))
    assert "One person said they were coming." in check
    assert (session.state, states()) == (SessionState.PLANNED, [])

    amaras_browser.post(at(session, "/cancel"))
    assert session.state == SessionState.CANCELLED
    assert "Thursday 10 December is cancelled." in words(amaras_browser.get(at(session)))
    assert amaras_browser.get(at(session, "/reinstate")).status_code == 200
    amaras_browser.post(at(session, "/reinstate"))

    assert session.state == SessionState.PLANNED


def test_the_place_of_one_session_is_checked_and_saved(
    amaras_browser: PageClient, session: PeerSession
) -> None:
    typed = {"place": "The other room", "room": "https://rooms.example/other"}

    check = words(amaras_browser.post(at(session, "/place"), data=typed))
    amaras_browser.post(at(session, "/place"), data={**typed, "confirmed": "yes"})

    assert "The other room" in check
    assert (session.place, session.room) == ("The other room", "https://rooms.example/other")
    assert build.series_of(session).place == "Online"


def test_how_many_came_is_asked_only_once_it_is_over(
    amaras_browser: PageClient, session: PeerSession, signed_in: Browser, amara: Person
) -> None:
    assert amaras_browser.post(at(session, "/came"), data={"came": "6"}).status_code == 422

    with time_machine.travel(session.ends_at, tick=False):
        later = signed_in(amara)
        later.post(at(session, "/came"), data={"came": "6"})
        page = words(later.get(at(session)))

    assert session.came == 6
    assert "How many came?" in page
    assert "Move it" not in page


def test_nobody_else_and_no_other_group_reaches_a_session(
    amaras_browser: PageClient,
    signed_in: Browser,
    session: PeerSession,
    amina: Membership,
    amara: Person,
) -> None:
    elsewhere = build.a_cohort(amara, name="Other")
    wrong = f"/groups/{elsewhere.public_id}/sessions/{session.public_id}"
    member = signed_in(amina.person)

    for path in ("", "/move", "/cancel", "/reinstate", "/place", "/prompts"):
        assert member.get(at(session, path)).status_code == 404
        assert amaras_browser.get(wrong + path).status_code == 404
    assert member.post(at(session, "/cancel")).status_code == 404
    assert session.state == SessionState.PLANNED
