"""The link in a letter: it opens one date for one person, and gives nothing away."""

import base64
from datetime import datetime, timedelta

import pytest

from core.db import db
from core.encryption import blind_index
from core.errors import NotFound
from core.transaction import transaction
from groups.models import Cohort, CohortState, Membership, MembershipState
from scheduling.attendance.answer_links import (
    LIMITS,
    Situation,
    link_for,
    opened,
    situation,
    token_for,
    wait_for,
)
from scheduling.models import PeerSession, SessionState
from scheduling.rescheduling.preview import NO_SECRET, SECRET
from tests.build import a_member, a_person, a_session, series_of


def test_a_link_opens_what_it_was_made_for(session: PeerSession, member: Membership) -> None:
    found = opened(token_for(session, member))

    assert (found.session, found.membership) == (session, member)
    assert (found.told_at, found.has_moved) == (session.starts_at, False)


def test_a_link_is_absolute_and_short_enough_for_one_line(
    session: PeerSession, member: Membership
) -> None:
    link = link_for(session, member)

    assert link.startswith("http://alcove.example/r/")
    assert len(link.removeprefix("http://alcove.example/r/")) == 75


def test_links_of_one_date_have_nothing_in_common(session: PeerSession, member: Membership) -> None:
    dev = a_member(member.cohort, a_person("Dev"))
    sealed = [
        base64.urlsafe_b64decode(token_for(session, one) + "=") for one in (member, member, dev)
    ]

    # The version, the name of the key and nothing else is the same.
    assert len({whole[:4] for whole in sealed}) == 1
    assert len({whole[4:16] for whole in sealed}) == 3
    assert not any(session.public_id.encode() in whole for whole in sealed)


def test_a_link_remembers_which_time_its_letter_said(
    session: PeerSession, member: Membership
) -> None:
    token, was = token_for(session, member), session.starts_at

    with transaction():
        session.starts_at += timedelta(days=7)

    assert (opened(token).told_at, opened(token).has_moved) == (was, True)


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "",
        lambda token: "A",
        lambda token: "nothing-of-the-kind",
        lambda token: "A" * 75,
        lambda token: token[:-8],
        lambda token: token[:20] + ("A" if token[20] != "A" else "B") + token[21:],
        lambda token: "é" * 75,
    ],
)
def test_a_forged_link_opens_nothing(
    session: PeerSession, member: Membership, change: object
) -> None:
    forged = change(token_for(session, member))  # type: ignore[operator]  # each takes a token

    with pytest.raises(NotFound):
        opened(forged)


def test_a_link_opens_nothing_once_its_address_is_no_longer_the_members(
    session: PeerSession, member: Membership
) -> None:
    token = token_for(session, member)

    with transaction():
        member.person.email_index = blind_index("elsewhere@people.example")

    with pytest.raises(NotFound):
        opened(token)


def test_a_link_never_opens_a_later_session_with_the_same_number(
    session: PeerSession, member: Membership
) -> None:
    token, number, series = token_for(session, member), session.id, series_of(session)
    with transaction():
        db.session.delete(session)
    a_session(series, id=number)

    with pytest.raises(NotFound):
        opened(token)


def _moved_on(session: PeerSession, member: Membership, to: Situation) -> None:
    with transaction():
        match to:
            case Situation.CANCELLED:
                session.state = SessionState.CANCELLED
            case Situation.GONE:
                member.state = MembershipState.PAUSED


@pytest.mark.parametrize("state", [Situation.OPEN, Situation.CANCELLED, Situation.GONE])
def test_a_link_knows_what_has_become_of_its_date(
    session: PeerSession, member: Membership, now: datetime, state: Situation
) -> None:
    found = opened(token_for(session, member))
    _moved_on(session, member, state)

    assert situation(found, now=now) == state


def test_a_link_ends_with_the_start_and_with_the_group(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    found = opened(token_for(session, member))
    begun = situation(found, now=session.starts_at)
    with transaction():
        cohort: Cohort = member.cohort
        cohort.state = CohortState.ENDED

    assert (begun, situation(found, now=now)) == (Situation.BEGUN, Situation.GONE)


def test_a_link_may_be_used_often_but_not_without_end(
    session: PeerSession, member: Membership, now: datetime
) -> None:
    found = opened(token_for(session, member))
    with transaction():
        waits = [wait_for(found, network="192.0.2.1", now=now) for _ in range(LIMITS[0].most + 1)]
        other = opened(token_for(session, facilitator_of(member)))
        apart = wait_for(other, network="192.0.2.1", now=now)
        elsewhere = wait_for(found, network="192.0.2.2", now=now)

    assert (waits[:-1], apart, elsewhere) == ([None] * LIMITS[0].most, None, None)
    assert waits[-1] == now + timedelta(hours=1)


def facilitator_of(member: Membership) -> Membership:
    """Return the place of the facilitator, which every group has."""
    return next(place for place in member.cohort.memberships if place.id != member.id)


def test_a_rehearsed_letter_never_shows_its_readers_link(
    session: PeerSession, member: Membership
) -> None:
    shown = SECRET.sub(NO_SECRET, f"Say so here:\n{link_for(session, member)}\n")

    assert shown == f"Say so here:\nhttp://alcove.example/r/{NO_SECRET}\n"
