"""The facilitator's page of one group: next session, answers, people, delivery."""

from collections.abc import Callable

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import DomainError, NotFound
from core.forms import show_problem
from core.lookup import find
from core.moment import now
from core.transaction import transaction
from core.web import note, see_other
from groups.models import Cohort, CohortState
from scheduling.access import letters_run_by
from scheduling.changing import sessions
from scheduling.changing.ending import end_group
from scheduling.changing.parcels import Change
from scheduling.changing.undoing import take_back as undo_change
from scheduling.dates.wording import say_count, say_time
from scheduling.forms.sessions import PLACE_KINDS, CheckedForm, RunPlaceForm
from scheduling.letters.deliveries import deliveries, send_again
from scheduling.models import PlaceKind
from scheduling.runs.series import series_of
from scheduling.showing.group_page import count_words, group_page
from scheduling.showing.group_titles import group_title
from scheduling.web.changing import (
    check_page,
    group_run,
    note_change,
    open_group_run,
    own_zone,
    rehearsed,
)

pages = Blueprint("running", __name__)
AT = "/groups/<cohort_id>"


@pages.route(AT)
def show(cohort_id: str) -> ResponseReturnValue:
    """Show one group to who facilitates it."""
    cohort = group_run(cohort_id)
    if cohort.state == CohortState.DRAFT:
        return see_other("setting_up.check", cohort_id=cohort_id)
    page = group_page(cohort, viewer=g.viewer.person, now=now())
    zone = own_zone()
    return render_template(
        "scheduling/running/show.html",
        cohort=cohort,
        title=group_title(cohort, g.viewer.person),
        page=page,
        count_words="" if page.count is None else count_words(page.count),
        leaves_words=say_time(page.leaves_at.astimezone(zone).time()) if page.leaves_at else None,
        has_ended=cohort.state == CohortState.ENDED,
    )


@pages.route(f"{AT}/delivery")
def delivery(cohort_id: str) -> ResponseReturnValue:
    """Show what became of the letters about this group."""
    cohort = open_group_run(cohort_id)
    number = request.args.get("page", 1, type=int)
    found = deliveries(cohort, page=number, zone=own_zone(), now=now())
    title = group_title(cohort, g.viewer.person)
    return render_template(
        "scheduling/running/delivery.html", cohort=cohort, title=title, found=found
    )


@pages.route(f"{AT}/delivery/<letter_id>/again", methods=["POST"])
def again(cohort_id: str, letter_id: str) -> ResponseReturnValue:
    """Try a letter once more that was not accepted."""
    letter = find(letters_run_by(g.viewer.person), letter_id)
    if letter.topic != open_group_run(cohort_id).public_id:
        raise NotFound
    try:
        with transaction():
            send_again(letter, now=now())
    except DomainError as error:
        note(error.words, "info")
    else:
        note("It is sent again in a moment.")
    return see_other("running.delivery", cohort_id=cohort_id)


@pages.route(f"{AT}/take-back", methods=["POST"])
def take_back(cohort_id: str) -> ResponseReturnValue:
    """Undo a change whose messages still wait."""
    cohort = open_group_run(cohort_id)
    try:
        with transaction():
            undo_change(request.form.get("ticket", ""), cohort, by=g.viewer.person, now=now())
    except DomainError as error:
        note(error.words, "info")
    else:
        note("Undone: it is as it was before, and nothing was sent.")
    return see_other("running.show", cohort_id=cohort_id)


@pages.route(f"{AT}/place", methods=["GET", "POST"])
def place(cohort_id: str) -> ResponseReturnValue:
    """Change where the whole run meets: the form, the check, and the act."""
    cohort = open_group_run(cohort_id)
    series = series_of(cohort)
    values = {"place_kind": series.place_kind, "place": series.place, "room": series.room}
    form = RunPlaceForm(data=values)
    if form.validate_on_submit() and not form.back.data:
        try:
            return _placed(cohort, form) if form.is_confirmed else _check_place(cohort, form)
        except DomainError as error:
            show_problem(form, error)
    page = render_template(
        "scheduling/running/place.html",
        cohort=cohort,
        form=form,
        can_be_quiet=not sessions.place_matters(cohort),
    )
    return page, 422 if form.is_submitted() and (form.errors or form.form_errors) else 200


@pages.route(f"{AT}/end", methods=["GET", "POST"])
def end(cohort_id: str) -> ResponseReturnValue:
    """End the group: the check and the act."""
    cohort, person, form = open_group_run(cohort_id), g.viewer.person, CheckedForm()

    def act() -> Change:
        return end_group(cohort, now=now(), by=person)

    try:
        if form.validate_on_submit():
            with transaction():
                change = act()
            note_change("The group has ended.", change, cohort)
            return see_other("running.show", cohort_id=cohort_id)
        return _check_end(cohort, form, act)
    except DomainError as error:
        note(error.words, "info")
        return see_other("running.show", cohort_id=cohort_id)


def _check_end(cohort: Cohort, form: CheckedForm, act: Callable[[], Change]) -> str:
    coming = len(sessions.coming_at(cohort, now()))
    counted = say_count(coming, "coming session is", "coming sessions are").capitalize()
    return check_page(
        form,
        cohort,
        rehearsed(act, cohort),
        title="End this group",
        button="End the group",
        back_url=url_for("running.show", cohort_id=cohort.public_id),
        rows=[{"label": "Group", "words": cohort.name}],
        impact=f"{counted} cancelled. Messages go out about the next ones; later dates leave "
        "people’s calendars by themselves.",
        can_change=False,
    )


def _change_place(cohort: Cohort, form: RunPlaceForm) -> Change:
    online = form.place_kind.data == PlaceKind.ONLINE
    quiet = form.quiet.data and not sessions.place_matters(cohort)
    return sessions.change_place(
        series_of(cohort),
        place_kind=PlaceKind(form.place_kind.data),
        place=form.place.data or None,
        room=(form.room.data or None) if online else None,
        now=now(),
        tell=not quiet,
        by=g.viewer.person,
    )


def _check_place(cohort: Cohort, form: RunPlaceForm) -> ResponseReturnValue:
    rehearsal = rehearsed(lambda: _change_place(cohort, form), cohort)
    return check_page(
        form,
        cohort,
        rehearsal,
        title="Check the place",
        button="Save and tell everybody" if rehearsal.letters else "Save",
        back_url=request.path,
        rows=[
            {"label": "How", "words": PLACE_KINDS[form.place_kind.data]},
            {"label": "Where", "words": form.place.data or "Not said"},
            {"label": "Room", "words": form.room.data or "No link yet"},
        ],
    )


def _placed(cohort: Cohort, form: RunPlaceForm) -> ResponseReturnValue:
    with transaction():
        change = _change_place(cohort, form)
    note_change("The place is saved.", change, cohort)
    return see_other("running.show", cohort_id=cohort.public_id)
