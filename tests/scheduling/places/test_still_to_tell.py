"""What still waited for a former address is told at the new one, and nothing of it is lost."""

from datetime import date, datetime, time, timedelta

import pytest

from core.db import db
from core.outbox import MailState, OutgoingMail, recall
from core.transaction import transaction
from groups.models import Membership, Role
from scheduling.keeping.diaries import diary_to_stop
from scheduling.letters.announcing import announcement
from scheduling.letters.posting import Act
from scheduling.letters.taking_in import ChangeKind, SessionChange
from scheduling.models import PeerSession, SessionState
from scheduling.places.readdressing import change_address
from scheduling.replies.other_time import tell_other_time
from scheduling.rescheduling.undo import undo as take_back
from tests import build
from tests.scheduling import changed, invitations
from tests.scheduling.post import Opened, all_left, invite, letters, sequence

pytestmark = pytest.mark.usefixtures("amara_keeps_no_calendar")

OLD, NEW = "amina@people.example", "amina.new@people.example"
DAY = timedelta(days=1)


@pytest.fixture
def session(session: PeerSession, member: Membership, now: datetime) -> PeerSession:
    """A session that stands in the member's calendar; another one follows."""
    build.a_session(build.series_of(session), date(2027, 1, 14), number=2)
    invite(session, member, now)
    return session


def change(member: Membership, now: datetime, *, tell_former: bool = True) -> None:
    """Change the member's address, which has been proved."""
    with transaction():
        change_address(member.person, NEW, tell_former=tell_former, now=now)


def to(address: str) -> list[Opened]:
    """Return what waits for an address."""
    return [letter for letter in letters() if letter.to == address]


def move(session: PeerSession, now: datetime, parcel: str = "p") -> None:
    """Move the session by a day, in a parcel that waits."""
    with transaction():
        was = (session.starts_at, session.ends_at)
        session.moved_from_at = session.starts_at
        session.starts_at, session.ends_at = was[0] + DAY, was[1] + DAY
        due_at = now + timedelta(minutes=10)
        invitations.tell_moved(session, was=was, now=now, due_at=due_at, parcel=parcel)


@pytest.mark.parametrize("tell_former", [True, False])
def test_a_new_time_is_told_at_the_new_address_with_the_invitation(
    session: PeerSession, member: Membership, now: datetime, tell_former: bool
) -> None:
    move(session, now)

    change(member, now, tell_former=tell_former)

    kinds = [letter.kind for letter in to(OLD)]
    assert kinds == (["withdrawn", "address_changed"] if tell_former else ["address_changed"])
    [told] = [letter for letter in to(NEW) if letter.kind == "moved"]
    assert (told.method, told.event.start) == ("REQUEST", session.starts_at)
    assert "Thursday 10 December" in told.text
    assert "Friday 11 December" in told.text
    about = [letter for letter in to(NEW) if letter.method and letter.row.thread == told.row.thread]
    assert [letter.kind for letter in about] == ["moved"]


