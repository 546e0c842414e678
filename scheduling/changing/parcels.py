"""The letters of one act of one person: they leave together after the pause, or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core import config
from core.db import db, public_id
from core.outbox import has_replaced
from groups.models import Cohort, CohortState, Person
from scheduling.changing.before import Before
from scheduling.changing.undoing import ticket


@dataclass(frozen=True)
class Sent:
    """How many letters wait in a parcel, its name, and when they leave (aware, UTC). One without
    letters may have taken the place of others, so it can be recalled as well.
    """

    letters: int = 0
    parcel: str | None = None
    leaves_at: datetime | None = None


@dataclass(frozen=True)
class Change:
    """How many letters tell of a change, when they leave, and the ticket that undoes it.

    ``leaves_at`` is ``None`` when nothing is sent, and ``undo`` when it cannot be undone.
    """

    letters: int
    leaves_at: datetime | None
    undo: str | None


NOTHING = Sent()


def send(
    cohort: Cohort, post: Callable[[datetime, str], int], *, tell: bool, now: datetime
) -> Sent:
    """Let ``post`` put letters into the outbox, given when they leave and their parcel's name.

    Nothing is posted about a draft, of which nobody knows yet, nor when ``tell`` says so.
    """
    if not tell or cohort.state == CohortState.DRAFT:
        return NOTHING
    db.session.flush()
    name, leaves_at = public_id(), now + config.current().pause
    letters = post(leaves_at, name)
    if letters:
        return Sent(letters, name, leaves_at)
    return Sent(0, name) if has_replaced(name) else NOTHING


def change(before: Before, sent: Sent, cohort: Cohort, *, by: Person, now: datetime) -> Change:
    """Return what a page says about a change that has been made, with its ticket for undoing."""
    db.session.flush()
    undo = ticket(before, cohort, by=by, parcel=sent.parcel, now=now)
    return Change(sent.letters, sent.leaves_at, undo)
