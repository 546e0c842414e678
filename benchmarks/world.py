"""A made-up installation of any size, written with a few large statements."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import insert, select

from core.db import Base, db, insert_many, public_id
from core.encryption import KeyRing, key_ring
from core.tokens import digest
from core.transaction import transaction
from groups.models import Cohort, CohortState, Membership, MembershipState, Person, Role
from scheduling.dates.closures import LeaveOuts
from scheduling.models import Diary, Feed, PeerSession, Series

Item = TypeVar("Item")

#: Rows to one statement; more would only cost memory.
BATCH = 20_000
MONTH = timedelta(days=28)
SESSION = timedelta(minutes=90)


@dataclass(frozen=True)
class Size:
    """How many members and groups there are. Each member belongs to one group, and the first
    ``busy`` of them to three, as people do who facilitate several.
    """

    members: int
    groups: int
    sessions: int = 12
    busy: int = 200

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        held = self.groups * self.sessions
        return f"{self.members:,} members, {self.groups:,} groups, {held:,} sessions"


def build(size: Size, now: datetime) -> None:
    """Fill an empty database; ``now`` is an aware date-time in UTC. Every session lies ahead."""
    ring, then = key_ring(), now.replace(microsecond=0) - timedelta(days=30)
    fill(Person, (_person(ring, number, then) for number in range(1, size.members + 1)))
    fill(Diary, (_diary(ring, number, then) for number in range(1, size.members + 1)))
    fill(Feed, (_feed(ring, number, then) for number in range(1, size.members + 1)))
    fill(Cohort, (cohort_row(ring, number, then) for number in range(1, size.groups + 1)))
    fill(Series, (_series(number, size, then) for number in range(1, size.groups + 1)))
    fill(Membership, _memberships(size, then))
    fill(PeerSession, _sessions(size, now))
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def tokens(count: int, *, first: int = 1, last: int) -> list[str]:
    """Return the secret parts of the links of up to ``count`` members, spread evenly from the
    ``first`` to the ``last``.
    """
    step = max(1, (last - first + 1) // count)
    wanted = list(range(first, last + 1, step))[:count]
    found: list[str] = []
    for some in _in_batches(wanted, 500):
        found += db.session.scalars(select(Feed.public_id).where(Feed.id.in_(some)))
    db.session.rollback()
    return [key_ring().private_token("feed", name) for name in found]


def fill(model: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    """Insert any number of rows, a batch to a transaction."""
    for some in _in_batches(rows, BATCH):
        with transaction():
            db.session.execute(insert(model), some)


def fill_quickly(model: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    """The same for a million rows, all of which name the same columns."""
    for some in _in_batches(rows, BATCH):
        with transaction():
            insert_many(model, some)


def _in_batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def _person(ring: KeyRing, number: int, then: datetime) -> dict[str, Any]:
    name, address = public_id(), f"member{number}@people.example"
    return {
        "id": number,
        "public_id": name,
        "email_sealed": ring.seal(address.encode(), f"person.email_sealed:{name}"),
        "email_index": ring.blind(address),
        "created_at": then,
        "reached_at": then,
        "proved_at": then,
    }


def _diary(ring: KeyRing, number: int, then: datetime) -> dict[str, Any]:
    name, key = public_id(), number.to_bytes(32, "big")
    return {
        "id": number,
        "public_id": name,
        "person_id": number,
        "entry_key_sealed": ring.seal(key, f"diary.entry_key_sealed:{name}"),
        "changed_at": then,
    }


def _feed(ring: KeyRing, number: int, then: datetime) -> dict[str, Any]:
    name = public_id()
    return {
        "id": number,
        "public_id": name,
        "diary_id": number,
        "label_sealed": ring.seal(b"Phone", f"feed.label_sealed:{name}"),
        "token_hash": digest(ring.private_token("feed", name)),
        "created_at": then,
        # Fetched today already, as nearly every request of a day finds it.
        "last_read_on": datetime.now(UTC).date(),
    }


def cohort_row(ring: KeyRing, number: int, then: datetime) -> dict[str, Any]:
    """Return the columns of an open group."""
    name = public_id()
    return {
        "id": number,
        "public_id": name,
        "name_sealed": ring.seal(f"Group {number}".encode(), f"cohort.name_sealed:{name}"),
        "state": CohortState.OPEN,
        "created_at": then,
        "opened_at": then,
    }


def _series(number: int, size: Size, then: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "public_id": public_id(),
        "cohort_id": number,
        "pattern": {"kind": "weeks", "weeks": 4},
        "first_on": then.date(),
        "starts": time(18),
        "ends": time(19, 30),
        "time_zone": "Europe/London",
        "sessions": size.sessions,
        "leave_outs": LeaveOuts().to_json(),
        "exceptions": {},
        "created_at": then,
    }


def _memberships(size: Size, then: datetime) -> Iterator[dict[str, Any]]:
    for person in range(1, size.members + 1):
        for further in range(3 if person <= size.busy else 1):
            yield {
                "public_id": public_id(),
                "cohort_id": (person + further) % size.groups + 1,
                "person_id": person,
                "role": Role.MEMBER,
                "state": MembershipState.ACTIVE,
                "joined_at": then,
                "agreed_version": 1,
                "agreed_at": then,
            }


def _sessions(size: Size, now: datetime) -> Iterator[dict[str, Any]]:
    stamp = now.replace(microsecond=0) - timedelta(days=30)
    for group in range(1, size.groups + 1):
        first_on = now.date() + timedelta(days=7 + group % 28)
        for position in range(size.sessions):
            planned_on: date = first_on + position * MONTH
            # Half past five to eight in UTC, so that not every group meets at the same moment.
            starts_at = datetime.combine(planned_on, time(17 + group % 3, 30), UTC)
            yield {
                "public_id": public_id(),
                "cohort_id": group,
                "series_id": group,
                "planned_on": planned_on,
                "number": position + 1,
                "starts_at": starts_at,
                "ends_at": starts_at + SESSION,
                "dates_changed_at": stamp,
                "details_changed_at": stamp,
            }
