"""The themes and prompts of a whole run, session by session, in words."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core.db import db
from scheduling.dates.when import when
from scheduling.models import PeerSession, Series, SessionPrompt, SessionState
from scheduling.reflection.drawing import expected_prompts
from scheduling.web.home.view.group import theme_title


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
    """Return the group's sessions that are planned and to come, earliest first. The number of
    queries depends on how many runs they come from, not on how many there are.
    """
    coming = db.session.scalars(
        select(PeerSession)
        .where(
            PeerSession.cohort_id == series.cohort_id,
            PeerSession.state == SessionState.PLANNED,
            PeerSession.starts_at > now,
        )
        .options(joinedload(PeerSession.series), selectinload(PeerSession.prompts))
        .order_by(PeerSession.starts_at, PeerSession.id)
    )
    sessions = list(coming)
    waiting = dict[int, list[SessionPrompt]]()
    for together in {one.together for one in sessions if not one.prompts_drawn}:
        waiting |= expected_prompts(together)
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
