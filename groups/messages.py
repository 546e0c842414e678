"""Every kind of message there is, and what holds for all of one kind: one table.

To add one, write its member, its row and its templates ``templates/emails/<template>.*``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from core.mail import Letter
from core.outbox import About as StoredAbout
from core.outbox import Lane, Posting, Promise, post
from groups.models import Cohort, Membership, Person, PlaceOffer


class MessageKind(StrEnum):
    """What a message tells. The values are stored with every letter, so they never change."""

    CODE = "code"
    #: Written like a code, so that asking takes equally long for everyone; it never leaves.
    NOOP = "noop"
    ADDRESS_CHANGED = "address_changed"
    ALERT = "alert"
    TEST = "test"
    OFFER = "offer"
    DATES = "dates"
    WAS_IT_YOU = "was_it_you"
    NEW_DATES = "new_dates"
    ENDED = "ended"
    INVITATION = "invitation"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    VENUE = "place"
    REFRESHED = "rewritten"
    WITHDRAWN = "withdrawn"
    REMINDER = "reminder"
    OTHER_TIME = "other_time"


@dataclass(frozen=True)
class MessageSpec:
    """What holds for every message of one kind.

    ``words`` say on the delivery page what it is; without them it is never shown there. ``method``
    is the METHOD of the calendar part it may carry (RFC 5546). What is ``taken_in``
    says nothing but what has become of dates: while it has not left, later news says it instead.
    One that ``waits`` leaves when its act can no longer
    be undone; any other leaves at once.
    """

    templates: tuple[str, ...]
    promise: Promise
    words: str | None = None
    method: str | None = None
    taken_in: bool = False
    ends_with_session: bool = False
    can_resend: bool = True
    waits: bool = False
    lane: Lane = Lane.USUAL


_MUST, _ONCE = Promise.MUST_ARRIVE, Promise.ONCE
_REQUEST, _CANCEL = "REQUEST", "CANCEL"


def _about_a_date(
    template: str,
    words: str,
    method: str = _REQUEST,
    lane: Lane = Lane.USUAL,
    *,
    taken_in: bool = False,
) -> MessageSpec:
    """Return what holds for a message about one date, which it does not outlive."""
    return MessageSpec(
        (template,),
        _MUST,
        words,
        method,
        taken_in=taken_in,
        ends_with_session=True,
        waits=True,
        lane=lane,
    )


SPECS: Final[Mapping[str, MessageSpec]] = MappingProxyType(
    {
        MessageKind.CODE: MessageSpec(
            ("code", "new_address", "address_taken"), _ONCE, "Code to sign in", lane=Lane.URGENT
        ),
        MessageKind.NOOP: MessageSpec(("code",), _ONCE, can_resend=False, lane=Lane.URGENT),
        MessageKind.ADDRESS_CHANGED: MessageSpec(("address_changed",), _MUST),
        MessageKind.ALERT: MessageSpec(("alert",), _ONCE),
        MessageKind.TEST: MessageSpec(("test",), _ONCE, can_resend=False),
        MessageKind.OFFER: MessageSpec(("place_offered",), _MUST, "Invitation", waits=True),
        # Who has just said yes looks for it.
        MessageKind.DATES: MessageSpec(("dates",), _MUST, "All dates", lane=Lane.URGENT),
        MessageKind.WAS_IT_YOU: MessageSpec(("was_it_you",), _ONCE, "Question about the yes"),
        MessageKind.NEW_DATES: MessageSpec(
            ("new_dates",), _MUST, "New dates", taken_in=True, ends_with_session=True, waits=True
        ),
        MessageKind.ENDED: MessageSpec(
            ("ended",), _MUST, "No more dates, and why", waits=True, lane=Lane.FIRST
        ),
        MessageKind.INVITATION: _about_a_date("invitation", "One date for the calendar"),
        MessageKind.MOVED: _about_a_date("moved", "New time", taken_in=True),
        MessageKind.CANCELLED: _about_a_date(
            "cancelled", "Session cancelled", _CANCEL, Lane.FIRST, taken_in=True
        ),
        MessageKind.REINSTATED: _about_a_date(
            "reinstated", "Session takes place after all", taken_in=True
        ),
        MessageKind.VENUE: _about_a_date("place_changed", "Another place"),
        MessageKind.REFRESHED: _about_a_date("rewritten", "Calendar update"),
        MessageKind.WITHDRAWN: _about_a_date(
            "withdrawn", "Dates taken out of the calendar", _CANCEL, Lane.FIRST
        ),
        MessageKind.REMINDER: MessageSpec(("reminder",), _ONCE, "Reminder", ends_with_session=True),
        MessageKind.OTHER_TIME: MessageSpec(
            ("other_time",), _ONCE, "Another time proposed", ends_with_session=True
        ),
    }
)


@dataclass(frozen=True)
class Subject:
    """What a message is about, by opaque names: to whom it belongs, which group it is shown with,
    in which thread it stands, and until when it means anything.
    """

    addressee: str | None = None
    topic: str | None = None
    thread: str | None = None
    ends_at: datetime | None = None


NOBODY_IN_PARTICULAR: Final = Subject()


def about_person(person: Person) -> Subject:
    """Return the subject of a message about somebody's account and nothing else."""
    return Subject(addressee=person.public_id)


def about_group(cohort: Cohort, reader: Membership | PlaceOffer) -> Subject:
    """Return the subject of a message about a group to somebody who has, or is offered, a place."""
    return Subject(addressee=reader.public_id, topic=cohort.public_id)


@dataclass(frozen=True)
class Act:
    """What the messages of one act share: when it was, when those leave that wait, their batch, and
    whether the person who asked is waiting for them.
    """

    now: datetime
    due_at: datetime | None = None
    parcel: str | None = None
    is_awaited: bool = False


def message(
    kind: MessageKind,
    letter: Letter,
    subject: Subject,
    act: Act,
    *,
    key: str,
    lane: Lane | None = None,
    useful_until: datetime | None = None,
) -> Posting:
    """Return a message as the outbox takes it, by what holds for its kind.

    ``useful_until`` is for what ends otherwise than with its subject, ``lane`` for what is more
    pressing than others of its kind.
    """
    spec = SPECS[kind]
    ends_at = subject.ends_at if spec.ends_with_session else None
    return Posting(
        letter,
        key=key,
        kind=kind,
        promise=spec.promise,
        due_at=act.due_at if spec.waits else None,
        useful_until=useful_until or ends_at,
        about=StoredAbout(
            lane=Lane.URGENT if act.is_awaited else lane or spec.lane,
            topic=subject.topic,
            addressee=subject.addressee,
            parcel=act.parcel,
            thread=subject.thread,
        ),
    )


def post_message(posting: Posting, now: datetime) -> bool:
    """Put one message into the outbox; returns whether it is new (see ``core.outbox.post``)."""
    return post(
        posting.letter,
        key=posting.key,
        kind=posting.kind,
        promise=posting.promise,
        now=now,
        due_at=posting.due_at,
        useful_until=posting.useful_until,
        **posting.about,
    )
