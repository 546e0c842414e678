"""Answers: given, changed, taken back, closed at the start, and counted."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from core.transaction import transaction
from groups.models import Membership, MembershipState, Role
from scheduling.attendance import answers
from scheduling.attendance.answers import Count
from scheduling.models import TAKEN_BACK, Answer, PeerSession, Reply, SessionState
from tests.build import a_cohort, a_member, a_person, a_series, a_session


def give(session: PeerSession, member: Membership, answer: Answer, now: datetime) -> None:
    """Give an answer in a transaction of its own."""
    with transaction():
        answers.give(session, member, answer, now=now)


def test_an_answer_is_kept_with_its_moment(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    give(session, member, Answer.COMING, now)

    reply = answers.reply_of(session, member)
    assert reply is not None
    assert (reply.answer, reply.answered_at) == (Answer.COMING, now)


def test_another_answer_takes_the_place_of_the_first(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    give(session, member, Answer.COMING, now)

    give(session, member, Answer.NOT_THIS_TIME, now)

    rows = db.session.scalars(select(Reply.answer)).all()
    assert rows == [Answer.NOT_THIS_TIME]


def test_an_answer_taken_back_leaves_only_when_that_was(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    give(session, member, Answer.COMING, now)

    with transaction():
        answers.take_back(session, member, now=now + timedelta(hours=1))

    assert answers.said(session, member, now=now) == answers.NOTHING_SAID
    assert answers.count(session, now=now) == Count(waiting=1)
    assert [one.said for one in answers.said_about(session, now=now)][1:] == [answers.NOTHING_SAID]
    [kept] = db.session.scalars(select(Reply)).all()
    assert (kept.answer, kept.answered_at) == (TAKEN_BACK, now + timedelta(hours=1))


def test_taking_back_what_was_never_said_changes_nothing(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        answers.take_back(session, member, now=now)

    assert answers.record_of(session, member) is None


def test_an_answer_in_the_last_second_counts(session: PeerSession, member: Membership) -> None:
    give(session, member, Answer.UNSURE, session.starts_at - timedelta(seconds=1))

    assert answers.count(session, now=session.starts_at) == Count(unsure=1)


@pytest.mark.parametrize(
    ("after_start", "words"),
    [
        (timedelta(0), "This session has started, so answers are closed."),
        (timedelta(hours=2), "This session is over, so there is nothing to answer any more."),
    ],
)
def test_an_answer_after_the_start_is_refused_in_words(
    session: PeerSession, member: Membership, after_start: timedelta, words: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        answers.give(session, member, Answer.COMING, now=session.starts_at + after_start)

    assert refusal.value.words == words


def test_an_answer_for_a_cancelled_session_is_refused(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        session.state = SessionState.CANCELLED

    with pytest.raises(DomainError, match="cancelled"):
        answers.take_back(session, member, now=now)


def test_an_answer_while_dates_are_paused_is_refused(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        member.state = MembershipState.PAUSED

    with pytest.raises(DomainError, match="paused"):
        answers.give(session, member, Answer.COMING, now=now)


def test_an_answer_for_another_group_is_a_mistake(member: Membership, now: datetime) -> None:
    elsewhere = a_session(a_series(a_cohort(a_person("Tom"))))

    with pytest.raises(ValueError, match="own group"):
        answers.give(elsewhere, member, Answer.COMING, now=now)


def test_the_count_leaves_out_facilitators_and_those_who_have_gone(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    gone = a_member(member.cohort, a_person("Dev"))
    waiting = a_member(member.cohort, a_person("Rhys"))
    tom = a_member(member.cohort, a_person("Tom"), Role.CO_FACILITATOR)
    for one in (member, gone, tom):
        give(session, one, Answer.COMING, now)
    with transaction():
        gone.state = MembershipState.LEFT

    assert waiting.state == MembershipState.ACTIVE
    assert answers.count(session, now=now) == Count(coming=1, waiting=1)


def test_counts_of_several_groups_stay_apart(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    other = a_cohort(a_person("Tom"))
    elsewhere = a_session(a_series(other))
    a_member(other, a_person("Rhys"))
    give(session, member, Answer.NOT_THIS_TIME, now)

    found = answers.counts([session, elsewhere], now=now)

    assert found == {session.id: Count(not_this_time=1), elsewhere.id: Count(waiting=1)}
