"""Usually coming, on the member's pages; and asking for an invitation again."""

from datetime import date

import pytest

from core.db import db
from core.transaction import transaction
from groups.models import Membership
from scheduling.attendance import answers
from scheduling.models import Answer, PeerSession, Reply
from tests.build import a_session, series_of
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.scheduling.post import invite, letters
from tests.scheduling.web.places import home, page_of, said

pytestmark = pytest.mark.usefixtures("clock")


def choose(visitor: PageClient, member: Membership, value: str, **more: str) -> None:
    """Press one of the two buttons."""
    answer = visitor.post(f"{home(member)}/usually", data={"usually": value, **more})
    assert answer.headers["Location"] == home(member)


def usual(member: Membership) -> bool:
    """Tell whether this member is usually coming."""
    db.session.rollback()
    return answers.standing_answer(member) is not None


def test_home_offers_to_answer_once_for_all(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    page = visitor.get(home(member))

    assert "Do you usually come? Usually coming Ask me each time" in words(page)
    html = page.get_data(as_text=True)
    assert 'value="each_time" aria-pressed="true"' in html


def test_one_tap_says_usually_coming_and_one_takes_it_back(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    choose(visitor, member, "usually")
    told, page = usual(member), visitor.get(home(member))
    choose(visitor, member, "each_time", undo="y")

    assert (told, usual(member)) == (True, False)
    assert "Saved: you are usually coming. You can say otherwise for any date. Undo" in words(page)
    assert "You are usually coming, so this counts as yes unless you say otherwise." in words(page)
    assert "we’ll ask you each time. Undo" not in words(visitor.get(home(member)))


def test_what_is_neither_is_refused(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    page = visitor.post(f"{home(member)}/usually", data={"usually": "never"})

    assert (page.status_code, usual(member)) == (400, False)


def test_one_tap_says_otherwise_for_one_date_and_one_goes_back_to_usual(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    choose(visitor, member, "usually")
    url = f"{page_of(session)}/answer?back=session"

    visitor.post(url, data={"answer": "not_this_time", "time": "2026-12-10T18:00Z"})
    otherwise, text = said(session, member), words(visitor.get(page_of(session)))
    visitor.post(url, data={"answer": "nothing"})

    assert (otherwise, said(session, member)) == (Answer.NOT_THIS_TIME, None)
    assert "Back to usually coming" in text
    found = answers.said(session, member, now=NOW)
    assert (found.answer, found.is_usual) == (Answer.COMING, True)
    assert "that counts again. Undo" in words(visitor.get(page_of(session)))


def test_undoing_an_answer_lets_the_usual_one_count_again(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    choose(visitor, member, "usually")
    url = f"{page_of(session)}/answer"

    visitor.post(url, data={"answer": "unsure"})
    visitor.post(url, data={"answer": "nothing", "undo": "y"})

    assert said(session, member) is None
    assert "Your answer is as it was before." in words(visitor.get(home(member)))


def test_an_answer_to_a_time_that_has_changed_meanwhile_is_not_taken(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    url = f"{page_of(session)}/answer?back=session"

    visitor.post(url, data={"answer": "coming", "time": "2026-12-03T18:00Z"})

    assert said(session, member) is None
    assert "The time has changed since that page was opened." in words(
        visitor.get(page_of(session))
    )


def test_i8_pages_say_what_was_said_to_an_earlier_time(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    with transaction():
        reply = Reply(session_id=session.id, membership_id=member.id, answer=Answer.NOT_THIS_TIME)
        reply.answered_at, reply.is_earlier = NOW, True
        db.session.add(reply)

    texts = [words(visitor.get(url)) for url in (home(member), page_of(session), "/dates")]

    assert ["You could not come at the earlier time." in text for text in texts] == [True] * 3


def test_dates_show_for_each_which_answer_counts(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    a_session(series_of(session), date(2027, 1, 14), number=2)
    choose(visitor, member, "usually")
    with transaction():
        answers.give(session, member, Answer.NOT_THIS_TIME, now=NOW)

    html = visitor.get("/dates").get_data(as_text=True)

    assert html.count('value="coming" aria-pressed="true"') == 1
    assert html.count('value="not_this_time" aria-pressed="true"') == 1
    assert (html.count("Back to usually coming"), html.count("so this counts as yes")) == (1, 1)


def test_an_invitation_can_be_asked_for_again(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    invite(session, member, NOW)

    page = visitor.get(page_of(session))
    visitor.post(f"{page_of(session)}/again")

    assert "Send me this invitation again" in words(page)
    assert len(letters("invitation", to=member.person)) == 1
    assert words(visitor.get(page_of(session))).startswith("Sent again.")


def test_asking_at_once_for_yet_another_says_where_to_look(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    invite(session, member, NOW)

    for _ in range(2):
        visitor.post(f"{page_of(session)}/again")

    assert len(letters("invitation", to=member.person)) == 1
    text = words(visitor.get(page_of(session)))
    assert "It was sent a short while ago, or is on its way." in text


def test_who_was_never_invited_is_offered_no_repetition(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    page = visitor.get(page_of(session))
    visitor.post(f"{page_of(session)}/again")

    assert ("invitation again" in words(page), letters()) == (False, [])
