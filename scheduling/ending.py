"""Ending a group: it meets no more, and whoever has its dates is told."""

from datetime import datetime
from zoneinfo import ZoneInfo

from core.db import db
from core.errors import DomainError
from groups.models import CohortState, Person
from scheduling import invitations
from scheduling.changes import note_dates_changed
from scheduling.models import PeerSession, Series, SessionState
from scheduling.parcels import Change, change, send
from scheduling.sessions import coming_at
from scheduling.undoing import Before


def end_group(series: Series, *, now: datetime, by: Person) -> Change:
    """End a group and cancel its coming sessions; it can be undone while the letters wait.

    Letters tell of the sessions for which invitations are out; later ones vanish from feeds, and
    a letter about each of them would tell nothing new. Raises ``DomainError`` for a group that is
    not open.
    """
    cohort = series.cohort
    if cohort.state != CohortState.OPEN:
        raise DomainError("Only a group that is open can be ended.")
    coming = [one for one in coming_at(series, now) if one.state == SessionState.PLANNED]
    before = _remember(series, coming)
    for session in coming:
        session.state = SessionState.CANCELLED
        note_dates_changed(session, now)

    def post(leaves_at: datetime, parcel: str) -> int:
        return sum(
            invitations.tell_cancelled(session, now=now, due_at=leaves_at, parcel=parcel)
            for session in coming[: series.invitations_ahead]
        )

    sent = send(cohort, post, tell=True, now=now)
    cohort.state, cohort.ended_at = CohortState.ENDED, now
    series.ended_on = now.astimezone(ZoneInfo(series.time_zone)).date()
    db.session.flush()
    return change(before, sent, by=by)


def _remember(series: Series, coming: list[PeerSession]) -> Before:
    before = Before()
    before.keep_answers(coming)
    before.keep(series.cohort, ("state", "ended_at"))
    before.keep(series, ("ended_on",))
    for session in coming:
        before.keep(session, ("state",))
    return before
