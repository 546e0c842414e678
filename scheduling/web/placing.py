"""Where one session is, or it and others: the form, the check, and the act."""

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from core.errors import DomainError
from core.forms import show_problem
from core.moment import now
from core.transaction import transaction
from core.web import see_other
from scheduling.changing import sessions
from scheduling.changing.parcels import Change
from scheduling.changing.run_plan import Scope
from scheduling.forms.sessions import PLACE_KINDS, SAME, PlaceForm
from scheduling.models import PeerSession, PlaceKind
from scheduling.web.changing import changeable_session, check_page, note_change, rehearsed
from scheduling.web.planning import reader, which_asked, which_words

pages = Blueprint("placing", __name__)


@pages.route("/groups/<cohort_id>/sessions/<session_id>/place", methods=["GET", "POST"])
def change(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Change where this session is, or it and others: the form, the check, and the act."""
    session = changeable_session(cohort_id, session_id)
    form = _form(session)
    if form.validate_on_submit() and not form.back.data:
        try:
            return _placed(session, form) if form.is_confirmed else _check(session, form)
        except DomainError as error:
            show_problem(form, error)
    page = render_template(
        "scheduling/sessions/place.html",
        form=form,
        session=session,
        cohort=session.cohort,
        said=reader().of(session),
        can_be_quiet=not sessions.place_matters(session.cohort),
    )
    return page, 422 if form.is_submitted() and (form.errors or form.form_errors) else 200


def _form(session: PeerSession) -> PlaceForm:
    which = which_words(session)
    return PlaceForm(
        which=which,
        run_kind=PlaceKind(session.series.place_kind) if session.series else None,
        data={
            "which": which_asked(which),
            "place_kind": session.place_kind or SAME,
            "place": session.place,
            "room": session.room,
        },
    )


def _check(session: PeerSession, form: PlaceForm) -> str:
    said, as_others = reader().of(session), "As in the other sessions"
    which = which_words(session)[form.scope]
    rehearsal = rehearsed(lambda: _place(session, form), session.cohort)
    return check_page(
        form,
        session.cohort,
        rehearsal,
        title="Check the place",
        button="Save and tell everybody" if rehearsal.letters else "Save",
        back_url=request.path,
        rows=[
            {"label": "Session", "words": said.date_words},
            {"label": "Which", "words": which},
            {"label": "How", "words": PLACE_KINDS[form.kind]},
            {"label": "Where", "words": form.place.data or (as_others if form.is_as_run else "–")},
            {"label": "Room", "words": form.room.data or (as_others if form.is_as_run else "–")},
        ],
    )


def _place(session: PeerSession, form: PlaceForm) -> Change:
    quiet = form.quiet.data and not sessions.place_matters(session.cohort)
    place, room = _where(session, form)
    return sessions.change_place(
        session,
        place_kind=form.kind,
        place=place,
        room=room,
        scope=form.scope,
        now=now(),
        tell=not quiet,
        by=g.viewer.person,
    )


def _where(session: PeerSession, form: PlaceForm) -> tuple[str | None, str | None]:
    """Return the words and the link that are meant: an empty field is as in the other sessions,
    unless people meet in another way than there, where theirs would be of no use.
    """
    typed = (form.place.data or None, form.room.data or None)
    others: tuple[str | None, str | None] = (None, None)
    if form.scope != Scope.ONE and form.is_as_run and session.series:
        others = (session.series.place, session.series.room)
    elif form.scope == Scope.ONE and not form.is_as_run:
        # Words that are there and empty stand for nowhere in particular, unlike none at all.
        others = ("", "")
    return typed[0] or others[0], typed[1] or others[1]


def _placed(session: PeerSession, form: PlaceForm) -> ResponseReturnValue:
    with transaction():
        change = _place(session, form)
    note_change("The place is saved.", change, session.cohort)
    ids = {"cohort_id": session.cohort.public_id, "session_id": session.public_id}
    return see_other("sessions.show", **ids)
