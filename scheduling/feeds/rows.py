"""The rows behind a feed, read with one statement and without the ORM.

It goes over connections of its own that only read, outside of transactions: one statement sees one
moment. It hands over texts, so that nothing is turned into objects for an answer that
says "not modified". Which sessions a diary holds is still ``scheduling.access``'s to say.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from select import POLLIN, POLLOUT, poll
from threading import Lock
from time import monotonic
from typing import Any, Final, NamedTuple

from flask import Flask
from sqlalchemy import Engine, event

from core.db import UTCDateTime, db
from scheduling.access import CANCELLED_BACK, FEED_AHEAD, FEED_BACK
from scheduling.feeds.parts import NotSure
from scheduling.feeds.statements import BETWEEN, statements

_SETTINGS: Final = (
    "SET default_transaction_read_only = on",
    "SET TIME ZONE 'UTC'",
    "SET datestyle = 'ISO'",
    # Everyone waits on the same event loop (``core.rsgi``); anything slower has gone wrong.
    "SET statement_timeout = '2s'",
    # Whoever asks, the same plan is right; making it costs more than following it.
    "SET plan_cache_mode = force_generic_plan",
)
#: After so many seconds without an answer the server itself has stopped, and so cannot say so.
_PATIENCE: Final = 3.0
#: What libpq says of a command that went well, and of a question (its ``ExecStatusType``).
_DONE: Final = 1
_ROWS: Final = 2


class State(NamedTuple):
    """What the tag of a feed is made of (``contents.tag_of``), and when it was read."""

    last_read_on: str | None
    about: str
    lines: str | None


class Words(NamedTuple):
    """The words of one session, sealed, in hexadecimal, and what they were written from."""

    session_id: str
    entry_id: str
    sealed: str
    made_of: str


class Content(NamedTuple):
    """The same, and what else the bytes and the date of a feed are made of; what is sealed is in
    hexadecimal, and ``busy`` is ``1`` or ``0``.
    """

    last_read_on: str | None
    about: str
    lines: str | None
    diary_id: str
    detail: str
    busy: str
    words: str | None
    entry_key: str
    changed_at: str
    made_at: str
    belonging: str | None
    last_held: str | None
    last_cancelled: str | None
    words_of_all: str | None

    def kept(self) -> dict[str, Words]:
        """Return the words that are written down, by session."""
        lines = self.words_of_all.split(BETWEEN) if self.words_of_all else []
        found = [Words._make(line.split(" ", 3)) for line in lines]
        return {words.session_id: words for words in found}


class FeedRows:
    """Answers for the hash of a token and a whole second (UTC, since 1970) that is now.

    Raises whatever the driver raises when the database is away; the next question then goes over
    a new connection.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        # One for all threads, in turn: side by side they would only wait for each other's steps in
        # the driver, which costs more than the questions. Nor does a thread have one of its own,
        # since the server ends idle threads, and would end the connection with them.
        self._in_turn = Lock()
        self._connection: ReadingConnection | None = None
        self._prepared: _Prepared | None = None

    def state(self, token_hash: str, second: int, *, waits: bool = True) -> State | None:
        """Return what the tag is made of; nothing for a link that is unknown or was ended.

        If it may not wait, raises ``NotSure`` if there is no connection or it has no turn.
        """
        row = self._row("state", token_hash, second, waits=waits)
        return None if row is None else State._make(row)

    def content(self, token_hash: str, second: int, *, waits: bool = True) -> Content | None:
        """Return what the bytes are made of; nothing for a link that is unknown or was ended.

        If it may not wait, raises ``NotSure`` as ``state`` does.
        """
        row = self._row("content", token_hash, second, waits=waits)
        return None if row is None else Content._make(row)

    def connection(self) -> "ReadingConnection":
        """Return the connection, a new one if there is none."""
        if self._connection is None:
            prepared = self._ready()
            kind = _OnSQLite if prepared.dialect_name == "sqlite" else _OnPostgreSQL
            self._connection = kind(prepared)
        return self._connection

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        with self._in_turn:
            self._let_go()

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _row(self, name: str, token_hash: str, second: int, *, waits: bool) -> Any:
        if not self._in_turn.acquire(blocking=waits):
            raise NotSure
        try:
            if self._connection is None and not waits:
                raise NotSure
            window = self._ready().window(second)
            return self.connection().row(name, (token_hash, *window))
        except NotSure:
            raise
        except BaseException:
            self._let_go()
            raise
        finally:
            self._in_turn.release()

    def _ready(self) -> "_Prepared":
        if self._prepared is None:
            with self._app.app_context():
                engine = db.engine
            event.listen(engine, "engine_disposed", lambda _engine: self.close())
            self._prepared = _Prepared(engine)
        return self._prepared


