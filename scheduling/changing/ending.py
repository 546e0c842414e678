"""Ending a group: it meets no more, and whoever has its dates is told."""

from datetime import datetime

from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from groups.models import Cohort, CohortState, Person
from scheduling.calendars.ical import Method
from scheduling.changing.before import Before
from scheduling.changing.parcels import Change, change, send
from scheduling.keeping.changes import note_dates_changed
from scheduling.letters.announcing import Because, ChangeKind, SessionChange, announce
from scheduling.letters.posting import Act
from scheduling.models import Invitation, PeerSession, Series, SessionState
from scheduling.runs.series import runs_of, today_for
from scheduling.runs.to_come import coming_at


def end_group(cohort: Cohort, *, now: datetime, by: Person) -> Change:
    """End a group with its runs and cancel its coming sessions; it can be undone while the letters
    wait.

    Letters tell of the sessions for which invitations are out; later ones vanish from feeds, and
    a letter about each of them would tell nothing new. Raises ``DomainError`` for a group that is
    not open.
    """
    if cohort.state != CohortState.OPEN:
        raise DomainError("Only a group that is open can be ended.")
    coming = [one for one in coming_at(cohort, now) if one.state == SessionState.PLANNED]
    runs = runs_of(cohort)
    before = _remember(cohort, runs, coming)
    for session in coming:
        session.state = SessionState.CANCELLED
        note_dates_changed(session, now)

    def post(leaves_at: datetime, parcel: str) -> int:
        known = _in_diaries(coming)
        changes = [SessionChange(session, ChangeKind.CANCELLED) for session in known]
        act = Act(now, leaves_at, parcel)
        return announce(cohort, changes, act, because=Because.GROUP_ENDED)

    sent = send(cohort, post, tell=True, now=now)
    cohort.state, cohort.ended_at = CohortState.ENDED, now
    for run in runs:
        run.ended_on = today_for(run, now)
    db.session.flush()
    return change(before, sent, cohort, by=by, now=now)


def _in_diaries(coming: list[PeerSession]) -> list[PeerSession]:
    """Return the sessions people have been told about: the next few, and any other that stands
    in somebody's calendar because more were sent out at a time once.
    """
    known = select(Invitation.session_id).where(
        Invitation.session_id.in_([session.id for session in coming]),
        Invitation.method == Method.REQUEST,
    )
    invited = set(db.session.scalars(known))
    return [
        session
        for position, session in enumerate(coming)
        if position < session.invitations_ahead or session.id in invited
    ]


def _remember(cohort: Cohort, runs: list[Series], coming: list[PeerSession]) -> Before:
    before = Before()
    before.keep_calendars(coming)
    before.keep(cohort, ("state", "ended_at"))
    for run in runs:
        before.keep(run, ("ended_on",))
    for session in coming:
        before.keep(session, ("state",))
    return before
