"""The months before today, so that every state is on show and every trace of it is real.

Each event has its moment in the past; after it the clock's jobs run as they would have then.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial

from core import config
from core.delivery import DemoCarrier, deliver_due
from core.refusals import Reason
from core.smtp import Refused
from core.transaction import transaction
from scheduling.demo import acts
from scheduling.demo import data as cast
from scheduling.demo.runs import sessions_until, thursday, tuesday
from scheduling.letters.bulk_invitations import issue_due
from scheduling.letters.reminders import AHEAD, remind_due
from scheduling.places.arrivals import DiaryChoices
from scheduling.reflection.prompts import reveal_due
from scheduling.runs.rolling import roll_forward_due
from scheduling.runs.set_up import SetUp

#: How long before its first session a group was opened.
NOTICE = timedelta(days=24)
MORNING = time(9, 40)
A_MINUTE = timedelta(minutes=1)
INVITED = (cast.INVITED, cast.BOUNCES, cast.FROM_LETTER)


class MadeUpPost(DemoCarrier):
    """Takes every letter but those to one address, as a mail server with a typing slip would."""

    def send(self, sender: str, recipient: str, raw: bytes, _may_go: Callable[[], bool]) -> None:
        """Take the letter, or refuse it for good."""
        if recipient == cast.address_of(cast.BOUNCES):
            raise Refused(permanent=True, code=550, reason=Reason.MAILBOX_UNKNOWN)


@dataclass(frozen=True, order=True)
class Event:
    """Something that happened at a moment (aware, UTC)."""

    at: datetime
    act: Callable[[datetime], object] = field(compare=False)


def tell(now: datetime) -> None:
    """Let everything happen that happened before ``now``, and what is happening just now."""
    for event in sorted([*_beginning(now), *_thursday(now), *_tuesday(now), *_wednesday(now)]):
        with transaction():
            event.act(event.at)
        run_jobs(min(now, event.at + config.current().pause + A_MINUTE))
    roll_forward_due(now)
    run_jobs(now)
    with transaction():
        acts.offer(cast.THURSDAY, [cast.INVITED_JUST_NOW], now)
        acts.operator_arrives(now)


def run_jobs(then: datetime) -> None:
    """Do what the clock would have done by a moment; one letter comes back."""
    for job in (reveal_due, issue_due, remind_due):
        job(then)
    deliver_due(then, MadeUpPost)


def _beginning(now: datetime) -> list[Event]:
    return [Event(now - timedelta(days=400), acts.people_arrive)]


def _thursday(now: datetime) -> list[Event]:
    """Mid-run: three sessions are over, one is moved and one cancelled, and a letter came back."""
    name = cast.THURSDAY
    set_up = thursday(now)
    opened_at = _opened_at(set_up)
    join_tom = partial(acts.join, name, cast.CO_FACILITATOR, DiaryChoices())
    return [
        *_opening(name, cast.FACILITATOR, set_up, cast.THURSDAY_MEMBERS),
        Event(opened_at + timedelta(hours=1), partial(acts.share, name, cast.CO_FACILITATOR)),
        Event(opened_at + timedelta(hours=5), join_tom),
        *_held(name, set_up, now, (6, 5, 6)),
        Event(_days_ago(5, now), partial(acts.cancel, name, 2)),
        Event(_days_ago(3, now), partial(acts.move_a_day_earlier, name, 1)),
        Event(_days_ago(2, now), partial(acts.offer, name, INVITED)),
        Event(_days_ago(1, now), partial(acts.say_yes_from_letter, name, cast.FROM_LETTER)),
        Event(_days_ago(1, now), partial(acts.answer, name, cast.THURSDAY_MEMBERS)),
    ]


def _tuesday(now: datetime) -> list[Event]:
    """Goes on until somebody ends it; one member has paused and one has left."""
    name = cast.TUESDAY
    set_up = tuesday(now)
    return [
        *_opening(name, cast.TUESDAY_FACILITATOR, set_up, cast.TUESDAY_MEMBERS),
        *_held(name, set_up, now, (8, 7, 7)),
        Event(_days_ago(8, now), partial(acts.leave, name, cast.LEAVES)),
        Event(_days_ago(7, now), partial(acts.pause, name, cast.PAUSES)),
        Event(_days_ago(1, now), partial(acts.answer, name, cast.TUESDAY_MEMBERS)),
    ]


def _wednesday(now: datetime) -> list[Event]:
    """A draft that nobody has been told about, with a date that needs looking at."""
    draft = partial(acts.draft_a_clash, cast.WEDNESDAY, cast.THURSDAY, 1)
    return [Event(now - timedelta(hours=3), draft)]


def _opening(name: str, leader: str, set_up: SetUp, people: Sequence[cast.MadeUp]) -> list[Event]:
    opened_at = _opened_at(set_up)
    return [
        Event(opened_at, partial(acts.open_group, name, leader, set_up, people)),
        *(
            Event(
                opened_at + timedelta(days=somebody.joins_after, minutes=20),
                partial(acts.join, name, somebody.name, somebody.choices),
            )
            for somebody in people
        ),
    ]


def _held(name: str, set_up: SetUp, now: datetime, came: Sequence[int]) -> list[Event]:
    """Stop the clock when reminders are due, and the morning after, when it is noted how many
    came.
    """
    events = []
    over = [held for held in sessions_until(set_up, now) if held.ends_at < now]
    for held, number in zip(over, came, strict=False):
        note = partial(acts.note_came, name, held.planned_on.isoformat(), number)
        events.append(Event(held.starts_at - AHEAD + A_MINUTE, lambda _at: None))
        events.append(Event(held.ends_at + timedelta(hours=14), note))
    return [event for event in events if event.at < now]


def _days_ago(days: int, now: datetime) -> datetime:
    day = now.astimezone(acts.ZONE).date() - timedelta(days=days)
    return datetime.combine(day, MORNING, acts.ZONE).astimezone(UTC)


def _opened_at(set_up: SetUp) -> datetime:
    return datetime.combine(set_up.first_on, MORNING, acts.ZONE).astimezone(UTC) - NOTICE