class ReadingConnection:
    """A connection that reads and cannot write, outside of transactions."""

    def __init__(self, prepared: "_Prepared") -> None:
        # Through the pool, for the settings every connection is given; then out of it, since
        # handing it back and forth would cost more than the question.
        pooled = prepared.engine.raw_connection()
        self.raw: Any = getattr(pooled, "driver_connection")  # noqa: B009 - typed as if it could be missing
        pooled.detach()
        try:
            self._prepare(prepared.statements)
        except BaseException:
            self.close()
            raise

    def _prepare(self, statements: dict[str, str]) -> None:
        raise NotImplementedError

    def row(self, name: str, parameters: tuple[str, ...]) -> Sequence[str | None] | None:
        """Return the one row of a statement, if there is one."""
        raise NotImplementedError

    def close(self) -> None:
        """Close it; once more does nothing."""
        self.raw.close()


class _OnSQLite(ReadingConnection):
    def _prepare(self, statements: dict[str, str]) -> None:
        self._statements = statements
        self._cursor = self.raw.cursor()
        self._cursor.execute("PRAGMA query_only=ON")
        # A reader never has to wait for a lock, unless something is wrong.
        self._cursor.execute("PRAGMA busy_timeout=250")
        # Pages are looked at where the system keeps them, which saves a call for each.
        self._cursor.execute("PRAGMA mmap_size=268435456")

    def row(self, name: str, parameters: tuple[str, ...]) -> Sequence[str | None] | None:
        """See ``ReadingConnection``."""
        found: Sequence[str | None] | None = self._cursor.execute(
            self._statements[name], parameters
        ).fetchone()
        return found


class _OnPostgreSQL(ReadingConnection):
    """Asks the client library itself (libpq): its statements are prepared once, its answers are
    texts already, and everything in between would cost as much as the question.
    """

    def _prepare(self, statements: dict[str, str]) -> None:
        self.raw.autocommit = True
        for setting in _SETTINGS:
            self.raw.execute(setting)
        self._library = self.raw.pgconn
        for name, statement in statements.items():
            _checked(self._library.prepare(name.encode(), statement.encode()), _DONE)

    def row(self, name: str, parameters: tuple[str, ...]) -> Sequence[str | None] | None:
        """See ``ReadingConnection``. Raises ConnectionError if the database refused, and
        TimeoutError if it has stopped.
        """
        values = [parameter.encode() for parameter in parameters]
        result = _checked(self._answer(name.encode(), values), _ROWS)
        if result.ntuples == 0:
            return None
        found = [result.get_value(0, column) for column in range(result.nfields)]
        return [None if value is None else value.decode() for value in found]

    def _answer(self, name: bytes, values: list[bytes]) -> Any:
        """Ask, and wait for the last of what comes back, but no longer than ``_PATIENCE``."""
        library, until = self._library, monotonic() + _PATIENCE
        library.send_query_prepared(name, values)
        while library.flush():
            self._wait(POLLIN | POLLOUT, until)
        answer = None
        while True:
            while library.is_busy():
                self._wait(POLLIN, until)
                library.consume_input()
            result = library.get_result()
            if result is None:
                return answer
            answer = result

    def _wait(self, events: int, until: float) -> None:
        # Not select(), which knows no more than 1,024 connections.
        waiting = poll()
        waiting.register(self._library.socket, events)
        if not waiting.poll(max(0.0, until - monotonic()) * 1_000):
            raise TimeoutError("the database has stopped")


def _checked(result: Any, wanted: int) -> Any:
    if result.status != wanted:
        raise ConnectionError("the database did not answer as it should")
    return result


class _Prepared:
    """The statements for one database, and how it is told the moments that they ask about."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.dialect_name = engine.dialect.name
        self.statements = statements(engine.dialect)
        store = UTCDateTime().dialect_impl(engine.dialect).bind_processor(engine.dialect) or str

        @lru_cache(maxsize=2)
        def window(second: int) -> tuple[str, ...]:
            """Return every parameter but the token, in their order."""
            now = datetime.fromtimestamp(second, UTC)
            moments = (now - FEED_BACK, now - CANCELLED_BACK, now + FEED_AHEAD)
            return tuple(str(store(moment)) for moment in moments)

        self.window = window
