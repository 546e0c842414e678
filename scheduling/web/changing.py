"""What the pages that change sessions share: finding one, and saying what was done."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import g, render_template, url_for

from core import config
from core.errors import NotFound
from core.lookup import find
from core.web import note
from groups.access import cohorts_facilitated_by
from groups.models import Cohort, CohortState
from scheduling.access import sessions_run_by
from scheduling.forms.sessions import CheckedForm
from scheduling.models import PeerSession
from scheduling.parcels import Change
from scheduling.rehearsing import Rehearsal
from scheduling.roster import names_of
from scheduling.series import series_of
from scheduling.wording import say_count, say_time


def group_run(cohort_id: str) -> Cohort:
    """Return a group that whoever is asking facilitates; raises ``NotFound``."""
    return find(cohorts_facilitated_by(g.viewer.person), cohort_id)


def open_group_run(cohort_id: str) -> Cohort:
    """Return the same, but no draft: that is changed where it is set up."""
    cohort = group_run(cohort_id)
    if cohort.state == CohortState.DRAFT:
        raise NotFound
    return cohort


def session_run(cohort_id: str, session_id: str) -> PeerSession:
    """Return a session of this group that whoever is asking facilitates; raises ``NotFound``."""
    session = find(sessions_run_by(g.viewer.person), session_id)
    if session.cohort.public_id != cohort_id:
        raise NotFound
    return session


def open_session_run(cohort_id: str, session_id: str) -> PeerSession:
    """Return the same, but of no draft."""
    open_group_run(cohort_id)
    return session_run(cohort_id, session_id)


def zone_of(cohort: Cohort) -> ZoneInfo:
    """Return the zone in which a group's times are said."""
    return ZoneInfo(series_of(cohort).time_zone)


def leaves_words(letters: int, leaves_at: datetime, zone: ZoneInfo) -> str:
    """Say how many messages leave when: "Eight messages leave at 9:10am."."""
    counted = say_count(letters, "message leaves", "messages leave").capitalize()
    return f"{counted} at {say_time(leaves_at.astimezone(zone).time())}."


def note_change(words: str, change: Change, cohort: Cohort) -> None:
    """Show what was done and when its messages leave, with a way to undo it."""
    if change.leaves_at is not None:
        words = f"{words} {leaves_words(change.letters, change.leaves_at, zone_of(cohort))}"
    undo_url = url_for("running.take_back", cohort_id=cohort.public_id) if change.undo else None
    note(words, undo_url=undo_url, undo_fields={"ticket": change.undo} if change.undo else None)


def check_page(
    form: CheckedForm,
    cohort: Cohort,
    rehearsal: Rehearsal,
    *,
    title: str,
    button: str,
    back_url: str,
    rows: list[dict[str, str]],
    impact: str | None = None,
    advice: list[str] | None = None,
    readers: list[str] | None = None,
    can_change: bool = True,
) -> str:
    """Return the page on which a change is looked at before it is made.

    ``form`` is sent on as it was typed; ``can_change`` says whether there is anything to go back
    to. ``button`` is the act, ``rows`` what changes, ``advice`` what speaks against it.
    """
    return render_template(
        "scheduling/sessions/check.html",
        form=form,
        cohort=cohort,
        title=title,
        button_words=button,
        back_url=back_url,
        rows=rows,
        impact=impact,
        advice=advice or [],
        rehearsal=rehearsal,
        letters_words=say_count(rehearsal.letters, "message", "messages"),
        readers=names_of(cohort) if readers is None else readers,
        fields=_typed(form),
        can_change=can_change,
        pause=int(config.current().pause.total_seconds() // 60),
    )


def _typed(form: CheckedForm) -> dict[str, str]:
    own = ("confirmed", "back", "csrf_token")
    values = {field.name: field.data for field in form if field.name not in own}
    sent = {name: "y" if value is True else value for name, value in values.items() if value}
    return {name: str(value) for name, value in sent.items()}
