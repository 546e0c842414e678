"""What pausing, leaving and coming back do to a person's calendar and mail."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from core.lookup import all_in
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups.models import Cohort, Membership, MembershipState
from scheduling.access import sessions_in_diary
from scheduling.attendance.answers import standing_answer, usually_coming
from scheduling.models import Diary, Invitation
from scheduling.places import departures
from scheduling.rescheduling.undo import undo
from tests.build import a_cohort, a_member, a_person, a_series, a_session
from tests.scheduling import changed, invitations

pytestmark = pytest.mark.usefixtures("app")

Verb = Callable[..., None]


def a_running_group() -> Cohort:
    """A group with two sessions to come."""
    cohort = a_cohort()
    series = a_series(cohort)
    a_session(series, date(2026, 12, 10))
    a_session(series, date(2027, 1, 14), number=2)
    return cohort


def an_invited_member(cohort: Cohort, now: datetime, name: str = "Amina") -> Membership:
    """A member whose letters about two sessions have left."""
    membership = a_member(cohort, a_person(name))
    with transaction():
        invitations.welcome(membership, now=now)
        for mail in db.session.scalars(select(OutgoingMail)):
            mail.state = MailState.SENT
            mail.attempts = 1
            mail.final_at = now
    return membership


def done(verb: Verb, membership: Membership, now: datetime) -> None:
    with transaction():
        verb(membership, now=now)


def methods(membership: Membership) -> list[str]:
    """What this person's calendar was last told about each session, earliest first."""
    rows = select(Invitation).where(Invitation.membership_id == membership.id)
    return [row.method for row in db.session.scalars(rows.order_by(Invitation.id))]


def waiting_for(membership: Membership) -> list[str]:
    """The addresses of letters that have not left, one for each."""
    rows = select(OutgoingMail).where(OutgoingMail.state == MailState.DUE)
    return [mail.recipient for mail in db.session.scalars(rows)]


def dates_in_diary(membership: Membership, now: datetime) -> int:
    diary = db.session.scalars(select(Diary).where(Diary.person_id == membership.person_id)).one()
    return len(all_in(sessions_in_diary(diary, now)))


@pytest.mark.parametrize("verb", [departures.depart, departures.pause, changed.remove])
def test_going_cancels_the_dates_in_the_calendar(verb: Verb, now: datetime) -> None:
    membership = an_invited_member(a_running_group(), now)

    done(verb, membership, now + timedelta(hours=1))

    assert methods(membership) == ["CANCEL", "CANCEL"]


@pytest.mark.parametrize("verb", [departures.depart, departures.pause, changed.remove])
def test_going_empties_the_feed(verb: Verb, now: datetime) -> None:
    membership = an_invited_member(a_running_group(), now)
    before = dates_in_diary(membership, now)

    done(verb, membership, now)

    assert (before, dates_in_diary(membership, now)) == (2, 0)


@pytest.mark.parametrize("verb", [departures.depart, departures.pause, changed.remove])
def test_going_is_mailed_to_nobody_else(verb: Verb, now: datetime) -> None:
    cohort = a_running_group()
    an_invited_member(cohort, now, "Rhys")
    membership = an_invited_member(cohort, now)

    done(verb, membership, now + timedelta(hours=1))

    # Two entries are taken out, and why is said once.
    assert waiting_for(membership) == [membership.person.email] * 3


@pytest.mark.parametrize("verb", [departures.depart, departures.pause, changed.remove])
def test_going_twice_is_harmless(verb: Verb, now: datetime) -> None:
    membership = an_invited_member(a_running_group(), now)
    done(verb, membership, now + timedelta(hours=1))
    first = len(waiting_for(membership))

    done(verb, membership, now + timedelta(hours=2))

    assert len(waiting_for(membership)) == first


@pytest.mark.parametrize(
    ("going", "back"),
    [(departures.pause, departures.resume), (departures.depart, departures.return_to)],
    ids=["resume", "return"],
)
def test_coming_back_brings_the_dates_back(going: Verb, back: Verb, now: datetime) -> None:
    membership = an_invited_member(a_running_group(), now)
    done(going, membership, now + timedelta(hours=1))

    done(back, membership, now + timedelta(hours=2))

    assert membership.state == MembershipState.ACTIVE
    assert dates_in_diary(membership, now) == 2
    assert methods(membership).count("REQUEST") == 2


@pytest.mark.parametrize("back", [departures.resume, departures.return_to])
def test_coming_back_without_having_gone_mails_nothing(back: Verb, now: datetime) -> None:
    membership = an_invited_member(a_running_group(), now)

    done(back, membership, now + timedelta(hours=1))

    assert waiting_for(membership) == []


def test_somebody_who_cannot_leave_keeps_their_dates(now: datetime) -> None:
    membership = a_running_group().memberships[0]

    with pytest.raises(DomainError):
        done(departures.depart, membership, now)

    assert dates_in_diary(membership, now) == 2


def test_ending_a_place_can_be_undone_and_gives_everything_back(now: datetime) -> None:
    membership = an_invited_member(a_running_group(), now)
    cohort = membership.cohort
    leader = next(one.person for one in cohort.memberships if one.facilitates)
    with transaction():
        usually_coming(membership, now=now)
    at = now + timedelta(hours=1)

    with transaction():
        change = departures.remove(membership, by=leader, now=at)
    assert membership.state == MembershipState.REMOVED
    assert dates_in_diary(membership, at) == 0
    assert change.leaves_at == at + timedelta(minutes=10)
    with transaction():
        undo(change.undo_token, cohort, by=leader, now=at + timedelta(minutes=2))

    assert waiting_for(membership) == []
    assert (membership.state, membership.left_at) == (MembershipState.ACTIVE, None)
    assert dates_in_diary(membership, at) == 2
    assert methods(membership) == ["REQUEST", "REQUEST"]
    assert standing_answer(membership) is not None


def test_a_place_that_somebody_else_has_taken_is_not_given_back(now: datetime) -> None:
    membership = an_invited_member(a_running_group(), now)
    cohort = membership.cohort
    leader = next(one.person for one in cohort.memberships if one.facilitates)
    with transaction():
        cohort.places = 1
        change = departures.remove(membership, by=leader, now=now)
    a_member(cohort, a_person("Rhys"))

    with pytest.raises(DomainError, match="Somebody else has taken"), transaction():
        undo(change.undo_token, cohort, by=leader, now=now)

    assert membership.state == MembershipState.REMOVED
