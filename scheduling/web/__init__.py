"""The pages about *when*: groups with their sessions, diaries and feeds."""

from flask import Flask

from core import config
from core.moment import now
from groups.own_data import SECTIONS
from scheduling.own_data import own_calendar, own_dates, own_standing_answers
from scheduling.web import demo, erasure, operating
from scheduling.web.calendar.pages import calendar, feeds
from scheduling.web.home.pages import group, groups, home
from scheduling.web.navigation import navigation_context
from scheduling.web.people.pages import email_change, email_change_dispute, leave, offers, people
from scheduling.web.prompts import pages as prompts
from scheduling.web.rescheduling.pages import series, session, several, venue
from scheduling.web.rsvp.pages import answering
from scheduling.web.set_up.pages import draft

PAGES = (
    home.pages,
    answering.pages,
    groups.pages,
    draft.pages,
    group.pages,
    session.pages,
    venue.pages,
    several.pages,
    series.pages,
    people.pages,
    prompts.pages,
    offers.pages,
    leave.pages,
    calendar.pages,
    feeds.pages,
    erasure.pages,
    email_change.pages,
    email_change_dispute.pages,
    operating.pages,
)

SECTIONS["dates"] = lambda person: own_dates(person, now=now())
SECTIONS["usually coming"] = own_standing_answers
SECTIONS["calendar"] = own_calendar


def init_app(app: Flask) -> None:
    """Register the pages of this package; those of the demo only in demo mode."""
    for pages in PAGES:
        app.register_blueprint(pages)
    # A mail program's one-click button (RFC 8058) has no page to take a token from; the secret
    # in its address says that the letter was read.
    app.extensions["csrf"].exempt(offers.stop)
    # A link from a letter works in any browser, with and without cookies.
    app.extensions["csrf"].exempt(answering.answer)
    app.extensions["csrf"].exempt(email_change_dispute.act)
    if config.EXTENSION in app.extensions and app.extensions[config.EXTENSION].demo:
        app.register_blueprint(demo.pages)
    app.context_processor(navigation_context)
