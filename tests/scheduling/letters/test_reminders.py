"""Reminders: two days before, once, and only to those who want one."""

from datetime import timedelta

import pytest

from core.db import db
from core.delivery import deliver_due
from core.outbox import Promise
from core.transaction import transaction
from groups.models import CohortState, Membership, MembershipState
from scheduling.letters.recipients import recipient_of
from scheduling.letters.reminders import AHEAD, TOO_LATE, remind_due
from scheduling.models import Answer, KeptBy, PeerSession, Reply, SessionState
from tests import build
from tests.core.test_delivery import Script
from tests.scheduling import invitations
from tests.scheduling.post import all_left, full, kept_by, letters

SECOND = timedelta(seconds=1)


@pytest.fixture
def session(session: PeerSession) -> PeerSession:
    """A session of a group whose facilitator wants no reminders."""
    reminders_off(session.cohort.memberships[0])
    return session


@pytest.fixture
def member(session: PeerSession, member: Membership) -> Membership:
    """A member of that group who has a private link."""
    kept_by(member.person, KeptBy.FEED)
    return member


def reminders_off(membership: Membership) -> None:
    with transaction():
        recipient_of(membership, now=membership.joined_at).diary.reminders = False


def answer(session: PeerSession, member: Membership, said: Answer) -> None:
    with transaction():
        db.session.add(
            Reply(session=session, membership=member, answer=said, answered_at=member.joined_at)
        )


@pytest.mark.parametrize(
    ("before", "expected"),
    [(AHEAD + SECOND, 0), (AHEAD, 1), (TOO_LATE + SECOND, 1), (TOO_LATE, 0), (-AHEAD, 0)],
)
def test_reminder_is_posted_from_two_days_to_a_quarter_of_an_hour_before(
    session: PeerSession, member: Membership, before: timedelta, expected: int
) -> None:
    count = remind_due(session.starts_at - before)

    assert (count, len(letters("reminder"))) == (expected, expected)


def test_reminder_is_short_and_can_be_switched_off(
    session: PeerSession, member: Membership
) -> None:
    remind_due(session.starts_at - AHEAD)

    [letter] = letters()
    assert (letter.subject, letter.to) == ("Thursday, 6pm", "amina@people.example")
    assert b"\r\nList-Unsubscribe: <http://alcove.example/stop/" in letter.row.body
    assert letter.row.promise == Promise.ONCE
    assert letter.row.useful_until == session.starts_at - TOO_LATE


def test_reminder_is_posted_once_however_often_the_job_runs(
    session: PeerSession, member: Membership
) -> None:
    counts = [remind_due(session.starts_at - AHEAD + n * SECOND) for n in range(3)]

    assert counts == [1, 0, 0]


@pytest.mark.parametrize(
    ("said", "expected"),
    [(Answer.COMING, 1), (Answer.UNSURE, 1), (Answer.NOT_THIS_TIME, 0)],
)
def test_who_said_no_is_not_reminded(
    session: PeerSession, member: Membership, said: Answer, expected: int
) -> None:
    answer(session, member, said)

    assert remind_due(session.starts_at - AHEAD) == expected


def test_no_reminder_when_they_are_switched_off(session: PeerSession, member: Membership) -> None:
    reminders_off(member)

    assert remind_due(session.starts_at - AHEAD) == 0


@pytest.mark.parametrize("state", [MembershipState.PAUSED, MembershipState.LEFT])
def test_no_reminder_for_who_is_not_there(
    session: PeerSession, member: Membership, state: MembershipState
) -> None:
    with transaction():
        member.state = state

    assert remind_due(session.starts_at - AHEAD) == 0


def test_no_reminder_of_a_cancelled_session(session: PeerSession, member: Membership) -> None:
    with transaction():
        session.state = SessionState.CANCELLED

    assert remind_due(session.starts_at - AHEAD) == 0


def test_no_reminder_in_a_group_that_is_not_open(session: PeerSession, member: Membership) -> None:
    with transaction():
        session.cohort.state = CohortState.DRAFT

    assert remind_due(session.starts_at - AHEAD) == 0


def test_facilitators_are_reminded_too(session: PeerSession) -> None:
    other = build.a_facilitator("Tom")
    build.a_member(session.cohort, other)

    remind_due(session.starts_at - AHEAD)

    assert [letter.to for letter in letters("reminder")] == ["tom@people.example"]


def test_moved_session_is_reminded_of_again(session: PeerSession, member: Membership) -> None:
    at = session.starts_at - AHEAD
    remind_due(at)
    all_left(at)
    with transaction():
        session.starts_at += timedelta(days=7)
        session.ends_at += timedelta(days=7)
        session.dates_changed_at = at + SECOND

    assert remind_due(at + timedelta(days=7)) == 1


def test_reminder_is_left_out_while_a_change_is_on_its_way(
    session: PeerSession, member: Membership
) -> None:
    at = session.starts_at - AHEAD
    with transaction():
        invitations.tell_place(session, now=at)

    count = remind_due(at)

    assert (count, [letter.kind for letter in letters(to=member.person)]) == (0, ["place"])


def test_after_downtime_a_person_gets_one_letter_about_a_session(
    session: PeerSession, member: Membership
) -> None:
    at = session.starts_at - AHEAD
    remind_due(at)
    with transaction():
        was = (session.starts_at, session.ends_at)
        session.starts_at += timedelta(hours=1)
        session.ends_at += timedelta(hours=1)
        invitations.tell_moved(session, was=was, now=at)
        session.state = SessionState.CANCELLED
        invitations.tell_cancelled(session, now=at)
    carrier = Script()

    deliver_due(at + timedelta(days=1), carrier)

    assert [to for to, _ in carrier.taken].count("amina@people.example") == 1


def test_after_downtime_beyond_the_session_nothing_is_sent(
    session: PeerSession, member: Membership
) -> None:
    at = session.starts_at - AHEAD
    with transaction():
        invitations.tell_place(session, now=at)
    carrier = Script()

    remind_due(session.ends_at)
    deliver_due(session.ends_at, carrier)

    assert carrier.taken == []


def test_full_reminder_brings_the_prompts(session: PeerSession, member: Membership) -> None:
    full(member.person)
    build.a_prompt(session, "What helped?")
    with transaction():
        session.prompts_shown_at = member.joined_at

    remind_due(session.starts_at - AHEAD)

    assert "- What helped?" in letters()[0].text
