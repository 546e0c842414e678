"""What stands on the page that a link in a letter opens."""

from datetime import datetime
from typing import Any, Final

from core.throttle import wait_words
from scheduling.attendance.answer_links import AnswerLink, Situation
from scheduling.attendance.answers import Said
from scheduling.dates.when import when
from scheduling.models import Answer
from scheduling.web.rsvp.forms import NOTHING
from scheduling.web.session_card import card

SAVED: Final = {
    Answer.COMING: "Saved: you’ll be there.",
    Answer.UNSURE: "Saved: not sure yet.",
    Answer.NOT_THIS_TIME: "Saved: not this time.",
}
TIME_CHANGED: Final = "The time has changed since that page was opened. Say whether it suits you."


USUAL_AGAIN: Final = "Saved: you are usually coming, and that counts again."
TAKEN_BACK: Final = "Saved: you haven’t answered."
STANDS: Final = {
    Answer.COMING: "You said: I’ll be there.",
    Answer.UNSURE: "You said: not sure yet.",
    Answer.NOT_THIS_TIME: "You said: not this time.",
}
IS_USUAL: Final = "You are usually coming, so this counts as yes unless you say otherwise."


def saved_words(chosen: str, said: Said) -> str:
    """Return what was saved; ``said`` is what counts now, after it."""
    if chosen != NOTHING:
        return SAVED[Answer(chosen)]
    return USUAL_AGAIN if said.is_usual else TAKEN_BACK


def _stands_words(said: Said) -> str | None:
    """Return the current answer for a date, however it was given; nothing if there is none."""
    if said.answer is None:
        return None
    return IS_USUAL if said.is_usual else STANDS[said.answer]


def link_words(found: AnswerLink, state: Situation, said: Said, now: datetime) -> dict[str, Any]:
    """Return the words for one date: when, what stands, and what has changed since the letter.

    Neither the group nor the place, nor anybody's name, is among them.
    """
    session, membership = found.session, found.membership
    shown = card(
        session,
        now=now,
        answered=said,
        places=False,
        lead_words="Will you be there?",
        reader_zone=membership.person.time_zone,
    )
    return {
        "card": shown,
        "stands_words": _stands_words(said),
        "open": state == Situation.OPEN,
        "closed_words": CLOSED.get(state),
        "letter_words": _letter_words(found, now) if found.has_moved else None,
    }


CLOSED: Final = {
    Situation.BEGUN: "This has begun or is over, so there is nothing to answer any more.",
    Situation.CANCELLED: "This date is cancelled. There is nothing you need to do.",
}


def wait_note(retry_at: datetime, now: datetime) -> str:
    """Say when a link can be used again that was used very often."""
    return f"That was a good many answers. Try again {wait_words(retry_at, now)}."


def _letter_words(found: AnswerLink, now: datetime) -> str:
    """Say which time the letter named: "The e-mail said Thursday 10 December, 6pm."."""
    session = found.session
    length = session.ends_at - session.starts_at
    zone_name = found.membership.person.time_zone
    said = when(found.told_at, found.told_at + length, session.zone_name, now, zone_name)
    return f"The e-mail said {said.date_words}, {said.start_words}. It has moved since."
