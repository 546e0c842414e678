"""Will you be there? Answering with one tap, and undoing it."""

from datetime import timedelta

import pytest

from core.transaction import transaction
from groups.models import Membership
from scheduling.models import Answer, PeerSession, SessionState
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.scheduling.web.places import home, page_of, said

pytestmark = pytest.mark.usefixtures("clock")


def test_one_tap_answers_and_one_tap_undoes(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    answered = visitor.post(f"{page_of(session)}/answer?back=home", data={"answer": "coming"})
    after = words(visitor.get(home(member)))
    given = said(session, member)

    visitor.post(f"{page_of(session)}/answer?back=home", data={"answer": "nothing", "undo": "y"})

    assert (answered.status_code, answered.headers["Location"]) == (303, home(member))
    assert "Saved: you’ll be there. Undo" in after
    assert (given, said(session, member)) == (Answer.COMING, None)


def test_undo_puts_back_what_was_said_before(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    url = f"{page_of(session)}/answer?back=home"
    visitor.post(url, data={"answer": "unsure"})
    visitor.get(home(member))
    visitor.post(url, data={"answer": "not_this_time"})

    html = visitor.get(home(member)).get_data(as_text=True)
    visitor.post(url, data={"answer": "unsure", "undo": "y"})

    assert 'name="answer" value="unsure">\n<input type="hidden" name="undo" value="y">' in html
    assert said(session, member) == Answer.UNSURE
    assert "Your answer is as it was before." in words(visitor.get(home(member)))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"state": SessionState.CANCELLED}, "This session is cancelled"),
        ({"starts_at": NOW}, "This session has started, so answers are closed."),
        ({"starts_at": NOW - timedelta(hours=3), "ends_at": NOW}, "This session is over"),
    ],
    ids=["cancelled", "started", "over"],
)
def test_an_answer_that_comes_too_late_is_refused_in_plain_words(
    visitor: PageClient,
    member: Membership,
    session: PeerSession,
    change: dict[str, object],
    sentence: str,
) -> None:
    with transaction():
        for name, value in change.items():
            setattr(session, name, value)

    visitor.post(f"{page_of(session)}/answer", data={"answer": "coming"})

    assert sentence in words(visitor.get(home(member)))
    assert said(session, member) is None


def test_an_answer_that_is_none_of_the_three_is_refused(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    response = visitor.post(f"{page_of(session)}/answer", data={"answer": "because of court"})

    assert response.status_code == 400
    assert said(session, member) is None
