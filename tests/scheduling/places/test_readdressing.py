"""Another address: what stands in the old calendar goes, and comes back in the new one."""

from datetime import date, datetime, timedelta

import pytest

from core.db import db
from core.errors import DomainError, NotFound
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups.models import Membership, MembershipState, Person
from scheduling.attendance.answer_links import opened, token_for
from scheduling.letters.deliveries import send_again
from scheduling.models import KeptBy, PeerSession
from scheduling.places.readdressing import change_address
from tests import build
from tests.scheduling import invitations
from tests.scheduling.post import Opened, all_left, invite, kept_by, letters, sequence, told

pytestmark = pytest.mark.usefixtures("amara_keeps_no_calendar")

OLD, NEW = "amina@people.example", "amina.new@people.example"
DAY = timedelta(days=1)


def change(person: Person, now: datetime, *, tell_former: bool = True) -> None:
    """Change the address, which has been proved."""
    with transaction():
        change_address(person, NEW, tell_former=tell_former, now=now)


def to(address: str) -> list[Opened]:
    """Return what waits for an address."""
    return [letter for letter in letters() if letter.to == address]


def test_i11_the_old_calendar_is_cleared_and_the_new_one_filled(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)

    change(member.person, now + DAY)

    [gone, notice] = to(OLD)
    assert (gone.method, sequence(gone), notice.kind) == ("CANCEL", 1, "address_changed")
    assert gone.event["ATTENDEE"] == f"mailto:{OLD}"
    [fresh] = [letter for letter in to(NEW) if letter.kind == "invitation"]
    assert (fresh.method, sequence(fresh)) == ("REQUEST", 0)
    assert fresh.event["ATTENDEE"] == f"mailto:{NEW}"
    assert fresh.event["UID"] != gone.event["UID"]
    assert told(member) == [(1, 1, "CANCEL"), (2, 0, "REQUEST")]


def test_i14_the_cancellation_leaves_before_the_new_request(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)

    change(member.person, now + DAY)

    about = [letter for letter in letters() if letter.method]
    assert [letter.method for letter in about] == ["CANCEL", "REQUEST"]
    assert len({letter.row.thread for letter in about}) == 1


def test_i11_an_unsafe_old_address_hears_nothing_about_dates(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    later = build.a_session(build.series_of(session), date(2027, 1, 14), number=2)
    with transaction():
        invitations.issue(later, member, now=now)

    change(member.person, now + DAY, tell_former=False)

    assert [letter.kind for letter in to(OLD)] == ["address_changed"]
    assert [letter.kind for letter in to(NEW)] == ["invitation", "invitation", "dates"]


def test_after_an_unsafe_change_updates_still_reach_the_new_calendar(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    change(member.person, now + DAY, tell_former=False)
    all_left(now + DAY)

    with transaction():
        invitations.tell_moved(session, was=(session.starts_at, session.ends_at), now=now + 2 * DAY)

    [moved] = letters("moved", to=member.person)
    [fresh] = letters("invitation", to=member.person, waiting=False)
    assert (moved.event["UID"], sequence(moved)) == (fresh.event["UID"], 1)


def test_the_new_address_gets_all_dates_and_what_waited_for_the_old_is_dropped(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    with transaction():
        invitations.welcome(member, now=now)

    change(member.person, now + DAY)

    assert [letter.kind for letter in to(OLD)] == ["address_changed"]
    assert sorted(letter.kind for letter in to(NEW)) == ["dates", "invitation"]


def test_who_keeps_dates_by_feed_takes_along_only_what_stood(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    build.a_session(build.series_of(session), date(2027, 1, 14), number=2)
    invite(session, member, now)
    kept_by(member.person, KeptBy.FEED)

    change(member.person, now + DAY)

    starts = [letter.event.start for letter in to(NEW) if letter.method == "REQUEST"]
    assert starts == [session.starts_at]


def test_the_change_moves_nothing_of_others(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    dev = build.a_member(member.cohort, build.a_person("Dev"))
    invite(session, dev, now)

    change(member.person, now + DAY)

    assert (told(dev), letters(to=dev.person)) == ([(1, 0, "REQUEST")], [])


@pytest.mark.parametrize("state", [MembershipState.PAUSED, MembershipState.LEFT])
def test_who_gets_no_dates_gets_none_at_the_new_address(
    session: PeerSession, member: Membership, now: datetime, state: MembershipState
) -> None:
    with transaction():
        member.state = state

    change(member.person, now)

    assert to(NEW) == []


def test_links_in_letters_to_the_old_address_open_nothing(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    token = token_for(session, member)

    change(member.person, now)

    with pytest.raises(NotFound):
        opened(token)
    assert opened(token_for(session, member)).membership == member


def parked(member: Membership, now: datetime) -> str:
    """Let the welcome to the member stay behind, because something is broken on our side."""
    with transaction():
        invitations.welcome(member, now=now)
        mail = db.session.query(OutgoingMail).filter_by(kind="dates").one()
        mail.state, mail.final_at = MailState.PARKED, now
    return mail.public_id


@pytest.mark.parametrize("tell_former", [True, False])
def test_nothing_about_dates_is_sent_once_more_to_the_old_address(
    session: PeerSession, member: Membership, now: datetime, tell_former: bool
) -> None:
    name = parked(member, now)

    change(member.person, now + DAY, tell_former=tell_former)

    mail = db.session.query(OutgoingMail).filter_by(public_id=name).one()
    with pytest.raises(DomainError, match="out of date"):
        send_again(mail, now=now + DAY)


def test_a_change_that_is_refused_leaves_everything_as_it_was(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    invite(session, member, now)
    build.a_person("Dev", NEW)

    with pytest.raises(DomainError):
        change(member.person, now + DAY)

    assert (told(member), letters()) == ([(1, 0, "REQUEST")], [])
