"""Private calendar feeds answered in front of Flask: the same answers, at a fraction of the cost.

Calendar programs ask every few minutes for years, and almost always nothing has changed. This
layer answers what it is sure of: a link in use, read today already, behind which a body is kept
that is still right. Everything else, errors among it, is left to the plain path
(``scheduling.web.calendar.pages.feeds``).
"""

import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from flask import Flask
from werkzeug.http import parse_date

from core import moment
from core.config import Config
from core.encryption import KeyRing
from core.rsgi import Header, Headers
from core.tokens import digest
from scheduling.feeds import over_http
from scheduling.feeds.kept import Reading, beside_revisions
from scheduling.feeds.rows import FeedRows, Kept, NotSure

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Answer = tuple[str, Headers, bytes]
log = logging.getLogger(__name__)

_PATH: Final = re.compile(r"/cal/([A-Za-z0-9_-]{1,200})/calendar\.ics")
_METHODS: Final = frozenset({"GET", "HEAD"})
_ITS_OWN: Final = frozenset({"ETag", "Last-Modified", "Content-Length"})
_OK: Final = "200 OK"
_NOT_MODIFIED: Final = "304 NOT MODIFIED"
_ANSWERS: Final = {_OK: over_http.calendar, _NOT_MODIFIED: over_http.unchanged}
_A_DAY: Final = 24 * 60 * 60


class _Asked(NamedTuple):
    """What matters about a request."""

    method: str
    host: str
    forwarded_host: str | None
    none_match: str | None
    modified_since: str | None
    #: Whether whoever asks may be kept waiting.
    waits: bool = True


class FastFeeds:
    """A WSGI application in front of another one, which is asked whenever this one is not sure."""

    def __init__(
        self, app: Flask, plain: "WSGIApplication", settings: Config, ring: KeyRing
    ) -> None:
        self._app = app
        self.plain = plain
        self._ring = ring
        self.rows = FeedRows(app)
        self._base_url = settings.base_url
        self._behind_proxy = bool(settings.proxies)
        self._host = "" if settings.demo else settings.host
        self._headers: dict[str, Headers] = {}

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request for a calendar, or pass it on."""
        asked = _PATH.fullmatch(environ["PATH_INFO"])
        answer = self._answer(asked[1], _asked(environ)) if asked else None
        if answer is None:
            return self.plain(environ, start_response)
        status, headers, body = answer
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def at_once(self, method: str, path: str, header: Header) -> tuple[int, Headers, bytes] | None:
        """Answer a request without its own thread, as ``core.rsgi`` may ask: only if there is a
        connection that nobody else is using, and without a second try.
        """
        asked = _PATH.fullmatch(path)
        if asked is None:
            return None
        request = _Asked(
            method,
            header("host") or "",
            header("x-forwarded-host"),
            header("if-none-match"),
            header("if-modified-since"),
            waits=False,
        )
        answer = self._answer(asked[1], request)
        if answer is None:
            return None
        status, headers, body = answer
        return int(status[:3]), headers, b"" if method == "HEAD" else body

    def _answer(self, token: str, asked: _Asked) -> Answer | None:
        if asked.method not in _METHODS or not self._is_for_us(asked):
            return None
        day = int(moment.now().timestamp()) // _A_DAY
        # A second time, as the database may have been started anew since it was last asked.
        for _ in range(2 if asked.waits else 1):
            try:
                return self._read(digest(token), day, asked)
            except NotSure:
                return None
            except Exception as error:  # noqa: BLE001 - the plain path knows what to say then
                log.warning("a calendar was left to the plain path: %s", type(error).__name__)
        return None

    def _is_for_us(self, asked: _Asked) -> bool:
        """Return whether the host is plainly ours; whenever it is not, the plain path decides."""
        host = (asked.forwarded_host if self._behind_proxy else None) or asked.host
        return not self._host or self._host == host.partition(":")[0]

    def _read(self, token_hash: str, day: int, asked: _Asked) -> Answer:
        none_match, since = asked.none_match, asked.modified_since
        if none_match is not None or since:
            kept = self._good(self.rows.find(token_hash, whole=False, waits=asked.waits), day)
            if _is_known(kept, none_match, since):
                return _NOT_MODIFIED, [*self._headers_of(_NOT_MODIFIED), _tag(kept)], b""
        kept = self._good(self.rows.find(token_hash, whole=True, waits=asked.waits), day)
        place = f"kept_feed.body_sealed:{kept.public_id}"
        body = self._ring.unseal(kept.body_sealed, place)
        own = [
            _tag(kept),
            ("Last-Modified", kept.last_modified),
            ("Content-Length", str(len(body))),
        ]
        return _OK, self._headers_of(_OK) + own, body

    def _good(self, kept: Kept | None, day: int) -> Kept:
        """Return what is kept behind a link that has been read today, if it is still right. Raises
        NotSure otherwise: the body has to be made, the day noted, or there is nothing to read.
        """
        if kept is None or kept.last_read_on != _written(day):
            raise NotSure
        beside = beside_revisions(day, self._base_url, self._ring.current)
        if kept.made_of != beside + kept.revisions:
            raise NotSure
        return kept

    def _headers_of(self, status: str) -> Headers:
        """Return the headers of the plain path, learnt from it, without those of one calendar."""
        if status not in self._headers:
            answer = _ANSWERS[status](Reading(b"", "", datetime.fromtimestamp(0, UTC)))
            with self._app.test_request_context(base_url=self._base_url) as context:
                response = self._app.process_response(answer)
                learnt = response.get_wsgi_headers(context.request.environ)
            self._headers[status] = [pair for pair in learnt if pair[0] not in _ITS_OWN]
        return self._headers[status]


def _asked(environ: "WSGIEnvironment") -> _Asked:
    return _Asked(
        environ["REQUEST_METHOD"],
        environ.get("HTTP_HOST", ""),
        environ.get("HTTP_X_FORWARDED_HOST"),
        environ.get("HTTP_IF_NONE_MATCH"),
        environ.get("HTTP_IF_MODIFIED_SINCE"),
    )


def _is_known(kept: Kept, none_match: str | None, since: str | None) -> bool:
    if none_match is not None:
        return over_http.knows_tag(none_match, kept.etag)
    changed_at = parse_date(kept.last_modified)
    return bool(since and changed_at and over_http.knows_date(since, changed_at))


def _tag(kept: Kept) -> tuple[str, str]:
    return "ETag", f'"{kept.etag}"'


@lru_cache(maxsize=2)
def _written(day: int) -> str:
    """Return a day as the database writes it."""
    return datetime.fromtimestamp(day * _A_DAY, UTC).date().isoformat()
