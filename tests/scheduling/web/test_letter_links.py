"""The page that a link in a letter opens: one date, a choice, a button, and nothing else."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.db import db
from core.transaction import transaction
from groups.models import Membership, MembershipState
from scheduling.attendance import answers
from scheduling.attendance.answer_links import LIMITS, token_for
from scheduling.models import Answer, Detail, Diary, PeerSession, Reply, SessionState
from tests.build import a_session, series_of
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.scheduling.web.places import home, page_of, said

pytestmark = pytest.mark.usefixtures("clock")

DECEMBER = "2026-12-10T18:00Z"


@pytest.fixture
def url(session: PeerSession, member: Membership) -> str:
    """The path of the link in the member's letter about the session."""
    return f"/r/{token_for(session, member)}"


def press(browser: FlaskClient, url: str, answer: str, time: str = DECEMBER) -> TestResponse:
    """Choose one of the answers, and press the button."""
    return browser.post(url, data={"answer": answer, "time": time})


def later(session: PeerSession) -> None:
    """Move the session by a week, as its facilitator would."""
    with transaction():
        session.starts_at += timedelta(days=7)
        session.ends_at += timedelta(days=7)


def test_m7_the_page_shows_the_date_three_answers_and_one_button(
    client: PageClient, url: str
) -> None:
    page = client.get(url)

    text, html = words(page), page.get_data(as_text=True)
    assert text.startswith("Thursday 10 December 6pm to 7:30pm, UK time Will you be there?")
    assert "I’ll be there Not sure yet Not this time No reason needed." in text
    assert (html.count('type="radio"'), html.count("checked")) == (3, 0)
    assert html.partition("<main")[2].partition("</main>")[0].count("<button") == 1
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")


def test_the_page_says_neither_group_nor_place_nor_name(
    client: PageClient, member: Membership, session: PeerSession, url: str
) -> None:
    with transaction():
        diary = db.session.query(Diary).filter_by(person_id=member.person_id).one()
        diary.detail, diary.words = Detail.FULL, "Private words"
        session.place = "Room 4"
    a_session(series_of(session), session.planned_on + timedelta(days=35), number=2)

    html = client.get(url).get_data(as_text=True)

    telling = [
        "LawCare",
        "Samaritans",
        "confidential",
        "Thursday evenings",
        "Amara",
        "Tom",
        "Amina",
        "Room 4",
        "Private",
        "January",
        "/g/",
    ]
    assert [word for word in telling if word in html] == []


def test_the_page_needs_no_cookie_and_sets_none(client: PageClient, url: str) -> None:
    answers = [client.get(url), press(client, url, "coming"), client.get("/r/forged")]

    assert [answer.headers.get("Set-Cookie") for answer in answers[:2]] == [None, None]
    assert [answer.status_code for answer in answers] == [200, 200, 404]


def test_the_page_does_not_know_who_is_signed_in(visitor: PageClient, url: str) -> None:
    html = visitor.get(url).get_data(as_text=True)

    assert ("Account" in html, 'aria-label="Main"' in html) == (False, False)


def test_the_page_takes_no_note_that_waits_for_who_is_signed_in(
    visitor: PageClient, member: Membership, session: PeerSession, url: str
) -> None:
    visitor.post(f"{page_of(session)}/answer?back=home", data={"answer": "coming"})

    page = visitor.get(url)

    assert (page.status_code, page.headers.get("Set-Cookie")) == (200, None)
    assert "Saved: you’ll be there. Undo" in words(visitor.get(home(member)))


def test_m7_looking_answers_nothing(
    client: PageClient, session: PeerSession, member: Membership, url: str
) -> None:
    for _ in range(3):
        client.get(f"{url}?answer=coming&time={DECEMBER}")
        client.head(url)

    assert said(session, member) is None


@pytest.mark.parametrize(
    ("answer", "noted"),
    [
        (Answer.COMING, "Saved: you’ll be there."),
        (Answer.UNSURE, "Saved: not sure yet."),
        (Answer.NOT_THIS_TIME, "Saved: not this time."),
    ],
)
def test_a_choice_and_the_button_answer_and_the_page_says_so(
    client: PageClient,
    session: PeerSession,
    member: Membership,
    url: str,
    answer: Answer,
    noted: str,
) -> None:
    page = press(client, url, answer)

    assert (words(page).startswith(noted), said(session, member)) == (True, answer)
    stands = (
        f"{noted.replace('Saved: you’ll', 'You said: I’ll').replace('Saved', 'You said')} You can"
    )
    assert f"{stands} change it here until it starts." in words(page)
    assert stands in words(client.get(url))
    assert "checked" not in page.get_data(as_text=True)


def test_the_button_alone_answers_nothing_and_says_to_choose_first(
    client: PageClient, session: PeerSession, member: Membership, url: str
) -> None:
    pages = [client.post(url, data={"time": DECEMBER}) for _ in range(LIMITS[0].most + 1)]

    assert {page.status_code for page in pages} == {422}
    assert "Error: Choose one of these first. Nothing has changed." in words(pages[0])
    assert "<title>Error: " in pages[0].get_data(as_text=True)
    # Nor is anybody kept from answering by a program that presses it without end.
    assert press(client, url, Answer.COMING).status_code == 200
    assert client.post(url, data={"time": DECEMBER}).status_code == 422
    assert said(session, member) == Answer.COMING


def test_an_answer_is_taken_back_by_the_same_letter(
    client: PageClient, session: PeerSession, member: Membership, url: str
) -> None:
    before = words(client.get(url))
    given = words(press(client, url, Answer.NOT_THIS_TIME))

    page = press(client, url, "nothing")

    assert ("Take my answer back" in before, "Take my answer back" in given) == (False, True)
    assert words(page).startswith("Saved: you haven’t answered. Thursday 10 December")
    assert ("You said" in words(page), said(session, member)) == (False, None)


