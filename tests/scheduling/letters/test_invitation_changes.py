"""Changes of a session as each person and each calendar is told of them, done and undone."""

from datetime import date, datetime, timedelta

import pytest

from core.db import db
from core.outbox import MailState, OutgoingMail, recall
from core.transaction import transaction
from groups.models import Membership
from scheduling.models import Invitation, KeptBy, PeerSession, Series, SessionState
from tests import build
from tests.scheduling import invitations
from tests.scheduling.post import all_left, full, invite, kept_by, letters, only, sequence, told

pytestmark = pytest.mark.usefixtures("amara_keeps_no_calendar")

DAY = timedelta(days=1)
PAUSE = timedelta(minutes=10)
DATES = [date(2026, 12, 10), date(2027, 1, 14), date(2027, 2, 11), date(2027, 3, 11)]


def move(
    session: PeerSession, now: datetime, by: timedelta = DAY, parcel: str | None = None
) -> int:
    with transaction():
        was = (session.starts_at, session.ends_at)
        session.moved_from_at = session.starts_at
        session.starts_at, session.ends_at = was[0] + by, was[1] + by
        due_at = None if parcel is None else now + PAUSE
        return invitations.tell_moved(session, was=was, now=now, due_at=due_at, parcel=parcel)


def cancel(session: PeerSession, now: datetime, parcel: str | None = None) -> int:
    with transaction():
        session.state = SessionState.CANCELLED
        due_at = None if parcel is None else now + PAUSE
        return invitations.tell_cancelled(session, now=now, due_at=due_at, parcel=parcel)


def reinstate(session: PeerSession, now: datetime) -> int:
    with transaction():
        session.state = SessionState.PLANNED
        return invitations.tell_reinstated(session, now=now)


def take_back(session: PeerSession, parcel: str, now: datetime, **before: object) -> None:
    """Undo: the letters are recalled, and the session is what it was."""
    with transaction():
        recall(parcel, now)
        for name, value in before.items():
            setattr(session, name, value)


def only_uid(member: Membership) -> str:
    return str(db.session.query(Invitation).filter_by(membership_id=member.id).one().uid)


