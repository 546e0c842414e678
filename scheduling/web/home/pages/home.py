"""The member's home: a group with its next session, and all dates."""

from datetime import datetime
from typing import Final

from flask import Blueprint, abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import moment
from core.errors import NotFound
from core.lookup import find
from core.transaction import transaction
from core.web import note, noting_refusals, see_other
from groups.access import cohorts_seen_by
from groups.cohorts import menu_of
from groups.models import Cohort, Membership, MembershipState
from scheduling.access import room_of, sessions_seen_by
from scheduling.attendance import answers
from scheduling.keeping.diaries import first_feed
from scheduling.letters.resend import can_send_again
from scheduling.models import Answer, PeerSession
from scheduling.web.calendar.pages.box import CalendarBox, calendar_box
from scheduling.web.home.pages.words import answer_url, group_words, months_of, say_readers
from scheduling.web.home.view.member import dates_view, facilitator_names, group_view, membership_in
from scheduling.web.home.view.titles import group_title
from scheduling.web.rsvp.forms import NOTHING, AnswerForm
from scheduling.web.rsvp.pages.words import SAVED, TIME_CHANGED, USUAL_AGAIN
from scheduling.web.session_card import SessionCard, card, prompt_card, session_number

pages = Blueprint("home", __name__)

LONGEST_PAGE_NUMBER: Final = 4
#: The pages where people can answer.
BACK: Final = frozenset({"session", "dates", "home"})


@pages.route("/home")
def start() -> ResponseReturnValue:
    """Go to the page that is home for this person, or say that there is no group yet."""
    person = g.viewer.person
    facilitates, groups = menu_of(person)
    if person.opens_groups or facilitates:
        return see_other("groups.show")
    if not groups:
        return render_template("scheduling/home/nothing.html")
    if len(groups) == 1:
        return see_other("home.show", cohort_id=groups[0])
    return see_other("home.dates")


@pages.route("/g/<cohort_id>")
def show(cohort_id: str) -> ResponseReturnValue:
    """Show a group to one of its people: the next session first."""
    cohort = find(cohorts_seen_by(g.viewer.person), cohort_id)
    now = moment.now()
    view = group_view(cohort, g.viewer.person, now=now)
    return render_template(
        "scheduling/home/group.html",
        **group_words(view, now),
        title=group_title(cohort, g.viewer.person),
        box=_box(now),
    )


@pages.route("/g/<cohort_id>/s/<session_id>")
def session(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Show one date in full, with the room while it is open."""
    cohort, found = _reach(cohort_id, session_id)
    membership = membership_in(cohort, g.viewer.person)
    active = membership.state == MembershipState.ACTIVE
    now = moment.now()
    return render_template(
        "scheduling/home/session.html",
        cohort=cohort,
        session=found,
        started=found.starts_at <= now,
        card=_card(found, membership, now),
        prompts=prompt_card(found),
        readers=say_readers(facilitator_names(cohort)),
        answer_url=answer_url(found, membership, now, "session"),
        facilitates=membership.facilitates,
        can_send_again=active and can_send_again(found, membership, now=now),
    )


@pages.route("/g/<cohort_id>/s/<session_id>/answer", methods=["POST"])
@noting_refusals(lambda **ids: _back(**ids))
def answer(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Note an answer, or put back what was there before it."""
    cohort, found = _reach(cohort_id, session_id)
    form = AnswerForm()
    if not form.validate():
        abort(400)
    given = form.answer.data or NOTHING
    if not form.is_about(found):
        note(TIME_CHANGED, "info")
        return _back(cohort_id, session_id)
    with transaction():
        membership = membership_in(cohort, g.viewer.person)
        before = answers.reply_of(found, membership)
        undo = before.answer if before and not before.is_earlier else NOTHING
        _give(found, membership, given)
    _say_saved(found, given, "" if form.undo.data else undo)
    return _back(cohort_id, session_id)


@pages.route("/dates")
def dates() -> ResponseReturnValue:
    """Show the coming dates of all groups by month, each with its answer."""
    now = moment.now()
    view = dates_view(g.viewer.person, page=_page_number(), now=now)
    return render_template("scheduling/home/dates.html", months=months_of(view, now), view=view)


def _box(now: datetime) -> CalendarBox | None:
    """Return the box for this person's first private link, if they have one."""
    person = g.viewer.person
    feed = first_feed(person)
    return calendar_box(feed, feed.diary, person, now=now) if feed else None


def _card(session: PeerSession, membership: Membership, now: datetime) -> SessionCard:
    return card(
        session,
        now=now,
        answered=answers.said(session, membership, now=now),
        places=membership.state == MembershipState.ACTIVE,
        room=room_of(session, membership, now),
        lead_words=session_number(session),
        reader_zone=membership.person.time_zone,
    )


def _reach(cohort_id: str, session_id: str) -> tuple[Cohort, PeerSession]:
    """Return a group and one of its sessions; raises NotFound unless they belong together."""
    cohort = find(cohorts_seen_by(g.viewer.person), cohort_id)
    found = find(sessions_seen_by(g.viewer.person), session_id)
    if found.cohort_id != cohort.id:
        raise NotFound
    return cohort, found


def _give(session: PeerSession, membership: Membership, given: str) -> None:
    if given == NOTHING:
        answers.take_back(session, membership, now=moment.now())
    else:
        answers.give(session, membership, Answer(given), now=moment.now())


def _say_saved(session: PeerSession, given: str, undo: str) -> None:
    """Say what was noted; ``undo`` is the answer before it, empty after undoing."""
    if not undo:
        note("Your answer is as it was before.")
        return
    words = USUAL_AGAIN if given == NOTHING else SAVED[Answer(given)]
    note(words, undo_url=_again_url(session), undo_fields={"answer": undo, "undo": "y"})


def _again_url(session: PeerSession) -> str:
    """Return where to send an answer to a session, so that it leads back to the same page."""
    back, page = request.args.get("back"), None
    if back == "dates":
        page = _page_number()
    return url_for(
        "home.answer",
        cohort_id=session.cohort.public_id,
        session_id=session.public_id,
        back=back if back in BACK else None,
        page=page,
    )


def _back(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Return to the page on which the answer was given; an unknown one is the group's."""
    match request.args.get("back"):
        case "session":
            return see_other("home.session", cohort_id=cohort_id, session_id=session_id)
        case "dates":
            return see_other("home.dates", page=_page_number(), _anchor=f"s-{session_id}")
        case _:
            return see_other("home.show", cohort_id=cohort_id)


def _page_number() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_PAGE_NUMBER):
        raise NotFound
    return int(text)
