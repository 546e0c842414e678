"""How a person keeps the dates: diary words, invitations, feeds."""

from typing import Final

from flask import Blueprint, Response, g, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from core import config, moment
from core.forms import page_with, problems_shown
from core.lookup import all_in, find
from core.transaction import transaction
from core.web import note, public, see_other
from groups.web.viewer import sign_in_first
from scheduling.access import feeds_of
from scheduling.feeds.dates_file import dates_file
from scheduling.feeds.words import feed_rows
from scheduling.keeping import diaries
from scheduling.models import Detail, KeptBy
from scheduling.web.calendar.forms import BUSY, DiaryForm, FeedForm
from scheduling.web.calendar.pages.box import calendar_box
from scheduling.web.calendar.pages.box import qr_code as drawn_code
from scheduling.web.fields.by_letter import NO, YES, chosen, is_one_click, reminders_form
from scheduling.web.home.view.member import diary_picture

pages = Blueprint("calendar", __name__)

READS_ALL: Final = "Whoever has a private link can read your dates without signing in."


@pages.route("/calendar")
def show() -> ResponseReturnValue:
    """Show the choices, the private links, and how to add the one that ``link`` names."""
    person = g.viewer.person
    diary = diaries.existing_diary(person)
    return _page(DiaryForm.about(diary), FeedForm())


@pages.route("/calendar", methods=["POST"])
def choose() -> ResponseReturnValue:
    """Take over the choices."""
    form = DiaryForm()
    if not form.validate():
        return page_with(form, _page(form, FeedForm(formdata=None)))
    with transaction():
        diaries.choose(
            diaries.diary_of(g.viewer.person, now=moment.now()),
            kept_by=KeptBy(form.kept_by.data),
            detail=Detail(form.detail.data),
            words=form.words.data or "",
            busy=form.shown_as.data == BUSY,
            reminders=form.reminders.data,
            now=moment.now(),
        )
    note("Saved. Calendar apps that read your private link show it when they next look.")
    return see_other("calendar.show")


@pages.route("/calendar/dates.ics")
def download() -> ResponseReturnValue:
    """Give the dates as a file, as they are now; whoever wants them kept up to date subscribes."""
    diary = diaries.existing_diary(g.viewer.person)
    return Response(
        dates_file(diary, now=moment.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="dates.ics"'},
    )


@pages.route("/calendar/links", methods=["POST"])
def add_feed() -> ResponseReturnValue:
    """Make a private link for another device or app."""
    form = FeedForm()
    person = g.viewer.person
    if form.validate():
        first = _sign_in_first()
        if first is not None:
            return first
        with problems_shown(form):
            with transaction():
                diary = diaries.diary_of(person, now=moment.now())
                feed = diaries.make_feed(diary, form.label.data or "", now=moment.now())
            note("The private link is ready. Copy it below.")
            return see_other("calendar.show", link=feed.public_id)
    chosen = DiaryForm.about(diaries.existing_diary(person))
    return page_with(form, _page(chosen, form))


@pages.route("/calendar/links/<feed_id>/code.svg")
def qr_code(feed_id: str) -> ResponseReturnValue:
    """Give a private link as a picture for a phone; nothing may keep a copy of it."""
    feed = find(feeds_of(g.viewer.person), feed_id)
    return Response(drawn_code(feed), content_type="image/svg+xml")


@pages.route("/calendar/links/<feed_id>/end", methods=["POST"])
def revoke(feed_id: str) -> ResponseReturnValue:
    """End a private link."""
    feed = find(feeds_of(g.viewer.person), feed_id)
    with transaction():
        diaries.revoke_feed(feed, now=moment.now())
    note("That link no longer works. Calendars that read it are emptied.")
    return see_other("calendar.show")


@pages.route("/stop/<token>", methods=["GET", "POST"])
@public
def stop(token: str) -> ResponseReturnValue:
    """Let anyone with a reminder's link turn reminders on or off, signed in or not.

    Only a mail program's one-click button acts without a choice (RFC 8058).
    """
    diary = diaries.diary_to_stop(token)
    if diary is None:
        return render_template("scheduling/calendar/stop_former.html"), 410
    form = reminders_form()
    wanted = NO if is_one_click() else chosen(form)
    if wanted:
        with transaction():
            diaries.remind(diary, wanted=wanted == YES)
        form = reminders_form(anew=True)
    page = render_template(
        "scheduling/calendar/stop.html",
        on=diary.reminders,
        saved=bool(wanted),
        form=form,
        token=token,
    )
    return page_with(form, page)


@pages.record
def _accept_one_click(state: BlueprintSetupState) -> None:
    # Mail programs press this button for their reader and know no CSRF token; the signed link is
    # what allows it, and no cookie is.
    state.app.extensions["csrf"].exempt(stop)


def _sign_in_first() -> str | None:
    """Ask who this is before another link is made; ending one is never made harder."""
    otherwise = ("Back to your calendar", url_for("calendar.show"))
    return sign_in_first(READS_ALL, then=None, otherwise=otherwise)


def _page(form: DiaryForm, feed_form: FeedForm) -> str:
    person, now = g.viewer.person, moment.now()
    diary = diaries.existing_diary(person)
    links = all_in(feeds_of(person))
    wanted = request.args.get("link")
    chosen = find(feeds_of(person), wanted) if wanted else next(iter(links), None)
    return render_template(
        "scheduling/calendar/show.html",
        form=form,
        feed_form=feed_form,
        feeds=feed_rows(links, person.time_zone, now=now),
        chosen=chosen,
        box=calendar_box(chosen, diary, person, now=now) if chosen and diary else None,
        entry=diary_picture(person, diary, now=now),
        sender=config.current().mail_from,
    )
