"""The one row behind a feed, read with one statement and without the ORM.

It goes over a connection of its own that only reads, outside of transactions: one statement sees
one moment.
"""

import re
from collections.abc import Sequence
from select import POLLIN, POLLOUT, poll
from threading import Lock
from time import monotonic
from typing import Any, Final, NamedTuple

from flask import Flask
from sqlalchemy import Dialect, Engine, String, cast, event, literal, select

from core.db import db
from scheduling.feeds.kept import revisions
from scheduling.models import Diary, Feed, KeptFeed

_SETTINGS: Final = (
    "SET default_transaction_read_only = on",
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
_TOKEN: Final = "<token_hash>"  # noqa: S105 - it stands for one

Value = str | bytes | None


class NotSure(Exception):
    """The plain path has to answer."""


class Kept(NamedTuple):
    """What is kept behind a link in use, and what a body would be made of today, beside the day,
    our address and the key (``kept``). Without the body it is ``None``, and where none is kept so
    is everything from ``made_of`` on.
    """

    last_read_on: str
    revisions: str
    made_of: str | None
    etag: str
    last_modified: str
    public_id: str = ""
    body_sealed: bytes = b""


def statements(dialect: Dialect) -> dict[bool, str]:
    """Return the statement with and without the body; its one parameter is the token's hash."""
    few = [
        cast(Feed.last_read_on, String),
        revisions(),
        KeptFeed.made_of,
        KeptFeed.etag,
        KeptFeed.last_modified,
    ]
    mark = "?" if dialect.name == "sqlite" else "$1"
    found = {}
    for whole in (False, True):
        columns = [*few, KeptFeed.public_id, KeptFeed.body_sealed] if whole else few
        statement = (
            select(*columns)
            .select_from(Feed)
            .join(Diary)
            .outerjoin(KeptFeed, KeptFeed.diary_id == Diary.id)
            .where(Feed.token_hash == literal(_TOKEN), Feed.revoked_at.is_(None))
        )
        sql = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        found[whole] = re.sub(f"'{_TOKEN}'", mark, sql)
    return found


class FeedRows:
    """Answers for the hash of a token.

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
        self._engine: Engine | None = None

    def find(self, token_hash: str, *, whole: bool, waits: bool = True) -> Kept | None:
        """Return what is kept behind a link, with the body if it is to be ``whole``; nothing for
        a link that is unknown or was ended.

        If it may not wait, raises ``NotSure`` if there is no connection or it has no turn.
        """
        if not self._in_turn.acquire(blocking=waits):
            raise NotSure
        try:
            if self._connection is None and not waits:
                raise NotSure
            row = self.connection().row(whole, token_hash)
            return None if row is None else Kept._make(row) if whole else Kept(*row)
        except NotSure:
            raise
        except BaseException:
            self._let_go()
            raise
        finally:
            self._in_turn.release()

    def connection(self) -> "ReadingConnection":
        """Return the connection, a new one if there is none."""
        if self._connection is None:
            engine = self._ready()
            kind = _OnSQLite if engine.dialect.name == "sqlite" else _OnPostgreSQL
            self._connection = kind(engine)
        return self._connection

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        with self._in_turn:
            self._let_go()

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _ready(self) -> Engine:
        if self._engine is None:
            with self._app.app_context():
                self._engine = db.engine
            event.listen(self._engine, "engine_disposed", lambda _engine: self.close())
        return self._engine


class ReadingConnection:
    """A connection that reads and cannot write, outside of transactions."""

    def __init__(self, engine: Engine) -> None:
        # Through the pool, for the settings every connection is given; then out of it, since
        # handing it back and forth would cost more than the question.
        pooled = engine.raw_connection()
        self.raw: Any = getattr(pooled, "driver_connection")  # noqa: B009 - typed as if it could be missing
        pooled.detach()
        self._statements = statements(engine.dialect)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        raise NotImplementedError

    def row(self, whole: bool, token_hash: str) -> Sequence[Any] | None:
        """Return the one row of a statement, if there is one."""
        raise NotImplementedError

    def close(self) -> None:
        """Close it; once more does nothing."""
        self.raw.close()


class _OnSQLite(ReadingConnection):
    def _prepare(self) -> None:
        self._cursor = self.raw.cursor()
        self._cursor.execute("PRAGMA query_only=ON")
        # A reader never has to wait for a lock, unless something is wrong.
        self._cursor.execute("PRAGMA busy_timeout=250")
        # Pages are looked at where the system keeps them, which saves a call for each.
        self._cursor.execute("PRAGMA mmap_size=268435456")

    def row(self, whole: bool, token_hash: str) -> Sequence[Any] | None:
        """See ``ReadingConnection``."""
        found: Sequence[Any] | None = self._cursor.execute(
            self._statements[whole], (token_hash,)
        ).fetchone()
        return found


class _OnPostgreSQL(ReadingConnection):
    """Asks the client library itself (libpq): its statements are prepared once, its answers are
    texts already, and everything in between would cost as much as the question.
    """

    def _prepare(self) -> None:
        self.raw.autocommit = True
        for setting in _SETTINGS:
            self.raw.execute(setting)
        self._library = self.raw.pgconn
        for whole, statement in self._statements.items():
            _checked(self._library.prepare(_name(whole), statement.encode()), _DONE)

    def row(self, whole: bool, token_hash: str) -> Sequence[Any] | None:
        """See ``ReadingConnection``. Raises ConnectionError if the database refused, and
        TimeoutError if it has stopped.
        """
        result = _checked(self._answer(_name(whole), token_hash.encode()), _ROWS)
        if result.ntuples == 0:
            return None
        found = [result.get_value(0, column) for column in range(result.nfields)]
        texts: list[Any] = [None if value is None else value.decode() for value in found]
        if whole and texts[-1] is not None:
            # Bytes come in hexadecimal, after two characters that say so.
            texts[-1] = bytes.fromhex(texts[-1][2:])
        return texts

    def _answer(self, name: bytes, value: bytes) -> Any:
        """Ask, and wait for the last of what comes back, but no longer than ``_PATIENCE``."""
        library, until = self._library, monotonic() + _PATIENCE
        library.send_query_prepared(name, [value])
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


def _name(whole: bool) -> bytes:
    return b"feed with its body" if whole else b"feed"


def _checked(result: Any, wanted: int) -> Any:
    if result.status != wanted:
        raise ConnectionError("the database did not answer as it should")
    return result
