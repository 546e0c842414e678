"""Moving, cancelling and preparing one session. Every change is looked at before it is made."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from core.forms import page_with, problems_shown
from core.moment import now
from core.transaction import transaction
from core.web import note, see_other
from groups.models import CohortState
from scheduling.attendance.answers import count
from scheduling.dates.wording import say_date
from scheduling.models import PeerSession, SessionState
from scheduling.reflection.drawing import prompts_of
from scheduling.reflection.prompts import shown_from
from scheduling.rescheduling.change_plan import Scope
from scheduling.rescheduling.session_plans import cancel as cancel_sessions
from scheduling.rescheduling.session_plans import move_to
from scheduling.rescheduling.session_plans import reinstate as reinstate_sessions
from scheduling.runs.to_come import is_over, note_came
from scheduling.web.confirm import (
    Asked,
    changeable_session,
    check_or_act,
    form_check_act,
    open_session_run,
    reader,
    session_run,
    which_asked,
    which_words,
)
from scheduling.web.home.view.group import count_words, theme_title, who_said_what
from scheduling.web.rescheduling.forms.session import CameForm, MoveForm
from scheduling.web.session_card import card

pages = Blueprint("sessions", __name__)
AT = "/groups/<cohort_id>/sessions/<session_id>"


@pages.route(AT)
def show(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Show one session to who facilitates it."""
    session = session_run(cohort_id, session_id)
    if session.cohort.state == CohortState.DRAFT:
        return see_other("setting_up.check", cohort_id=cohort_id)
    return _page(session, CameForm(data={"came": session.came}))


@pages.route(f"{AT}/move", methods=["GET", "POST"])
def move(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Move it: the form, the check, and the act."""
    session = changeable_session(cohort_id, session_id)
    form = MoveForm(today=_local(session, now()).date(), data=_now_at(session))
    asked = Asked(
        session.cohort,
        "Check the new time",
        lambda: move_to(
            session, on=form.on.data, starts=form.starts.data, ends=form.ends.data, now=now()
        ),
        session,
    )
    return form_check_act(form, asked, lambda: _move_page(session, form))


@pages.route(f"{AT}/cancel", methods=["GET", "POST"])
def cancel(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Cancel it, or it and others: the check and the act."""
    session = changeable_session(cohort_id, session_id)
    which = which_words(session)
    asked = Asked(
        session.cohort,
        "Cancel sessions" if which_asked(which) != Scope.ONE else "Cancel this session",
        lambda: cancel_sessions(session, which_asked(which), now=now()),
        session,
        which=which,
    )
    return check_or_act(asked)


@pages.route(f"{AT}/reinstate", methods=["GET", "POST"])
def reinstate(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Put it back, or others that are cancelled: the check and the act."""
    session = changeable_session(cohort_id, session_id)
    which = which_words(session, SessionState.CANCELLED)
    asked = Asked(
        session.cohort,
        "Put sessions back" if which_asked(which) != Scope.ONE else "Put this session back",
        lambda: reinstate_sessions(session, which_asked(which), now=now()),
        session,
        which=which,
    )
    return check_or_act(asked)


@pages.route(f"{AT}/came", methods=["POST"])
def came(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Note how many came."""
    session = open_session_run(cohort_id, session_id)
    form = CameForm()
    if form.validate():
        with problems_shown(form):
            with transaction():
                note_came(session, form.came.data, now=now())
            note("Saved.")
            return see_other("sessions.show", cohort_id=cohort_id, session_id=session_id)
    return page_with(form, _page(session, form))


def _page(session: PeerSession, form: CameForm) -> str:
    shown_at = session.prompts_shown_at or shown_from(session)
    return render_template(
        "scheduling/sessions/show.html",
        session=session,
        prompts=prompts_of(session),
        cohort=session.cohort,
        card=card(
            session,
            now=now(),
            lead_words=f"Session {session.number}",
            reader_zone=g.viewer.person.time_zone,
        ),
        said=who_said_what(session, now=now()),
        count_words=count_words(count(session, now=now())),
        theme_title=theme_title(session.theme),
        shown_words=say_date(_local(session, shown_at).date(), _local(session, now()).date()),
        form=form,
        is_over=is_over(session, now()),
        has_ended=session.ends_at <= now(),
        is_cancelled=session.state == SessionState.CANCELLED,
    )


def _move_page(session: PeerSession, form: MoveForm) -> str:
    return render_template(
        "scheduling/sessions/move.html",
        form=form,
        session=session,
        cohort=session.cohort,
        said=reader().of(session),
    )


def _local(session: PeerSession, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(session.zone_name))


def _now_at(session: PeerSession) -> dict[str, Any]:
    starts, ends = _local(session, session.starts_at), _local(session, session.ends_at)
    return {"on": starts.date(), "starts": starts.time(), "ends": ends.time()}
