"""Two groups whose dates change, and everything that can be seen of it from outside."""

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from core.db import db
from core.delivery import deliver_due
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups.models import Membership, MembershipState, Person
from scheduling.feeds import contents
from scheduling.jobs import JOBS
from scheduling.models import PeerSession, Series, SessionState
from scheduling.runs.laying_out import lay_out
from tests import build
from tests.conftest import NOW
from tests.scheduling import invitations
from tests.scheduling.calendar_bytes import unfolded
from tests.scheduling.mail_clients import Inboxes
from tests.scheduling.post import full

PAUSE: Final = timedelta(minutes=11)
DAY: Final = timedelta(days=1)
#: Jobs that talk to other machines about something else; what is urgent leaves with the rest.
ELSEWHERE: Final = ("replies", "alert", "deliver-urgent")
RUNS: Final[dict[str, dict[str, Any]]] = {
    "five months": {"count": 5},
    "every second week": {"count": 6, "pattern": {"kind": "weeks", "weeks": 2}},
    "goes on": {"count": None},
    "late at night": {"count": 5, "starts": time(1, 0), "ends": time(2, 30)},
}
#: They rise with every change and say nothing that anybody sees.
STAMPS: Final = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE")


@dataclass(frozen=True)
class Shown:
    """One entry of a feed: what people see of it, and what programs compare."""

    visible: tuple[str, ...]
    sequence: int
    modified: str


@dataclass(frozen=True)
class Seen:
    """One person's feed at one moment."""

    body: bytes
    changed_at: datetime
    entries: dict[str, Shown]


class World:
    """A group that is changed, and another one that nobody touches.

    Amina gets invitations, discreet; so does Dev, with everything in them; Gita may come later;
    Olu is in the other group. Amara facilitates and gets invitations too. Everybody has a feed.
    """

    def __init__(self, run: str) -> None:
        self.now = NOW
        self.undo: str | None = None
        #: The addresses people no longer have, and whether these are told what becomes of dates.
        self.left_behind: dict[str, bool] = {}
        self.inboxes = Inboxes()
        cohort = build.a_cohort()
        self.leader = cohort.memberships[0].person
        self.people = {name: build.a_person(name) for name in ("Amina", "Dev", "Gita")}
        self.outsider = build.a_person("Olu")
        elsewhere = build.a_cohort(build.a_facilitator("Olga"), name="Elsewhere")
        self.feeds = {
            person.id: build.a_feed(person)[0]
            for person in (self.leader, *self.people.values(), self.outsider)
        }
        full(self.people["Dev"])
        self.series = build.a_series(cohort, **RUNS[run])
        others = build.a_series(elsewhere, count=4)
        with transaction():
            lay_out(self.series, self.now)
            lay_out(others, self.now)
        for person in (self.people["Amina"], self.people["Dev"]):
            self._welcome(build.a_member(cohort, person))
        self._welcome(build.a_member(elsewhere, self.outsider))
        self.wait(timedelta())

    def _welcome(self, membership: Membership) -> None:
        with transaction():
            invitations.welcome(membership, now=self.now)

    def place_of(self, person: Person) -> Membership | None:
        """This person's place in the group that is changed, if they ever had one."""
        found = db.session.query(Membership).filter_by(
            person_id=person.id, cohort_id=self.series.cohort_id
        )
        return found.order_by(Membership.id.desc()).first()

    def is_active(self, person: Person) -> bool:
        """Whether this person gets the dates now."""
        place = self.place_of(person)
        return place is not None and place.state == MembershipState.ACTIVE

    def sessions(self) -> list[PeerSession]:
        """Every session of the group that is changed, earliest first."""
        found = db.session.query(PeerSession).filter_by(series_id=self.series.id)
        return found.order_by(PeerSession.starts_at, PeerSession.id).all()

    def coming(self) -> list[PeerSession]:
        """The sessions that are planned and have not begun, earliest first."""
        return [
            session
            for session in self.sessions()
            if session.state == SessionState.PLANNED and session.starts_at > self.now
        ]

    def over(self) -> list[tuple[object, ...]]:
        """What must never change: the sessions that have begun."""
        return [
            (session.public_id, session.starts_at, session.ends_at, session.state)
            for session in self.sessions()
            if session.starts_at <= self.now
        ]

    def seen(self) -> dict[int, Seen]:
        """The members' feeds and the outsider's as they are now, by the id of the person."""
        readers = (*self.people.values(), self.outsider)
        return {person.id: self.seen_by(person) for person in readers}

    def seen_by(self, person: Person) -> Seen:
        """One person's feed as it is now."""
        reading = contents.read(self.feeds[person.id], now=self.now)
        return Seen(reading.body, reading.changed_at, entries_in(reading.body))

    def wait(self, how_long: timedelta) -> None:
        """Let time pass, and then let every job do what is due."""
        self.now += how_long
        for job in JOBS:
            if job.name == "deliver":
                deliver_due(self.now, opens=lambda: nullcontext(self.inboxes))
            elif job.name not in ELSEWHERE and (job.every < DAY or how_long >= DAY):
                job.run(self.now)
        self.inboxes.open_all()

    def settle(self) -> None:
        """Wait until nothing is left to be sent."""
        self.wait(PAUSE)
        for _ in range(5):
            if not self._letters_wait():
                return
            self.wait(PAUSE)
        raise AssertionError("letters wait for ever")

    def _letters_wait(self) -> bool:
        return db.session.query(OutgoingMail).filter_by(state=MailState.DUE).count() > 0


def reload(series: Series) -> Series:
    """Read a run anew; what was read before a transaction may have changed."""
    return db.session.get_one(Series, series.id)


def entries_in(body: bytes) -> dict[str, Shown]:
    """Take a feed apart by its lines, without any library."""
    found: dict[str, Shown] = {}
    lines: list[str] = []
    for line in unfolded(body):
        if line == "BEGIN:VEVENT":
            lines = []
        elif line == "END:VEVENT":
            told = dict(one.split(":", 1) for one in lines)
            visible = tuple(one for one in lines if not one.startswith(STAMPS))
            assert told["DTSTAMP"] == told["LAST-MODIFIED"]
            found[told["UID"]] = Shown(visible, int(told["SEQUENCE"]), told["LAST-MODIFIED"])
        else:
            lines.append(line)
    return found


def oracle(world: World, person: Person) -> dict[str, tuple[datetime, datetime, str]]:
    """What a feed has to show, worked out from the rows alone."""
    diary = world.feeds[person.id].diary
    shown = {}
    for session in world.sessions() if world.is_active(person) else []:
        cancelled = session.state == SessionState.CANCELLED
        stays = timedelta(days=7 if cancelled else 60)
        ahead = session.starts_at - world.now
        if session.ends_at + stays > world.now and ahead < timedelta(days=500):
            times = session.starts_at.astimezone(UTC), session.ends_at.astimezone(UTC)
            status = "CANCELLED" if cancelled else "CONFIRMED"
            shown[contents.uid_of(session, diary)] = (*times, status)
    return shown
