"""Pausing, leaving and coming back, and who is needed too much to go."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.errors import DomainError, NotFound
from core.transaction import transaction
from groups import memberships
from groups.memberships import places_left
from groups.models import CohortState, Membership, MembershipState, Role
from tests.build import a_cohort, a_facilitator, a_member, a_person

pytestmark = pytest.mark.usefixtures("app")

Verb = Callable[..., None]


def done(verb: Verb, membership: Membership, now: datetime) -> Membership:
    with transaction():
        verb(membership, now=now)
    return membership


def facilitator_of(cohort: Any) -> Membership:
    membership: Membership = cohort.memberships[0]
    return membership


def test_pausing_keeps_the_place_and_resuming_takes_it_up(now: datetime) -> None:
    membership = done(memberships.pause, a_member(a_cohort(places=1)), now)
    paused = (membership.state, places_left(membership.cohort))

    done(memberships.resume, membership, now)

    assert paused == (MembershipState.PAUSED, 0)
    assert membership.state == MembershipState.ACTIVE


def test_leaving_frees_the_place(now: datetime) -> None:
    membership = done(memberships.leave, a_member(a_cohort(places=1)), now)

    assert (membership.state, membership.left_at) == (MembershipState.LEFT, now)
    assert places_left(membership.cohort) == 1


def test_leaving_twice_keeps_the_day_of_the_first_time(now: datetime) -> None:
    membership = done(memberships.leave, a_member(a_cohort()), now)

    done(memberships.leave, membership, now + timedelta(days=1))

    assert membership.left_at == now


@pytest.mark.parametrize("verb", [memberships.pause, memberships.resume])
def test_somebody_who_left_can_neither_pause_nor_resume(verb: Verb, now: datetime) -> None:
    membership = done(memberships.leave, a_member(a_cohort()), now)

    with pytest.raises(DomainError, match="You have left"):
        done(verb, membership, now)


def removed(membership: Membership, *, now: datetime) -> None:
    """Whoever facilitates has taken the place away."""
    membership.state, membership.left_at = MembershipState.REMOVED, now


@pytest.mark.parametrize("verb", [memberships.pause, memberships.leave])
def test_the_only_facilitator_is_needed(verb: Verb, now: datetime) -> None:
    membership = facilitator_of(a_cohort())

    with pytest.raises(DomainError) as refusal:
        done(verb, membership, now)

    assert refusal.value.words == memberships.ONLY_FACILITATOR


@pytest.mark.parametrize("verb", [memberships.pause, memberships.leave])
def test_a_facilitator_can_go_when_another_holds_the_frame(verb: Verb, now: datetime) -> None:
    cohort = a_cohort()
    a_member(cohort, a_facilitator("Tom"), Role.CO_FACILITATOR)

    membership = done(verb, facilitator_of(cohort), now)

    assert membership.state != MembershipState.ACTIVE


def test_a_paused_facilitator_holds_no_frame(now: datetime) -> None:
    cohort = a_cohort()
    done(memberships.pause, a_member(cohort, a_person("Tom"), Role.CO_FACILITATOR), now)

    with pytest.raises(DomainError, match="Nobody else facilitates"):
        done(memberships.leave, facilitator_of(cohort), now)


def test_anybody_can_leave_a_group_that_has_ended(now: datetime) -> None:
    cohort = a_cohort(state=CohortState.ENDED)

    membership = done(memberships.leave, facilitator_of(cohort), now)

    assert membership.state == MembershipState.LEFT


def test_coming_back_is_possible_up_to_the_thirtieth_day(now: datetime) -> None:
    membership = done(memberships.leave, a_member(a_cohort(places=1)), now)

    done(memberships.come_back, membership, now + timedelta(days=30))

    assert (membership.state, membership.left_at) == (MembershipState.ACTIVE, None)


def test_coming_back_is_too_late_after_thirty_days(now: datetime) -> None:
    membership = done(memberships.leave, a_member(a_cohort()), now)

    with pytest.raises(DomainError, match="can invite you again"):
        done(memberships.come_back, membership, now + timedelta(days=30, seconds=1))


def test_coming_back_is_refused_when_the_place_is_taken(now: datetime) -> None:
    cohort = a_cohort(places=1)
    membership = done(memberships.leave, a_member(cohort), now)
    a_member(cohort, a_person("Rhys"))

    with pytest.raises(DomainError, match="has been taken since"):
        done(memberships.come_back, membership, now)


def test_coming_back_is_refused_when_the_group_has_ended(now: datetime) -> None:
    membership = done(memberships.leave, a_member(a_cohort()), now)
    with transaction():
        membership.cohort.state = CohortState.ENDED

    with pytest.raises(DomainError, match="has ended"):
        done(memberships.come_back, membership, now)


def test_somebody_who_was_removed_cannot_come_back_by_themselves(now: datetime) -> None:
    membership = done(removed, a_member(a_cohort()), now)

    with pytest.raises(DomainError, match="can invite you again"):
        done(memberships.come_back, membership, now)


def test_coming_back_twice_is_harmless(now: datetime) -> None:
    membership = done(memberships.leave, a_member(a_cohort()), now)
    done(memberships.come_back, membership, now)

    done(memberships.come_back, membership, now)

    assert membership.state == MembershipState.ACTIVE


def test_a_place_is_found_by_its_group_for_its_own_person_alone(now: datetime) -> None:
    membership = a_member(a_cohort())
    stranger = a_person("Rhys")
    cohort_id = membership.cohort.public_id

    assert memberships.place_of(membership.person, cohort_id, now=now) is membership
    with pytest.raises(NotFound):
        memberships.place_of(stranger, cohort_id, now=now)


@pytest.mark.parametrize(
    ("verb", "days"), [(removed, 0), (memberships.leave, 31)], ids=["removed", "left"]
)
def test_a_place_is_out_of_reach_once_its_person_has_gone(
    verb: Verb, days: int, now: datetime
) -> None:
    membership = done(verb, a_member(a_cohort()), now)
    cohort_id = membership.cohort.public_id

    with pytest.raises(NotFound):
        memberships.place_of(membership.person, cohort_id, now=now + timedelta(days=days))


def test_somebody_who_left_still_finds_their_place(now: datetime) -> None:
    membership = done(memberships.leave, a_member(a_cohort()), now)

    found = memberships.place_of(membership.person, membership.cohort.public_id, now=now)

    assert found is membership
