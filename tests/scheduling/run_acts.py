"""What a facilitator can do to a whole run, and what else members can do, as values to replay."""

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from hypothesis import strategies as st

from core.errors import DomainError
from scheduling.attendance import answers
from scheduling.dates.recurrence import ChosenDates, EveryWeeks, MonthlyByWeekday, Pattern
from scheduling.letters import resend
from scheduling.models import PeerSession, PlaceKind
from scheduling.places.readdressing import change_address
from scheduling.rescheduling import series_plans, session_plans
from scheduling.rescheduling.apply import apply
from scheduling.rescheduling.change_plan import ChangePlan, Scope
from tests.scheduling import changed
from tests.scheduling.acts import (
    OF_MEMBERS,
    ONE_SESSION,
    PLACES,
    WAITING,
    WHICH,
    WHO,
    OfAMember,
    OfARun,
    one_of,
)
from tests.scheduling.changing_world import World, reload

ZONES = ["Europe/London", "America/New_York", "Europe/Dublin", "Asia/Kolkata"]


@dataclass(frozen=True)
class Reshape(OfARun):
    """A change that is worked out first and then made."""

    def plan(self, world: World) -> ChangePlan:
        """Work it out."""
        raise NotImplementedError

    def do(self, world: World) -> None:
        change = apply(self.plan(world), by=world.leader, now=world.now)
        self.noted(world, change)


@dataclass(frozen=True)
class FromASession(Reshape):
    """A change of one session, of it and those that follow, or of every coming one."""

    which: int
    scope: Scope

    def session(self, world: World) -> PeerSession:
        """The session it begins with."""
        return one_of(world.sessions(), self.which)


@dataclass(frozen=True)
class Shift(FromASession):
    """Move by days."""

    days: int

    def plan(self, world: World) -> ChangePlan:
        return session_plans.shift_days(self.session(world), self.scope, self.days, now=world.now)


@dataclass(frozen=True)
class Hours(FromASession):
    """Meet at other hours, perhaps in another zone."""

    hour: int
    zone: str

    def plan(self, world: World) -> ChangePlan:
        starts, ends = time(self.hour, 30), time(self.hour + 2, 0)
        return session_plans.set_hours(
            self.session(world),
            self.scope,
            starts=starts,
            ends=ends,
            time_zone=self.zone,
            now=world.now,
        )


@dataclass(frozen=True)
class Weekday(FromASession):
    """Meet on another weekday of the month."""

    weekday: int
    nth: int

    def plan(self, world: World) -> ChangePlan:
        return session_plans.move_to_weekday(
            self.session(world), self.scope, self.weekday, self.nth, now=world.now
        )


@dataclass(frozen=True)
class NewPattern(FromASession):
    """Follow another pattern."""

    pattern: Pattern

    def plan(self, world: World) -> ChangePlan:
        session = self.session(world)
        return series_plans.set_pattern(session, self.pattern, scope=self.scope, now=world.now)


@dataclass(frozen=True)
class ChooseDates(FromASession):
    """Follow dates chosen one by one, so many days from now."""

    days: tuple[int, ...]

    def plan(self, world: World) -> ChangePlan:
        today = world.now.date()
        pattern = ChosenDates(tuple(today + timedelta(days=one) for one in self.days))
        session = self.session(world)
        return series_plans.set_pattern(session, pattern, scope=self.scope, now=world.now)


@dataclass(frozen=True)
class CancelRun(FromASession):
    """Cancel sessions."""

    def plan(self, world: World) -> ChangePlan:
        return session_plans.cancel(self.session(world), self.scope, now=world.now)


@dataclass(frozen=True)
class ReinstateRun(FromASession):
    """Put cancelled sessions back."""

    def plan(self, world: World) -> ChangePlan:
        return session_plans.reinstate(self.session(world), self.scope, now=world.now)


@dataclass(frozen=True)
class AddDate(Reshape):
    """Add an extra session, so many days from now."""

    days: int
    hour: int

    def plan(self, world: World) -> ChangePlan:
        return session_plans.add_date(
            reload(world.series),
            on=world.now.date() + timedelta(days=self.days),
            starts=time(self.hour, 30),
            ends=time(self.hour + 2, 0),
            now=world.now,
        )


@dataclass(frozen=True)
class PauseRun(Reshape):
    """Have no sessions for some days."""

    begins_in: int
    lasts: int
    make_up: bool

    def plan(self, world: World) -> ChangePlan:
        begins = world.now.date() + timedelta(days=self.begins_in)
        return series_plans.pause(
            reload(world.series),
            from_on=begins,
            until_on=begins + timedelta(days=self.lasts),
            make_up=self.make_up,
            now=world.now,
        )


