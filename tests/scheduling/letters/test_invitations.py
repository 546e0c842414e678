"""Who is invited to which session, when their turn comes, and what happens when they leave."""

from datetime import date, datetime, timedelta

import pytest

from core.db import db
from core.encryption import damaged_lately
from core.transaction import transaction
from groups.models import CohortState, Membership, MembershipState
from scheduling.letters.recipients import recipient_of, recipients_of
from scheduling.models import Answer, KeptBy, PeerSession, Reply, Series
from tests import build
from tests.conftest import NOW
from tests.scheduling import invitations
from tests.scheduling.post import all_left, invite, kept_by, letters, only, sequence, told

pytestmark = pytest.mark.usefixtures("amara_keeps_no_calendar")

DAY = timedelta(days=1)
PAUSE = timedelta(minutes=10)
DATES = [date(2026, 12, 10), date(2027, 1, 14), date(2027, 2, 11), date(2027, 3, 11)]


def test_invitation_asks_one_member_about_one_date(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        issued = invitations.issue(session, member, now=now)

    letter = only(member=member)
    assert (issued, letter.kind, letter.method) == (True, "invitation", "REQUEST")
    assert letter.event["ATTENDEE"] == "mailto:amina@people.example"
    assert letter.event["ORGANIZER"] == "mailto:hello@alcove.example"
    assert (sequence(letter), letter.event["SUMMARY"]) == (0, "Private appointment")
    assert letter.event.start == session.starts_at
    assert letter.row.useful_until == session.ends_at


def test_invitation_is_issued_once(session: PeerSession, member: Membership, now: datetime) -> None:
    invite(session, member, now)

    with transaction():
        again = invitations.issue(session, member, now=now + DAY)

    assert (again, told(member)) == (False, [(1, 0, "REQUEST")])


@pytest.mark.parametrize("how", [KeptBy.FEED, KeptBy.NEITHER])
def test_no_invitation_for_who_keeps_dates_otherwise(
    session: PeerSession, member: Membership, now: datetime, how: KeptBy
) -> None:
    kept_by(member.person, how)

    with transaction():
        issued = invitations.issue(session, member, now=now)

    assert (issued, letters()) == (False, [])


def test_invitation_carries_the_answer_that_was_given(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        db.session.add(
            Reply(session=session, membership=member, answer=Answer.COMING, answered_at=now)
        )
        invitations.issue(session, member, now=now)

    assert only(member=member).event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"


def test_welcome_says_all_dates_and_invites_to_the_next_three(
    series: Series, member: Membership, now: datetime
) -> None:
    for number, day in enumerate(DATES, start=1):
        build.a_session(series, day, number=number)

    with transaction():
        invitations.welcome(member, now=now)

    assert [letter.kind for letter in letters()] == ["dates", *["invitation"] * 3]
    words = only("dates", member=member).text
    assert words.count("6pm to 7:30pm, UK time") == 4
    assert [letter.event.start.date() for letter in letters("invitation")] == DATES[:3]


def test_welcome_without_invitations_is_one_letter(
    series: Series, session: PeerSession, member: Membership, now: datetime
) -> None:
    kept_by(member.person, KeptBy.FEED)

    with transaction():
        invitations.welcome(member, now=now)

    assert [letter.kind for letter in letters()] == ["dates"]


def test_welcome_without_dates_is_silent(series: Series, member: Membership, now: datetime) -> None:
    with transaction():
        invitations.welcome(member, now=now)

    assert letters() == []


def test_leaving_takes_coming_dates_out_and_drops_what_waits(
    series: Series, member: Membership, now: datetime
) -> None:
    sessions = [build.a_session(series, day, number=n) for n, day in enumerate(DATES, start=1)]
    invite(sessions[0], member, now)
    with transaction():
        invitations.issue(sessions[1], member, now=now)

    with transaction():
        member.state = MembershipState.LEFT
        count = invitations.withdraw_all(member, now=now)

    assert count == 1
    assert [(one.kind, one.method) for one in letters()] == [("withdrawn", "CANCEL")]
    assert [method for _, _, method in told(member)] == ["CANCEL", "CANCEL"]


def test_coming_back_gets_new_invitations(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    with transaction():
        member.state = MembershipState.LEFT
        invitations.withdraw_all(member, now=now)
    all_left(now)

    with transaction():
        member.state = MembershipState.ACTIVE
    issued = invitations.issue_due(now)

    assert issued == 1
    assert told(member) == [(1, 1, "CANCEL"), (2, 0, "REQUEST")]


def test_past_sessions_stay_in_the_calendar_of_who_leaves(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)

    with transaction():
        count = invitations.withdraw_all(member, now=session.ends_at)

    assert (count, told(member)) == (0, [(1, 0, "REQUEST")])


def test_issue_due_keeps_three_sessions_ahead_one_by_one(
    series: Series, member: Membership, now: datetime
) -> None:
    sessions = [build.a_session(series, day, number=n) for n, day in enumerate(DATES, start=1)]

    counts = [
        invitations.issue_due(now),
        invitations.issue_due(now),
        invitations.issue_due(sessions[0].ends_at),
    ]

    assert counts == [3, 0, 1]
    assert [one.event.start.date() for one in letters("invitation")] == DATES


def test_issue_due_invites_facilitators_too(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    kept_by(session.cohort.memberships[0].person, KeptBy.INVITATIONS)

    invitations.issue_due(now)

    assert {one.to for one in letters()} == {"amara@people.example", "amina@people.example"}


@pytest.mark.parametrize("state", [CohortState.DRAFT, CohortState.ENDED])
def test_issue_due_leaves_groups_alone_that_are_not_open(
    session: PeerSession, member: Membership, now: datetime, state: CohortState
) -> None:
    with transaction():
        session.cohort.state = state

    assert invitations.issue_due(now) == 0


def test_issue_due_makes_a_diary_for_who_has_none(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        db.session.delete(recipient_of(member, now=now).diary)

    assert invitations.issue_due(now) == 1


def test_issue_due_reaches_others_past_an_address_that_cannot_be_read(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    other = build.a_member(session.cohort, build.a_person("Dev"))
    address = member.person.email_sealed
    with transaction():
        member.person.email_sealed = b"not an envelope"

    assert invitations.issue_due(now) == 1
    assert [letter.to for letter in letters()] == ["dev@people.example"]
    assert told(other) == [(1, 0, "REQUEST")]
    assert told(member) == []
    assert damaged_lately() == {"person.email"}
    with transaction():
        member.person.email_sealed = address
    assert invitations.issue_due(now) == 1
    assert told(member) == [(1, 0, "REQUEST")]


def test_letters_carry_no_name_in_their_addresses(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        invitations.issue(session, member, now=now)

    raw = only(member=member).row.body
    assert b"\r\nTo: amina@people.example\r\n" in raw
    assert raw.startswith(b"From: Alcove <hello@alcove.example>\r\n")


def test_readers_are_the_active_members_and_facilitators(
    session: PeerSession, member: Membership
) -> None:
    gone = build.a_member(session.cohort, build.a_person("Dev"))
    with transaction():
        gone.state = MembershipState.PAUSED

    assert [one.membership.person.name for one in recipients_of(session.cohort, now=NOW)] == [
        "Amara",
        "Amina",
    ]


def test_issue_due_waits_while_the_opening_can_be_undone(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        session.cohort.opened_at = now

    counts = [invitations.issue_due(now), invitations.issue_due(now + PAUSE)]

    assert counts == [0, 1]
