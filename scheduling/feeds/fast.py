"""Private calendar feeds answered in front of Flask: the same bytes, at a fraction of the cost.

Calendar programs ask every few minutes for years, and almost always nothing has changed. This
layer answers what it is sure of: a link in use, read today already, whose words are at hand.
Everything else, errors among it, is left to the plain path (``scheduling.web.feeds``). No feed is
kept: what is remembered between requests is how single words and moments are written.
"""

import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from flask import Flask

from core import moment
from core.config import Config
from core.encryption import KeyRing
from core.rsgi import Header, Headers
from core.tokens import digest
from scheduling.access import CANCELLED_BACK, FEED_AHEAD, FEED_BACK, MOST_ENTRIES
from scheduling.calendars import ical
from scheduling.feeds import over_http, parts
from scheduling.feeds.contents import CALENDAR_NAME, UID_BYTES, Reading, tag_of
from scheduling.feeds.parts import NotSure
from scheduling.feeds.rows import Content, FeedRows, State
from scheduling.feeds.statements import BETWEEN
from scheduling.feeds.written_entries import made_of
from scheduling.models import Detail
from scheduling.models.diary import NEUTRAL_WORDS

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
_BEGIN: Final = "BEGIN:VEVENT\r\nUID:"
#: Where the parts of a whole line (``rows``) stand. Those of full detail have one part more.
_TIMES, _CANCELLED, _OF_TAG = slice(0, 52), 52, slice(53, None)
_DATES, _DETAILS, _CHANGES = slice(53, 79), slice(79, 105), slice(53, 105)
_NAME: Final[dict[str, slice]] = {Detail.DISCREET: slice(79, None), Detail.FULL: slice(105, None)}

