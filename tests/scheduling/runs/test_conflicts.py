"""Own groups that meet at the same time: which are named, and what it takes to find them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from core.transaction import transaction
from groups.models import CohortState, MembershipState, Person, Role
from scheduling.models import PeerSession, SessionState
from scheduling.runs import conflicts as module
from scheduling.runs.conflicts import Asked, conflicts, conflicts_of, overlapping
from tests import build
from tests.plans import steps_of
from tests.scheduling.queries import counted

HOUR = timedelta(hours=1)
THURSDAYS = [date(2026, 12, 10) + timedelta(weeks=week) for week in range(6)]


@pytest.fixture
def amara(app: Flask) -> Person:
    """Who facilitates."""
    return build.a_facilitator()


@pytest.fixture
def session(amara: Person) -> PeerSession:
    """A session of hers on 10 December, from 6pm to 7:30pm."""
    return build.a_session(build.a_series(build.a_cohort(amara, name="Mine")))


def another(amara: Person, name: str, later: timedelta = timedelta()) -> PeerSession:
    """A session of another group of hers, so much later."""
    found = build.a_session(build.a_series(build.a_cohort(amara, name=name)))
    with transaction():
        found.starts_at += later
        found.ends_at += later
    return found


def both_ways(amara: Person, session: PeerSession) -> Sequence[str]:
    """Return what is found for a session, and for the same time before there is one."""
    found = conflicts_of(amara, [session]).get(session.id, [])
    (same,) = conflicts(amara, [Asked(session.starts_at, session.ends_at, session.id)])
    assert same == found
    return found


@pytest.mark.parametrize(
    ("later", "meets"),
    [
        (timedelta(), True),
        (HOUR, True),
        (-HOUR, True),
        (1.5 * HOUR, False),
        (-1.5 * HOUR, False),
        (1.5 * HOUR - timedelta(microseconds=1), True),
        (timedelta(days=1), False),
        (timedelta(days=-1), False),
    ],
)
def test_groups_are_in_the_way_while_both_meet(
    amara: Person, session: PeerSession, later: timedelta, meets: bool
) -> None:
    another(amara, "Other", later)

    assert both_ways(amara, session) == (["Other"] if meets else [])


def test_a_session_of_eight_hours_is_found_from_its_end(
    amara: Person, session: PeerSession
) -> None:
    long = another(amara, "All day", -7 * HOUR)
    with transaction():
        long.ends_at = session.starts_at + HOUR

    assert both_ways(amara, session) == ["All day"]


def test_three_groups_are_named_and_no_more(amara: Person, session: PeerSession) -> None:
    for number in range(4, 0, -1):
        another(amara, f"Group {number}", number * timedelta(minutes=10))

    assert both_ways(amara, session) == ["Group 1", "Group 2", "Group 3"]


@pytest.mark.parametrize("why", ["ended", "cancelled", "left", "theirs"])
def test_what_takes_nobodys_time_is_in_no_way(
    amara: Person, session: PeerSession, why: str
) -> None:
    other = another(build.a_facilitator("Tom") if why == "theirs" else amara, "Other")
    if why == "theirs":
        build.a_member(other.cohort, build.a_person("Olga"))
    with transaction():
        if why == "ended":
            other.cohort.state = CohortState.ENDED
        elif why == "cancelled":
            other.state = SessionState.CANCELLED
        elif why == "left":
            other.cohort.memberships[0].state = MembershipState.LEFT

    assert both_ways(amara, session) == []


def test_drafts_and_groups_in_which_one_has_a_place_are_in_the_way(
    amara: Person, session: PeerSession
) -> None:
    draft = another(amara, "Draft")
    tom = another(build.a_facilitator("Tom"), "Circle", HOUR)
    with transaction():
        draft.cohort.state = CohortState.DRAFT
    paused = build.a_member(tom.cohort, amara, Role.MEMBER)
    with transaction():
        paused.state = MembershipState.PAUSED

    assert both_ways(amara, session) == ["Draft", "Circle"]


def test_each_time_has_its_own_answer_and_what_is_left_out_has_none(
    amara: Person, session: PeerSession
) -> None:
    other, later = another(amara, "Other"), another(amara, "Later", timedelta(days=7))
    times = [Asked(one.starts_at, one.ends_at) for one in (later, session, other)]

    found = conflicts(amara, times, without={session.id})

    assert found == [["Later"], ["Other"], ["Other"]]
    assert conflicts(amara, []) == []


@pytest.mark.parametrize("groups", [1, 12])
def test_however_many_groups_and_dates_it_takes_two_statements(
    amara: Person, session: PeerSession, groups: int
) -> None:
    mine = [session, *(build.a_session(build.series_of(session), day) for day in THURSDAYS[1:])]
    for number in range(groups):
        series = build.a_series(build.a_cohort(amara, name=f"Group {number}"))
        for day in THURSDAYS:
            build.a_session(series, day)
    _ = amara.id, [one.id for one in mine]

    with counted() as asked:
        found = conflicts_of(amara, mine)

    assert {len(names) for names in found.values()} == {min(groups, 3)}
    assert len(asked) == 2


@pytest.mark.parametrize("way", ["sessions", "times"])
def test_sessions_are_found_by_when_they_start(
    amara: Person, session: PeerSession, way: str
) -> None:
    times = (
        module._times_of([session.id])
        if way == "sessions"
        else module._times([Asked(session.starts_at, session.ends_at)])
    )

    steps = steps_of(overlapping(amara, times))

    assert any("ix_peer_session_starts_at" in step for step in steps), steps


def test_a_time_without_a_zone_is_refused(amara: Person) -> None:
    noon = datetime(2026, 12, 10, 12)  # noqa: DTZ001 - that is what is refused

    with pytest.raises(Exception, match="without a zone"):
        conflicts(amara, [Asked(noon, noon + HOUR)])
