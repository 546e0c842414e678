"""Usually coming: it counts where nothing else was said, and only for times that were known."""

from datetime import date, datetime, timedelta

import pytest

from core.db import db
from core.transaction import transaction
from groups.models import Membership
from scheduling.attendance import answers
from scheduling.attendance.answers import NOTHING_SAID, Count, Said
from scheduling.letters.reminders import remind_due
from scheduling.models import Answer, PeerSession, Reply, SessionState, StandingAnswer
from scheduling.own_data import own_dates
from scheduling.places import departures
from scheduling.web.home.view.group import who_said_what
from tests.build import FIRST, a_member, a_person, a_session, series_of
from tests.scheduling import changed
from tests.scheduling.post import letters
from tests.scheduling.queries import counted

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
USUAL = Said(Answer.COMING, is_usual=True, usually=True)


def usually(member: Membership, now: datetime) -> None:
    """Say once for all that this member comes."""
    with transaction():
        answers.usually_coming(member, now=now)


def say(session: PeerSession, member: Membership, answer: Answer, now: datetime) -> None:
    """Say something about one session."""
    with transaction():
        answers.give(session, member, answer, now=now)


def asked_anew(session: PeerSession, now: datetime) -> None:
    """Let the session have another time, as moving it does."""
    with transaction():
        session.asked_anew_at = now
        for reply in db.session.query(Reply).filter_by(session_id=session.id):
            reply.is_earlier = True


def test_who_usually_comes_counts_as_coming(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    usually(member, now)

    assert answers.said(session, member, now=now) == USUAL
    assert answers.count(session, now=now) == Count(coming=1)
    assert who_said_what(session, now=now) == ["Amina is usually coming"]


def test_saying_otherwise_for_one_session_counts_for_that_one_alone(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    later = a_session(series_of(session), date(2027, 1, 14), number=2)
    usually(member, now)

    say(session, member, Answer.NOT_THIS_TIME, now)

    assert answers.said_by([member], [session, later], now=now) == {
        session.id: Said(Answer.NOT_THIS_TIME, usually=True),
        later.id: USUAL,
    }
    found = answers.counts([session, later], now=now)
    assert (found[session.id], found[later.id]) == (Count(not_this_time=1), Count(coming=1))


def test_taking_that_back_lets_the_usual_answer_count_again(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    usually(member, now)
    say(session, member, Answer.NOT_THIS_TIME, now)

    with transaction():
        answers.take_back(session, member, now=now)

    assert answers.said(session, member, now=now) == USUAL


def test_rather_being_asked_leaves_what_was_said_about_single_sessions(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    later = a_session(series_of(session), date(2027, 1, 14), number=2)
    usually(member, now)
    say(session, member, Answer.UNSURE, now)

    with transaction():
        answers.ask_each_time(member)
        answers.ask_each_time(member)

    assert answers.said_by([member], [session, later], now=now) == {
        session.id: Said(Answer.UNSURE),
        later.id: NOTHING_SAID,
    }


def test_i8_a_new_time_resets_what_was_said_and_keeps_it_to_be_shown(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    say(session, member, Answer.NOT_THIS_TIME, now)

    asked_anew(session, now + DAY)

    assert answers.said(session, member, now=now) == Said(earlier=Answer.NOT_THIS_TIME)
    assert answers.count(session, now=now) == Count(waiting=1)
    assert who_said_what(session, now=now) == ["Amina was not coming at the earlier time"]


def test_i8_a_new_time_is_not_covered_by_an_older_usual_answer(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    usually(member, now)

    asked_anew(session, now)

    assert answers.said(session, member, now=now) == Said(earlier=Answer.COMING)
    assert answers.count(session, now=now) == Count(waiting=1)


def test_saying_again_that_one_usually_comes_covers_the_new_time(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    say(session, member, Answer.NOT_THIS_TIME, now)
    asked_anew(session, now + DAY)

    usually(member, now + 2 * DAY)

    assert answers.said(session, member, now=now) == USUAL
    assert answers.count(session, now=now) == Count(coming=1)


def test_a_usual_answer_says_nothing_about_what_had_begun(
    session: PeerSession, member: Membership
) -> None:
    usually(member, session.starts_at)

    assert answers.said(session, member, now=session.starts_at) == NOTHING_SAID
    assert answers.count(session, now=session.starts_at) == Count(waiting=1)


def test_a_usual_answer_says_nothing_about_what_is_cancelled(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    usually(member, now)

    with transaction():
        session.state = SessionState.CANCELLED

    assert answers.said(session, member, now=now) == NOTHING_SAID


def test_a_usual_answer_is_forgotten_30_days_after_a_session(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    usually(member, now)
    gone_at = session.ends_at + timedelta(days=30)

    counted = [answers.count(session, now=when).coming for when in (gone_at - SECOND, gone_at)]
    said = [answers.said(session, member, now=when) for when in (gone_at - SECOND, gone_at)]

    assert (counted, said) == ([1, 0], [USUAL, NOTHING_SAID])


def test_who_usually_comes_is_reminded_and_who_said_no_is_not(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    dev = a_member(member.cohort, a_person("Dev"))
    for one in (member, dev):
        usually(one, now)
    say(session, dev, Answer.NOT_THIS_TIME, now)

    remind_due(session.starts_at - DAY)

    assert len(letters("reminder", to=member.person)) == 1
    assert letters("reminder", to=dev.person) == []


def test_who_said_no_to_an_earlier_time_is_reminded_of_the_new_one(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    say(session, member, Answer.NOT_THIS_TIME, now)
    asked_anew(session, now)

    remind_due(session.starts_at - DAY)

    assert len(letters("reminder", to=member.person)) == 1


@pytest.mark.parametrize("goes", [departures.depart, changed.remove])
def test_a_usual_answer_goes_with_the_place(
    session: PeerSession, member: Membership, now: datetime, goes: object
) -> None:
    usually(member, now)

    with transaction():
        goes(member, now=now)  # type: ignore[operator]  # both take a place and a moment

    assert db.session.query(StandingAnswer).count() == 0


def test_a_usual_answer_outlasts_a_pause(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    usually(member, now)

    with transaction():
        departures.pause(member, now=now)
    counted = answers.count(session, now=now)
    with transaction():
        departures.resume(member, now=now)

    assert (counted, answers.count(session, now=now)) == (Count(), Count(coming=1))


def test_own_data_say_which_answers_follow_from_the_usual_one(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    usually(member, now)

    [line] = own_dates(member.person, now=now)

    assert (line["your answer"], line["because you are usually coming"]) == (Answer.COMING, True)


def test_counting_takes_two_queries_however_many_answer(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    for number in range(5):
        usually(a_member(member.cohort, a_person(f"Person {number}")), now)
    later = a_session(series_of(session), FIRST + timedelta(days=35), number=2)

    everything = [session, later]
    assert [one.cohort_id for one in everything]
    with counted() as seen:
        found = answers.counts([session, later], now=now)

    assert ([count.coming for count in found.values()], len(seen)) == ([5, 5], 2)
