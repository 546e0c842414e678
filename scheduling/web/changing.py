"""What the pages that change sessions share: finding one, and saying what was done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, g, render_template, request, url_for

from core import config
from core.errors import NotFound
from core.lookup import find
from core.moment import now
from core.transaction import transaction
from core.web import note, seconds_until, see_other
from groups.access import cohorts_facilitated_by
from groups.models import Cohort, CohortState
from scheduling.access import sessions_run_by
from scheduling.changing.parcels import Change
from scheduling.changing.rehearsing import Rehearsal, look_again_at, rehearse
from scheduling.changing.sessions import is_over
from scheduling.dates.wording import say_count, say_time
from scheduling.forms.sessions import CheckedForm
from scheduling.models import PeerSession
from scheduling.showing.pasted import PastedList
from scheduling.showing.plan_words import PlanWords
from scheduling.showing.roster import names_of


@dataclass(frozen=True)
class Look:
    """What the page that checks a change of a run says beyond its letters.

    ``which`` holds links to the same page for more or fewer sessions, where nothing was typed.
    """

    words: PlanWords
    may_be_quiet: bool
    which: list[dict[str, Any]] = field(default_factory=list)


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


def changeable_run(cohort_id: str) -> Cohort:
    """Return a group whose dates can change; of a draft or an ended one, go where it is shown."""
    cohort = group_run(cohort_id)
    if cohort.state == CohortState.DRAFT:
        abort(see_other("setting_up.check", cohort_id=cohort_id))
    if cohort.state == CohortState.ENDED:
        note("This group has ended, so its dates stay as they are.", "info")
        abort(see_other("running.show", cohort_id=cohort_id))
    return cohort


def changeable_session(cohort_id: str, session_id: str) -> PeerSession:
    """Return a session that can change; of one that has begun or is over, go to its page."""
    session = session_run(cohort_id, session_id)
    changeable_run(cohort_id)
    if is_over(session, now()):
        note("This session has begun or is over, so it can no longer be changed.", "info")
        abort(see_other("sessions.show", cohort_id=cohort_id, session_id=session_id))
    return session


def own_zone() -> ZoneInfo:
    """Return the zone of whoever looks, in which it is said when messages leave and arrive."""
    return ZoneInfo(g.viewer.person.time_zone)


def leaves_words(letters: int, leaves_at: datetime, zone: ZoneInfo) -> str:
    """Say how many messages leave when: "Eight messages leave at 9:10am."."""
    counted = say_count(letters, "message leaves", "messages leave").capitalize()
    return f"{counted} at {say_time(leaves_at.astimezone(zone).time())}."


def note_change(words: str, change: Change, cohort: Cohort) -> None:
    """Show what was done and when its messages leave, with a way to undo it."""
    if change.leaves_at is not None:
        words = f"{words} {leaves_words(change.letters, change.leaves_at, own_zone())}"
    undo_url = url_for("running.take_back", cohort_id=cohort.public_id) if change.undo else None
    note(words, undo_url=undo_url, undo_fields={"ticket": change.undo} if change.undo else None)


def rehearsed(act: Callable[[], object], cohort: Cohort, *, own: bool = True) -> Rehearsal:
    """Return what an act of whoever is asking would send, with their own letter if ``own``; one
    who sends a form too often is asked to wait.
    """
    if request.method == "POST":
        _refuse_too_often()
    return rehearse(act, cohort, own=g.viewer.person.email if own else None)


def _refuse_too_often() -> None:
    """Count one more look at a change. A plain GET is not counted, as it may write nothing."""
    moment = now()
    with transaction():
        retry_at = look_again_at(g.viewer.person, now=moment)
    if retry_at is not None:
        abort(429, retry_after=seconds_until(retry_at, moment))


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
    look: Look | None = None,
    pasted: PastedList | None = None,
) -> str:
    """Return the page on which a change is looked at before it is made.

    ``form`` is sent on as typed; ``can_change`` says whether there is anything to go back to.
    ``button`` is the act; ``rows``, ``look``, ``pasted`` say what it does, ``advice`` warns of it.
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
        fields=_typed(form) | ({"seen": look.words.digest} if look else {}),
        can_change=can_change,
        look=look,
        pasted=pasted,
        pause=int(config.current().pause.total_seconds() // 60),
    )


def _typed(form: CheckedForm) -> dict[str, str]:
    own = ("confirmed", "back", "seen", "csrf_token")
    values = {field.name: field.data for field in form if field.name not in own}
    sent = {name: "y" if value is True else value for name, value in values.items() if value}
    return {name: str(value) for name, value in sent.items()}
