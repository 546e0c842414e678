"""Each date once: what keeps invitations and feeds from showing people everything twice."""

from datetime import date, datetime

import pytest

from core.db import db
from core.transaction import transaction
from groups.models import Membership
from scheduling.feeds import contents
from scheduling.keeping import diaries
from scheduling.letters.bulk_invitations import issue_due
from scheduling.models import Detail, KeptBy, PeerSession, Series
from tests import build
from tests.page import PageClient
from tests.scheduling import changed
from tests.scheduling.post import all_left, invite, letters, told

pytestmark = pytest.mark.usefixtures("amara_keeps_no_calendar")

DATES = [date(2026, 12, 10), date(2027, 1, 14), date(2027, 2, 11), date(2027, 3, 11)]


@pytest.fixture
def dates(series: Series) -> list[PeerSession]:
    """Four sessions of the group."""
    return [build.a_session(series, on, number=n) for n, on in enumerate(DATES, start=1)]


def choose(member: Membership, how: KeptBy, now: datetime) -> None:
    """Choose how the dates are kept, as the page does."""
    with transaction():
        diaries.choose(
            diaries.diary_of(member.person, now=now),
            kept_by=how,
            detail=Detail.DISCREET,
            words="",
            busy=True,
            reminders=True,
            now=now,
        )


def move(session: PeerSession, on: date, now: datetime) -> None:
    """Move a session and let the letters leave."""
    hours = {"starts": build.series_of(session).starts, "ends": build.series_of(session).ends}
    with transaction():
        leader = session.cohort.memberships[0].person
        changed.move(session, on=on, **hours, now=now, by=leader)


def test_d1_invitations_are_what_nobody_has_to_choose(member: Membership, now: datetime) -> None:
    person = member.person
    with transaction():
        db.session.delete(diaries.diary_of(person, now=now))
        db.session.flush()
        made = diaries.diary_of(person, now=now)

    assert made.kept_by == KeptBy.INVITATIONS


@pytest.mark.parametrize(
    ("how", "carry_calendar"),
    [(KeptBy.INVITATIONS, True), (KeptBy.FEED, False), (KeptBy.NEITHER, False)],
)
def test_d1_only_invitations_bring_calendar_parts_by_mail(
    member: Membership,
    dates: list[PeerSession],
    now: datetime,
    how: KeptBy,
    carry_calendar: bool,
) -> None:
    choose(member, how, now)
    issue_due(now)
    all_left(now)
    move(dates[0], date(2026, 12, 11), now)

    [moved] = letters("moved", to=member.person)
    assert (moved.method is not None) == carry_calendar
    assert "http://alcove.example/" in moved.text


@pytest.mark.parametrize("how", list(KeptBy))
def test_d2_the_feed_is_complete_however_the_dates_are_kept(
    member: Membership, dates: list[PeerSession], now: datetime, how: KeptBy
) -> None:
    feed, _ = build.a_feed(member.person)
    choose(member, how, now)
    issue_due(now)

    shown = contents.entries(feed.diary, now=now)

    assert [entry.starts_at for entry in shown] == [session.starts_at for session in dates]


def test_d3_switching_to_a_feed_cancels_nothing(
    member: Membership, dates: list[PeerSession], now: datetime
) -> None:
    invite(dates[0], member, now)

    choose(member, KeptBy.FEED, now)
    issue_due(now)

    assert letters() == []
    assert told(member) == [(1, 0, "REQUEST")]


def test_d3_what_was_sent_before_the_switch_is_kept_right_until_it_is_over(
    member: Membership, dates: list[PeerSession], now: datetime
) -> None:
    invite(dates[0], member, now)
    choose(member, KeptBy.FEED, now)

    move(dates[0], date(2026, 12, 11), now)
    all_left(now)
    with transaction():
        changed.cancel(dates[0], now=now, by=member.cohort.memberships[0].person)

    [cancelled] = letters(to=member.person)
    assert (cancelled.method, int(cancelled.event["SEQUENCE"])) == ("CANCEL", 2)


def test_d3_switching_back_invites_to_what_is_missing_and_doubles_nothing(
    member: Membership, dates: list[PeerSession], now: datetime
) -> None:
    invite(dates[0], member, now)
    choose(member, KeptBy.FEED, now)

    choose(member, KeptBy.INVITATIONS, now)
    issue_due(now)
    issue_due(now)

    invited = [letter.event["DTSTART"].dt for letter in letters("invitation")]
    assert invited == [session.starts_at for session in dates[1:3]]


def test_d4_the_page_says_that_both_together_show_every_date_twice(
    member: Membership, dates: list[PeerSession], now: datetime, signed_in: object
) -> None:
    assert callable(signed_in)
    browser: PageClient = signed_in(member.person)

    page = browser.get("/calendar").get_data(as_text=True)

    assert "twice" in page
