"""Who comes to a group that has been meeting for a while gets what is still to come."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.db import db
from core.transaction import transaction
from groups.models import Membership
from scheduling.feeds import contents
from scheduling.models import Diary, PeerSession
from scheduling.places import departures
from tests import build
from tests.scheduling import invitations
from tests.scheduling.post import all_left, letters

pytestmark = pytest.mark.usefixtures("amara_keeps_no_calendar")

DATES = [date(2026, 10, 8), date(2026, 11, 12), date(2026, 12, 10), date(2027, 1, 14)]


@pytest.fixture
def member(member: Membership) -> Membership:
    """Somebody who was there from the beginning, in a group of which two dates are over."""
    with transaction():
        member.joined_at = datetime(2026, 9, 1, tzinfo=UTC)
    return member


@pytest.fixture
def dates(member: Membership) -> list[PeerSession]:
    """The sessions of that group."""
    series = build.a_series(member.cohort, first=DATES[0])
    return [build.a_session(series, on, number=n) for n, on in enumerate(DATES, start=1)]


def newcomer(member: Membership, now: datetime) -> Membership:
    """Somebody who has just taken a place, and is welcomed."""
    dev = build.a_member(member.cohort, build.a_person("Dev"))
    with transaction():
        dev.joined_at = now
        invitations.welcome(dev, now=now)
    return dev


def held(member: Membership, now: datetime) -> list[datetime]:
    """When the entries of this member's feed start."""
    diary = db.session.query(Diary).filter_by(person_id=member.person_id).one()
    return [entry.starts_at for entry in contents.entries(diary, now=now)]


def test_a_newcomers_feed_holds_what_was_not_over_when_they_came(
    member: Membership, dates: list[PeerSession], now: datetime
) -> None:
    dev = newcomer(member, now)

    assert held(dev, now) == [session.starts_at for session in dates[2:]]
    assert held(member, now) == [session.starts_at for session in dates]


def test_a_newcomers_feed_keeps_what_they_were_there_for(
    member: Membership, dates: list[PeerSession], now: datetime
) -> None:
    dev = newcomer(member, now)

    later = dates[2].ends_at + timedelta(days=1)

    assert held(dev, later) == [session.starts_at for session in dates[2:]]


def test_who_comes_while_a_session_is_going_on_has_it(
    member: Membership, dates: list[PeerSession]
) -> None:
    dev = newcomer(member, dates[2].starts_at + timedelta(minutes=5))

    assert held(dev, dates[2].ends_at) == [session.starts_at for session in dates[2:]]


def test_a_newcomer_is_told_of_and_invited_to_coming_dates_alone(
    member: Membership, dates: list[PeerSession], now: datetime
) -> None:
    dev = newcomer(member, now)

    welcome, *invited = letters(to=dev.person)
    assert [letter.event.start for letter in invited] == [one.starts_at for one in dates[2:]]
    assert ("10 December" in welcome.text, "12 November" in welcome.text) == (True, False)


def test_coming_back_after_a_pause_brings_the_same_dates_back(
    member: Membership, dates: list[PeerSession], now: datetime
) -> None:
    dev = newcomer(member, now)
    all_left(now)
    before = held(dev, now)

    with transaction():
        departures.pause(dev, now=now + timedelta(days=1))
    paused = held(dev, now + timedelta(days=1))
    with transaction():
        departures.resume(dev, now=now + timedelta(days=2))

    assert (paused, held(dev, now + timedelta(days=2))) == ([], before)
