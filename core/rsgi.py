"""Our WSGI app behind granian's own interface (RSGI), where being slow costs nobody a thread.

A request takes a thread once all of it has arrived, and no sooner: its body is read on the event
loop, within a time and a size. Only some of the threads ever take requests that may write, so that
there is always one that need not wait for the database's write lock. The app hears what is refused
here, and explains it on a page.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

#: In each worker. More would wait for each other inside Python, which makes every answer slower;
#: a site that needs more at once takes more workers.
THREADS: Final = 3
#: How many of them take requests that may write. The rest never wait for the write lock.
WRITERS: Final = THREADS - 1
#: How many seconds a request that may write waits for its turn.
TURN: Final = 5.0
#: How many seconds a whole body may take, and how many bytes must arrive each second after a few
#: seconds of grace: a phone in a tunnel is not an attack.
LONGEST: Final = 20.0
SLOWEST: Final = 1_000
GRACE: Final = 5.0
#: The most bytes in one body, and in all the bodies that one worker holds.
LARGEST: Final = 2 * 1024 * 1024
MOST_HELD: Final = 64 * 1024 * 1024
#: How long a body may be and still find room when others send long ones, which leave half of it:
#: as much as all of a worker's connections (``core.server``) need for one short body each.
SHORT: Final = 16 * 1024
#: Where the app finds the status with which to refuse a request.
REFUSED: Final = "alcove.refused"
#: Where the app finds that a request must not wait for the database's write lock.
NEVER_WAITS: Final = "alcove.never_waits"
#: Where an app says what it can answer without a thread; see ``AtOnce``.
AT_ONCE: Final = "alcove.at_once"

Headers = list[tuple[str, str]]
Header = Callable[[str], str | None]
#: Given a method, a path and a way to read headers, returns status, headers and body, or nothing
#: when a thread is needed. It must not wait.
AtOnce = Callable[[str, str, Header], tuple[int, Headers, bytes] | None]

#: What the app is told about a request besides the request itself.
Said = dict[str, Any]

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
#: What must be answered now. It may write, and gives up at once if it would have to wait.
_NOW: Final = frozenset({"/leave"})
#: Otherwise every answer would name the server.
_SERVER: Final = ("server", "web")


class Refused(Exception):
    """A request that gets no thread in this form; ``status`` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Bodies:
    """Reads the bodies of all requests in one worker, each against its deadline."""

    def __init__(self) -> None:
        self._held = 0

    @asynccontextmanager
    async def whole(self, protocol: Any, declared: str | None) -> AsyncIterator[bytes]:
        """Give a body to a block, given what Content-Length says about it. Until the block ends
        it counts as held: it may have to wait for its turn, and many can.

        Raises ``Refused``: 408 for one that comes more slowly than ``SLOWEST`` or takes longer
        than ``LONGEST``, 413 for one that is too large, 400 for one that breaks off, and 503 when
        all bodies together are too much.
        """
        if declared is not None and declared.isdecimal() and int(declared) > LARGEST:
            raise Refused(413)
        pieces: list[bytes] = []
        try:
            await self._collect(protocol, pieces)
            # The server ends a body that was broken off with two empty pieces, a whole one with
            # one, which is all that tells them apart where the length is not declared.
            whole = [piece for piece in pieces if piece]
            body = b"".join(whole)
            if len(pieces) - len(whole) > 1 or (declared or str(len(body))) != str(len(body)):
                raise Refused(400)
            pieces[:] = whole[:] = [body]
            yield body
        finally:
            self._held -= sum(map(len, pieces))

    async def _collect(self, protocol: Any, pieces: list[bytes]) -> None:
        now = asyncio.get_running_loop().time
        began, size = now(), 0
        try:
            async with asyncio.timeout_at(began + GRACE) as patience:
                async for piece in protocol:
                    pieces.append(piece)
                    size += len(piece)
                    self._held += len(piece)
                    if size > LARGEST:
                        raise Refused(413)
                    if self._held > (MOST_HELD if size <= SHORT else MOST_HELD // 2):
                        raise Refused(503)
                    patience.reschedule(began + min(LONGEST, GRACE + size / SLOWEST))
        except TimeoutError:
            raise Refused(408) from None


class Served:
    """What granian is given: an application of its own interface, around a WSGI app."""

    def __init__(self, app: "WSGIApplication", at_once: AtOnce | None = None) -> None:
        self._app = app
        self._at_once = at_once
        self._threads = ThreadPoolExecutor(THREADS, "answering")
        self._writing = asyncio.Semaphore(WRITERS)
        self._bodies = Bodies()

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Let requests that have begun come to their end when the worker is told to stop."""
        self._threads.shutdown()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request (RSGI 1.6)."""
        header = scope.headers.get
        if self._at_once is not None:
            found = self._at_once(scope.method, scope.path, header)
            if found is not None:
                status, headers, body = found
                protocol.response_bytes(status, [*headers, _SERVER], body)
                return
        if header("content-length", "0") == "0" and "transfer-encoding" not in scope.headers:
            await self._whole(scope, protocol, b"")
            return
        try:
            async with self._bodies.whole(protocol, header("content-length")) as content:
                await self._whole(scope, protocol, content)
        except Refused as refusal:
            await self._in_a_thread(scope, protocol, b"", {REFUSED: refusal.status})

    async def _whole(self, scope: Any, protocol: Any, content: bytes) -> None:
        """Answer a request of which all is here."""
        if scope.method in _SAFE or scope.path in _NOW:
            await self._in_a_thread(scope, protocol, content, {NEVER_WAITS: True})
        else:
            await self._in_turn(scope, protocol, content)

    async def _in_turn(self, scope: Any, protocol: Any, content: bytes) -> None:
        try:
            async with asyncio.timeout(TURN):
                await self._writing.acquire()
        except TimeoutError:
            await self._in_a_thread(scope, protocol, b"", {REFUSED: 503})
            return
        try:
            await self._in_a_thread(scope, protocol, content, {})
        finally:
            self._writing.release()

    async def _in_a_thread(self, scope: Any, protocol: Any, content: bytes, said: Said) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._threads, self._answer, scope, protocol, content, said)

    def _answer(self, scope: Any, protocol: Any, content: bytes, said: Said) -> None:
        environ: WSGIEnvironment = {**environ_of(scope, content), **said}
        head = _Head()
        try:
            body = _whole(self._app(environ, head))
        except Exception as error:  # noqa: BLE001 - whatever it is, someone is waiting for an answer
            log.error("%s was not answered by the app", type(error).__name__)
            protocol.response_bytes(500, [("content-type", "text/plain"), _SERVER], b"Sorry.\n")
            return
        # What was refused may still be arriving, and must not be read as another request.
        end = [("connection", "close")] if REFUSED in said else []
        protocol.response_bytes(head.status, [*head.headers, _SERVER, *end], body)


