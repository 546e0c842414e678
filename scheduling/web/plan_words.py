"""A change, put into words before it is made: what moves where, and what stays.

Nothing here decides or writes anything; a ``ChangePlan`` comes in, and words come out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.db import db
from groups.models import Cohort, Membership, MembershipState, Person
from scheduling.attendance.answers import counts
from scheduling.dates.when import When, when
from scheduling.dates.wording import say_count, say_date, say_shift
from scheduling.models import PeerSession
from scheduling.rescheduling.change_plan import ChangePlan, Slot, SlotChange, Subject

#: What happens to a session: the word beside its new date.
MOVED, CANCELLED, ADDED, BACK = "moved", "cancelled", "added", "put back"
#: It moves along, and nobody meets then either.
STILL_CANCELLED = "still cancelled"
#: Its hours are said by another clock.
SAME_MOMENT = "same moment"
_DONE = {
    Subject.VENUE: "The place is saved.",
    Subject.GROUP_END: "The group has ended.",
    Subject.OPENING: "The group is open.",
    Subject.INVITATIONS: "Saved.",
    Subject.PLACE_END: "Their place has ended.",
}


@dataclass(frozen=True)
class Reader:
    """Whoever reads the words: when (aware), and in which IANA zone they live, if it is known."""

    now: datetime
    zone: str | None = None

    def told(self, starts_at: datetime, ends_at: datetime, zone_name: str) -> When:
        """Return when something is, as this reader is told."""
        return when(starts_at, ends_at, zone_name, self.now, self.zone)

    def of(self, one: PeerSession | Slot) -> When:
        """Return when a session is, or will be."""
        return self.told(one.starts_at, one.ends_at, one.zone_name)


@dataclass(frozen=True)
class ChangeRow:
    """One session before and after: ``was`` is empty for one that is added, and ``becomes`` for
    one that is cancelled.
    """

    was: str
    becomes: str
    state: str


@dataclass(frozen=True)
class PlanWords:
    """Everything a check page says about a plan, apart from its letters."""

    rows: list[ChangeRow]
    #: The hours all of these share, as a sentence, where the rows tell dates alone.
    times_words: str
    #: Sessions that stay because somebody chose their date by hand.
    kept: list[str]
    #: What the clocks do to single sessions.
    shifts: list[str]
    impact: str


def plan_words(plan: ChangePlan, *, people: int, reader: Reader) -> PlanWords:
    """Put a plan into words; ``people`` is how many get this group's dates."""
    rows = _rows(plan, reader)
    times = {said.times_words for _, before, after, _ in rows for said in (before, after) if said}
    alike = len(times) == 1
    return PlanWords(
        rows=[
            ChangeRow(_say(before, alike), _say(after, alike), state)
            for _, before, after, state in sorted(rows, key=lambda row: row[0])
        ],
        times_words=_times(next(iter(times)), plan) if alike else "",
        kept=[_kept(one.slot, reader) for one in plan.pinned],
        shifts=_shifts(plan, reader),
        impact=_impact(plan, people),
    )


def button_words(plan: ChangePlan, *, letters: int) -> str:
    """Say the act: "Change six dates and tell everybody"; without letters nobody is told."""
    kinds = {"Cancel": plan.cancelled, "Put": plan.reinstated, "Add": plan.added}
    only = [verb for verb, some in kinds.items() if len(some) == plan.changed_count]
    dates = say_count(plan.changed_count, "date", "dates")
    if not plan.changed_count:
        act = "Save"
    elif only == ["Put"]:
        act = f"Put {dates} back"
    else:
        act = f"{only[0] if only else 'Change'} {dates}"
    return f"{act} and tell everybody" if letters else act


def done_words(plan: ChangePlan, reader: Reader) -> str:
    """Say what a plan does once it is done: "Six dates are changed."; of one alone, how."""
    if plan.subject in _DONE:
        return _DONE[plan.subject]
    if plan.changed_count == 1:
        return _one_done(plan, reader)
    parts = (
        (len(plan.seen), "changed"),
        (len(plan.cancelled), "cancelled"),
        (len(plan.reinstated), "put back"),
        (len(plan.added), "added"),
    )
    counted = [(number, words) for number, words in parts if number]
    if not counted:
        return "Saved."
    number, words = counted[0]
    said = [f"{say_count(number, 'date is', 'dates are').capitalize()} {words}"]
    said += [f"{say_count(number, 'is', 'are')} {words}" for number, words in counted[1:]]
    return f"{' and '.join([', '.join(said[:-1]), said[-1]]) if said[1:] else said[0]}."


