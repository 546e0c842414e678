"""Pausing, leaving and coming back, with what follows for the person's calendar.

The rules of the place itself are in ``groups.memberships``; what a private link shows follows by
itself, because ``scheduling.access`` reaches only the groups in which somebody is active.
"""

from datetime import datetime

from groups import memberships
from groups.access import HERE
from groups.messages import Act
from groups.models import Membership, MembershipState
from scheduling.attendance.standing import ask_each_time
from scheduling.letters.bulk_invitations import welcome
from scheduling.letters.changes import Because
from scheduling.letters.withdraw import withdraw_all


def depart(membership: Membership, *, now: datetime) -> None:
    """Leave the group; the coming dates are taken out of the person's calendar.

    Leaving twice is harmless. Raises ``DomainError`` for the only facilitator.
    """
    if membership.state in HERE:
        memberships.leave(membership, now=now)
        ask_each_time(membership)
        withdraw_all(membership, Act(now), because=Because.LEFT)


def remove(membership: Membership, *, now: datetime) -> None:
    """Take somebody's place away; the coming dates are taken out of their calendar.

    Raises ``DomainError`` for the only facilitator.
    """
    if membership.state in HERE:
        memberships.remove(membership, now=now)
        ask_each_time(membership)
        withdraw_all(membership, Act(now), because=Because.REMOVED)


def pause(membership: Membership, *, now: datetime) -> None:
    """Stop the dates and keep the place; pausing twice is harmless.

    Raises ``DomainError`` for somebody who has left, and for the only facilitator.
    """
    if membership.state != MembershipState.PAUSED:
        memberships.pause(membership, now=now)
        withdraw_all(membership, Act(now), because=Because.PAUSED)


def resume(membership: Membership, *, now: datetime) -> None:
    """Get the dates again after a pause; resuming twice is harmless.

    Raises ``DomainError`` for somebody who has left.
    """
    if membership.state != MembershipState.ACTIVE:
        memberships.resume(membership, now=now)
        welcome(membership, now=now)


def return_to(membership: Membership, *, now: datetime) -> None:
    """Come back to a group that was left; coming back twice is harmless.

    Raises ``DomainError`` when it is too late, or the place is taken.
    """
    if membership.state not in HERE:
        memberships.come_back(membership, now=now)
        welcome(membership, now=now)