@dataclass(frozen=True)
class EndAfter(Reshape):
    """Let one session be the last."""

    which: int

    def plan(self, world: World) -> ChangePlan:
        return series_plans.end_after(one_of(world.sessions(), self.which), now=world.now)


@dataclass(frozen=True)
class Extend(Reshape):
    """Have more sessions at the end."""

    more: int | None

    def plan(self, world: World) -> ChangePlan:
        return series_plans.extend(reload(world.series), more=self.more, now=world.now)


@dataclass(frozen=True)
class MoveOn(OfARun):
    """Meet elsewhere from one session on."""

    which: int
    place: str

    def do(self, world: World) -> None:
        session = one_of(world.sessions(), self.which)
        on = PlaceKind.IN_PERSON if session.starts_at > world.now else PlaceKind.ONLINE
        words: dict[str, Any] = {"place_kind": on, "place": self.place, "room": None}
        change = changed.change_place(
            session, **words, now=world.now, by=world.leader, scope=Scope.FOLLOWING
        )
        self.noted(world, change)


@dataclass(frozen=True)
class Usually(OfAMember):
    """Say that they are usually coming, or want to be asked each time."""

    coming: bool

    def do(self, world: World) -> None:
        place = self.place(world)
        if self.coming:
            answers.usually_coming(place, now=world.now)
        else:
            answers.ask_each_time(place)


@dataclass(frozen=True)
class TakeAnswerBack(OfAMember):
    """Say nothing about one session any more."""

    which: int

    def do(self, world: World) -> None:
        session = one_of(world.sessions(), self.which)
        answers.take_back(session, self.place(world), now=world.now)


@dataclass(frozen=True)
class SendAgain(OfAMember):
    """Ask for an invitation once more."""

    which: int

    def do(self, world: World) -> None:
        session = one_of(world.sessions(), self.which)
        resend.send_again(session, self.place(world), now=world.now)


@dataclass(frozen=True)
class Readdress(OfAMember):
    """Have mail sent to another address from now on."""

    tell_former: bool

    def do(self, world: World) -> None:
        person = self.person(world)
        name, _, host = person.email.partition("@")
        if world.place_of(person) is None:
            raise DomainError("They have no place.")
        address = f"{name}x@{host}"
        world.left_behind[person.email] = self.tell_former
        change_address(person, address, tell_former=self.tell_former, now=world.now)


SCOPES = st.sampled_from(Scope)
HOURS = st.integers(0, 21)
PATTERNS = st.one_of(
    st.builds(MonthlyByWeekday, st.integers(0, 6), st.sampled_from([1, 2, 3, 4, -1])),
    st.builds(EveryWeeks, st.integers(1, 5)),
)
OF_RUNS = [
    st.builds(Shift, WHICH, SCOPES, st.sampled_from([-7, -1, 1, 2, 7, 30])),
    st.builds(Hours, WHICH, SCOPES, HOURS, st.sampled_from(ZONES)),
    st.builds(Weekday, WHICH, SCOPES, st.integers(0, 6), st.sampled_from([1, 2, 3, 4, -1])),
    st.builds(NewPattern, WHICH, SCOPES, PATTERNS),
    st.builds(
        ChooseDates,
        WHICH,
        SCOPES,
        st.lists(st.integers(1, 300), min_size=1, max_size=6, unique=True).map(tuple),
    ),
    st.builds(CancelRun, WHICH, SCOPES),
    st.builds(ReinstateRun, WHICH, SCOPES),
    st.builds(AddDate, st.integers(0, 200), HOURS),
    st.builds(PauseRun, st.integers(0, 100), st.integers(0, 90), st.booleans()),
    st.builds(EndAfter, WHICH),
    st.builds(Extend, st.sampled_from([1, 3, None])),
    st.builds(MoveOn, WHICH, PLACES),
]
MORE_OF_MEMBERS = [
    st.builds(Usually, WHO, st.booleans()),
    st.builds(TakeAnswerBack, WHO, WHICH),
    st.builds(SendAgain, WHO, WHICH),
    st.builds(Readdress, WHO, st.booleans()),
]
ANY_ACT = st.one_of(*ONE_SESSION, *OF_RUNS, *OF_MEMBERS, *MORE_OF_MEMBERS, WAITING, WAITING)
