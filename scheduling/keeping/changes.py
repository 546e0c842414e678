"""The moment a row changed, as calendars need it: whole seconds that never stand still.

Calendar programs take over a changed entry only when LAST-MODIFIED and SEQUENCE have risen, and
both are counted in seconds. Two changes at the same time are therefore said to lie a little apart.
An entry shows a session through somebody's diary, so a session's change also has to come after
the last change of every diary that shows it.
"""

from datetime import UTC, datetime

from sqlalchemy import func, select

from core.db import db
from groups.models import Membership
from scheduling.calendars.stamps import APART
from scheduling.models import Diary, PeerSession


def next_change(previous: datetime | None, now: datetime) -> datetime:
    """Return when a change made ``now`` is said to have happened, aware and to the second.

    At least two seconds after ``previous``, the moment of the change before; ``None`` when there
    was none. Raises ValueError for times without a zone.
    """
    if previous is None:
        return whole_second(now)
    return max(whole_second(now), whole_second(previous) + APART)


def note_details_changed(session: PeerSession, now: datetime) -> None:
    """Note that something only full entries show has changed: name, place, theme or prompts."""
    by_diary = newest_diary_change(session.cohort_id)
    moments = (session.dates_changed_at, session.details_changed_at, by_diary)
    newest = max(moment for moment in moments if moment is not None)
    session.details_changed_at = next_change(newest, now)


def newest_diary_change(cohort_id: int) -> datetime | None:
    """Return the last change of any diary that shows this group; new entries come after it."""
    return db.session.scalar(
        select(func.max(Diary.changed_at))
        .join(Membership, Membership.person_id == Diary.person_id)
        .where(Membership.cohort_id == cohort_id)
    )


def whole_second(moment: datetime) -> datetime:
    """Return a moment in UTC without its fraction of a second; ValueError without a zone."""
    if moment.tzinfo is None:
        raise ValueError("The moment of a change needs a time zone")
    return moment.astimezone(UTC).replace(microsecond=0)
