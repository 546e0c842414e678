"""Where one session meets, or it and others: the form, the check, and the act."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.moment import now
from scheduling.models import PeerSession, PlaceKind
from scheduling.rescheduling.change_plan import Scope
from scheduling.rescheduling.preview import Preview
from scheduling.rescheduling.venue import Venue, change_venue, venue_matters
from scheduling.web.confirm import (
    Asked,
    Checked,
    changeable_session,
    form_check_act,
    reader,
    which_asked,
    which_words,
)
from scheduling.web.fields.reading import PLACE_KINDS
from scheduling.web.rescheduling.forms.session import SAME, PlaceForm

pages = Blueprint("placing", __name__)
AS_OTHERS = "As in the other sessions"


@pages.route("/groups/<cohort_id>/sessions/<session_id>/place", methods=["GET", "POST"])
def change(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Change where this session is, or it and others: the form, the check, and the act."""
    session = changeable_session(cohort_id, session_id)
    form, matters = _form(session), venue_matters(session.cohort)
    asked = Asked(
        session.cohort,
        "Check the place",
        lambda: change_venue(session, _where(session, form), scope=form.which.data, now=now()),
        session,
        checked=lambda _plan, shown: _checked(session, form, shown),
        quiet=bool(form.quiet.data) and not matters,
    )

    def page() -> str:
        return render_template(
            "scheduling/sessions/place.html",
            form=form,
            session=session,
            cohort=session.cohort,
            said=reader().of(session),
            can_be_quiet=not matters,
        )

    return form_check_act(form, asked, page)


def _form(session: PeerSession) -> PlaceForm:
    which = which_words(session)
    return PlaceForm(
        which=which,
        run_kind=PlaceKind(session.series.place_kind) if session.series else None,
        data={
            **Venue.of(session).columns,
            "which": which_asked(which),
            "place_kind": session.place_kind or SAME,
        },
    )


def _checked(session: PeerSession, form: PlaceForm, shown: Preview) -> Checked:
    empty = AS_OTHERS if form.is_as_run else "–"
    rows = {
        "Session": reader().of(session).date_words,
        "Which": which_words(session)[form.which.data],
        "How": PLACE_KINDS[form.kind],
        "Where": form.place.data or empty,
        "Room": form.room.data or empty,
    }
    return Checked(
        "Save and tell everybody" if shown.letters else "Save",
        rows=[{"label": label, "words": words} for label, words in rows.items()],
    )


def _where(session: PeerSession, form: PlaceForm) -> Venue:
    """Return what is meant: an empty field is as in the other sessions, unless people meet in
    another way than there, where theirs would be of no use.
    """
    others: tuple[str | None, str | None] = (None, None)
    if form.which.data != Scope.ONE and form.is_as_run and session.series is not None:
        others = (session.series.place, session.series.room)
    elif form.which.data == Scope.ONE and not form.is_as_run:
        # Words that are there and empty stand for nowhere in particular, unlike none at all.
        others = ("", "")
    place, room = form.place.data or others[0], form.room.data or others[1]
    return Venue(form.kind.value, place, room)