Row = TypeVar("Row", State, Content)


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
        self._uid_end = parts.uid_end(settings.host)
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
        second = int(moment.now().timestamp())
        # A second time, as the database may have been started anew since it was last asked.
        for _ in range(2 if asked.waits else 1):
            try:
                return self._read(digest(token), second, asked)
            except NotSure:
                return None
            except Exception as error:  # noqa: BLE001 - the plain path knows what to say then
                log.warning("a calendar was left to the plain path: %s", type(error).__name__)
        return None

    def _is_for_us(self, asked: _Asked) -> bool:
        """Tell whether the host is plainly ours; whenever it is not, the plain path decides."""
        host = (asked.forwarded_host if self._behind_proxy else None) or asked.host
        return not self._host or self._host == host.partition(":")[0]

    def _read(self, token_hash: str, second: int, asked: _Asked) -> Answer:
        none_match = asked.none_match
        if none_match is not None:
            state = _in_use(self.rows.state(token_hash, second, waits=asked.waits), second)
            etag = tag_of(self._base_url, state.about, _lines(state))
            if over_http.knows_tag(none_match, etag):
                return self._unchanged(etag)
        content = _in_use(self.rows.content(token_hash, second, waits=asked.waits), second)
        lines = _lines(content)
        etag = tag_of(self._base_url, content.about, [line[_OF_TAG] for line in lines])
        changed_at = _changed_at(content, lines)
        since = asked.modified_since if none_match is None else None
        if since and over_http.knows_date(since, parts.read(changed_at)):
            return self._unchanged(etag)
        full = content.detail == Detail.FULL
        endings = self._full_endings(content, lines) if full else self._own_endings(content, lines)
        return self._calendar(self._body(content, lines, endings), etag, changed_at)

    def _own_endings(self, content: Content, lines: list[str]) -> list[str]:
        """Return how each entry ends that says only its owner's words."""
        own = content.words and self._unseal("diary", "words", content.diary_id, content.words)
        said = own.decode() if own else NEUTRAL_WORDS
        ending = {
            flag: parts.own_words(said, flag) + parts.ending(content.busy, flag)
            for flag in parts.FLAGS
        }
        return [ending[line[_CANCELLED]] for line in lines]

    def _full_endings(self, content: Content, lines: list[str]) -> list[str]:
        """Return how each entry ends that says everything. Raises NotSure if the words of any
        have not been written down as they are now.
        """
        kept, endings = content.kept(), []
        for line in lines:
            row = kept.get(line[_NAME[Detail.FULL]])
            if row is None or row.made_of != made_of(line[_CHANGES], self._base_url):
                raise NotSure
            words = self._unseal("written_entry", "words", row.entry_id, row.sealed).decode()
            endings.append(words + parts.ending(content.busy, line[_CANCELLED]))
        return endings

    def _unseal(self, table: str, column: str, public_id: str, sealed: str) -> bytes:
        return self._ring.unseal(bytes.fromhex(sealed), f"{table}.{column}_sealed:{public_id}")

    def _body(self, content: Content, lines: list[str], endings: list[str]) -> bytes:
        """Write the calendar as ``ical.feed`` does."""
        key = self._unseal("diary", "entry_key", content.diary_id, content.entry_key)
        keyed = blake2b(key=key, digest_size=UID_BYTES)
        # Parts of all entries one after the other: a call for each part of each entry would cost
        # more than what it does.
        uids = parts.uid_digits(keyed, [line[_NAME[content.detail]] for line in lines])
        stamps = map(parts.stamp_lines, _entry_changes(content, lines))
        times = map(parts.time_lines, [line[_TIMES] for line in lines])
        uid_end = self._uid_end
        events = [
            f"{_BEGIN}{uid}{uid_end}{stamp}{time}{ending}"
            for uid, stamp, time, ending in zip(uids, stamps, times, endings, strict=True)
        ]
        starts = [line[parts.STARTS] for line in lines]
        if len(set(starts)) < len(starts):
            # Sessions of several groups that begin together come by their names in this calendar.
            events = [event for _, event in sorted(zip(starts, events, strict=True))]
        held = "".join(events).encode() or ical.TIMEZONE
        return ical.opening(CALENDAR_NAME) + held + ical.END

    def _calendar(self, body: bytes, etag: str, changed_at: str) -> Answer:
        own = [
            ("ETag", f'"{etag}"'),
            ("Last-Modified", parts.date_header(changed_at)),
            ("Content-Length", str(len(body))),
        ]
        return _OK, self._headers_of(_OK) + own, body

    def _unchanged(self, etag: str) -> Answer:
        return _NOT_MODIFIED, [*self._headers_of(_NOT_MODIFIED), ("ETag", f'"{etag}"')], b""

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


def _in_use(row: Row | None, second: int) -> Row:
    """Return the row of a link that has been read today. Raises NotSure for every other: that it
    is read has to be noted, or there is nothing to read.
    """
    if row is None or row.last_read_on != parts.day(second // _A_DAY):
        raise NotSure
    return row


def _lines(row: State | Content) -> list[str]:
    """Return a line for each entry, earliest first. Raises NotSure for more than a feed holds."""
    lines = sorted(row.lines.split(BETWEEN)) if row.lines else []
    if len(lines) > MOST_ENTRIES:
        raise NotSure
    return lines


def _changed_at(content: Content, lines: list[str]) -> str:
    """Return when the calendar last changed, by the rule of the plain path."""
    moments = [content.made_at, content.changed_at, *(content.belonging or "").split(BETWEEN)]
    if lines:
        moments += [line[_DATES] for line in lines]
        if content.detail == Detail.FULL:
            moments += [line[_DETAILS] for line in lines]
        moments.append(parts.shifted(lines[-1][parts.STARTS], -FEED_AHEAD))
    if content.last_held:
        moments.append(parts.shifted(content.last_held, FEED_BACK))
    if content.last_cancelled:
        moments.append(parts.shifted(content.last_cancelled, CANCELLED_BACK))
    return max(moments)[parts.SECOND]


def _entry_changes(content: Content, lines: list[str]) -> list[str]:
    """Return when each entry last changed, by the rule of the plain path."""
    of_diary = content.changed_at
    if content.detail == Detail.FULL:
        return [max(line[_DATES], line[_DETAILS], of_diary) for line in lines]
    return [change if (change := line[_DATES]) > of_diary else of_diary for line in lines]
