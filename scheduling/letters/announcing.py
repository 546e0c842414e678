"""Telling people what an act has done to their dates: one call for everything it changed."""

from collections.abc import Sequence
from types import MappingProxyType

from groups.models import Cohort
from scheduling.letters import invitations
from scheduling.letters.changes import Because, ChangeKind, SessionChange
from scheduling.letters.posting import Act
from scheduling.letters.recipients import Recipient
from scheduling.letters.run_letters import tell_news
from scheduling.letters.taking_in import Formerly

__all__ = ["Because", "ChangeKind", "SessionChange", "announce"]


def announce(
    cohort: Cohort,
    changes: Sequence[SessionChange],
    act: Act,
    *,
    readers: Sequence[Recipient] | None = None,
    formerly: Formerly = MappingProxyType({}),
    because: Because | None = None,
) -> int:
    """Tell everybody in a group, or only these readers, what has become of these sessions; returns
    how many letters were posted. Changes stand in the order of their dates.

    ``formerly`` is what stood before changes whose letters may still wait; these are taken in.
    ``because`` says why dates go: once a person, instead of a letter about each.
    """
    elsewhere = [one.session for one in changes if one.kind is ChangeKind.VENUE]
    told = [one for one in changes if one.kind is not ChangeKind.VENUE]
    posted = invitations.tell_places(elsewhere, act)
    if because is not None:
        return posted + sum(tell_news(cohort, [one], act) for one in told)
    return posted + tell_news(cohort, told, act, readers, formerly)
