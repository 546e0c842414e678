"""What a feed says over HTTP (RFC 9110), the same on the plain and on the fast path."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from flask import Response
from werkzeug.http import parse_date, parse_etags

from scheduling.calendars.stamps import MOST
from scheduling.feeds.kept import Reading

TRY_AGAIN_AFTER: Final = 600
CONTENT_TYPE: Final = "text/calendar; charset=utf-8"
#: Kept by the reader alone, and asked about each time.
CACHE_CONTROL: Final = "private, no-cache"


def calendar(reading: Reading) -> Response:
    """Return the answer that holds a whole calendar."""
    response = Response(reading.body, content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.set_etag(reading.etag)
    response.last_modified = reading.changed_at
    return response


def unchanged(reading: Reading) -> Response:
    """Return the answer for a reader who has all of this: what is kept of it, and nothing more."""
    response = Response(status=HTTPStatus.NOT_MODIFIED, headers={"Cache-Control": CACHE_CONTROL})
    response.set_etag(reading.etag)
    return response


def knows_tag(none_match: str, etag: str) -> bool:
    """Return whether If-None-Match, a list or a star, names this tag; a weak one does as well."""
    return none_match == f'"{etag}"' or parse_etags(none_match).contains_weak(etag)


def knows_date(modified_since: str, changed_at: datetime) -> bool:
    """Return whether If-Modified-Since is this moment, or so much later that it comes after any
    change that is said to have happened then; what nobody can read is neither.

    Between the two it may be a reader's own clock, which knows nothing of what has changed since.
    """
    since = parse_date(modified_since)
    if since is None:
        return False
    return since.astimezone(UTC) == changed_at or since.astimezone(UTC) >= changed_at + MOST


def absent() -> Response:
    """Return the answer for a link that never was, and for one that was ended long ago."""
    return Response("Not found\n", HTTPStatus.NOT_FOUND, mimetype="text/plain")


def away() -> Response:
    """Return the answer for whatever went wrong: a program keeps what it has, and comes back."""
    return Response(
        "Try again later\n",
        HTTPStatus.SERVICE_UNAVAILABLE,
        {"Retry-After": str(TRY_AGAIN_AFTER)},
        mimetype="text/plain",
    )
