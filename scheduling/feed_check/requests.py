"""Asking for a feed as calendar programs do, in every way they have: one request on one connection,
and bounds for all. What was answered is kept here, and judged elsewhere.

Nothing is sent that could change anything at the other side. The address is the secret, so no
text made here holds more of it than ``Address.shown``.
"""

import re
import socket
import ssl
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum, auto
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import monotonic, sleep
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from core.service_urls import on_this_machine

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_REDIRECTS: Final = 5
#: Seconds for each answer, whether its bytes come at once or one by one.
PATIENCE: Final = 20.0
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

_PORTS: Final = {True: 443, False: 80}
_SCHEMES: Final = {"https": True, "http": False, "webcal": True, "webcals": True}
_LONGEST_ADDRESS: Final = 2_000
_A_MOMENT: Final = 0.5
_A_CHUNK: Final = 64 * 1024
_SAFE_IN_A_PATH: Final = "/%:@!$&'()*+,;=~"
#: Shorter parts of a path are words; longer ones may be somebody's secret.
_LONGEST_WORD: Final = 15
_UNPRINTABLE: Final = re.compile(r"[\x00-\x20\x7f]")
#: Between two readings, so that a stamp made of the time of the request shows.
PAUSE: Final = 1.1
LONG_AGO: Final = "Thu, 01 Jan 1970 00:00:00 GMT"
#: A date that nobody can read.
NO_DATE: Final = "yesterday"
OTHER_TAG: Final = '"never-given"'
PART: Final = "bytes=0-14"
#: Nobody is waited for again and again.
MOST_SILENCES: Final = 2