def test_what_was_said_on_a_page_can_be_put_right_by_the_letter(
    client: PageClient, visitor: PageClient, session: PeerSession, member: Membership, url: str
) -> None:
    visitor.post(f"{page_of(session)}/answer", data={"answer": "not_this_time"})

    stands = words(client.get(url))
    press(client, url, Answer.COMING)

    assert "You said: not this time. You can change it here until it starts." in stands
    assert said(session, member) == Answer.COMING


def test_who_usually_comes_goes_back_to_that_by_the_letter(
    client: PageClient, session: PeerSession, member: Membership, url: str
) -> None:
    with transaction():
        answers.usually_coming(member, now=NOW)
    otherwise = words(press(client, url, Answer.UNSURE))

    page = words(press(client, url, "nothing"))

    assert "Back to usually coming" in otherwise
    assert page.startswith("Saved: you are usually coming, and that counts again.")
    assert said(session, member) is None


def test_a_link_answers_with_the_usual_protection_switched_on(
    client: PageClient, session: PeerSession, member: Membership, url: str
) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = True

    page = press(client, url, Answer.COMING)

    assert (page.status_code, said(session, member)) == (200, Answer.COMING)


def test_another_site_cannot_press_the_button(
    client: PageClient, session: PeerSession, member: Membership, url: str
) -> None:
    data = {"answer": "coming", "time": DECEMBER}

    page = client.post(url, data=data, headers={"Sec-Fetch-Site": "cross-site"})

    assert (page.status_code, said(session, member)) == (400, None)


def test_after_a_move_the_page_says_both_times(
    client: PageClient, session: PeerSession, url: str
) -> None:
    later(session)

    text = words(client.get(url))

    assert "The e-mail said Thursday 10 December, 6pm. It has moved since." in text
    assert "Thursday 17 December 6pm to 7:30pm, UK time Will you be there?" in text


def test_an_answer_counts_only_for_a_time_that_was_shown(
    client: PageClient, session: PeerSession, member: Membership, url: str
) -> None:
    later(session)

    unseen = press(client, url, Answer.COMING)
    before = said(session, member)
    seen = press(client, url, Answer.COMING, "2026-12-17T18:00Z")

    assert (unseen.status_code, before) == (409, None)
    assert words(unseen).startswith("The time has changed since that page was opened.")
    assert (seen.status_code, said(session, member)) == (200, Answer.COMING)


def test_i8_after_a_move_the_page_says_what_was_said_before(
    client: PageClient, session: PeerSession, member: Membership, url: str
) -> None:
    with transaction():
        reply = Reply(session_id=session.id, membership_id=member.id, answer=Answer.COMING)
        reply.answered_at, reply.is_earlier = NOW, True
        db.session.add(reply)

    text = words(client.get(url))

    assert "You said you were coming to the earlier time. Does this one suit you?" in text


def test_who_usually_comes_sees_that_it_counts(
    client: PageClient, member: Membership, url: str
) -> None:
    with transaction():
        answers.usually_coming(member, now=NOW)

    assert "You are usually coming, so this counts as yes" in words(client.get(url))


def test_a_cancelled_date_has_nothing_to_answer(
    client: PageClient, session: PeerSession, member: Membership, url: str
) -> None:
    with transaction():
        session.state = SessionState.CANCELLED

    page, pressed = client.get(url), press(client, url, Answer.COMING)

    assert "This date is cancelled. There is nothing you need to do." in words(page)
    assert ('name="answer"' in page.get_data(as_text=True)) is False
    assert (pressed.status_code, said(session, member)) == (409, None)


def test_a_link_ends_with_the_start_of_its_date(
    client: PageClient, session: PeerSession, member: Membership, url: str
) -> None:
    with time_machine.travel(session.starts_at, tick=False):
        page, pressed = client.get(url), press(client, url, Answer.COMING)

    assert "there is nothing to answer any more" in words(page)
    assert (pressed.status_code, said(session, member)) == (409, None)


@pytest.mark.parametrize(
    "state", [MembershipState.PAUSED, MembershipState.LEFT, MembershipState.REMOVED]
)
def test_who_gets_no_dates_is_shown_none(
    client: PageClient, member: Membership, url: str, state: MembershipState
) -> None:
    with transaction():
        member.state = state

    pages = [client.get(url), press(client, url, Answer.COMING)]

    assert [page.status_code for page in pages] == [410, 410]
    assert "December" not in words(pages[0])


def test_an_unknown_link_is_the_same_as_any_page_that_is_not_there(client: PageClient) -> None:
    unknown, absent = client.get("/r/" + "A" * 75), client.get("/no-such-page")

    assert (unknown.status_code, unknown.get_data()) == (404, absent.get_data())


def test_what_is_none_of_the_answers_is_refused(
    client: PageClient, session: PeerSession, member: Membership, url: str
) -> None:
    statuses = [press(client, url, answer).status_code for answer in ("", "maybe", "usually")]

    assert (statuses, said(session, member)) == ([422, 400, 400], None)


def test_a_program_that_presses_without_end_is_asked_to_wait(client: PageClient, url: str) -> None:
    statuses = [press(client, url, Answer.UNSURE).status_code for _ in range(LIMITS[0].most)]

    page = press(client, url, Answer.UNSURE)

    assert (set(statuses), page.status_code) == ({200}, 429)
    assert page.headers["Retry-After"] == "3600"
    assert "Try again in 1 hour." in words(page)
