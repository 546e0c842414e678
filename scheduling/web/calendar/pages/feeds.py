"""Private calendar feeds over HTTP.

Calendar programs delete what a feed no longer lists, and show people nothing of an error. So
whatever goes wrong here is an error they come back from, never a page and never a shorter list.
Most requests never get here: ``scheduling.feeds.fast`` answers them.
"""

import logging
from datetime import datetime

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from core import moment
from core.errors import NotFound
from core.transaction import transaction
from core.web import cookieless
from scheduling.feeds import over_http
from scheduling.feeds.contents import feed_with, note_read, read
from scheduling.feeds.kept import Reading, is_kept, keep
from scheduling.models import Feed

log = logging.getLogger(__name__)
pages = Blueprint("feeds", __name__)


@pages.route("/cal/<token>/calendar.ics", methods=["GET"], provide_automatic_options=False)
@cookieless
def show(token: str) -> ResponseReturnValue:
    """Give a calendar program its entries, or say that nothing has changed (RFC 9110)."""
    now = moment.now()
    try:
        feed = feed_with(token, now=now)
        reading = read(feed, now=now)
        answer = over_http.unchanged if _is_known(reading) else over_http.calendar
        response = answer(reading)
    except NotFound:
        return over_http.absent()
    except Exception as error:  # noqa: BLE001 - whatever it is, calendars must keep what they have
        log.error("a calendar could not be read: %s", type(error).__name__)
        return over_http.away()
    _note(feed, reading, now)
    return response


def _is_known(reading: Reading) -> bool:
    """Return whether the reader has this already. The tag wins over the date, and If-Match has no
    say: it guards changes, and here is nothing that could be changed.
    """
    none_match = request.headers.get("If-None-Match")
    if none_match is not None:
        return over_http.knows_tag(none_match, reading.etag)
    since = request.headers.get("If-Modified-Since", "")
    return over_http.knows_date(since, reading.changed_at)


def _note(feed: Feed, reading: Reading, now: datetime) -> None:
    """Note the day, at most once a day, and keep the body for the fast path, after the answer has
    been put together.
    """
    if request.method != "GET" or feed.revoked_at:
        return
    known = reading.made_of
    try:
        fresh = known is None or is_kept(feed.diary, known)
        if feed.last_read_on == now.date() and fresh:
            return
        with transaction():
            note_read(feed, now=now)
            if known is not None and not fresh:
                keep(feed.diary, reading, now=now)
    except Exception as error:  # noqa: BLE001 - a note for later must not cost the answer
        log.warning("the reading of a calendar was not noted: %s", type(error).__name__)
