"""Changing several dates of a run from one of its sessions on: by days, weekday or hours."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.moment import now
from scheduling.dates.recurrence import pattern_of
from scheduling.models import PeerSession, SessionState
from scheduling.rescheduling.session_plans import move_to_weekday, set_hours, shift_days
from scheduling.web.confirm import (
    Asked,
    changeable_session,
    form_check_act,
    reader,
    which_asked,
    which_words,
)
from scheduling.web.rescheduling.forms.series import DaysForm, HoursForm, WeekdayForm
from scheduling.web.rescheduling.forms.session import WhichForm

pages = Blueprint("reshaping", __name__)
AT = "/groups/<cohort_id>/sessions/<session_id>/change"


@pages.route(AT)
def choose(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Show what can be changed about a session and those after it."""
    session = changeable_session(cohort_id, session_id)
    return render_template(
        "scheduling/reshaping/choose.html",
        session=session,
        cohort=session.cohort,
        said=reader().of(session),
        is_cancelled=session.state == SessionState.CANCELLED,
        ids={"cohort_id": cohort_id, "session_id": session_id},
    )


@pages.route(f"{AT}/days", methods=["GET", "POST"])
def days(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Move by days: the form, the check, and the act."""
    session, which = _begun(cohort_id, session_id)
    form = DaysForm(which=which, data={"which": which_asked(which)})
    asked = Asked(
        session.cohort,
        "Check the new dates",
        lambda: shift_days(session, form.which.data, form.shift, now=now()),
        session,
    )
    return form_check_act(form, asked, lambda: _page("days", "Move by days", session, form))


@pages.route(f"{AT}/weekday", methods=["GET", "POST"])
def weekday(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Move to another weekday of the month: the form, the check, and the act."""
    session, which = _begun(cohort_id, session_id)
    meets = pattern_of(_local(session, session.starts_at).date())
    values = {"which": which_asked(which), "nth": meets.nth, "weekday": meets.weekday}
    form = WeekdayForm(which=which, data=values)
    asked = Asked(
        session.cohort,
        "Check the new dates",
        lambda: move_to_weekday(
            session, form.which.data, form.weekday.data, form.nth.data, now=now()
        ),
        session,
    )
    return form_check_act(form, asked, lambda: _page("weekday", "Another weekday", session, form))


@pages.route(f"{AT}/hours", methods=["GET", "POST"])
def hours(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Meet at another time of the day: the form, the check, and the act."""
    session, which = _begun(cohort_id, session_id)
    form = HoursForm(which=which, data={"which": which_asked(which), **_hours_of(session)})
    asked = Asked(
        session.cohort,
        "Check the new hours",
        lambda: set_hours(
            session,
            form.which.data,
            starts=form.starts.data,
            ends=form.ends.data,
            time_zone=form.time_zone.data,
            now=now(),
        ),
        session,
    )
    return form_check_act(form, asked, lambda: _page("hours", "Another time", session, form))


def _begun(cohort_id: str, session_id: str) -> tuple[PeerSession, dict[Any, str]]:
    session = changeable_session(cohort_id, session_id)
    return session, which_words(session)


def _page(name: str, heading: str, session: PeerSession, form: WhichForm) -> str:
    said = reader().of(session)
    cohort_id, session_id = session.cohort.public_id, session.public_id
    # Whoever came from the whole run goes back there.
    here = url_for("reshaping.choose", cohort_id=cohort_id, session_id=session_id)
    run = url_for("dates.show", cohort_id=cohort_id)
    return render_template(
        f"scheduling/reshaping/{name}.html",
        form=form,
        heading=heading,
        intro=f"{session.cohort.name}: {said.date_words}, {said.times_words}.",
        back_url=run if "which" in request.args else here,
    )


def _local(session: PeerSession, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(session.zone_name))


def _hours_of(session: PeerSession) -> dict[str, Any]:
    return {
        "starts": _local(session, session.starts_at).time(),
        "ends": _local(session, session.ends_at).time(),
        "time_zone": session.zone_name,
    }