class NotFetched(Exception):
    """Why nothing could be examined. ``words`` are for the operator and hold no secret."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where a feed is. ``path`` and ``query`` are percent-encoded, as they are sent."""

    secure: bool
    host: str
    port: int
    path: str
    query: str = ""

    @property
    def origin(self) -> str:
        """The part that is no secret, such as ``https://alcove.example``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.secure] else f":{self.port}"
        return f"{'https' if self.secure else 'http'}://{host}{port}"

    @property
    def target(self) -> str:
        """What is asked of the host."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def shown(self) -> str:
        """The address with everything left out that may be a secret."""
        *folders, last = self.path.split("/")[1:]
        # One folder alone is where the secret is; before two the first one says what it is for.
        kept = 1 if len(folders) > 1 else 0
        parts = [part if number < kept else "…" for number, part in enumerate(folders)]
        words = [part if _is_word(part) else "…" for part in (*parts, last if folders else "…")]
        return f"{self.origin}/{'/'.join(words)}{'?…' if self.query else ''}"

    @property
    def secret(self) -> str:
        """The longest part of the path, or nothing where every part is an ordinary word."""
        longest = max(self.path.split("/"), key=len)
        return "" if _is_word(longest) else longest

    @property
    def is_here(self) -> bool:
        """Whether the host is this machine, so that nobody in between could listen."""
        return on_this_machine(self.host)

    def with_made_up_secret(self) -> "Address":
        """Return the same address with another secret of the same length, which nobody has."""
        return replace(self, path=self.path.replace(self.secret, "x" * len(self.secret)))

    def at(self, path: str) -> "Address":
        """Return another place on the same host."""
        return replace(self, path=path, query="")

    def over_http(self) -> "Address":
        """Return the same place without encryption, at its ordinary port."""
        return replace(self, secure=False, port=_PORTS[False])

    def led_to(self, location: str) -> "Address":
        """Return where a redirect from here leads (RFC 9110 section 10.2.2); raises NotFetched."""
        try:
            return read_address(urljoin(f"{self.origin}{self.target}", location))
        except (ValueError, NotFetched):
            words = f"{self.origin} redirects to something that is no address of a calendar."
            raise NotFetched(words) from None


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What came back: headers as they were sent, and a body that is ``whole`` or broke off."""

    address: Address
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    whole: bool = True

    def header(self, name: str) -> str:
        """Return the value of a header, several joined with commas, or nothing."""
        return ", ".join(text for found, text in self.headers if found.lower() == name.lower())

    @property
    def content(self) -> bytes:
        """The body, unpacked where it came compressed although nobody asked for that."""
        if self.header("Content-Encoding").lower() not in ("gzip", "x-gzip"):
            return self.body
        try:
            # A small file can hold an endless one, so this has a bound of its own.
            return zlib.decompressobj(wbits=31).decompress(self.body, MOST_BYTES)
        except zlib.error:
            return self.body


def read_address(text: str) -> Address:
    """Read the address of a feed; ``webcal`` is read as https. Raises NotFetched."""
    text = text.strip()
    if len(text) > _LONGEST_ADDRESS or _UNPRINTABLE.search(text):
        raise NotFetched("That is not an address: it is too long, or has a blank in it.")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotFetched("That is not an address a calendar could use.") from None
    if parts.scheme.lower() not in _SCHEMES or not host:
        raise NotFetched("An address begins with https://, webcal:// or http://.")
    if parts.username is not None:
        raise NotFetched("The address has a name or password in it; calendars can’t use that.")
    secure = _SCHEMES[parts.scheme.lower()]
    return Address(
        secure=secure,
        host=host,
        port=port or _PORTS[secure],
        path=quote(parts.path or "/", safe=_SAFE_IN_A_PATH),
        query=quote(parts.query, safe=f"{_SAFE_IN_A_PATH}?"),
    )


def ask(address: Address, method: str = "GET", headers: dict[str, str] | None = None) -> Answer:
    """Ask once, following nothing; no Accept and no Accept-Encoding unless they are given.

    Raises NotFetched when there is no answer of HTTP, and for more than ``MOST_BYTES``.
    """
    # The clock starts first: opening the connection is part of the waiting.
    until = monotonic() + PATIENCE
    connection = _connection(address)
    try:
        connection.putrequest(method, address.target, skip_accept_encoding=True)
        for name, text in {"User-Agent": "feed-check", **(headers or {})}.items():
            connection.putheader(name, text)
        connection.putheader("Connection", "close")
        connection.endheaders()
        opened = connection.sock
        response = connection.getresponse()
        if method == "HEAD" or response.status == HTTPStatus.NOT_MODIFIED:
            body, whole = _too_much(response, opened), True
        else:
            body, whole = _body(response, until)
        return Answer(address, response.status, tuple(response.getheaders()), body, whole)
    except ssl.SSLCertVerificationError as error:
        words = f"The certificate of {address.origin} is not to be trusted: {error.verify_message}."
        raise NotFetched(words) from None
    except TimeoutError:
        raise NotFetched(f"{address.origin} did not answer in {PATIENCE:.0f} seconds.") from None
    except (OSError, HTTPException, ValueError) as error:
        # Only its kind: the text of some of these holds the whole address.
        words = f"{address.origin} gave no answer of HTTP ({type(error).__name__})."
        raise NotFetched(words) from None
    finally:
        connection.close()


def follow(address: Address) -> tuple[list[Answer], Answer]:
    """Return the redirects from here, as many as programs follow, and the answer behind them.

    Raises NotFetched as ``ask`` does, for too many, and for one that leaves encryption behind:
    programs stop there, and the secret must not travel in the open.
    """
    hops: list[Answer] = []
    answer = ask(address)
    while answer.status in REDIRECTS and answer.header("Location"):
        if len(hops) == MOST_REDIRECTS:
            raise NotFetched(f"More than {MOST_REDIRECTS} redirects. Calendars give up, so we do.")
        to = answer.address.led_to(answer.header("Location"))
        if answer.address.secure and not to.secure:
            words = f"{answer.address.origin} redirects to {to.origin}, without encryption."
            raise NotFetched(f"{words} Calendars don’t follow that.")
        hops.append(answer)
        answer = ask(to)
    return hops, answer


def _is_word(part: str) -> bool:
    stem = part.removesuffix(".ics")
    return len(stem) <= _LONGEST_WORD


def _connection(address: Address) -> HTTPConnection:
    if not address.secure:
        return HTTPConnection(address.host, address.port, timeout=PATIENCE)
    context = ssl.create_default_context()
    return HTTPSConnection(address.host, address.port, timeout=PATIENCE, context=context)


def _too_much(response: HTTPResponse, opened: socket.socket) -> bytes:
    """Return what follows an answer that has no body (RFC 9112 section 6.3), ordinarily nothing.

    The library reads none, and who leaves the connection open is not waited for.
    """
    opened.settimeout(_A_MOMENT)
    try:
        return response.fp.read1(_A_CHUNK)
    except OSError:
        return b""


def _body(response: HTTPResponse, until: float) -> tuple[bytes, bool]:
    """Return what arrived, and whether that was all. Raises TimeoutError and NotFetched."""
    found = bytearray()
    try:
        while chunk := response.read1(_A_CHUNK):
            found += chunk
            if len(found) > MOST_BYTES:
                raise NotFetched("It is larger than 5 MB. Calendars give up, so we do.")
            if monotonic() > until:
                raise TimeoutError
    except (HTTPException, ConnectionError):
        return bytes(found), False
    # What the header promised and did not come is still counted here.
    return bytes(found), not response.length


class Question(StrEnum):
    """One way to ask. The first asking of all, by GET and with no wishes, is not among them."""

    AGAIN = auto()
    HEAD = auto()
    SAME_TAG = auto()
    WEAK_TAG = auto()
    LISTED_TAG = auto()
    SAME_TAG_OLD_DATE = auto()
    OTHER_TAG_SAME_DATE = auto()
    SAME_DATE = auto()
    OLD_DATE = auto()
    UNREADABLE_DATE = auto()
    OTHER_KIND = auto()
    COMPRESSED = auto()
    PART = auto()
    PROPFIND = auto()
    OTHER_SECRET = auto()
    HEAD_OTHER_SECRET = auto()
    ROBOTS = auto()
    UNENCRYPTED = auto()


@dataclass(frozen=True, slots=True)
class Visit:
    """What a feed answered: the redirects on the way, then ``first``, then all other questions.

    A question that was not asked, or that nobody answered, is not in ``answers``.
    """

    redirects: list[Answer]
    first: Answer
    answers: dict[Question, Answer] = field(default_factory=dict)
    silences: list[Question] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Asking:
    question: Question
    address: Address
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)


def visit(address: Address) -> Visit:
    """Ask for a feed in every way. Nothing that is sent could change anything over there.

    Raises NotFetched when the very first asking comes to nothing.
    """
    redirects, first = follow(address)
    seen = Visit(redirects, first)
    sleep(PAUSE)
    for asking in _askings(first):
        if len(seen.silences) == MOST_SILENCES:
            break
        try:
            answer = ask(asking.address, asking.method, asking.headers)
            if asking.question is Question.ROBOTS and answer.status in REDIRECTS:
                answer = follow(asking.address)[1]
            seen.answers[asking.question] = answer
        except NotFetched:
            seen.silences.append(asking.question)
    return seen


def tag_of(answer: Answer) -> str:
    """Return the entity tag with its quotes, without the mark of a weak one, or nothing."""
    return answer.header("ETag").removeprefix("W/")


def _askings(first: Answer) -> Iterator[_Asking]:
    here = first.address
    yield _Asking(Question.AGAIN, here)
    yield _Asking(Question.HEAD, here, "HEAD")
    for question, headers in _conditions(tag_of(first), first.header("Last-Modified")):
        yield _Asking(question, here, headers=headers)
    for question, headers in (
        (Question.OTHER_KIND, {"Accept": "application/calendar+json"}),
        (Question.COMPRESSED, {"Accept-Encoding": "gzip, deflate, br"}),
        (Question.PART, {"Range": PART}),
    ):
        yield _Asking(question, here, headers=headers)
    # As Thunderbird asks whether this is a calendar server.
    yield _Asking(Question.PROPFIND, here, "PROPFIND", {"Depth": "0", "Content-Length": "0"})
    yield from _about_the_host(here)


def _conditions(tag: str, date: str) -> Iterator[tuple[Question, dict[str, str]]]:
    if tag:
        yield Question.SAME_TAG, {"If-None-Match": tag}
        yield Question.WEAK_TAG, {"If-None-Match": f"W/{tag}"}
        yield Question.LISTED_TAG, {"If-None-Match": f"{OTHER_TAG}, {tag}"}
        yield Question.SAME_TAG_OLD_DATE, {"If-None-Match": tag, "If-Modified-Since": LONG_AGO}
    if date:
        yield (
            Question.OTHER_TAG_SAME_DATE,
            {"If-None-Match": OTHER_TAG, "If-Modified-Since": date},
        )
        yield Question.SAME_DATE, {"If-Modified-Since": date}
    yield Question.OLD_DATE, {"If-Modified-Since": LONG_AGO}
    yield Question.UNREADABLE_DATE, {"If-Modified-Since": NO_DATE}


def _about_the_host(here: Address) -> Iterator[_Asking]:
    """Ask what needs no secret, with one that nobody has."""
    yield _Asking(Question.ROBOTS, here.at("/robots.txt"))
    if not here.secret:
        return
    stranger = here.with_made_up_secret()
    yield _Asking(Question.OTHER_SECRET, stranger)
    yield _Asking(Question.HEAD_OTHER_SECRET, stranger, "HEAD")
    if here.secure and not here.is_here and not here.query:
        # The real secret must not travel in the open, and any other shows as much.
        yield _Asking(Question.UNENCRYPTED, stranger.over_http())
