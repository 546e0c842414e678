"""Themes and prompts of sessions: planned, chosen, put in order, and shown when it is time.

Prompts are never mailed on their own (RFC 5546 section 3.2.2: an update asks everybody again).
"""

import re
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from core.db import db, insert_rows
from core.errors import DomainError, NotFound
from core.text import clean_paragraph, problem_in
from core.transaction import hold, transaction
from groups.models import Cohort, CohortState
from scheduling.keeping.changes import note_details_changed
from scheduling.models import PeerSession, Series, SessionPrompt, SessionState
from scheduling.reflection import themes
from scheduling.reflection.drawing import (
    MOST_PROMPTS,
    draw,
    draw_waiting,
    drawn_at_first,
    keys_used,
    number,
)

LONGEST_PROMPT = 300
MOST_DAYS = 60

VERSUS = re.compile(r"\b[Vv]s?\.?\s+(?=[A-Z])|\bv\s|\b(?:Re|In re|Ex parte)\s+[A-Z]")
CAPITALISED_PAIR = re.compile(r"\b([A-Z][a-z’']+)\s+([A-Z][a-z’']+)")
#: Words that begin a sentence and so say nothing about the word after them being a name.
BEGINNINGS = re.compile(
    "A|An|And|Are|As|At|Before|But|By|Did|Do|Does|For|From|How|If|In|Is|It|Of|On|Or|Our|That|The|"
    "Then|There|Think|This|To|Was|We|What|When|Where|Which|Who|Whom|Whose|Why|With|You|Your"
)
NAMING_NOTE = (
    "This looks as if it may name a person or a case. Change it if anybody could be recognised."
)


def plan_themes(series: Series, *, now: datetime) -> None:
    """Give a theme and two prompts to every session of a run that has none, in their order, going
    on from what the group has had before.

    What was chosen before stays and counts, so planning twice changes nothing. A run with a number
    of sessions closes with the theme of endings.
    """
    draw_waiting(series)
    sessions = list(
        db.session.scalars(
            select(PeerSession)
            .where(PeerSession.cohort_id == series.cohort_id)
            .options(selectinload(PeerSession.prompts))
            .order_by(PeerSession.planned_on, PeerSession.id)
        )
    )
    drawn = keys_used(series.cohort_id)
    before: list[PeerSession] = []
    prompts: list[SessionPrompt] = []
    for is_bare, block in groupby(sessions, key=lambda one: _is_bare(one, series)):
        together = list(block)
        if is_bare:
            ends = series.sessions is not None and together[-1] is sessions[-1]
            taken = [session.theme for session in before]
            for session, key in zip(
                together, themes.rotation(len(together), taken, ends), strict=True
            ):
                session.theme = key
                prompts += drawn_at_first(session, drawn)
        before += together
    db.session.flush()
    insert_rows(prompts)
    for session in before:
        db.session.expire(session, ["prompts"])


def choose_theme(session: PeerSession, key: str | None, *, now: datetime) -> None:
    """Choose a theme of the library, or none; ``key`` names it.

    Two prompts of the new theme take the place of those from the library, and the facilitator's
    own words stay. Raises ``DomainError`` for a session that is over or an unknown theme.
    """
    _open(session, now)
    if key == session.theme:
        return
    if key is not None and key not in {theme.key for theme in themes.library()}:
        raise DomainError("Choose one of the themes.", field="theme")
    session.theme = key
    for prompt in [prompt for prompt in session.prompts if prompt.key is not None]:
        session.prompts.remove(prompt)
    if key is not None:
        draw(session, keys_used(session.cohort_id))
    _changed(session, now)


def add_prompt(
    session: PeerSession, words: str, key: str | None = None, *, now: datetime
) -> SessionPrompt:
    """Add one prompt after the others.

    ``key`` names a prompt in the library; ``None`` stands for the facilitator's own words. Raises
    ``DomainError`` for a session that is over or full, and for words that are empty or too long.
    """
    _open(session, now)
    if len(session.prompts) >= MOST_PROMPTS:
        raise DomainError(f"A session holds up to {MOST_PROMPTS} prompts. Remove one first.")
    prompt = _prompt(words, key)
    session.prompts.append(prompt)
    _changed(session, now)
    return prompt


