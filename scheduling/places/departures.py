"""Pausing, leaving and coming back, with what follows for the person's calendar.

The rules of the place itself are in ``groups.memberships``; what a private link shows follows by
itself, because ``scheduling.access`` reaches only the groups in which somebody is active.
"""

from datetime import datetime

from groups import memberships
from groups.access import HERE
from groups.messages import Act
from groups.models import CohortState, Membership, MembershipState, Person
from scheduling.attendance.answers import ask_each_time, standing_answer
from scheduling.letters.bulk_invitations import welcome
from scheduling.letters.taking_in import Because
from scheduling.letters.withdraw import withdraw_all
from scheduling.rescheduling.apply import Change, Messages, Postings, apply
from scheduling.rescheduling.change_plan import ChangePlan, RowChange, Subject
from scheduling.rescheduling.rows import Rows


def depart(membership: Membership, *, now: datetime) -> None:
    """Leave the group; the coming dates are taken out of the person's calendar.

    Leaving twice is harmless. Raises ``DomainError`` for the only facilitator.
    """
    memberships.hold(membership)
    if membership.state in HERE:
        memberships.leave(membership, now=now)
        ask_each_time(membership)
        withdraw_all(membership, Act(now), because=Because.LEFT)


def remove(membership: Membership, *, by: Person, now: datetime) -> Change:
    """Take somebody's place away. They reach nothing from now on; what they are told leaves after
    the pause, and until then ``by`` can undo it, which gives back the place and the answers.

    Raises ``DomainError`` for the only facilitator, and for a place that has ended already.
    """
    memberships.refuse_only_facilitator(membership)
    gone = {"state": MembershipState.REMOVED.value, "left_at": now}
    held = {"state": membership.state, "left_at": membership.left_at}
    rows = [RowChange("place", membership.public_id, held, gone)]
    usual = standing_answer(membership)
    if usual is not None:
        said = {"given_at": usual.given_at}
        rows.append(RowChange("usual", membership.public_id, said, None))
    cohort = membership.cohort
    if cohort.state == CohortState.ENDED:
        as_it_is = {"state": cohort.state}
        rows.append(RowChange("cohort", cohort.public_id, as_it_is, as_it_is))
    plan = ChangePlan(Subject.PLACE_END, cohort.public_id, rows=tuple(rows))
    return apply(plan, by=by, now=now, post=_tell_who_was_removed)


def _tell_who_was_removed(rows: Rows, act: Act) -> Messages:
    [place] = (rows.places[one.public_id] for one in rows.plan.rows if one.table == "place")
    return Postings(lambda: withdraw_all(place, act, because=Because.REMOVED))


def pause(membership: Membership, *, now: datetime) -> None:
    """Stop the dates and keep the place; pausing twice is harmless.

    Raises ``DomainError`` for somebody who has left, and for the only facilitator.
    """
    memberships.hold(membership)
    if membership.state != MembershipState.PAUSED:
        memberships.pause(membership, now=now)
        withdraw_all(membership, Act(now), because=Because.PAUSED)


def resume(membership: Membership, *, now: datetime) -> None:
    """Get the dates again after a pause; resuming twice is harmless.

    Raises ``DomainError`` for somebody who has left.
    """
    memberships.hold(membership)
    if membership.state != MembershipState.ACTIVE:
        memberships.resume(membership, now=now)
        welcome(membership, now=now)


def return_to(membership: Membership, *, now: datetime) -> None:
    """Come back to a group that was left; coming back twice is harmless.

    Raises ``DomainError`` when it is too late, or the place is taken.
    """
    memberships.hold(membership)
    if membership.state not in HERE:
        memberships.come_back(membership, now=now)
        welcome(membership, now=now)