def test_a_cancellation_is_told_at_the_new_address_in_words_alone(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        session.state = SessionState.CANCELLED
        invitations.tell_cancelled(session, now=now, due_at=now + DAY, parcel="p")

    change(member, now)

    assert [(one.kind, one.method) for one in to(OLD)] == [
        ("withdrawn", "CANCEL"),
        ("address_changed", None),
    ]
    [told] = [letter for letter in to(NEW) if letter.kind == "cancelled"]
    assert (told.method, "Thursday 10 December" in told.text) == (None, True)


def test_a_session_that_takes_place_after_all_comes_with_its_invitation(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        session.state = SessionState.CANCELLED
        invitations.tell_cancelled(session, now=now)
    all_left(now)
    with transaction():
        session.state = SessionState.PLANNED
        invitations.tell_reinstated(session, now=now + DAY)

    change(member, now + DAY)

    assert [letter.kind for letter in to(OLD)] == ["address_changed"]
    [told] = [
        letter for letter in to(NEW) if letter.event and letter.event.start == session.starts_at
    ]
    assert (told.kind, told.method) == ("reinstated", "REQUEST")


def test_another_place_is_told_at_the_new_address(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        session.place = "Room 4"
        invitations.tell_place(session, now=now)

    change(member, now + timedelta(minutes=1))

    assert [letter.kind for letter in to(OLD)] == ["withdrawn", "address_changed"]
    assert sorted(letter.kind for letter in to(NEW)) == [
        "dates",
        "invitation",
        "invitation",
        "place",
    ]


def test_a_letter_about_several_dates_goes_to_the_new_address_as_it_is(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    other = build.a_session(build.series_of(session), date(2027, 2, 11), number=3)
    news = [SessionChange(session, ChangeKind.MOVED), SessionChange(other, ChangeKind.ADDED)]
    with transaction():
        announcement(member.cohort, news, Act(now, now + DAY, "p")).write()

    change(member, now)

    [told] = [letter for letter in to(NEW) if letter.kind == "new_dates"]
    assert (told.row.due_at, told.row.parcel) == (now + DAY, "p")
    stop = b"".join(told.row.body.partition(b"List-Unsubscribe: <")[2:]).partition(b">")[0]
    assert diary_to_stop(stop.decode().rpartition("/")[2]) is not None
    assert OLD.encode() not in told.row.body
    with transaction():
        recall("p", now)
    assert letters("new_dates") == []


def test_a_proposal_of_another_time_follows_who_runs_the_group(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    tom = build.a_member(member.cohort, build.a_person("Tom"), Role.CO_FACILITATOR)
    with transaction():
        tell_other_time(session, member, now=now)

    with transaction():
        change_address(tom.person, NEW, tell_former=True, now=now)

    assert [letter.kind for letter in to("tom@people.example")] == ["address_changed"]
    assert [letter.kind for letter in to(NEW)].count("other_time") == 1


def test_a_new_time_that_is_taken_back_is_told_at_the_new_address_alone(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    amara, was = member.cohort.memberships[0].person, session.starts_at
    on, hours = session.planned_on + DAY, (time(18), time(19, 30))
    with transaction():
        moved = changed.move(session, on=on, starts=hours[0], ends=hours[1], now=now, by=amara)
    change(member, now + timedelta(minutes=1))
    with transaction():
        for letter in to(OLD) + to(NEW):
            letter.row.state, letter.row.attempts = MailState.SENT, 1

    with transaction():
        take_back(moved.undo_token or "", member.cohort, by=amara, now=now + timedelta(minutes=2))

    assert to(OLD) == []
    told = [(letter.kind, letter.event and letter.event.start) for letter in to(NEW)]
    assert told == [("new_dates", None), ("moved", was)]


@pytest.mark.parametrize("tell_former", [True, False])
def test_a_change_taken_back_later_brings_nothing_back_to_the_old_address(
    session: PeerSession, member: Membership, now: datetime, tell_former: bool
) -> None:
    move(session, now, "first")
    move(session, now + timedelta(minutes=1), "second")
    change(member, now + timedelta(minutes=2), tell_former=tell_former)

    with transaction():
        recall("second", now + timedelta(minutes=3))

    waiting = [(letter.kind, letter.method) for letter in to(OLD)]
    expected = [("withdrawn", "CANCEL")] if tell_former else []
    assert waiting == [*expected, ("address_changed", None)]


def test_a_letter_set_aside_is_dropped_and_one_that_clears_a_calendar_is_not(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        invitations.welcome(member, now=now)
        invitations.withdraw_all(member, now=now)
        for mail in db.session.query(OutgoingMail).filter(OutgoingMail.state != MailState.SENT):
            mail.state, mail.final_at = MailState.PARKED, now

    change(member, now + DAY)

    parked = db.session.query(OutgoingMail).filter_by(state=MailState.PARKED).all()
    assert [(mail.kind, mail.recipient) for mail in parked] == [("withdrawn", OLD)]


def test_the_first_update_at_the_new_address_is_newer_than_what_it_was_given(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    move(session, now)
    change(member, now)
    [told] = [letter for letter in to(NEW) if letter.kind == "moved"]
    all_left(now)

    move(session, now + DAY, "q")

    [next_one] = [letter for letter in to(NEW) if letter.kind == "moved"]
    assert next_one.event["UID"] == told.event["UID"]
    assert sequence(next_one) == sequence(told) + 1
