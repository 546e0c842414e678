"""The rows behind a feed, read with one statement and without the ORM.

It goes over connections of its own that only read, outside of transactions: one statement sees one
moment. It hands over texts, so that nothing is turned into objects for an answer that
says "not modified". Which sessions a diary holds is still ``scheduling.access``'s to say.
"""

from collections import deque
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from flask import Flask
from sqlalchemy import Engine, event

from core.db import UTCDateTime, db
from scheduling.access import CANCELLED_BACK, FEED_AHEAD, FEED_BACK
from scheduling.feed_statements import BETWEEN, statements

_AT_FIRST: Final = {
    # Pages are looked at where the system keeps them, which saves a call for each.
    "sqlite": ("PRAGMA query_only=ON", "PRAGMA mmap_size=268435456"),
    "postgresql": (
        "SET default_transaction_read_only = on",
        "SET TIME ZONE 'UTC'",
        "SET datestyle = 'ISO'",
        # Whoever asks, the same plan is right; making it costs more than following it.
        "SET plan_cache_mode = force_generic_plan",
    ),
}


class State(NamedTuple):
    """What the tag of a feed is made of (``scheduling.feeds.tag_of``), and when it was read."""

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
    """The same, and what else the bytes and the date of a feed are made of."""

    last_read_on: str | None
    about: str
    lines: str | None
    diary_id: str
    detail: str
    busy: bool
    words: bytes | None
    entry_key: bytes
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
        # Not one for each thread: the server ends idle threads, and a connection that ended with
        # its thread would take the thread's state with it while that is still in use.
        self._idle: deque[ReadingConnection] = deque()
        self._prepared: _Prepared | None = None

    def state(self, token_hash: str, second: int) -> State | None:
        """Return what the tag is made of; nothing for a link that is unknown or was ended."""
        row = self._row("state", token_hash, second)
        return None if row is None else State._make(row)

    def content(self, token_hash: str, second: int) -> Content | None:
        """Return what the bytes are made of; nothing for a link that is unknown or was ended."""
        row = self._row("content", token_hash, second)
        return None if row is None else Content._make(row)

    def take(self) -> "ReadingConnection":
        """Return a connection that nobody else uses now."""
        try:
            return self._idle.pop()
        except IndexError:
            return ReadingConnection(self._ready().engine)

    def give_back(self, connection: "ReadingConnection") -> None:
        """Let others use a connection again."""
        self._idle.append(connection)

    def close(self) -> None:
        """Close every connection that is not in use."""
        while self._idle:
            self._idle.pop().close()

    def _row(self, name: str, token_hash: str, second: int) -> Any:
        prepared, connection = self._ready(), self.take()
        parameters = {**prepared.window(second), "token_hash": token_hash}
        try:
            row = connection.cursor.execute(prepared.statements[name], parameters).fetchone()
        except BaseException:
            connection.close()
            # What ended this one has most likely ended the others as well.
            self.close()
            raise
        self.give_back(connection)
        return row

    def _ready(self) -> "_Prepared":
        if self._prepared is None:
            with self._app.app_context():
                engine = db.engine
            event.listen(engine, "engine_disposed", lambda _engine: self.close())
            self._prepared = _Prepared(engine)
        return self._prepared


class ReadingConnection:
    """A connection that reads and cannot write, outside of transactions."""

    def __init__(self, engine: Engine) -> None:
        # Through the pool, for the settings every connection is given; then out of it, since
        # handing it back and forth would cost more than the question.
        pooled = engine.raw_connection()
        self._raw: Any = getattr(pooled, "driver_connection")  # noqa: B009 - typed as if it could be missing
        pooled.detach()
        if engine.dialect.name == "postgresql":
            self._raw.autocommit = True
        self.cursor = self._raw.cursor()
        for statement in _AT_FIRST[engine.dialect.name]:
            self.cursor.execute(statement)

    def close(self) -> None:
        """Close it; once more does nothing."""
        self._raw.close()


class _Prepared:
    """The statements as the driver takes them, and what they ask with."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.statements = statements(engine.dialect)
        store = UTCDateTime().dialect_impl(engine.dialect).bind_processor(engine.dialect)

        @lru_cache(maxsize=2)
        def window(second: int) -> dict[str, Any]:
            """Return every parameter but the token: they change with the second."""
            now = datetime.fromtimestamp(second, UTC)
            moments = {
                "since": now - FEED_BACK,
                "cancelled_since": now - CANCELLED_BACK,
                "until": now + FEED_AHEAD,
            }
            return {name: store(moment) if store else moment for name, moment in moments.items()}

        self.window = window
