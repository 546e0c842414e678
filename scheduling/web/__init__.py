"""The pages about *when*: groups with their sessions, diaries and feeds."""

from flask import Flask

from core import config
from core.moment import now
from groups.own_data import SECTIONS
from scheduling.own_data import own_calendar, own_dates, own_standing_answers
from scheduling.web import (
    answering,
    calendar,
    dates,
    demo,
    disowning,
    erasure,
    feeds,
    groups,
    home,
    leaving,
    offers,
    operating,
    people,
    placing,
    prompts,
    readdressing,
    reshaping,
    running,
    sessions,
    setting_up,
)
from scheduling.web.navigation import navigation_context

PAGES = (
    home.pages,
    answering.pages,
    groups.pages,
    setting_up.pages,
    running.pages,
    sessions.pages,
    placing.pages,
    reshaping.pages,
    dates.pages,
    people.pages,
    prompts.pages,
    offers.pages,
    leaving.pages,
    calendar.pages,
    feeds.pages,
    erasure.pages,
    readdressing.pages,
    disowning.pages,
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
    app.extensions["csrf"].exempt(disowning.act)
    if config.EXTENSION in app.extensions and app.extensions[config.EXTENSION].demo:
        app.register_blueprint(demo.pages)
    app.context_processor(navigation_context)
