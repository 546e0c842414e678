"""Setting up a group in two screens, and sending the invitations."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import config
from core.errors import NotFound
from core.forms import page_with, problems_shown
from core.lookup import find
from core.moment import now
from core.transaction import transaction
from core.web import note, noting_refusals, see_other
from groups.access import cohorts_facilitated_by
from groups.cohorts import delete_draft
from groups.models import Cohort, CohortState
from scheduling.dates.wording import say_count, say_date
from scheduling.places.drafts import change_draft, drafted_offers, save_draft
from scheduling.runs.series import (
    leave_out,
    put_back,
    series_of,
    set_up_of,
    take_alternative,
    today_for,
)
from scheduling.web.confirm import act
from scheduling.web.fields.checked import CheckedForm
from scheduling.web.fields.pasted import pasted_list
from scheduling.web.set_up.forms.prefill import values_like, values_of
from scheduling.web.set_up.forms.set_up import OneDateForm, SetUpForm
from scheduling.web.set_up.pages.check import after_saving, check_page, opening
from scheduling.web.set_up.view.checking import DateRow, date_row
from scheduling.web.set_up.view.earlier import drafted_people, earlier_groups, people_of

pages = Blueprint("setting_up", __name__)


@pages.route("/groups/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """The first screen, for a group that does not exist yet."""
    person = g.viewer.person
    if not person.opens_groups:
        raise NotFound
    zone_name = config.current().time_zone
    form = SetUpForm(now=now(), zone_name=zone_name, data=_like(request.args.get("like")))
    if form.validate_on_submit():
        with problems_shown(form):
            with transaction():
                cohort = save_draft(form.draft(), by=person, now=now())
            return after_saving(cohort, form)
    return _first_screen(form)


@pages.route("/groups/<cohort_id>/set-up", methods=["GET", "POST"])
def edit(cohort_id: str) -> ResponseReturnValue:
    """The first screen again, for a draft."""
    cohort = _cohort(cohort_id)
    if cohort.state != CohortState.DRAFT:
        return see_other("running.show", cohort_id=cohort_id)
    set_up = set_up_of(series_of(cohort))
    form = SetUpForm(
        now=now(),
        zone_name=set_up.time_zone,
        prompt_days=set_up.prompt_days,
        data=values_of(cohort, set_up, drafted_people(cohort)),
    )
    if form.validate_on_submit():
        with problems_shown(form):
            with transaction():
                change_draft(cohort, form.draft(), now=now())
            return after_saving(cohort, form)
    return _first_screen(form, cohort)


@pages.route("/groups/<cohort_id>/check")
def check(cohort_id: str) -> ResponseReturnValue:
    """The second screen: every date, the e-mail, and who gets it."""
    cohort = _cohort(cohort_id)
    if cohort.state != CohortState.DRAFT:
        return see_other("running.show", cohort_id=cohort_id)
    return check_page(cohort)


@pages.route("/groups/<cohort_id>/send", methods=["POST"])
@noting_refusals("setting_up.check")
def send(cohort_id: str) -> ResponseReturnValue:
    """Open the group; its invitations leave after the pause."""
    return act(CheckedForm(), opening(_cohort(cohort_id)))


@pages.route("/groups/<cohort_id>/delete-draft", methods=["GET", "POST"])
def delete(cohort_id: str) -> ResponseReturnValue:
    """Ask whether a draft is to go, and delete it."""
    cohort = _cohort(cohort_id)
    if cohort.state != CohortState.DRAFT:
        raise NotFound
    if request.method != "POST":
        people = say_count(len(drafted_offers(cohort)), "address", "addresses")
        return render_template(
            "scheduling/setting_up/delete.html", cohort=cohort, people_words=people
        )
    with transaction():
        delete_draft(cohort)
    note("The draft is deleted. Nobody was told anything.")
    return see_other("groups.show")


@pages.route("/groups/<cohort_id>/check/<planned_on>", methods=["GET", "POST"])
def one_date(cohort_id: str, planned_on: str) -> ResponseReturnValue:
    """Hold one date of a draft on another day."""
    cohort, row = _date_of_draft(cohort_id, planned_on)
    series = series_of(cohort)
    form = OneDateForm(today=today_for(series, now()))
    if form.validate_on_submit():
        with problems_shown(form):
            with transaction():
                take_alternative(series, row.planned_on, form.held_on.data, now=now())
            words = say_date(form.held_on.data, form.today)
            return _changed(cohort_id, row, f"{words} it is, instead of {row.planned_words}.")
    page = render_template(
        "scheduling/setting_up/one_date.html",
        form=form,
        cohort=cohort,
        row=row,
    )
    return page_with(form, page)


@pages.route("/groups/<cohort_id>/check/<planned_on>/leave-out", methods=["POST"])
@noting_refusals("setting_up.check")
def drop_date(cohort_id: str, planned_on: str) -> ResponseReturnValue:
    """Leave one date of a draft out."""
    cohort, row = _date_of_draft(cohort_id, planned_on)
    with transaction():
        leave_out(series_of(cohort), row.planned_on, now=now())
    return _changed(cohort_id, row, f"{row.planned_words} is left out.")


@pages.route("/groups/<cohort_id>/check/<planned_on>/put-back", methods=["POST"])
def restore_date(cohort_id: str, planned_on: str) -> ResponseReturnValue:
    """Go back to what the pattern and the leave-outs say about one date of a draft."""
    cohort, row = _date_of_draft(cohort_id, planned_on)
    with transaction():
        put_back(series_of(cohort), row.planned_on, now=now())
    note(f"{row.planned_words} is as the set-up has it.", "changed")
    return see_other("setting_up.check", cohort_id=cohort_id)


def _changed(cohort_id: str, row: DateRow, words: str) -> ResponseReturnValue:
    planned_on = row.planned_on.isoformat()
    undo_url = url_for("setting_up.restore_date", cohort_id=cohort_id, planned_on=planned_on)
    note(words, "changed", undo_url=undo_url)
    return see_other("setting_up.check", cohort_id=cohort_id)


def _date_of_draft(cohort_id: str, planned_on: str) -> tuple[Cohort, DateRow]:
    """Return a draft and one of its dates; raises ``NotFound`` for any other."""
    cohort = _cohort(cohort_id)
    if cohort.state != CohortState.DRAFT:
        raise NotFound
    return cohort, date_row(series_of(cohort), planned_on, g.viewer.person, now=now())


def _cohort(cohort_id: str) -> Cohort:
    return find(cohorts_facilitated_by(g.viewer.person), cohort_id)


def _like(cohort_id: str | None) -> dict[str, Any] | None:
    if not cohort_id:
        return None
    cohort = _cohort(cohort_id)
    return values_like(cohort, set_up_of(series_of(cohort)), people_of(cohort))


def _first_screen(form: SetUpForm, cohort: Cohort | None = None) -> ResponseReturnValue:
    page = render_template(
        "scheduling/setting_up/new.html",
        form=form,
        cohort=cohort,
        earlier=earlier_groups(g.viewer.person) if cohort is None else [],
        pasted=pasted_list(form.people.data),
    )
    return page_with(form, page)
