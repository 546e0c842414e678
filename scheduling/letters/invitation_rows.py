"""Invitations and letters as the book holds them: read and written in a handful of statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, update

from core.db import db, insert_many
from core.outbox import MailState, OutgoingMail
from core.transaction import writes
from groups.messages import SPECS, MessageKind
from groups.models import Cohort, Membership
from scheduling.calendars.ical import Method
from scheduling.models import Invitation, PeerSession

_UNSAID: Final = (MailState.RECALLED, MailState.SUPERSEDED)
_MAIL: Final = (
    *(OutgoingMail.id, OutgoingMail.thread, OutgoingMail.kind, OutgoingMail.key),
    *(OutgoingMail.state, OutgoingMail.attempts, OutgoingMail.parcel, OutgoingMail.replaced_by),
)
_TOLD: Final = (
    *(Invitation.id, Invitation.session_id, Invitation.membership_id, Invitation.generation),
    *(Invitation.public_id, Invitation.uid_sealed, Invitation.uid_index, Invitation.sequence),
    *(Invitation.method, Invitation.starts_at, Invitation.ends_at, Invitation.stamped_at),
    *(Invitation.repeated_at, Invitation.diary_changed_at),
)
_SEALED: Final = ("public_id", "uid_sealed", "uid_index")
_KEPT: Final = (
    "sequence",
    "method",
    "starts_at",
    "ends_at",
    "stamped_at",
    "repeated_at",
    "diary_changed_at",
)


def thread_of(session: PeerSession, membership: Membership) -> str:
    """Return the thread of every letter to one person about one session. It spans the UIDs of
    that session, so a request never overtakes the cancellation before it.
    """
    return f"session:{session.public_id}:{membership.public_id}"


def run_thread_of(cohort: Cohort, membership: Membership) -> str:
    """Return the thread of every letter to one person about several dates of a group."""
    return f"run:{cohort.public_id}:{membership.public_id}"


@dataclass(slots=True)
class HeldInvitation:
    """One UID and what a calendar was last told about it; ``id`` is missing while it is new."""

    id: int | None
    session_id: int
    membership_id: int
    generation: int
    public_id: str
    uid_sealed: bytes
    uid_index: str
    sequence: int
    method: Method
    starts_at: datetime
    ends_at: datetime
    stamped_at: datetime
    repeated_at: datetime | None
    diary_changed_at: datetime
    is_changed: bool = False

    @property
    def uid(self) -> str:
        """What identifies the event; only ever read to be written into a calendar part."""
        uid: bytes = Invitation.uid.unseal(self.uid_sealed, self.public_id)
        return uid.decode()

    @property
    def key(self) -> str:
        """The key of the letter that carries this version. The stamp tells a version that was
        taken back from the one that is sent in its place.
        """
        return f"invitation:{self.uid_index}:{self.sequence}:{self.stamped_at:%Y%m%dT%H%M%SZ}"


@dataclass(slots=True)
class WrittenLetter:
    """One letter of a thread as the outbox has it."""

    id: int
    thread: str
    kind: MessageKind
    key: str
    state: MailState
    attempts: int
    parcel: str | None
    replaced_by: str | None

    @property
    def uid_index(self) -> str:
        """The index of the UID whose version it carries; empty where it has no calendar part."""
        purpose, _, rest = self.key.partition(":")
        return rest.split(":")[0] if purpose == "invitation" else ""

    @property
    def waits(self) -> bool:
        """Whether it has not left."""
        return self.state == MailState.DUE

    @property
    def is_under_way(self) -> bool:
        """Whether its fate is still open."""
        return self.state in (MailState.DUE, MailState.SENDING)

    @property
    def may_have_arrived(self) -> bool:
        """Whether its reader may know it: a letter that was tried may have arrived unless it was
        refused.
        """
        return self.attempts > 0 and self.state != MailState.REFUSED


@dataclass(frozen=True)
class Scope:
    """What a book is about, in plain values that outlive the rows they were read from."""

    sessions: tuple[int, ...]
    memberships: tuple[int, ...]
    threads: tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """The rows that a book goes by, as they were read."""

    told: Sequence[Any]
    letters: Sequence[Any]


def scope_of(sessions: Iterable[PeerSession], memberships: Sequence[Membership]) -> Scope:
    """Return what a book about these sessions and members is about."""
    held = list(sessions)
    cohorts = {one.cohort_id: one.cohort for one in memberships}
    threads = [thread_of(one, place) for one in held for place in memberships]
    threads += [run_thread_of(cohorts[place.cohort_id], place) for place in memberships]
    return Scope(
        tuple(one.id for one in held if one.id is not None),
        tuple(place.id for place in memberships),
        tuple(threads),
    )


def read(scope: Scope, *, lock: bool | None = None) -> Read:
    """Read the rows; where they are about to be changed, nobody may send a letter meanwhile."""
    with db.session.no_autoflush:
        told = select(*_TOLD).where(
            Invitation.session_id.in_(scope.sessions),
            Invitation.membership_id.in_(scope.memberships),
        )
        letters = select(*_MAIL).where(OutgoingMail.thread.in_(scope.threads))
        if writes() if lock is None else lock:
            letters = letters.with_for_update()
        return Read(
            db.session.execute(told.order_by(Invitation.generation, Invitation.id)).all(),
            db.session.execute(letters.order_by(OutgoingMail.id)).all(),
        )


def last_method(letters: Sequence[WrittenLetter]) -> Method:
    """Return what the newest of these letters says that was not taken back."""
    kinds = [letter.kind for letter in letters if letter.state not in _UNSAID]
    if not kinds or SPECS[kinds[-1]].method == Method.CANCEL:
        return Method.CANCEL
    return Method.REQUEST


def supersede_letters(dropped: Mapping[int, str | None], now: datetime) -> None:
    """Drop letters by their ids, each with the batch of what takes its place."""
    for by in dict.fromkeys(dropped.values()):
        ids = [identifier for identifier, one in dropped.items() if one == by]
        db.session.execute(
            update(OutgoingMail)
            .where(OutgoingMail.id.in_(ids), OutgoingMail.state == MailState.DUE)
            .values(state=MailState.SUPERSEDED, final_at=now, replaced_by=by)
            .execution_options(synchronize_session=False)
        )


def _row(told: HeldInvitation) -> dict[str, Any]:
    names = ("session_id", "membership_id", "generation", *_SEALED, *_KEPT)
    return {name: getattr(told, name) for name in names}


_TABLE: Final = Invitation.metadata.tables[Invitation.__tablename__]
_REWRITE: Final = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("held"))
    .values({name: bindparam(f"new_{name}") for name in _KEPT})
)


def write_told(told: Sequence[HeldInvitation]) -> None:
    """Write invitations that are new or have changed."""
    insert_many(Invitation, [_row(one) for one in told if one.id is None])
    held = [one for one in told if one.id is not None]
    if held:
        rows = [
            {"held": one.id, **{f"new_{name}": getattr(one, name) for name in _KEPT}}
            for one in held
        ]
        db.session.connection().execute(_REWRITE, rows)