def test_move_updates_the_entry_and_raises_its_sequence(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    uid = only_uid(member)

    count = move(session, now + DAY)

    letter = only(member=member)
    assert (count, letter.kind, letter.method) == (2, "moved", "REQUEST")
    assert (letter.event["UID"], sequence(letter)) == (uid, 1)
    assert letter.event.start == session.starts_at
    assert letter.subject == "New date: Friday 11 December"
    assert "It was on Thursday 10 December, 6pm to 7:30pm, UK time." in letter.text


def test_move_within_the_day_is_called_a_new_time(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    move(session, now, by=timedelta(hours=1))

    assert only(member=member).subject == "New time: Thursday 10 December"


def test_stamps_of_one_entry_rise_even_within_a_second(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    first = letters(waiting=False)[0].event["DTSTAMP"].dt

    move(session, now)

    assert only("moved", member=member).event["DTSTAMP"].dt > first


def test_move_reaches_a_feed_reader_as_plain_mail(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    kept_by(member.person, KeptBy.FEED)

    move(session, now)

    letter = only("moved", member=member)
    assert letter.method is None
    assert "please move it there" in letter.text


def test_switching_to_a_feed_keeps_entries_that_were_sent_up_to_date(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    kept_by(member.person, KeptBy.FEED)

    move(session, now)
    all_left(now)
    cancel(session, now)

    kinds = [(letter.kind, letter.method) for letter in letters(to=member.person, waiting=False)]
    assert kinds == [("invitation", "REQUEST"), ("moved", "REQUEST"), ("cancelled", "CANCEL")]


def test_second_move_replaces_the_letter_about_the_first(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    move(session, now)

    move(session, now)

    letter = only("moved", member=member)
    assert (letter.subject, sequence(letter)) == ("New date: Saturday 12 December", 2)
    assert "It was on" not in letter.text


def test_cancellation_takes_the_entry_out(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    uid = only_uid(member)

    cancel(session, now)

    letter = only("cancelled", member=member)
    assert (letter.method, letter.event["UID"], sequence(letter)) == ("CANCEL", uid, 1)
    assert letter.event["STATUS"] == "CANCELLED"
    assert told(member) == [(1, 1, "CANCEL")]
    assert "http://alcove.example/help" in letter.text


def test_invitation_that_never_left_is_dropped_and_needs_no_cancellation(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        invitations.issue(session, member, now=now)

    cancel(session, now)

    kinds = [(letter.kind, letter.method) for letter in letters(to=member.person)]
    assert kinds == [("cancelled", None)]


def test_invitation_that_may_have_left_is_cancelled(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        invitations.issue(session, member, now=now)
        only_row = db.session.query(OutgoingMail).one()
        # The sender died, and nobody knows how far it came.
        only_row.state, only_row.attempts = MailState.DUE, 1

    cancel(session, now)

    kinds = [(letter.kind, letter.method) for letter in letters(to=member.person)]
    assert kinds == [("cancelled", "CANCEL")]


def test_invitation_that_was_refused_needs_no_cancellation(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    with transaction():
        db.session.query(OutgoingMail).one().state = MailState.REFUSED

    cancel(session, now)

    assert only("cancelled", member=member).method is None


def test_cancellation_after_an_unsent_move_names_the_date_people_know(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    move(session, now)

    cancel(session, now)

    letter = only(member=member)
    assert (letter.kind, letter.subject) == ("cancelled", "Cancelled: Thursday 10 December")
    assert "It had been moved to Friday 11 December" in letter.text


def test_reinstated_session_comes_back_under_a_new_uid(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    dead = only_uid(member)
    cancel(session, now)
    all_left(now)

    reinstate(session, now)

    letter = only("reinstated", member=member)
    assert (letter.method, sequence(letter)) == ("REQUEST", 0)
    assert letter.event["UID"] != dead
    assert told(member) == [(1, 1, "CANCEL"), (2, 0, "REQUEST")]


def test_reinstated_before_the_cancellation_left_keeps_its_uid(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    uid = only_uid(member)
    cancel(session, now, parcel="p")

    reinstate(session, now)

    letter = only(member=member)
    assert (letter.kind, letter.method, letter.event["UID"]) == ("reinstated", "REQUEST", uid)
    assert sequence(letter) == 2


def test_undone_cancellation_leaves_the_entry_standing(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    cancel(session, now, parcel="p")

    take_back(session, "p", now, state=SessionState.PLANNED)
    issued = invitations.issue_due(now)
    move(session, now)

    letter = only(member=member)
    assert (issued, letter.kind, letter.method, sequence(letter)) == (0, "moved", "REQUEST", 2)
    assert told(member) == [(1, 2, "REQUEST")]


def test_undone_cancellation_lets_an_unsent_invitation_leave_after_all(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        invitations.issue(session, member, now=now)
    cancel(session, now, parcel="p")

    take_back(session, "p", now, state=SessionState.PLANNED)

    assert [letter.kind for letter in letters(to=member.person)] == ["invitation"]
    assert invitations.issue_due(now) == 0


def test_undone_move_lets_the_letter_about_the_former_move_leave(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    move(session, now)
    before = (session.starts_at, session.ends_at)
    move(session, now, parcel="p")

    take_back(session, "p", now, starts_at=before[0], ends_at=before[1])
    move(session, now)

    letter = only("moved", member=member)
    assert sequence(letter) == 3
    assert told(member) == [(1, 3, "REQUEST")]


def test_same_change_done_undone_and_done_again_is_told(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    before = (session.starts_at, session.ends_at)
    move(session, now, parcel="p")
    take_back(session, "p", now, starts_at=before[0], ends_at=before[1])
    with transaction():
        db.session.query(Invitation).one().sequence = 0

    count = move(session, now, parcel="q")

    assert (count, sequence(only("moved", member=member))) == (2, 1)


def test_new_place_updates_only_calendars_that_show_it(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    shown = build.a_member(session.cohort, build.a_person("Dev"))
    full(shown.person)
    invite(session, member, now)
    invite(session, shown, now)

    with transaction():
        session.place = "Room 4"
        invitations.tell_place(session, now=now)

    discreet, open_one = only(member=member), only(member=shown)
    assert (discreet.kind, discreet.method, discreet.event) == ("place", None, None)
    assert (open_one.method, sequence(open_one)) == ("REQUEST", 1)
    assert open_one.event["LOCATION"] == "Room 4"
    assert "Room 4" not in discreet.text
    assert told(member) == [(1, 0, "REQUEST")]


def test_new_place_of_a_run_is_one_letter_and_one_update_for_each_entry(
    series: Series, member: Membership, now: datetime
) -> None:
    sessions = [build.a_session(series, day, number=n) for n, day in enumerate(DATES, start=1)]
    shown = build.a_member(series.cohort, build.a_person("Dev"))
    full(shown.person)
    for session in sessions[:2]:
        invite(session, member, now)
        invite(session, shown, now)

    with transaction():
        series.place = "Room 4"
        count = invitations.tell_place(series, now=now)

    assert count == 4
    assert only(member=member).subject == "News about Thursday 10 December"
    updated = {letter.event.start.date() for letter in letters(to=shown.person)}
    assert updated == set(DATES[:2])


@pytest.mark.parametrize("detail", ["discreet", "full"])
def test_new_place_does_not_swallow_an_unsent_move(
    session: PeerSession, member: Membership, now: datetime, detail: str
) -> None:
    if detail == "full":
        full(member.person)
    invite(session, member, now)
    move(session, now)

    with transaction():
        session.place = "Room 4"
        invitations.tell_place(session, now=now)

    letter = only(member=member)
    assert (letter.kind, letter.method) == ("moved", "REQUEST")
    assert letter.event.start == session.starts_at
    assert ("Room 4" in letter.text) is (detail == "full")
