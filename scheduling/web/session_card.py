"""What a page shows of one session, put into words: the view objects of the components.

Nothing here decides who may read it; whoever calls has found the session through a scope.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from core.text import Damaged
from scheduling.access import ROOM_OPENS_BEFORE, room_is_open
from scheduling.attendance.answers import NOTHING_SAID, Said
from scheduling.dates.when import When, when
from scheduling.dates.wording import MONTHS, say_date, say_time, say_zone
from scheduling.keeping.entry_words import prompts_shown
from scheduling.models import Answer, PeerSession, PlaceKind, SessionState
from scheduling.reflection.themes import UnknownTheme, theme

#: What stands in the place of a link that cannot be read when it is wanted.
NO_LINK: Final = "Online. The link of the room can’t be read: ask whoever facilitates"
ONLINE: Final = "Online"
_SHORT_MONTH: Final = 3
EARLIER: Final = {
    Answer.COMING: "You said you were coming to the earlier time.",
    Answer.UNSURE: "You were not sure about the earlier time.",
    Answer.NOT_THIS_TIME: "You could not come at the earlier time.",
}


@dataclass(frozen=True)
class SessionCard:
    """One session as ``components/session_card.html`` shows it."""

    #: next, today, moved, cancelled or past
    state: str
    date_words: str
    times_words: str
    starts_at_iso: str
    until_words: str = ""
    #: What stands above the date while the session is still to come.
    lead_words: str = "Next session"
    place_words: str | None = None
    #: The link of the room, only while it can be opened.
    room_url: str | None = None
    #: "from 5:50pm", until then.
    room_words: str | None = None
    moved_words: str | None = None
    clock_note: str | None = None
    answer: str | None = None
    #: Whether the answer follows from being usually coming, and whether that covers this session.
    is_usual: bool = False
    usually: bool = False
    #: "You said you were coming to the earlier time.", until that is answered anew.
    earlier_words: str | None = None
    #: The zone in which ``times_words`` are said; empty where they say the reader's own as well.
    zone_name: str = ""


@dataclass(frozen=True)
class YearCell:
    """One session as ``components/year.html`` shows it."""

    month: str
    day: str
    state: str | None = None
    words: str | None = None


@dataclass(frozen=True)
class PromptCard:
    """What there is to think about before a session; empty while it cannot be seen."""

    title: str | None = None
    words: tuple[str, ...] = ()


def prompt_card(session: PeerSession) -> PromptCard:
    """Return a session's theme and prompts once they are shown."""
    words = prompts_shown(session)
    if not words:
        return PromptCard()
    try:
        return PromptCard(theme(session.theme or "").title, words)
    except UnknownTheme:
        return PromptCard(None, words)


def card(
    session: PeerSession,
    *,
    now: datetime,
    answered: Said = NOTHING_SAID,
    places: bool = True,
    room: str | None = None,
    lead_words: str = "Next session",
    reader_zone: str | None = None,
) -> SessionCard:
    """Put one session into words; ``now`` is an aware moment, ``reader_zone`` where the reader
    lives and ``answered`` what they say about it.

    ``places`` says whether the reader may know where it is, and ``room`` is the link of the room as
    ``scheduling.access.room_of`` gives it to them, on a page that may hold it.
    """
    said = _when(session, now, reader_zone)
    lost = isinstance(room, Damaged)
    upcoming = places and not room_is_open(session, now) and session.room_link is not None
    return SessionCard(
        state=_state(session, now),
        date_words=said.date_words,
        times_words=said.times_words,
        starts_at_iso=said.starts_at_iso,
        until_words=said.until_words,
        lead_words=lead_words,
        place_words=(NO_LINK if lost else place_words(session)) if places else None,
        room_url=None if lost else room,
        room_words=f"from {_room_opens(session, said)}" if upcoming else None,
        moved_words=moved_words(session, now),
        clock_note=said.clock_note if _is_planned(session) else None,
        answer=answered.answer,
        is_usual=answered.is_usual,
        usually=answered.usually,
        earlier_words=EARLIER[answered.earlier] if answered.earlier else None,
        zone_name="" if said.own_words else session.zone_name,
    )


