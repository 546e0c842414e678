"""Who may see the link of a session's room, and from when until when."""

from datetime import timedelta

import pytest

from core.transaction import transaction
from groups.models import Membership, MembershipState
from scheduling.access import room_of
from scheduling.models import PeerSession, SessionState
from tests.build import a_cohort, a_facilitator, a_member

URL = "https://rooms.example/thursday"


@pytest.fixture
def member(session: PeerSession) -> Membership:
    """A place in the group of the session."""
    return a_member(session.cohort)


@pytest.mark.parametrize(
    ("from_start", "url"),
    [
        (timedelta(minutes=-10, seconds=-1), None),
        (timedelta(minutes=-10), URL),
        (timedelta(minutes=89, seconds=59), URL),
        (timedelta(minutes=90), None),
    ],
    ids=["too early", "ten minutes before", "last second", "over"],
)
def test_a_member_may_enter_from_ten_minutes_before_to_the_end(
    session: PeerSession, member: Membership, from_start: timedelta, url: str | None
) -> None:
    assert room_of(session, member, session.starts_at + from_start) == url


@pytest.mark.parametrize("state", [one for one in MembershipState if one != MembershipState.ACTIVE])
def test_whoever_has_paused_or_left_may_not(
    session: PeerSession, member: Membership, state: MembershipState
) -> None:
    with transaction():
        member.state = state

    assert room_of(session, member, session.starts_at) is None


def test_somebody_of_another_group_may_not(session: PeerSession) -> None:
    elsewhere = a_member(a_cohort(a_facilitator("Tom")))

    assert room_of(session, elsewhere, session.starts_at) is None


def test_nobody_enters_a_room_in_which_nobody_meets(
    session: PeerSession, member: Membership
) -> None:
    with transaction():
        session.state = SessionState.CANCELLED

    assert room_of(session, member, session.starts_at) is None