def add_from_library(session: PeerSession, key: str, *, now: datetime) -> SessionPrompt:
    """Add a prompt of the library, whichever theme it belongs to."""
    for theme in themes.library():
        for prompt in theme.prompts:
            if prompt.key == key:
                if key in {known.key for known in session.prompts}:
                    raise DomainError("This prompt is there already.")
                return add_prompt(session, prompt.words, key, now=now)
    raise DomainError("Choose one of the prompts.")


def remove_prompt(session: PeerSession, public_id: str, *, now: datetime) -> None:
    """Remove one prompt; raises ``NotFound`` if it is not one of this session's."""
    _open(session, now)
    session.prompts.remove(_find(session, public_id))
    _changed(session, now)


def move_prompt(session: PeerSession, public_id: str, *, up: bool, now: datetime) -> None:
    """Move one prompt a place up or down; the first and the last stay where they are."""
    _open(session, now)
    prompts = session.prompts
    position = prompts.index(_find(session, public_id))
    other = position + (-1 if up else 1)
    if not 0 <= other < len(prompts):
        return
    # Swapping places in the list itself would for a moment leave one out, and so delete it.
    prompts[position].position, prompts[other].position = other + 1, position + 1
    prompts.sort(key=lambda prompt: prompt.position)
    _changed(session, now)


def set_prompt_days(series: Series, days: int) -> None:
    """Say how many days before a session its prompts can be seen, 0 to 60.

    Prompts that can be seen already stay visible. Raises ``DomainError`` for another number.
    """
    if not 0 <= days <= MOST_DAYS:
        raise DomainError(f"Write a number of days from 0 to {MOST_DAYS}.", field="days")
    series.prompt_days = days


def shown_from(session: PeerSession) -> datetime:
    """Return the moment from which prompts can be seen: midnight, so many days before."""
    zone = ZoneInfo(session.zone_name)
    day = session.starts_at.astimezone(zone).date() - timedelta(days=session.prompt_days)
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def reveal_due(now: datetime) -> int:
    """Show the prompts whose time has come (a job); returns for how many sessions."""
    if not _due(now):
        return 0
    with transaction():
        due = _due(now)
        for session in due:
            draw_waiting(session.together)
            session.prompts_shown_at = now
            note_details_changed(session, now)
    return len(due)


def naming_note(words: str) -> str | None:
    """Return a gentle note when words look as if they named a client or a case.

    It is a guess by shape ("Smith v Jones", two capitalised words) and never stands in the way.
    """
    if VERSUS.search(words):
        return NAMING_NOTE
    pairs = CAPITALISED_PAIR.findall(words)
    return NAMING_NOTE if any(not BEGINNINGS.fullmatch(first) for first, _ in pairs) else None


def _due(now: datetime) -> list[PeerSession]:
    waiting = db.session.scalars(
        select(PeerSession)
        .join(Cohort)
        .where(
            Cohort.state == CohortState.OPEN,
            PeerSession.state == SessionState.PLANNED,
            PeerSession.prompts_shown_at.is_(None),
            PeerSession.starts_at > now,
            PeerSession.starts_at <= now + timedelta(days=MOST_DAYS + 1),
            or_(PeerSession.prompts.any(), PeerSession.prompts_drawn.is_(False)),
        )
        .order_by(PeerSession.id)
    )
    return [session for session in waiting if shown_from(session) <= now]


def _is_bare(session: PeerSession, series: Series) -> bool:
    return session.series_id == series.id and session.theme is None and not session.prompts


def _prompt(words: str, key: str | None) -> SessionPrompt:
    problem = problem_in(words, longest=LONGEST_PROMPT)
    if problem:
        raise DomainError(problem, field="words")
    return SessionPrompt(position=0, key=key, words=clean_paragraph(words))


def _find(session: PeerSession, public_id: str) -> SessionPrompt:
    for prompt in session.prompts:
        if prompt.public_id == public_id:
            return prompt
    raise NotFound


def _changed(session: PeerSession, now: datetime) -> None:
    number(session)
    if session.prompts_shown_at is not None:
        note_details_changed(session, now)
    db.session.flush()


def _open(session: PeerSession, now: datetime) -> None:
    """Make sure that a session has its prompts to change; raise ``DomainError`` if it is over."""
    hold(session)
    db.session.refresh(session)
    if session.starts_at <= now:
        raise DomainError("This session has begun or is over, so its prompts stay as they were.")
    if not session.prompts_drawn:
        draw_waiting(session.together)
