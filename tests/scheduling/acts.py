"""Everything people can do to the dates of a group, as values that a test can list and replay.

Numbers choose among what there is at that moment, so any list of acts can be tried on any world.
An act that is refused raises ``DomainError``, or returns without doing anything.
"""

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any, ClassVar, Protocol, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from core.errors import DomainError
from groups.models import Membership, Person
from scheduling.attendance import answers
from scheduling.keeping import diaries
from scheduling.models import Answer, Detail, KeptBy, PeerSession, PlaceKind
from scheduling.places import departures
from scheduling.places.arrivals import DiaryChoices, arrive
from scheduling.rescheduling.apply import Change
from scheduling.rescheduling.undo import undo as take_back
from tests.scheduling import changed
from tests.scheduling.changed import change_place
from tests.scheduling.changing_world import World, reload

Anything = TypeVar("Anything")


class Act(Protocol):
    """One thing somebody does."""

    def do(self, world: World) -> None:
        """Do it, inside a transaction."""
        ...


class OfARun:
    """What a facilitator does: it may change everybody's entries, and can be undone."""

    own: ClassVar[bool] = False

    def noted(self, world: World, change: Change) -> None:
        """Keep the ticket that undoes it."""
        world.undo = change.undo_token or world.undo


@dataclass(frozen=True)
class OfAMember:
    """What a member does about themselves: no other feed may change by it."""

    who: str
    own: ClassVar[bool] = True

    def person(self, world: World) -> Person:
        """Whoever does it."""
        return world.people[self.who]

    def place(self, world: World) -> Membership:
        """Their place; who has none can do nothing."""
        found = world.place_of(self.person(world))
        if found is None:
            raise DomainError("They have no place.")
        return found


def one_of(found: list[Anything], which: int) -> Anything:
    """Choose by number; where there is nothing to choose from nothing can be done."""
    if not found:
        raise DomainError("There is nothing to choose from.")
    return found[which % len(found)]


@dataclass(frozen=True)
class Move(OfARun):
    """Move one session by days, to another hour."""

    which: int
    days: int
    hour: int

    def do(self, world: World) -> None:
        session = one_of(world.sessions(), self.which)
        on = session.starts_at.astimezone(ZoneInfo(session.zone_name)).date()
        change = changed.move(
            session,
            on=on + timedelta(days=self.days),
            starts=time(self.hour, 30),
            ends=time(self.hour + 2, 0),
            now=world.now,
            by=world.leader,
        )
        self.noted(world, change)


@dataclass(frozen=True)
class Cancel(OfARun):
    """Cancel one session."""

    which: int

    def do(self, world: World) -> None:
        session = one_of(world.sessions(), self.which)
        self.noted(world, changed.cancel(session, now=world.now, by=world.leader))


@dataclass(frozen=True)
class PutBack(OfARun):
    """Put a cancelled session back."""

    which: int

    def do(self, world: World) -> None:
        cancelled = [one for one in world.sessions() if one.state == "cancelled"]
        session = one_of(cancelled, self.which)
        self.noted(world, changed.reinstate(session, now=world.now, by=world.leader))


@dataclass(frozen=True)
class MovePlace(OfARun):
    """Say where one session, or the whole run, meets."""

    which: int
    place: str
    of_the_run: bool

    def do(self, world: World) -> None:
        changed = reload(world.series) if self.of_the_run else one_of(world.sessions(), self.which)
        change = change_place(
            changed,
            place_kind=PlaceKind.ONLINE,
            place=self.place,
            room=None,
            now=world.now,
            by=world.leader,
        )
        self.noted(world, change)


@dataclass(frozen=True)
class Undo(OfARun):
    """Take the last change back."""

    def do(self, world: World) -> None:
        if world.undo is None:
            raise DomainError("There is nothing to undo.")
        cohort = reload(world.series).cohort
        take_back(world.undo, cohort, by=world.leader, now=world.now)


@dataclass(frozen=True)
class Choose(OfAMember):
    """Choose how the dates are kept and what they show."""

    kept_by: KeptBy
    detail: Detail
    words: str
    busy: bool

    def do(self, world: World) -> None:
        diaries.choose(
            diaries.diary_of(self.person(world), now=world.now),
            kept_by=self.kept_by,
            detail=self.detail,
            words=self.words,
            busy=self.busy,
            reminders=True,
            now=world.now,
        )


@dataclass(frozen=True)
class Join(OfAMember):
    """Take a place that was offered."""

    def do(self, world: World) -> None:
        person = self.person(world)
        if world.place_of(person) is not None:
            raise DomainError("They have a place already.")
        cohort = reload(world.series).cohort
        offer = changed.offer_silently(cohort, person, by=world.leader, now=world.now)
        arrive(offer, person, DiaryChoices(), now=world.now)


@dataclass(frozen=True)
class Go(OfAMember):
    """Pause, resume, leave, come back, or be removed."""

    how: str
    VERBS: ClassVar[dict[str, Any]] = {
        "pause": departures.pause,
        "resume": departures.resume,
        "leave": departures.depart,
        "remove": changed.remove,
        "return": departures.return_to,
    }

    def do(self, world: World) -> None:
        self.VERBS[self.how](self.place(world), now=world.now)


@dataclass(frozen=True)
class Say(OfAMember):
    """Answer for one session."""

    which: int
    answer: Answer

    def do(self, world: World) -> None:
        session: PeerSession = one_of(world.sessions(), self.which)
        answers.give(session, self.place(world), self.answer, now=world.now)


@dataclass(frozen=True)
class Wait:
    """Let time pass; the jobs run at the end of it."""

    how_long: timedelta
    own: ClassVar[bool] = False


WHICH = st.integers(0, 5)
WHO = st.sampled_from(["Amina", "Amina", "Dev", "Dev", "Gita"])
WAITS = [
    timedelta(),
    timedelta(seconds=1),
    timedelta(minutes=2),
    timedelta(minutes=11),
    timedelta(days=1),
    timedelta(days=9),
    timedelta(days=40),
]
PLACES = st.sampled_from(["Online", "Room 4", "The library, upstairs; ask for “Möwe”"])
ONE_SESSION = [
    st.builds(Move, WHICH, st.sampled_from([-9, -1, 1, 2, 3, 8, 40]), st.integers(0, 21)),
    st.builds(Cancel, WHICH),
    st.builds(PutBack, WHICH),
    st.builds(MovePlace, WHICH, PLACES, st.booleans()),
    st.builds(Undo),
]
OF_MEMBERS = [
    st.builds(
        Choose,
        WHO,
        st.sampled_from(KeptBy),
        st.sampled_from(Detail),
        st.sampled_from(["", "Hold", "Réunion\\, ;"]),
        st.booleans(),
    ),
    st.builds(Join, st.just("Gita")),
    st.builds(Go, WHO, st.sampled_from(sorted(Go.VERBS))),
    st.builds(Say, WHO, WHICH, st.sampled_from(Answer)),
]
WAITING = st.builds(Wait, st.sampled_from(WAITS))
