"""Private calendar feeds over HTTP.

Calendar programs delete what a feed no longer lists, and show people nothing of an error. So
whatever goes wrong here is an error they come back from, never a page and never a shorter list.
"""

import logging
from datetime import datetime
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from core import moment
from core.errors import NotFound
from core.transaction import transaction
from core.web import cookieless
from scheduling.feeds import Reading, feed_with, note_read, read
from scheduling.models import Feed

log = logging.getLogger(__name__)
pages = Blueprint("feeds", __name__)

TRY_AGAIN_AFTER: Final = 600


@pages.route("/cal/<token>/calendar.ics")
@cookieless
def show(token: str) -> ResponseReturnValue:
    """Give a calendar program its entries, or say that nothing has changed (RFC 9110)."""
    now = moment.now()
    try:
        feed = feed_with(token, now=now)
        reading = read(feed, now=now)
    except NotFound:
        return Response("Not found\n", HTTPStatus.NOT_FOUND, mimetype="text/plain")
    except Exception as error:  # noqa: BLE001 - whatever it is, calendars must keep what they have
        log.error("a calendar could not be read: %s", type(error).__name__)
        return _away()
    response = _calendar(reading)
    _note_read(feed, now)
    return response.make_conditional(request, accept_ranges=False)


def _calendar(reading: Reading) -> Response:
    response = Response(reading.body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    # Kept by the reader alone, and asked about each time.
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(reading.etag)
    response.last_modified = reading.changed_at
    return response


def _away() -> Response:
    return Response(
        "Try again later\n",
        HTTPStatus.SERVICE_UNAVAILABLE,
        {"Retry-After": str(TRY_AGAIN_AFTER)},
        mimetype="text/plain",
    )


def _note_read(feed: Feed, now: datetime) -> None:
    """Note the day, at most once a day, after the answer has been put together."""
    if request.method != "GET" or feed.revoked_at or feed.last_read_on == now.date():
        return
    try:
        with transaction():
            note_read(feed, now=now)
    except Exception as error:  # noqa: BLE001 - a note for the page must not cost the answer
        log.warning("a day of reading was not noted: %s", type(error).__name__)
