"""The facilitator's page of one group: next session, answers, people, delivery."""

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from core.errors import NotFound
from core.lookup import find
from core.moment import now
from core.transaction import transaction
from core.web import note, noting_refusals, see_other
from groups.models import Cohort, CohortState
from scheduling.access import letters_run_by
from scheduling.dates.wording import say_count, say_time
from scheduling.letters.deliveries import deliveries, offers_waiting, send_again
from scheduling.models import PlaceKind
from scheduling.rescheduling.change_plan import ChangePlan, Subject
from scheduling.rescheduling.preview import Preview
from scheduling.rescheduling.series_plans import end_group
from scheduling.rescheduling.undo import undo as take_back
from scheduling.rescheduling.venue import Venue, change_venue, venue_matters
from scheduling.runs.series import series_of
from scheduling.web.confirm import (
    Asked,
    Checked,
    check_or_act,
    form_check_act,
    group_run,
    open_group_run,
    own_zone,
)
from scheduling.web.fields.reading import PLACE_KINDS
from scheduling.web.home.view.group import count_words, group_page
from scheduling.web.home.view.titles import group_title
from scheduling.web.rescheduling.forms.session import RunPlaceForm

pages = Blueprint("running", __name__)
AT = "/groups/<cohort_id>"
UNDONE_DATES = "Undone: it is as it was before, and nothing was sent."
UNDONE = dict.fromkeys(Subject, UNDONE_DATES) | {
    Subject.OPENING: "Undone. Nothing was sent, and this is a draft again.",
    Subject.INVITATIONS: "Undone. Nothing was sent.",
    Subject.PLACE_END: "Undone. They have their place back, and nothing was sent.",
}
UNDO_LEADS_TO = {
    Subject.OPENING: "setting_up.check",
    Subject.INVITATIONS: "people.show",
    Subject.PLACE_END: "people.show",
}


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
@noting_refusals("running.delivery")
def again(cohort_id: str, letter_id: str) -> ResponseReturnValue:
    """Try a letter once more that was not accepted."""
    letter = find(letters_run_by(g.viewer.person), letter_id)
    if letter.topic != open_group_run(cohort_id).public_id:
        raise NotFound
    with transaction():
        send_again(letter, now=now())
    note("It is sent again in a moment.")
    return see_other("running.delivery", cohort_id=cohort_id)


@pages.route(f"{AT}/undo", methods=["POST"])
@noting_refusals("running.show")
def undo(cohort_id: str) -> ResponseReturnValue:
    """Undo a change whose messages still wait, whatever it was about."""
    cohort, person = group_run(cohort_id), g.viewer.person
    with transaction():
        token = request.form.get("undo_token", "")
        subject = take_back(token, cohort, by=person, now=now()).subject
    note(UNDONE[subject])
    return see_other(UNDO_LEADS_TO.get(subject, "running.show"), cohort_id=cohort_id)


@pages.route(f"{AT}/place", methods=["GET", "POST"])
def place(cohort_id: str) -> ResponseReturnValue:
    """Change where the whole run meets: the form, the check, and the act."""
    cohort = open_group_run(cohort_id)
    series, matters = series_of(cohort), venue_matters(cohort)
    form = RunPlaceForm(data=Venue.of(series).columns)
    asked = Asked(
        cohort,
        "Check the place",
        lambda: change_venue(series, _typed(form), now=now()),
        checked=lambda _plan, shown: _checked_place(form, shown),
        quiet=bool(form.quiet.data) and not matters,
    )
    return form_check_act(form, asked, lambda: _place_page(cohort, form, can_be_quiet=not matters))


@pages.route(f"{AT}/end", methods=["GET", "POST"])
def end(cohort_id: str) -> ResponseReturnValue:
    """End the group: the check and the act."""
    cohort = open_group_run(cohort_id)
    asked = Asked(
        cohort,
        "End this group",
        lambda: end_group(cohort, now=now()),
        checked=lambda plan, _shown: _checked_end(cohort, plan),
    )
    return check_or_act(asked)


def _checked_end(cohort: Cohort, plan: ChangePlan) -> Checked:
    coming = len(plan.cancelled)
    counted = say_count(coming, "coming session is", "coming sessions are").capitalize()
    unsent = offers_waiting(cohort)
    held = say_count(unsent, "invitation has", "invitations have").capitalize()
    return Checked(
        "End the group",
        rows=[{"label": "Group", "words": cohort.name}],
        impact=f"{counted} cancelled. Everybody who has a place gets one message that says so; "
        "entries that came by e-mail are taken out, and the others leave calendars by themselves."
        + (f" {held} not left yet, and will not be sent." if unsent else ""),
    )


def _place_page(cohort: Cohort, form: RunPlaceForm, *, can_be_quiet: bool) -> str:
    return render_template(
        "scheduling/running/place.html", cohort=cohort, form=form, can_be_quiet=can_be_quiet
    )


def _typed(form: RunPlaceForm) -> Venue:
    room = form.room.data if form.place_kind.data == PlaceKind.ONLINE else None
    return Venue(form.place_kind.data, form.place.data or None, room or None)


def _checked_place(form: RunPlaceForm, shown: Preview) -> Checked:
    rows = {
        "How": PLACE_KINDS[form.place_kind.data],
        "Where": form.place.data or "Not said",
        "Room": form.room.data or "No link yet",
    }
    return Checked(
        "Save and tell everybody" if shown.letters else "Save",
        rows=[{"label": label, "words": words} for label, words in rows.items()],
    )
