"""The themes and prompts of a whole run, session by session, in words."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core.db import db
from scheduling.dates.when import when
from scheduling.models import PeerSession, Series, SessionState
from scheduling.reflection.drawing import expected_prompts
from scheduling.showing.group_page import theme_title


@dataclass(frozen=True)
class PlanLine:
    """One coming session with its theme and the words of its prompts."""

    public_id: str
    number: int
    date_words: str
    theme_title: str
    words: list[str]
    #: Whether members can see them.
    is_shown: bool


def prompt_plan(series: Series, *, now: datetime) -> list[PlanLine]:
    """Return the sessions that are planned and to come, earliest first, in two queries."""
    coming = db.session.scalars(
        select(PeerSession)
        .where(
            PeerSession.series_id == series.id,
            PeerSession.state == SessionState.PLANNED,
            PeerSession.starts_at > now,
        )
        .options(joinedload(PeerSession.series), selectinload(PeerSession.prompts))
        .order_by(PeerSession.starts_at, PeerSession.id)
    )
    sessions = list(coming)
    waiting = {} if all(one.prompts_drawn for one in sessions) else expected_prompts(series)
    return [
        PlanLine(
            public_id=one.public_id,
            number=one.number,
            date_words=when(one.starts_at, one.ends_at, one.zone_name, now).date_words,
            theme_title=theme_title(one.theme),
            words=[prompt.words for prompt in waiting.get(one.id, one.prompts)],
            is_shown=one.prompts_shown_at is not None,
        )
        for one in sessions
    ]
