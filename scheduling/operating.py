"""What the operator sees: whether the jobs run and letters leave. Nothing about people.

Letters show as an opaque id, what sort they are, and the class of the trouble.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, true

from core.db import db
from core.errors import DomainError
from core.outbox import MailState, OutgoingMail
from core.outbox_statements import in_state
from core.pulse import Beat, Pulse, beats, other_troubles
from groups.access import holders_of
from groups.messages import MessageKind
from groups.models import GrantRole, Person
from scheduling.dates.wording import say_count
from scheduling.jobs import JOBS
from scheduling.letters.deliveries import send_again
from scheduling.letters.delivery_words import kind_words, parked_words
from scheduling.replies.collecting import waiting_for_a_person

LATE: Mapping[Pulse, str] = {Pulse.NEVER: "late", Pulse.LATE: "late", Pulse.AHEAD: "wrong time"}
MOST_PARKED = 50
#: Letters with sign-in codes, as ``groups.codes`` names them. What becomes of one tells whether
#: its address is known here, so they are in no figure that somebody could watch while asking.
UNCOUNTED = (MessageKind.CODE, MessageKind.NOOP)

#: The states of a letter that is not finished. The others are history: how much there is of it says
#: nothing about how things run now, and whoever runs a group sees there what did not arrive.
STATES: Mapping[MailState, str] = {
    MailState.DUE: "Waiting to leave",
    MailState.SENDING: "Being sent just now",
    MailState.PARKED: "Set aside after five tries",
}


@dataclass(frozen=True)
class Heartbeat:
    """One job in words: what it does, when it last went well, and any trouble."""

    name: str
    words: str
    last_words: str
    #: A word for a job that does not run in time.
    late: str | None
    trouble: str | None


@dataclass(frozen=True)
class Parked:
    """One letter that was set aside: opaque id, sort, the trouble by its name and in words, and for
    how long.
    """

    public_id: str
    kind_words: str
    trouble: str
    trouble_words: str
    since_words: str


@dataclass(frozen=True)
class Running:
    """Everything on the operator's page."""

    heartbeats: tuple[Heartbeat, ...]
    counts: tuple[tuple[str, int], ...]
    oldest_words: str | None
    parked: tuple[Parked, ...]
    #: How many messages in the service mailbox only a person can make sense of.
    in_mailbox: int = 0

    @property
    def well(self) -> bool:
        """Whether nothing needs anybody."""
        late = any(one.late or one.trouble for one in self.heartbeats)
        return not (self.parked or self.in_mailbox or late)

    @property
    def red_line(self) -> str | None:
        """What stops messages or jobs; nothing if nothing does."""
        late = [one for one in self.heartbeats if one.late]
        if any(one.late == LATE[Pulse.AHEAD] for one in late):
            return (
                "This machine’s clock was set back, or is wrong. Run flask doctor on the machine."
            )
        if late and len(late) == len(self.heartbeats):
            return (
                "The clock has stopped, so nothing is being sent. Run flask doctor on the machine."
            )
        if late:
            counted = "1 job hasn’t" if len(late) == 1 else f"{len(late)} jobs haven’t"
            return f"{counted} run properly for too long. Run flask doctor on the machine."
        return None

    @property
    def mailbox_words(self) -> str:
        """How many messages in the service mailbox wait for a person; empty when none does."""
        counted = say_count(self.in_mailbox, "message waits", "messages wait").capitalize()
        return f"{counted} for a person." if self.in_mailbox else ""


def running(person: Person, *, now: datetime) -> Running:
    """Return how the system runs, for an operator; ``now`` is aware, in UTC."""
    parked = db.session.scalars(parked_seen_by(person).limit(MOST_PARKED))
    return Running(
        heartbeats=tuple(heartbeats_in_words(now)),
        counts=tuple(_counts().items()),
        oldest_words=_oldest_words(now),
        parked=tuple(_parked(mail, now) for mail in parked),
        in_mailbox=waiting_for_a_person(),
    )


def heartbeats_in_words(now: datetime) -> list[Heartbeat]:
    """Return how each job is doing, and any trouble with the clock itself."""
    told = [_heartbeat(beat, now) for beat in beats(JOBS, now)]
    return told + [
        Heartbeat("clock", "runs the jobs", "Needs attention", None, words)
        for words in other_troubles(JOBS)
    ]


def parked_seen_by(person: Person) -> Select[OutgoingMail]:
    """The letters that were set aside, for operators, oldest first; nothing for others."""
    return (
        select(OutgoingMail)
        .join(Person, true())
        .where(
            Person.id == person.id,
            Person.id.in_(holders_of(GrantRole.OPERATOR)),
            in_state(MailState.PARKED),
        )
        .order_by(OutgoingMail.final_at, OutgoingMail.id)
    )


def retry(mail: OutgoingMail, *, now: datetime) -> None:
    """Let a letter that was set aside be tried again, at once.

    Raises ``DomainError`` when it is out of date or no longer kept.
    """
    send_again(mail, now=now)


def drop(mail: OutgoingMail, *, now: datetime) -> None:
    """Give up a letter that was set aside; it is never sent.

    Raises ``DomainError`` if it is not set aside any more.
    """
    if mail.state != MailState.PARKED:
        raise DomainError("This message is no longer set aside.")
    mail.state, mail.final_at = MailState.SUPERSEDED, now


def _heartbeat(beat: Beat, now: datetime) -> Heartbeat:
    return Heartbeat(
        beat.job.name, beat.job.words, _last_words(beat, now), LATE.get(beat.pulse), beat.trouble
    )


def _last_words(beat: Beat, now: datetime) -> str:
    if beat.pulse is Pulse.AHEAD:
        return "Last ran at a time in the future"
    if beat.finished_at is None:
        return "Hasn’t run yet"
    return f"Ran {_ago(beat.finished_at, now)}"


def _counts() -> dict[str, int]:
    numbers = db.session.execute(counts()).one()
    return {words: number for words, number in zip(STATES.values(), numbers, strict=True) if number}


def counts() -> Select[int, int, int]:
    """Select how many letters are in each of ``STATES``, each counted in an index of its own."""
    return select(
        *(
            select(func.count())
            .where(in_state(state), OutgoingMail.kind.not_in(UNCOUNTED))
            .scalar_subquery()
            for state in STATES
        )
    )


def oldest_due(now: datetime) -> Select[datetime | None]:
    """Select since when the oldest letter that has not left should have."""
    return select(func.min(OutgoingMail.due_at)).where(
        in_state(MailState.DUE), OutgoingMail.due_at <= now, OutgoingMail.kind.not_in(UNCOUNTED)
    )


def _oldest_words(now: datetime) -> str | None:
    oldest = db.session.scalar(oldest_due(now))
    return None if oldest is None else f"The oldest one was due {_ago(oldest, now)}."


def _parked(mail: OutgoingMail, now: datetime) -> Parked:
    since = mail.final_at or mail.due_at
    kind = kind_words(mail)
    trouble = mail.reason or "unknown"
    return Parked(mail.public_id, kind, trouble, parked_words(mail.reason), _ago(since, now))


def _ago(moment: datetime, now: datetime) -> str:
    """Say how long ago something was: "just now", "12 minutes ago", "3 days ago"."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{say_count(minutes, 'minute', 'minutes')} ago"
    if minutes < 48 * 60:
        return f"{say_count(minutes // 60, 'hour', 'hours')} ago"
    return f"{say_count(minutes // 1440, 'day', 'days')} ago"
