"""Changing a whole run: an extra date, a break, another rhythm, an earlier or a later end."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from core.moment import now
from core.web import note, see_other
from groups.models import Cohort
from scheduling.dates.recurrence import MonthlyByWeekday
from scheduling.models import PeerSession, Series, SessionState
from scheduling.rescheduling.series_plans import end_after, extend, set_pattern
from scheduling.rescheduling.series_plans import pause as pause_series
from scheduling.rescheduling.session_plans import add_date
from scheduling.runs.laying_out import rule_of
from scheduling.runs.series import series_of, today_for
from scheduling.runs.to_come import coming_at
from scheduling.web.confirm import Asked, changeable_run, form_check_act, reader
from scheduling.web.fields.checked import CheckedForm
from scheduling.web.fields.rhythm import pattern_in
from scheduling.web.plan_words import say_sessions
from scheduling.web.rescheduling.forms.series import (
    AddForm,
    ExtendForm,
    LastForm,
    PatternForm,
    PauseForm,
)
from scheduling.web.session_card import card
from scheduling.web.set_up.view.words import run_words

pages = Blueprint("dates", __name__)
AT = "/groups/<cohort_id>/dates"
NONE_TO_COME = "There is no session to come. Add a date, or let the run go on."


@pages.route(AT)
def show(cohort_id: str) -> ResponseReturnValue:
    """Show what can be changed about all coming dates, and each of them."""
    cohort = changeable_run(cohort_id)
    series = series_of(cohort)
    coming = coming_at(series, now())
    return render_template(
        "scheduling/reshaping/run.html",
        cohort=cohort,
        words=run_words(series, now=now()),
        first=coming[0] if coming else None,
        coming=[
            (session.public_id, card(session, now=now(), reader_zone=reader().zone))
            for session in coming
        ],
        goes_on=rule_of(series).goes_on,
        is_monthly=isinstance(rule_of(series).pattern, MonthlyByWeekday),
    )


@pages.route(f"{AT}/add", methods=["GET", "POST"])
def add(cohort_id: str) -> ResponseReturnValue:
    """Add a date beside the pattern: the form, the check, and the act."""
    cohort = changeable_run(cohort_id)
    series = series_of(cohort)
    values = {"starts": series.starts, "ends": series.ends}
    form = AddForm(today=today_for(series, now()), data=values)
    asked = Asked(
        cohort,
        "Check the new date",
        lambda: add_date(
            series, on=form.on.data, starts=form.starts.data, ends=form.ends.data, now=now()
        ),
        series=series,
    )
    return form_check_act(form, asked, lambda: _page("add", "Add a date", cohort, form))


@pages.route(f"{AT}/pause", methods=["GET", "POST"])
def pause(cohort_id: str) -> ResponseReturnValue:
    """Leave out some months: the form, the check, and the act."""
    cohort = changeable_run(cohort_id)
    series = series_of(cohort)
    form = PauseForm(today=today_for(series, now()))
    can_make_up = not rule_of(series).goes_on
    asked = Asked(
        cohort,
        "Check the break",
        lambda: pause_series(
            series,
            from_on=form.from_on.data,
            until_on=form.until_on.data,
            make_up=bool(form.make_up.data) and can_make_up,
            now=now(),
        ),
        series=series,
    )
    return form_check_act(
        form, asked, lambda: _page("pause", "Take a break", cohort, form, can_make_up=can_make_up)
    )


@pages.route(f"{AT}/pattern", methods=["GET", "POST"])
def pattern(cohort_id: str) -> ResponseReturnValue:
    """Meet in another rhythm from a session on: the form, the check, and the act."""
    cohort = changeable_run(cohort_id)
    series = series_of(cohort)
    planned = _planned(series)
    form = PatternForm(
        today=today_for(series, now()),
        since=say_sessions(planned.values(), reader()),
        data={"since": next(iter(planned)), "first_on": _day_of(next(iter(planned.values())))},
    )
    asked = Asked(
        cohort,
        "Check the new dates",
        lambda: set_pattern(
            planned[form.since.data], pattern_in(form), first_on=form.first_on.data, now=now()
        ),
        series=series,
    )
    return form_check_act(form, asked, lambda: _page("pattern", "Another rhythm", cohort, form))


@pages.route(f"{AT}/end", methods=["GET", "POST"])
def end(cohort_id: str) -> ResponseReturnValue:
    """Say which session is the last one: the form, the check, and the act."""
    cohort = changeable_run(cohort_id)
    planned = _planned(series_of(cohort))
    form = LastForm(sessions=say_sessions(planned.values(), reader()))
    asked = Asked(
        cohort,
        "Check the end",
        lambda: end_after(planned[form.last.data], now=now()),
    )
    return form_check_act(form, asked, lambda: _page("end", "End early", cohort, form))


@pages.route(f"{AT}/extend", methods=["GET", "POST"])
def longer(cohort_id: str) -> ResponseReturnValue:
    """Let the run go on for longer: the form, the check, and the act."""
    cohort = changeable_run(cohort_id)
    series = series_of(cohort)
    form = ExtendForm()
    asked = Asked(
        cohort,
        "Check the dates that are added",
        lambda: extend(series, more=form.number.data, now=now()),
        series=series,
    )
    return form_check_act(form, asked, lambda: _page("extend", "Go on for longer", cohort, form))


def _page(name: str, heading: str, cohort: Cohort, form: CheckedForm, **more: Any) -> str:
    return render_template(
        f"scheduling/reshaping/{name}.html",
        form=form,
        heading=heading,
        intro=f"{cohort.name}. {run_words(series_of(cohort), now=now()).rhythm}",
        back_url=url_for("dates.show", cohort_id=cohort.public_id),
        cohort=cohort,
        **more,
    )


def _planned(series: Series) -> dict[str, PeerSession]:
    """Return the sessions to come that take place, by public id; where there is none, go to the
    dates.
    """
    coming = coming_at(series, now())
    planned = {one.public_id: one for one in coming if one.state == SessionState.PLANNED}
    if not planned:
        note(NONE_TO_COME, "info")
        abort(see_other("dates.show", cohort_id=series.cohort.public_id))
    return planned


def _day_of(session: PeerSession) -> date:
    starts: datetime = session.starts_at.astimezone(ZoneInfo(session.zone_name))
    return starts.date()
