"""Making a change that was worked out before, as one act whose messages leave together.

What a plan expects to find is compared with the group's rows while these are locked, so nothing is
written that was decided before unless it still holds (``core.transaction.prepared``). What the way
back needs is kept sealed for a day; a note that offers it has nothing but a random name, of use
only to whoever made the change.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from core import config
from core.db import db, public_id
from core.encryption import Unreadable
from core.errors import DomainError
from core.outbox import has_replaced
from core.transaction import OnlyUnderLock, writes
from groups.messages import Act
from groups.models import Cohort, Person
from scheduling.letters.announcing import Because, announcement
from scheduling.letters.taking_in import Formerly, Stood, parcels_waiting
from scheduling.models import PeerSession, Reply, Reversal
from scheduling.rescheduling.change_plan import ChangePlan, KeptAnswer, Slot, Subject
from scheduling.rescheduling.rows import Rows

SAID: Final = ("answer", "answered_at", "is_earlier", "notes")
AS_IT_IS = "That is how it is already."
#: For how long a change can be undone. Messages wait for ten minutes; several changes in a row take
#: in one another for longer.
LASTS: Final = timedelta(hours=1)


class ChangedSince(DomainError):
    """What a change was worked out from is no more as it was."""

    def __init__(self) -> None:
        super().__init__("These dates have changed since you looked at them. Check them again.")


@dataclass(frozen=True)
class Change:
    """How many messages tell of a change, when they leave, and the token that undoes it.

    ``leaves_at`` is ``None`` when nothing is sent.
    """

    letters: int
    leaves_at: datetime | None
    undo_token: str


class Messages(Protocol):
    """The messages of an act, ready to be written."""

    def still_holds(self) -> bool:
        """Return whether everything they go by is still so."""

    def write(self) -> int:
        """Put them into the outbox; returns how many."""


#: Prepares the messages of an act; rows in memory are what they will be.
Post = Callable[[Rows, Act], Messages]


@dataclass(frozen=True)
class Postings:
    """Messages that go by nothing but the rows that the act changes; ``post`` writes them."""

    post: Callable[[], int]

    def still_holds(self) -> bool:
        """Return that they do."""
        return True

    def write(self) -> int:
        """Put them into the outbox; returns how many."""
        return self.post()


NOTHING_TO_TELL: Final = Postings(lambda: 0)


def tell_of_dates(rows: Rows, act: Act) -> Messages:
    """Tell everybody in the group what has become of their dates."""
    because = Because.GROUP_ENDED if rows.plan.subject is Subject.GROUP_END else None
    formerly = {} if because else pending_snapshots(rows.cohort, now=act.now)
    return announcement(rows.cohort, rows.news, act, formerly=formerly, because=because)


class PreparedChange:
    """A change and its messages, read, compared and worked out, and not yet written. ``ahead`` is
    before the write lock is taken.
    """

    def __init__(
        self,
        plan: ChangePlan,
        *,
        by: Person,
        now: datetime,
        tell: bool = True,
        post: Post,
        ahead: bool = False,
    ) -> None:
        if plan.is_empty:
            raise DomainError(AS_IT_IS)
        self.rows = rows = Rows(plan)
        if not rows.holds:
            raise ChangedSince
        self._by, self._now = by.public_id, now
        self._revision, self._readers = rows.cohort.revision, rows.readers
        if ahead and not writes() and any(one.revision is None for one in self._readers):
            raise OnlyUnderLock("a diary has to be made first")
        answers = _kept_answers(rows.asked_anew)
        rows.make(now)
        self._asked = rows.asked_anew
        self._inverse = replace(plan.inverse, answers=answers, stamps=rows.stamps)
        self._batch, self._leaves_at = plan.batch or public_id(), now + config.current().pause
        act = Act(now, self._leaves_at, self._batch)
        self._messages = post(rows, act) if tell else NOTHING_TO_TELL

    def still_holds(self) -> bool:
        """Lock the group, and return whether it and its readers are as they were."""
        now = Rows(self.rows.plan)
        is_same = (now.cohort.revision, now.readers) == (self._revision, self._readers)
        return is_same and now.holds and self._messages.still_holds()

    def write(self) -> Change:
        """Write it, with what the way back needs; returns what a page says about it."""
        self.rows.write(self._now)
        ask_anew(self._asked)
        letters = self._messages.write()
        # A batch without messages may have taken the place of others, so it can be recalled too.
        is_kept = letters or has_replaced(self._batch)
        batch = self._batch if is_kept else None
        _keep(self._inverse, self._batch, batch, by=self._by, now=self._now)
        return Change(letters, self._leaves_at if letters else None, self._batch)


def apply(
    plan: ChangePlan,
    *,
    by: Person,
    now: datetime,
    tell: bool = True,
    post: Post = tell_of_dates,
) -> Change:
    """Make a change, with its messages in one batch that can be recalled while it waits.

    ``tell=False`` is for what matters to no diary. Raises ``ChangedSince`` if something is no more
    as it was when the plan was worked out, and ``DomainError`` for a plan that changes nothing.
    """
    return PreparedChange(plan, by=by, now=now, tell=tell, post=post).write()


def _keep(inverse: ChangePlan, name: str, batch: str | None, *, by: str, now: datetime) -> None:
    content = {
        "by": by,
        "cohort": inverse.cohort_id,
        "parcel": batch,
        "plan": inverse.to_json(),
    }
    packed = json.dumps(content, separators=(",", ":")).encode()
    db.session.add(Reversal(public_id=name, content=packed, made_at=now))
    db.session.flush()


def read_record(record: Reversal) -> dict[str, Any]:
    """Return what is kept of a change; nothing of one that cannot be read."""
    try:
        content: dict[str, Any] = json.loads(record.content)
    except Unreadable:
        return {}
    # One made before an upgrade says it in another way, and can be undone no more.
    return content if "plan" in content else {}


def pending_snapshots(cohort: Cohort, *, now: datetime) -> Formerly:
    """Return how sessions stood before each change of a group whose messages wait, by its batch."""
    if not parcels_waiting(cohort):
        return {}
    kept = db.session.scalars(select(Reversal).where(Reversal.made_at > now - LASTS))
    return {
        content["parcel"]: _stood(ChangePlan.from_json(content["plan"]))
        for content in map(read_record, kept)
        if content.get("cohort") == cohort.public_id and content["parcel"]
    }


def _stood(inverse: ChangePlan) -> dict[int, Stood | None]:
    keys = select(PeerSession.public_id, PeerSession.id).where(
        PeerSession.public_id.in_([one.session_id for one in inverse.slots])
    )
    numbers = {row.public_id: row.id for row in db.session.execute(keys)}
    return {
        numbers[one.session_id]: None if one.becomes is None else _as_stood(one.becomes)
        for one in inverse.slots
        if one.session_id in numbers
    }


def _as_stood(slot: Slot) -> Stood:
    return Stood(slot.starts_at, slot.ends_at, slot.zone_name, slot.takes_place)


def _kept_answers(sessions: Sequence[int]) -> tuple[KeptAnswer, ...]:
    if not sessions:
        return ()
    return tuple(
        KeptAnswer(key, reply.membership.public_id, {name: getattr(reply, name) for name in SAID})
        for key, reply in replies_to(sessions)
    )


def ask_anew(sessions: Sequence[int]) -> None:
    """Let what was said about these sessions count no more: it was about another time
    (RFC 5546 section 3.2.2).
    """
    if sessions:
        said = (Reply.session_id.in_(sessions), ~Reply.is_earlier)
        db.session.execute(update(Reply).where(*said).values(is_earlier=True))


def replies_to(sessions: Sequence[int]) -> list[tuple[str, Reply]]:
    """Return every answer to these sessions, oldest first, each with the session's public id."""
    found = (
        select(PeerSession.public_id, Reply)
        .join(PeerSession, PeerSession.id == Reply.session_id)
        .where(Reply.session_id.in_(sessions))
        .options(joinedload(Reply.membership, innerjoin=True))
        .order_by(Reply.id)
        .execution_options(populate_existing=True)
    )
    return [(key, reply) for key, reply in db.session.execute(found)]