def year_cells(sessions: Sequence[PeerSession], *, now: datetime) -> list[YearCell]:
    """Put the sessions of a run into the cells of a year strip, in the order given."""
    coming = (session for session in sessions if _is_planned(session) and session.ends_at > now)
    following = next(coming, None)
    return [_cell(session, session is following, now) for session in sessions]


def is_moved(session: PeerSession) -> bool:
    """Tell whether a session stands elsewhere than it did before it was last moved."""
    return session.moved_from_at is not None and session.moved_from_at != session.starts_at


def moved_words(session: PeerSession, now: datetime) -> str | None:
    """Say where a session was moved from: "Moved from Thursday 11 February."; None if nowhere."""
    if session.moved_from_at is None or not is_moved(session):
        return None
    zone = _zone(session)
    before, after = session.moved_from_at.astimezone(zone), session.starts_at.astimezone(zone)
    if before.date() == after.date():
        return f"Moved from {say_time(before.time())}."
    return f"Moved from {say_date(before.date(), now.astimezone(zone).date())}."


def change_lines(sessions: Sequence[PeerSession], *, now: datetime) -> list[str]:
    """Say what has changed about sessions that are still to come, one sentence for each."""
    coming = [session for session in sessions if session.ends_at > now]
    lines = [(session, _change(session, now)) for session in coming]
    return [f"{date_words(session, now)} {change}" for session, change in lines if change]


def session_number(session: PeerSession) -> str:
    """Say which session of its run it is: "Session 3 of 12", or "Session 3" where none is last."""
    of = session.series.sessions if session.series else None
    return f"Session {session.number} of {of}" if of else f"Session {session.number}"


def starts_at_iso(session: PeerSession) -> str:
    """Return when a session starts for machines, to the minute, in UTC."""
    return f"{session.starts_at:%Y-%m-%dT%H:%MZ}"


def date_words(session: PeerSession, now: datetime) -> str:
    """Say on which date a session is: "Thursday 10 December"."""
    return _when(session, now).date_words


def start_words(session: PeerSession, zone_name: str) -> str:
    """Say when a session starts by the clocks of a zone: "6pm"."""
    return say_time(session.starts_at.astimezone(ZoneInfo(zone_name)).time())


def place_words(session: PeerSession) -> str | None:
    """Say where a session is, as it begins a sentence; None where nobody has said."""
    words = session.where
    if session.meets is not PlaceKind.ONLINE:
        return words
    if not words:
        return ONLINE
    return words if words.startswith(ONLINE) else f"{ONLINE}: {words}"


def _state(session: PeerSession, now: datetime) -> str:
    if not _is_planned(session):
        return "cancelled"
    if session.ends_at <= now:
        return "past"
    zone = _zone(session)
    if session.starts_at.astimezone(zone).date() == now.astimezone(zone).date():
        return "today"
    return "moved" if is_moved(session) else "next"


def _cell(session: PeerSession, follows: bool, now: datetime) -> YearCell:
    day = session.starts_at.astimezone(_zone(session)).date()
    state: str | None = _state(session, now)
    moved = None
    if state not in ("past", "cancelled"):
        moved = (moved_words(session, now) or "").rstrip(".") or None
        state = "next" if follows else "moved" if moved else None
    return YearCell(MONTHS[day.month - 1][:_SHORT_MONTH], str(day.day), state, moved)


def _change(session: PeerSession, now: datetime) -> str | None:
    if not _is_planned(session):
        return "is cancelled."
    moved = moved_words(session, now)
    return f"was m{moved[1:]}" if moved else None


def _is_planned(session: PeerSession) -> bool:
    return session.state == SessionState.PLANNED


def _room_opens(session: PeerSession, said: When) -> str:
    opens_at = (session.starts_at - ROOM_OPENS_BEFORE).astimezone(_zone(session))
    clock = say_time(opens_at.time())
    return f"{clock}, {say_zone(session.zone_name)}" if said.own_words else clock


def _zone(session: PeerSession) -> ZoneInfo:
    return ZoneInfo(session.zone_name)


def _when(session: PeerSession, now: datetime, reader_zone: str | None = None) -> When:
    return when(session.starts_at, session.ends_at, session.zone_name, now, reader_zone)
