"""Moving, cancelling and preparing one session. Every change is looked at before it is made."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import DomainError
from core.forms import show_problem
from core.moment import now
from core.transaction import transaction
from core.web import note, see_other
from groups.models import CohortState
from scheduling import sessions
from scheduling.answers import count
from scheduling.cards import card
from scheduling.forms.sessions import CameForm, CheckedForm, MoveForm, PlaceForm
from scheduling.group_page import count_words, impact_words, theme_title, who_said_what
from scheduling.models import PeerSession, PlaceKind, SessionState
from scheduling.move_advice import move_advice
from scheduling.parcels import Change
from scheduling.prompts import shown_from
from scheduling.rehearsing import rehearse
from scheduling.web.changing import check_page, note_change, open_session_run, session_run
from scheduling.when import When, when
from scheduling.wording import say_date, say_time

pages = Blueprint("sessions", __name__)
AT = "/groups/<cohort_id>/sessions/<session_id>"


@pages.route(AT)
def show(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Show one session to who facilitates it."""
    session = session_run(cohort_id, session_id)
    if session.cohort.state == CohortState.DRAFT:
        return see_other("setting_up.check", cohort_id=cohort_id)
    return _page(session, CameForm(data={"came": _number_words(session.came)}))


@pages.route(f"{AT}/move", methods=["GET", "POST"])
def move(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Move it: the form, the check, and the act."""
    session = open_session_run(cohort_id, session_id)
    form = MoveForm(today=_local(session, now()).date(), data=_now_at(session))
    if form.validate_on_submit() and not form.back.data:
        try:
            return _moved(session, form) if form.is_confirmed else _check_move(session, form)
        except DomainError as error:
            show_problem(form, error)
    return _form("move", session, form)


@pages.route(f"{AT}/cancel", methods=["GET", "POST"])
def cancel(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Cancel it: the check and the act."""
    session, person = open_session_run(cohort_id, session_id), g.viewer.person

    def act() -> Change:
        return sessions.cancel(session, now=now(), tell=True, by=person)

    said = _said(session)
    return _check_or_do(
        session,
        act,
        title="Cancel this session",
        button="Cancel it and tell everybody",
        done=f"{said.date_words} is cancelled.",
    )


@pages.route(f"{AT}/reinstate", methods=["GET", "POST"])
def reinstate(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Put it back: the check and the act."""
    session, person = open_session_run(cohort_id, session_id), g.viewer.person

    def act() -> Change:
        return sessions.reinstate(session, now=now(), tell=True, by=person)

    said = _said(session)
    return _check_or_do(
        session,
        act,
        title="Put this session back",
        button="Put it back and tell everybody",
        done=f"{said.date_words} takes place after all.",
    )


@pages.route(f"{AT}/place", methods=["GET", "POST"])
def place(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Change where this one session is: the form, the check, and the act."""
    session = open_session_run(cohort_id, session_id)
    form = PlaceForm(data={"place": session.place, "room": session.room})
    if form.validate_on_submit() and not form.back.data:
        try:
            if form.is_confirmed:
                return _placed(session, form)
            return _check_place(session, form)
        except DomainError as error:
            show_problem(form, error)
    return _form("place", session, form)


@pages.route(f"{AT}/came", methods=["POST"])
def came(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Note how many came."""
    session = open_session_run(cohort_id, session_id)
    form = CameForm()
    if not form.validate():
        return _page(session, form), 422
    try:
        with transaction():
            sessions.note_came(session, form.number, now=now())
    except DomainError as error:
        show_problem(form, error)
        return _page(session, form), 422
    note("Saved.")
    return _to(session)


def _page(session: PeerSession, form: CameForm) -> str:
    is_over = sessions.is_over(session, now())
    shown_at = session.prompts_shown_at or shown_from(session)
    return render_template(
        "scheduling/sessions/show.html",
        session=session,
        cohort=session.cohort,
        card=card(session, now=now(), lead_words=f"Session {session.number}"),
        said=who_said_what(session),
        count_words=count_words(count(session)),
        theme_title=theme_title(session.theme),
        shown_words=say_date(_local(session, shown_at).date(), _local(session, now()).date()),
        form=form,
        is_over=is_over,
        has_ended=session.ends_at <= now(),
        is_cancelled=session.state == SessionState.CANCELLED,
    )


def _form(name: str, session: PeerSession, form: CheckedForm) -> ResponseReturnValue:
    page = render_template(
        f"scheduling/sessions/{name}.html",
        form=form,
        session=session,
        cohort=session.cohort,
        said=_said(session),
        can_be_quiet=not sessions.place_matters(session.cohort),
    )
    problems = form.errors or form.form_errors
    return page, 422 if form.is_submitted() and problems else 200


def _check_move(session: PeerSession, form: MoveForm) -> ResponseReturnValue:
    person = g.viewer.person
    span = sessions.check_move(
        session, on=form.day, starts=form.from_time, ends=form.to_time, now=now()
    )
    old, new = _said(session), when(span.starts_at, span.ends_at, session.series.time_zone, now())
    advice = move_advice(session, span, form.from_time, by=person)
    impact = impact_words(session)
    rehearsal = rehearse(lambda: _move(session, form))
    return check_page(
        form,
        session.cohort,
        rehearsal,
        title="Check the new time",
        button="Save and tell everybody",
        back_url=request.path,
        rows=[
            {"label": "Now", "words": f"{old.date_words}, {old.times_words}"},
            {"label": "New", "words": f"{new.date_words}, {new.times_words}"},
        ],
        impact=f"{impact} Everybody is asked again.",
        advice=advice,
    )


def _move(session: PeerSession, form: MoveForm) -> Change:
    return sessions.move(
        session,
        on=form.day,
        starts=form.from_time,
        ends=form.to_time,
        now=now(),
        tell=True,
        by=g.viewer.person,
    )


def _moved(session: PeerSession, form: MoveForm) -> ResponseReturnValue:
    with transaction():
        change = _move(session, form)
    said = _said(session)
    note_change(f"Moved to {said.date_words}, {said.times_words}.", change, session.cohort)
    return _to(session)


def _check_place(session: PeerSession, form: PlaceForm) -> ResponseReturnValue:
    rehearsal = rehearse(lambda: _change_place(session, form))
    return check_page(
        form,
        session.cohort,
        rehearsal,
        title="Check the place",
        button="Save and tell everybody" if rehearsal.letters else "Save",
        back_url=request.path,
        rows=[
            {"label": "Session", "words": _said(session).date_words},
            {"label": "Where", "words": form.place.data or "As in the other sessions"},
            {"label": "Room", "words": form.room.data or "As in the other sessions"},
        ],
    )


def _change_place(session: PeerSession, form: PlaceForm) -> Change:
    quiet = form.quiet.data and not sessions.place_matters(session.cohort)
    return sessions.change_place(
        session,
        place_kind=PlaceKind(session.series.place_kind),
        place=form.place.data or None,
        room=form.room.data or None,
        now=now(),
        tell=not quiet,
        by=g.viewer.person,
    )


def _placed(session: PeerSession, form: PlaceForm) -> ResponseReturnValue:
    with transaction():
        change = _change_place(session, form)
    note_change("The place is saved.", change, session.cohort)
    return _to(session)


def _check_or_do(
    session: PeerSession, act: Callable[[], Change], *, title: str, button: str, done: str
) -> ResponseReturnValue:
    """Show what an act without a form would do, or do it."""
    form = CheckedForm()
    try:
        if form.validate_on_submit():
            with transaction():
                change = act()
            note_change(done, change, session.cohort)
            return _to(session)
        said, impact = _said(session), impact_words(session)
        return check_page(
            form,
            session.cohort,
            rehearse(act),
            title=title,
            button=button,
            back_url=_url(session),
            rows=[{"label": "Session", "words": f"{said.date_words}, {said.times_words}"}],
            impact=impact,
            can_change=False,
        )
    except DomainError as error:
        note(error.words, "info")
        return _to(session)


def _url(session: PeerSession) -> str:
    cohort_id = session.cohort.public_id
    return url_for("sessions.show", cohort_id=cohort_id, session_id=session.public_id)


def _to(session: PeerSession) -> ResponseReturnValue:
    cohort_id = session.cohort.public_id
    return see_other("sessions.show", cohort_id=cohort_id, session_id=session.public_id)


def _said(session: PeerSession) -> When:
    return when(session.starts_at, session.ends_at, session.series.time_zone, now())


def _local(session: PeerSession, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(session.series.time_zone))


def _now_at(session: PeerSession) -> dict[str, str]:
    starts, ends = _local(session, session.starts_at), _local(session, session.ends_at)
    return {
        "on": starts.date().isoformat(),
        "starts": say_time(starts.time()),
        "ends": say_time(ends.time()),
    }


def _number_words(number: int | None) -> str:
    return "" if number is None else str(number)
