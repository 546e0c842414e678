"""A change of a run, put into words before it is made: what moves where, and what stays.

Nothing here decides or writes anything; a ``RunPlan`` comes in, and words come out.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduling.changing.run_plan import Added, Moved, RunPlan
from scheduling.dates.when import When, when
from scheduling.dates.wording import say_count, say_date, say_shift
from scheduling.models import PeerSession, SessionState

#: What happens to a session: the word beside its new date.
MOVED, CANCELLED, ADDED, BACK = "moved", "cancelled", "added", "put back"
#: It moves along, and nobody meets then either.
STILL_CANCELLED = "still cancelled"
#: Its hours are said by another clock.
SAME_MOMENT = "same moment"


@dataclass(frozen=True)
class Reader:
    """Whoever reads the words: when (aware), and in which IANA zone they live, if it is known."""

    now: datetime
    zone: str | None = None

    def told(self, starts_at: datetime, ends_at: datetime, zone_name: str) -> When:
        """Return when something is, as this reader is told."""
        return when(starts_at, ends_at, zone_name, self.now, self.zone)

    def of(self, one: PeerSession | Moved) -> When:
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

    @property
    def digest(self) -> str:
        """A name for exactly these changes: another plan has another."""
        return hashlib.sha256(repr((self.rows, self.kept)).encode()).hexdigest()[:16]


def plan_words(plan: RunPlan, *, people: int, reader: Reader) -> PlanWords:
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
        kept=[_kept(session, reader) for session in plan.kept_by_hand],
        shifts=_shifts(plan, reader),
        impact=_impact(plan, people),
    )


def button_words(plan: RunPlan, *, letters: int) -> str:
    """Say the act: "Change six dates and tell everybody"; without letters nobody is told."""
    kinds = {"Cancel": plan.dropped, "Put": plan.put_back, "Add": plan.added}
    only = [verb for verb, some in kinds.items() if len(some) == plan.changed_count]
    dates = say_count(plan.changed_count, "date", "dates")
    if not plan.changed_count:
        act = "Save"
    elif only == ["Put"]:
        act = f"Put {dates} back"
    else:
        act = f"{only[0] if only else 'Change'} {dates}"
    return f"{act} and tell everybody" if letters else act


def done_words(plan: RunPlan, reader: Reader) -> str:
    """Say what a plan does once it is done: "Six dates are changed."; of one alone, which and how.

    Call it before the plan is applied: afterwards its sessions are what they have become.
    """
    if plan.changed_count == 1:
        return _one_done(plan, reader)
    parts = (
        (len(plan.seen), "changed"),
        (len(plan.dropped), "cancelled"),
        (len(plan.put_back), "put back"),
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


def _rows(plan: RunPlan, reader: Reader) -> list[tuple[datetime, When | None, When | None, str]]:
    """Return every session that changes: when it will be, as it is and as it will be, and how."""
    zone_name = _zone_of(plan)
    rows: list[tuple[datetime, When | None, When | None, str]] = []
    for move in plan.moved:
        rows.append((move.starts_at, reader.of(move.session), reader.of(move), _state(move)))
    for session in plan.dropped:
        rows.append((session.starts_at, reader.of(session), None, CANCELLED))
    for session in plan.put_back:
        said = reader.of(session)
        rows.append((session.starts_at, said, said, BACK))
    for one in plan.added:
        added = reader.told(one.starts_at, one.ends_at, zone_name)
        rows.append((one.starts_at, None, added, ADDED))
    return rows


def _state(move: Moved) -> str:
    if move.session.state == SessionState.CANCELLED:
        return STILL_CANCELLED
    return MOVED if move.changes_times else SAME_MOMENT


def _say(said: When | None, alike: bool) -> str:
    if said is None:
        return ""
    return said.date_words if alike else f"{said.date_words}, {said.times_words}"


def _times(said: str, plan: RunPlan) -> str:
    return f"{said}, as before." if plan.moved else f"{said}."


def _one_done(plan: RunPlan, reader: Reader) -> str:
    if plan.seen:
        said = reader.of(plan.seen[0])
        return f"Moved to {said.date_words}, {said.times_words}."
    if plan.dropped:
        return f"{reader.of(plan.dropped[0]).date_words} is cancelled."
    if plan.put_back:
        return f"{reader.of(plan.put_back[0]).date_words} takes place after all."
    added = plan.added[0]
    said = reader.told(added.starts_at, added.ends_at, _zone_of(plan))
    return f"{said.date_words} is added."


def _impact(plan: RunPlan, people: int) -> str:
    if not plan.changed_count:
        return "No date that people have changes."
    counted = say_count(plan.changed_count, "session changes", "sessions change").capitalize()
    reached = f"{counted}, for {say_count(people, 'person', 'people')}."
    return f"{reached} Everybody is asked again." if plan.seen else reached


def _kept(session: PeerSession, reader: Reader) -> str:
    said = reader.of(session)
    state = ", cancelled" if session.state == SessionState.CANCELLED else ""
    return f"{said.date_words}, {said.times_words}{state}"


def _shifts(plan: RunPlan, reader: Reader) -> list[str]:
    zoned: list[tuple[Moved | Added, str]] = [
        *((one, one.zone_name) for one in plan.moved),
        *((one, _zone_of(plan)) for one in plan.added),
    ]
    return [_shift(one, ZoneInfo(zone), reader) for one, zone in zoned if one.shift != "none"]


def _shift(one: Moved | Added, zone: ZoneInfo, reader: Reader) -> str:
    starts = one.starts_at.astimezone(zone)
    day = say_date(starts.date(), reader.now.astimezone(zone).date())
    return f"{day}: {say_shift(one.shift, starts.time(), starts.time())}"


def _zone_of(plan: RunPlan) -> str:
    """Return the zone of sessions that are added: that of the run as it will be."""
    return plan.zone_name