class _Head:
    """Takes the place of WSGI's ``start_response``, and keeps what it is told."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: Headers = []

    def __call__(self, status: str, headers: Headers, _exc_info: Any = None) -> Callable[..., Any]:
        self.status, self.headers = int(status[:3]), headers
        return _no_writing


def _no_writing(_data: bytes) -> None:
    raise NotImplementedError("nothing of ours writes in WSGI's old way")


def _whole(pieces: Iterable[bytes]) -> bytes:
    try:
        return b"".join(pieces)
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()


def environ_of(scope: Any, content: bytes) -> "WSGIEnvironment":
    """Return a request as WSGI has it (PEP 3333), with its whole body.

    Headers with an underscore in their name are dropped: WSGI writes a dash as one too, so anyone
    who sends ``X_Forwarded_For`` would be believed as our own proxy is.
    """
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "SERVER_SOFTWARE": "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(content),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    host, _, port = scope.server.rpartition(":")
    environ["SERVER_NAME"], environ["SERVER_PORT"] = host.strip("[]"), port
    for name, value in scope.headers.items():
        if "_" not in name:
            _add_header(environ, name, value)
    environ.setdefault("HTTP_HOST", scope.authority or "")
    return environ


def _add_header(environ: "WSGIEnvironment", name: str, value: str) -> None:
    key = name.upper().replace("-", "_")
    if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
        key = f"HTTP_{key}"
    if key in environ:
        # Cookies come in several headers over HTTP/2 (RFC 9113 section 8.2.3).
        value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ', '}{value}"
    environ[key] = value
