"""Answering from a letter without signing in, answering once for all, and asking for a copy.

A link in a letter only ever opens a page: programs that look for harmful mail open links too (RFC
9110 section 9.2.1), and some press the first button they find. So people choose an answer there and
then press a button, and the page shows the current answer and lets them take it back.
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from flask import Blueprint, abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import DomainError, NotFound
from core.lookup import find
from core.moment import now
from core.transaction import transaction
from core.web import cookieless, note, retry_after, see_other
from groups.access import cohorts_seen_by
from scheduling.access import sessions_seen_by
from scheduling.attendance import answers
from scheduling.attendance.answer_links import AnswerLink, Situation, opened, situation, wait_for
from scheduling.attendance.answers import Said
from scheduling.letters.resend import send_again
from scheduling.models import Answer
from scheduling.web.fields.by_letter import chosen
from scheduling.web.home.view.member import membership_in
from scheduling.web.rsvp.forms import EACH_TIME, NOTHING, USUALLY, LetterAnswerForm, UsuallyForm
from scheduling.web.rsvp.pages.words import TIME_CHANGED, link_words, saved_words, wait_note
from scheduling.web.session_card import starts_at_iso

pages = Blueprint("answering", __name__)

USUALLY_SAVED: Final = "Saved: you are usually coming. You can say otherwise for any date."
EACH_TIME_SAVED: Final = "Saved: we’ll ask you each time."
SENT: Final = "Sent again. The date stays as it is in your calendar; nothing is doubled."
NOT_SENT: Final = (
    "It was sent a short while ago, or is on its way. Look among unwanted mail too, and ask again "
    "in an hour if it is not there."
)


@pages.get("/r/<token>")
@cookieless
def show(token: str) -> ResponseReturnValue:
    """Show one date to whoever holds the link of its letter, with nothing around it."""
    return _page(opened(token), token)


@pages.post("/r/<token>")
@cookieless
def answer(token: str) -> ResponseReturnValue:
    """Save what was chosen for the time that the page showed; without a choice, nothing."""
    found = opened(token)
    form = LetterAnswerForm(_said(found))
    given = chosen(form)
    if not given:
        return _page(found, token, form=form, status=422)
    if not form.is_about(found.session):
        return _page(found, token, TIME_CHANGED, status=409)
    try:
        retry_at = _note(found, given)
    except DomainError:
        return _page(found, token, status=409)
    if retry_at is not None:
        wait, headers = wait_note(retry_at, now()), retry_after(retry_at, now())
        return _page(found, token, wait, form=form, status=429, headers=headers)
    return _page(found, token, saved_words(given, _said(found)))


@pages.post("/g/<cohort_id>/usually")
def usually(cohort_id: str) -> ResponseReturnValue:
    """Note that somebody is usually coming to a group, or would rather be asked each time."""
    cohort = find(cohorts_seen_by(g.viewer.person), cohort_id)
    form = UsuallyForm()
    if not form.validate():
        abort(400)
    wanted = form.usually.data == USUALLY
    with transaction():
        membership = membership_in(cohort, g.viewer.person)
        before = answers.standing_answer(membership) is not None
        if wanted:
            answers.usually_coming(membership, now=now())
        else:
            answers.ask_each_time(membership)
    undone = form.undo.data or before == wanted
    undo = None if undone else url_for("answering.usually", cohort_id=cohort_id)
    fields = {"usually": USUALLY if before else EACH_TIME, "undo": "y"}
    words = USUALLY_SAVED if wanted else EACH_TIME_SAVED
    note(words, undo_url=undo, undo_fields=fields)
    return see_other("home.show", cohort_id=cohort_id)


@pages.post("/g/<cohort_id>/s/<session_id>/again")
def again(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Send somebody their own calendar invitation once more."""
    cohort = find(cohorts_seen_by(g.viewer.person), cohort_id)
    session = find(sessions_seen_by(g.viewer.person), session_id)
    if session.cohort_id != cohort.id:
        raise NotFound
    with transaction():
        sent = send_again(session, membership_in(cohort, g.viewer.person), now=now())
    note(SENT, "done") if sent else note(NOT_SENT, "info")
    return see_other("home.session", cohort_id=cohort_id, session_id=session_id)


def _said(found: AnswerLink) -> Said:
    return answers.said(found.session, found.membership, now=now())


def _note(found: AnswerLink, given: str) -> datetime | None:
    """Save an answer or take it back, or say when that is possible again."""
    session, membership, moment = found.session, found.membership, now()
    with transaction():
        retry_at = wait_for(found, network=request.remote_addr, now=moment)
        if retry_at is None and given == NOTHING:
            answers.take_back(session, membership, now=moment)
        elif retry_at is None:
            answers.give(session, membership, Answer(given), now=moment)
    return retry_at


def _page(
    found: AnswerLink,
    token: str,
    words: str | None = None,
    *,
    form: LetterAnswerForm | None = None,
    status: int = 200,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> ResponseReturnValue:
    """Show what people can answer now, or why they can't. Unless a ``form`` comes back, nothing is
    chosen, not even the earlier answer.
    """
    state = situation(found, now=now())
    if state == Situation.GONE:
        return render_template("scheduling/answering/gone.html"), 410
    said = _said(found)
    page = render_template(
        "scheduling/answering/show.html",
        **link_words(found, state, said, now()),
        form=form or LetterAnswerForm(said, anew=True),
        time=starts_at_iso(found.session),
        token=token,
        words=words,
        saved=status == HTTPStatus.OK,
    )
    return page, status, dict(headers)
