"""A change, worked out and not yet made: plain values that can be stored and turned round.

Planners return a ``ChangePlan``, a check page shows it, ``apply`` makes it. It names rows by their
public ids and holds what stands in them now and what shall, so its inverse is a plan as well:
undoing is applying that one.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final

from scheduling.dates.recurrence import Shift
from scheduling.models import PeerSession, SessionState

#: Columns that are others each time the same is worked out.
_FLEETING: Final = (
    *("asked_anew_at", "created_at", "sent_at", "opened_at", "ended_at", "expires_at", "left_at"),
    *("public_id", "token_hash", "parcel"),
)


class Scope(StrEnum):
    """Which sessions a change concerns: one, it and all that follow, or every coming one."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


class Subject(StrEnum):
    """What a change is about, which decides how it is said and where it leads."""

    DATES = "dates"
    VENUE = "venue"
    GROUP_END = "group_end"
    OPENING = "opening"
    INVITATIONS = "invitations"
    PLACE_END = "place_end"


@dataclass(frozen=True)
class Slot:
    """Where one session stands: the day of the pattern it answers to, from when to when (UTC), and
    in which IANA zone its hours are said.

    ``pinned`` is a date chosen for this session alone; ``ad_hoc`` stands beside the pattern.
    """

    slot_on: date
    starts_at: datetime
    ends_at: datetime
    zone_name: str
    takes_place: bool = True
    pinned: bool = False
    ad_hoc: bool = False
    #: The zone as its row has it: ``None`` is that of its run.
    time_zone: str | None = None
    moved_from_at: datetime | None = None
    asked_anew_at: datetime | None = None

    @classmethod
    def of(cls, session: PeerSession) -> "Slot":
        """Return where a session stands now."""
        return cls(
            session.planned_on,
            session.starts_at,
            session.ends_at,
            session.zone_name,
            session.state == SessionState.PLANNED,
            session.by_hand,
            session.is_extra,
            session.time_zone,
            session.moved_from_at,
            session.asked_anew_at,
        )

    @property
    def columns(self) -> dict[str, Any]:
        """The same as columns of ``PeerSession``."""
        return {
            "planned_on": self.slot_on,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "time_zone": self.time_zone,
            "moved_from_at": self.moved_from_at,
            "asked_anew_at": self.asked_anew_at,
            "by_hand": self.pinned,
            "is_extra": self.ad_hoc,
            "state": SessionState.PLANNED if self.takes_place else SessionState.CANCELLED,
        }

    @property
    def times(self) -> tuple[datetime, datetime]:
        """From when to when, in UTC."""
        return self.starts_at, self.ends_at

    @property
    def is_counted(self) -> bool:
        """Whether people count it: a cancelled one keeps its number unless it is beside the
        pattern.
        """
        return self.takes_place or not self.ad_hoc


@dataclass(frozen=True)
class SlotChange:
    """One session before and after. ``was`` is ``None`` for one that is added, and ``becomes`` for
    one that goes again; ``shift`` is what the clocks did to the hour that was asked for.
    """

    session_id: str
    was: Slot | None
    becomes: Slot | None
    shift: Shift = "none"

    @property
    def slot(self) -> Slot:
        """Where it stands in the end, or stood at last."""
        found = self.becomes or self.was
        assert found is not None  # noqa: S101 - one of the two is there; tells the type
        return found

    @property
    def changes_times(self) -> bool:
        """Whether it starts or ends at another moment."""
        return bool(self.was and self.becomes and self.was.times != self.becomes.times)

    @property
    def is_moved(self) -> bool:
        """Whether it is at another moment, or its hours are said in another zone."""
        if self.was is None or self.becomes is None:
            return False
        same_zone = self.was.zone_name == self.becomes.zone_name
        return not (self.is_cancelled or self.is_reinstated) and (
            self.changes_times or not same_zone
        )

    @property
    def is_seen(self) -> bool:
        """Whether anybody notices that it moves: it takes place, and at another moment."""
        return self.is_moved and self.changes_times and self.slot.takes_place

    @property
    def is_cancelled(self) -> bool:
        """Whether it took place and does no more."""
        return bool(self.was and self.becomes) and self._takes_place == (True, False)

    @property
    def is_reinstated(self) -> bool:
        """Whether it was cancelled and takes place after all."""
        return bool(self.was and self.becomes) and self._takes_place == (False, True)

    @property
    def _takes_place(self) -> tuple[bool, bool]:
        return (
            self.was is not None and self.was.takes_place,
            self.becomes is not None and self.becomes.takes_place,
        )


@dataclass(frozen=True)
class RowChange:
    """Some columns of one other row, or of where one session meets, before and after. ``None``
    stands for a row that is not there; sealed columns are named without ``_sealed``.
    """

    table: str
    public_id: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True)
class KeptAnswer:
    """What one person had said about one session; both by their public ids."""

    session_id: str
    member_id: str
    columns: Mapping[str, Any]


