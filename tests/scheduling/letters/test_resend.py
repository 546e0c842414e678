"""Sending an invitation once more: the same date, the same version, a newer stamp."""

from datetime import datetime, timedelta

import pytest

from core.transaction import transaction
from groups.models import Membership
from scheduling.letters.resend import APART, can_send_again, send_again
from scheduling.models import Answer, KeptBy, PeerSession
from scheduling.places import departures
from tests.scheduling.attendance.test_standing import say
from tests.scheduling.changed import cancel
from tests.scheduling.post import all_left, invite, kept_by, letters, only, sequence, told

pytestmark = pytest.mark.usefixtures("amara_keeps_no_calendar")

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def again(session: PeerSession, member: Membership, now: datetime) -> bool:
    """Ask for it again."""
    with transaction():
        return send_again(session, member, now=now)


def test_i6_sending_again_keeps_sequence_and_raises_dtstamp(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    [first] = letters("invitation", waiting=False)

    sent = again(session, member, now + DAY)

    letter = only("invitation", member=member)
    assert (sent, letter.method, sequence(letter)) == (True, "REQUEST", 0)
    assert letter.event["UID"] == first.event["UID"]
    assert letter.event["DTSTAMP"].dt == now + DAY
    assert letter.event.start == session.starts_at


def test_i6_even_within_the_same_second_dtstamp_rises(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)

    again(session, member, now)

    assert only("invitation", member=member).event["DTSTAMP"].dt == now + timedelta(seconds=2)


def test_i4_what_is_sent_again_carries_the_answer_known_by_then(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    say(session, member, Answer.COMING, now)

    again(session, member, now + DAY)

    attendee = only("invitation", member=member).event["ATTENDEE"]
    assert attendee.params["PARTSTAT"] == "ACCEPTED"


def test_it_is_sent_again_once_an_hour(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)

    sent = []
    for moment in (now, now + APART - MINUTE, now + APART):
        sent.append(again(session, member, moment))
        all_left(moment)

    assert sent == [True, False, True]


def test_while_a_letter_is_on_its_way_nothing_is_added(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    again(session, member, now)

    assert again(session, member, now + 2 * APART) is False
    assert len(letters("invitation")) == 1


def test_who_was_never_invited_gets_nothing(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    kept_by(member.person, KeptBy.FEED)

    assert (again(session, member, now), letters()) == (False, [])
    assert can_send_again(session, member, now=now) is False


def test_after_the_session_nothing_is_sent_again(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)

    assert again(session, member, session.ends_at) is False
    assert can_send_again(session, member, now=now) is True
    assert can_send_again(session, member, now=session.starts_at) is False


def test_what_was_cancelled_is_cancelled_again(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    with transaction():
        cancel(session, by=member.cohort.memberships[0].person, now=now)
    all_left(now)

    sent = again(session, member, now + DAY)

    letter = only("withdrawn", member=member)
    assert (sent, letter.method, sequence(letter)) == (True, "CANCEL", 1)
    assert (letter.event["STATUS"], told(member)) == ("CANCELLED", [(1, 1, "CANCEL")])


def test_who_left_has_the_cancellation_sent_again(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    with transaction():
        departures.depart(member, now=now)
    all_left(now)

    sent = again(session, member, now + DAY)

    assert (sent, only("withdrawn", member=member).method) == (True, "CANCEL")


def test_who_came_back_gets_the_date_under_a_new_uid(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    with transaction():
        departures.pause(member, now=now)
        member.state = "active"
    all_left(now)

    sent = again(session, member, now + DAY)

    assert (sent, told(member)) == (True, [(1, 1, "CANCEL"), (2, 0, "REQUEST")])
