"""Making a change that was worked out before, as one act whose messages leave together.

The group is locked first. What a plan expects to find is compared under that lock, so nothing that
was decided before is written unless it still holds. What the way back needs is kept sealed for a
day; a note that offers it has nothing but a random name, of use only to whoever made the change.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from core import config
from core.db import db, public_id
from core.encryption import Unreadable
from core.errors import DomainError
from core.outbox import has_replaced
from groups.messages import Act
from groups.models import Cohort, Person
from scheduling.letters.announcing import Because, announce
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


#: Puts the messages of an act into the outbox; returns how many.
Post = Callable[[Rows, Act], int]


def tell_of_dates(rows: Rows, act: Act) -> int:
    """Tell everybody in the group what has become of their dates."""
    because = Because.GROUP_ENDED if rows.plan.subject is Subject.GROUP_END else None
    formerly = {} if because else pending_snapshots(rows.cohort, now=act.now)
    return announce(rows.cohort, rows.news, act, formerly=formerly, because=because)


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
    if plan.is_empty:
        raise DomainError(AS_IT_IS)
    rows = Rows(plan)
    if not rows.holds:
        raise ChangedSince
    answers = _kept_answers(rows.asked_anew)
    rows.make(now)
    rows.write(now)
    ask_anew(rows.asked_anew)
    batch, leaves_at = plan.batch or public_id(), now + config.current().pause
    letters = post(rows, Act(now, leaves_at, batch)) if tell else 0
    inverse = replace(plan.inverse, answers=answers, stamps=rows.stamps)
    # A batch without messages may have taken the place of others, so it can be recalled as well.
    is_kept = letters or has_replaced(batch)
    _keep(inverse, batch, batch if is_kept else None, by=by, now=now)
    return Change(letters, leaves_at if letters else None, batch)


def _keep(inverse: ChangePlan, name: str, batch: str | None, *, by: Person, now: datetime) -> None:
    content = {
        "by": by.public_id,
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