def say_sessions(sessions: Iterable[PeerSession], reader: Reader) -> dict[str, str]:
    """Return when sessions are, by public id, as a list to pick from shows them: with their hours
    only where two are on one day.
    """
    told = {session.public_id: reader.of(session) for session in sessions}
    alike = len({said.date_words for said in told.values()}) == len(told)
    return {name: _say(said, alike) for name, said in told.items()}


def letters_words(subject: Subject, letters: int) -> str:
    """Say how many messages leave: "Eight invitations leave"."""
    is_offer = subject in (Subject.OPENING, Subject.INVITATIONS)
    noun = "invitation" if is_offer else "message"
    return say_count(letters, f"{noun} leaves", f"{noun}s leave").capitalize()


def impact_words(session: PeerSession, *, now: datetime) -> str:
    """Say how many people a change would reach: "Six people said they were coming."."""
    coming = counts([session], now=now)[session.id].coming
    if not coming:
        return "Nobody has said yet that they are coming."
    return f"{say_count(coming, 'person', 'people').capitalize()} said they were coming."


def names_of(cohort: Cohort) -> list[str]:
    """Return what everybody who gets this group's dates is called, or their address."""
    getting = select(Person).join(Membership, Membership.person_id == Person.id)
    found = db.session.scalars(
        getting.where(
            Membership.cohort_id == cohort.id, Membership.state == MembershipState.ACTIVE
        ).order_by(Membership.id)
    )
    return [str(person.name or person.email) for person in found]


def _rows(plan: ChangePlan, reader: Reader) -> list[tuple[datetime, When | None, When | None, str]]:
    """Return every session that changes: when it will be, as it is and as it will be, and how."""
    rows: list[tuple[datetime, When | None, When | None, str]] = []
    for some, state in (
        (plan.moved, ""),
        (plan.cancelled, CANCELLED),
        (plan.reinstated, BACK),
        (plan.added, ADDED),
    ):
        for one in some:
            was = None if one.was is None else reader.of(one.was)
            becomes = None if state == CANCELLED else reader.of(one.slot)
            rows.append((one.slot.starts_at, was, becomes, state or _state(one)))
    return rows


def _state(move: SlotChange) -> str:
    if not move.slot.takes_place:
        return STILL_CANCELLED
    return MOVED if move.changes_times else SAME_MOMENT


def _say(said: When | None, alike: bool) -> str:
    if said is None:
        return ""
    return said.date_words if alike else f"{said.date_words}, {said.times_words}"


def _times(said: str, plan: ChangePlan) -> str:
    return f"{said}, as before." if plan.moved else f"{said}."


def _one_done(plan: ChangePlan, reader: Reader) -> str:
    [one] = (*plan.seen, *plan.cancelled, *plan.reinstated, *plan.added)
    said = reader.of(one.slot)
    if plan.seen:
        return f"Moved to {said.date_words}, {said.times_words}."
    if plan.cancelled:
        return f"{said.date_words} is cancelled."
    return f"{said.date_words} {'takes place after all' if plan.reinstated else 'is added'}."


def _impact(plan: ChangePlan, people: int) -> str:
    if not plan.changed_count:
        return "No date that people have changes."
    counted = say_count(plan.changed_count, "session changes", "sessions change").capitalize()
    reached = f"{counted}, for {say_count(people, 'person', 'people')}."
    return f"{reached} Everybody is asked again." if plan.seen else reached


def _kept(slot: Slot, reader: Reader) -> str:
    said = reader.of(slot)
    return f"{said.date_words}, {said.times_words}{'' if slot.takes_place else ', cancelled'}"


def _shifts(plan: ChangePlan, reader: Reader) -> list[str]:
    return [_shift(one, reader) for one in (*plan.moved, *plan.added) if one.shift != "none"]


def _shift(one: SlotChange, reader: Reader) -> str:
    zone = ZoneInfo(one.slot.zone_name)
    starts = one.slot.starts_at.astimezone(zone)
    day = say_date(starts.date(), reader.now.astimezone(zone).date())
    return f"{day}: {say_shift(one.shift, starts.time(), starts.time())}"
