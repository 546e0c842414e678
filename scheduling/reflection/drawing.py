"""Prompts drawn from the library: two to a session, at once or when a far session comes near.

Rolling a run forward gives its new sessions only their themes. What will be drawn for them follows
from what the run holds already, so pages can show it before anything is written.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from core.db import db
from core.worker import one_by_one
from groups.models import Cohort, CohortState
from scheduling.models import PeerSession, Series, SessionPrompt
from scheduling.reflection import themes

MOST_PROMPTS = 6
PROMPTS_DRAWN = 2
#: How long before a session its prompts are drawn: longer than members can ever see them.
NEAR = timedelta(days=75)


def draw(session: PeerSession, used: set[str]) -> None:
    """Add two prompts of the session's theme that the group has not had, and note them as used."""
    room = MOST_PROMPTS - len(session.prompts)
    theme = themes.theme(str(session.theme))
    for prompt in themes.draw_prompts(theme, used, min(PROMPTS_DRAWN, room)):
        session.prompts.append(SessionPrompt(position=0, key=prompt.key, words=prompt.words))
        used.add(prompt.key)
    number(session)


def drawn_at_first(session: PeerSession, used: set[str]) -> list[SessionPrompt]:
    """Return two prompts of its theme for a session that has none, not written yet, and note them
    as used.
    """
    prompts = themes.draw_prompts(themes.theme(str(session.theme)), used, PROMPTS_DRAWN)
    used |= {prompt.key for prompt in prompts}
    return [
        SessionPrompt(session_id=session.id, position=place, key=prompt.key, words=prompt.words)
        for place, prompt in enumerate(prompts, start=1)
    ]


def number(session: PeerSession) -> None:
    """Note the places of a session's prompts as they stand in its list."""
    for position, prompt in enumerate(session.prompts, start=1):
        prompt.position = position


def keys_used(cohort_id: int) -> set[str]:
    """Return the keys of the library's prompts that the sessions of a group hold."""
    keys = (
        select(SessionPrompt.key)
        .join(PeerSession)
        .where(PeerSession.cohort_id == cohort_id, SessionPrompt.key.is_not(None))
    )
    return {key for key in db.session.scalars(keys) if key is not None}


def draw_waiting(together: Series | Cohort, *, until: datetime | None = None) -> int:
    """Draw the prompts that rolling a run forward has left for later, up to the sessions that
    start by ``until`` where it is given. Returns for how many sessions.
    """
    waiting = list(_waiting(together))
    near = [until is None or session.starts_at <= until for session, _ in waiting]
    # In their order, so that what the later ones are expected to get stays what it is.
    count = len(near) - near[::-1].index(True) if any(near) else 0
    for session, prompts in waiting[:count]:
        session.prompts[:] = prompts
        session.prompts_drawn = True
    db.session.flush()
    return count


def draw_due(now: datetime) -> int:
    """Draw the prompts of sessions that have come near (a job); returns for how many."""
    near = db.session.execute(
        select(PeerSession.series_id, PeerSession.cohort_id)
        .join(Cohort)
        .where(
            PeerSession.prompts_drawn.is_(False),
            PeerSession.starts_at <= now + NEAR,
            Cohort.state == CohortState.OPEN,
        )
        .distinct()
        .order_by(PeerSession.cohort_id, PeerSession.series_id)
    ).all()
    return one_by_one(near, lambda ids: draw_waiting(_together(*ids), until=now + NEAR))


def _together(series_id: int | None, cohort_id: int) -> Series | Cohort:
    if series_id is None:
        return db.session.get_one(Cohort, cohort_id)
    return db.session.get_one(Series, series_id)


def expected_prompts(together: Series | Cohort) -> dict[int, list[SessionPrompt]]:
    """Return what will be drawn for the sessions of a run that still wait for it, by their ids.

    The prompts belong to no session yet, and nothing is written.
    """
    return {session.id: prompts for session, prompts in _waiting(together)}


def prompts_of(session: PeerSession) -> list[SessionPrompt]:
    """Return the prompts of a session, or what will be drawn for it."""
    return (
        session.prompts if session.prompts_drawn else expected_prompts(session.together)[session.id]
    )


def _waiting(together: Series | Cohort) -> Iterator[tuple[PeerSession, list[SessionPrompt]]]:
    """Yield every session of a run that waits, in order, with the prompts it gets."""
    sessions = db.session.scalars(
        select(PeerSession)
        .where(PeerSession.among(together), PeerSession.prompts_drawn.is_(False))
        .order_by(PeerSession.planned_on)
    ).all()
    used = keys_used(sessions[0].cohort_id) if sessions else set()
    for session in sessions:
        drawn = _drawn(session.theme, used)
        used |= {prompt.key for prompt in drawn}
        yield session, [_expected(prompt, place) for place, prompt in enumerate(drawn, start=1)]


def _expected(prompt: themes.Prompt, position: int) -> SessionPrompt:
    # Within a session the library's key is a name as good as any, and it is the same on the page
    # before and after it is written.
    return SessionPrompt(
        public_id=prompt.key, position=position, key=prompt.key, words=prompt.words
    )


def _drawn(key: str | None, used: set[str]) -> tuple[themes.Prompt, ...]:
    try:
        theme = None if key is None else themes.theme(key)
    except themes.UnknownTheme:
        # A newer library can lack a theme that an older one had.
        theme = None
    return () if theme is None else themes.draw_prompts(theme, used, PROMPTS_DRAWN)