@dataclass(frozen=True)
class ChangePlan:
    """Everything one change does to a group, as values. What it says of a session that stays
    because somebody chose its date stands in ``pinned``.
    """

    subject: Subject
    cohort_id: str
    series_id: str | None = None
    slots: tuple[SlotChange, ...] = ()
    rows: tuple[RowChange, ...] = ()
    pinned: tuple[SlotChange, ...] = ()
    #: The sessions that meet elsewhere, of which people are told.
    elsewhere: tuple[str, ...] = ()
    #: Sessions of which nobody is told one by one.
    untold: frozenset[str] = frozenset()
    #: The zone in which hours of the run are said once it is made.
    zone_name: str = ""
    #: What had been said about sessions at another time, which counts again.
    answers: tuple[KeptAnswer, ...] = ()
    #: When the dates of its sessions changed last, as it expects to find them.
    stamps: Mapping[str, datetime] = field(default_factory=dict)
    is_undo: bool = False
    #: The name of its batch of messages, where a row has to know it beforehand.
    batch: str | None = None

    def _slots(self, chosen: Callable[[SlotChange], bool]) -> tuple[SlotChange, ...]:
        return tuple(one for one in self.slots if chosen(one))

    @property
    def moved(self) -> tuple[SlotChange, ...]:
        """The sessions at another moment, or said in another zone, by their new dates."""
        moved = self._slots(lambda one: one.is_moved)
        return tuple(sorted(moved, key=lambda one: one.slot.starts_at))

    @property
    def seen(self) -> tuple[SlotChange, ...]:
        """The moves that somebody notices."""
        return tuple(one for one in self.moved if one.is_seen)

    @property
    def added(self) -> tuple[SlotChange, ...]:
        """The sessions that are new."""
        return self._slots(lambda one: one.was is None)

    @property
    def removed(self) -> tuple[SlotChange, ...]:
        """The sessions that go as if they had never been."""
        return self._slots(lambda one: one.becomes is None)

    @property
    def cancelled(self) -> tuple[SlotChange, ...]:
        """The sessions that take place no more."""
        return self._slots(lambda one: one.is_cancelled)

    @property
    def reinstated(self) -> tuple[SlotChange, ...]:
        """The cancelled sessions that take place after all."""
        return self._slots(lambda one: one.is_reinstated)

    @property
    def is_empty(self) -> bool:
        """Whether everything is like that already."""
        return not self.slots and not self.rows

    @property
    def changed_count(self) -> int:
        """How many dates change for those who have them."""
        changed = (self.seen, self.added, self.cancelled, self.reinstated)
        return sum(map(len, changed))

    @property
    def matters(self) -> bool:
        """Whether it changes anything that diaries hold. Another zone that changes no moment does
        not, nor does what will be planned later.
        """
        return self.changed_count > 0

    @property
    def digest(self) -> str:
        """A name for exactly this change: another one has another, whoever looks and whenever."""
        slots = [
            (one.was and one.session_id, _seen_columns(one.was), _seen_columns(one.becomes))
            for one in self.slots
        ]
        rows = [
            (one.table, one.before and one.public_id, _lasting(one.before), _lasting(one.after))
            for one in self.rows
        ]
        held = [one.session_id for one in self.pinned]
        said = json.dumps([self.subject, self.cohort_id, slots, rows, held], default=str)
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def inverse(self) -> "ChangePlan":
        """The plan that takes this one back, but for what had been said (``answers``)."""
        return replace(
            self,
            slots=tuple(replace(one, was=one.becomes, becomes=one.was) for one in self.slots),
            rows=tuple(
                replace(one, before=one.after, after=one.before) for one in reversed(self.rows)
            ),
            is_undo=not self.is_undo,
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values that ``from_json`` turns back into an equal plan."""
        stored: dict[str, Any] = plain(asdict(self))
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ChangePlan":
        """Read what ``to_json`` wrote."""
        held = rich(stored)
        many: dict[str, Callable[[dict[str, Any]], Any]] = {
            "slots": _slot_change,
            "pinned": _slot_change,
            "rows": lambda one: RowChange(**one),
            "answers": lambda one: KeptAnswer(**one),
        }
        held |= {name: tuple(map(read, held[name])) for name, read in many.items()}
        held["subject"] = Subject(held["subject"])
        held["elsewhere"], held["untold"] = tuple(held["elsewhere"]), frozenset(held["untold"])
        return cls(**held)


def _slot_change(stored: dict[str, Any]) -> SlotChange:
    slots = {name: stored[name] and Slot(**stored[name]) for name in ("was", "becomes")}
    return SlotChange(**{**stored, **slots})


def _seen_columns(slot: Slot | None) -> list[Any] | None:
    if slot is None:
        return None
    names = [one.name for one in fields(slot) if one.name not in _FLEETING]
    return [getattr(slot, name) for name in names]


def _lasting(columns: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return columns without what differs each time the same is worked out."""
    if columns is None:
        return None
    return {name: value for name, value in sorted(columns.items()) if name not in _FLEETING}


def plain(value: Any) -> Any:
    """Return a value that JSON can hold, with its type where that would be lost."""
    match value:
        case datetime():
            return {"at": value.isoformat()}
        case date():
            return {"on": value.isoformat()}
        case time():
            return {"clock": value.isoformat()}
        case bytes():
            return {"bytes": base64.b64encode(value).decode()}
        case Mapping():
            return {"map": [[key, plain(one)] for key, one in value.items()]}
        case frozenset():
            return sorted(value)
        case list() | tuple():
            return [plain(one) for one in value]
    return value


def rich(value: Any) -> Any:
    """Return what ``plain`` was given, sequences as lists."""
    match value:
        case {"at": str(text)}:
            return datetime.fromisoformat(text)
        case {"on": str(text)}:
            return date.fromisoformat(text)
        case {"clock": str(text)}:
            return time.fromisoformat(text)
        case {"bytes": str(text)}:
            return base64.b64decode(text)
        case {"map": list(pairs)}:
            return {key: rich(one) for key, one in pairs}
        case list():
            return [rich(one) for one in value]
    return value
