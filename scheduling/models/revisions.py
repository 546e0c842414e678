"""Triggers that count what feeds show, so that no code can forget to.

Each group has a revision that rises with every change of its sessions, its run, its prompts or
itself, and each diary one that rises with its own changes, those of its owner's places and those of
its links. Whatever was kept of a feed goes in the same moment as a place, a link or a choice.

The database does it, and not our verbs, so it also counts what a migration, a repair by hand or a
verb not yet written does. ``make_triggers`` is the one place where they are made: after the tables
are, and after every migration, since altering a table on SQLite copies it and drops its triggers.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, event, text

from core import installation
from core.db import Base

_EVENTS: Final = ("insert", "update", "delete")


class _Raise(NamedTuple):
    """A change of these rows raises the revision of the rows of ``whose`` that it belongs to."""

    table: str
    whose: str
    column: str
    #: The value of ``column`` for a changed row, which is called ``{row}``.
    value: str
    #: Only a change of one of these columns counts; none stands for all.
    of: tuple[str, ...] = ()
    events: tuple[str, ...] = _EVENTS


_RAISES: Final = (
    _Raise("peer_session", "cohort", "id", "{row}.cohort_id"),
    _Raise("series", "cohort", "id", "{row}.cohort_id"),
    _Raise(
        "session_prompt",
        "cohort",
        "id",
        "(SELECT cohort_id FROM peer_session WHERE peer_session.id = {row}.session_id)",
    ),
    _Raise("membership", "diary", "person_id", "{row}.person_id"),
    # That a link was read today changes nothing.
    _Raise(
        "feed",
        "diary",
        "id",
        "{row}.diary_id",
        ("diary_id", "token_hash", "revoked_at"),
        ("update", "delete"),
    ),
)
#: They raise their own revision.
_THEMSELVES: Final = ("cohort", "diary")

_Statements = list[tuple[str, tuple[str, ...]]]


def make_triggers(connection: Connection) -> None:
    """Make every trigger as it is meant to be, in the caller's transaction, and drop whatever was
    kept of feeds: while one was missing, dates may have changed unseen.
    """
    drop_triggers(connection)
    for _, statements in _wanted(connection.dialect.name):
        for statement in statements:
            connection.execute(text(statement))
    connection.execute(text("DELETE FROM kept_feed"))


def drop_triggers(connection: Connection) -> None:
    """Drop every trigger of ours, of this release or another: a table that one names cannot be
    copied on SQLite while it is there.
    """
    on_sqlite = connection.dialect.name == "sqlite"
    for name, table in connection.execute(text(_PRESENT[connection.dialect.name])).all():
        if on_sqlite:
            connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text(f"DROP TRIGGER {name} ON {table}"))
            connection.execute(text(f"DROP FUNCTION {name}()"))


_PRESENT: Final = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    " AND name GLOB 'raises_*'",
    "postgresql": "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    " WHERE starts_with(tgname, 'raises_') AND relnamespace = current_schema()::regnamespace",
}


def _wanted(dialect: str) -> _Statements:
    """Return the name of each trigger and the statements that make it. What it does is in its name
    as a short hash, so one of an older release has another name.
    """
    made = _on_sqlite() if dialect == "sqlite" else _on_postgresql()
    found: _Statements = []
    for name, statements in made:
        mark = hashlib.sha256("".join(statements).encode()).hexdigest()[:8]
        whole = f"raises_{name}_{mark}"
        found.append((whole, tuple(one.replace("{name}", whole) for one in statements)))
    return found


def _raise(whose: str, column: str, values: str) -> str:
    return f"UPDATE {whose} SET revision = revision + 1 WHERE {column} IN ({values});"  # noqa: S608 - the names are those of our own tables


def _rows(event_name: str) -> tuple[str, ...]:
    return {"insert": ("NEW",), "delete": ("OLD",), "update": ("OLD", "NEW")}[event_name]


def _on_sqlite() -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in _RAISES:
        for name in one.events:
            values = ", ".join(one.value.replace("{row}", row) for row in _rows(name))
            counts = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in one.of)
            only = f" WHEN {counts}" if counts and name == "update" else ""
            yield (
                f"{one.table}_{name}",
                (
                    f"CREATE TRIGGER {{name}} AFTER {name} ON {one.table}{only}"
                    f" BEGIN {_raise(one.whose, one.column, values)} END",
                ),
            )
    for table in _THEMSELVES:
        yield (
            f"{table}_itself",
            (
                f"CREATE TRIGGER {{name}} AFTER UPDATE ON {table}"
                " WHEN NEW.revision = OLD.revision"
                f" BEGIN {_raise(table, 'id', 'NEW.id')} END",
            ),
        )
    yield (
        "diary_drops",
        (
            "CREATE TRIGGER {name} AFTER UPDATE OF revision ON diary"
            " BEGIN DELETE FROM kept_feed WHERE diary_id = NEW.id; END",
        ),
    )


def _on_postgresql() -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in _RAISES:
        for name in one.events:
            # Once for a statement and not for each row: laying out a run is one statement.
            tables = {"insert": ("new",), "delete": ("old",), "update": ("old", "new")}[name]
            values = " UNION ".join(
                f"SELECT {one.value.replace('{row}', f'{row}_rows')} FROM {row}_rows"  # noqa: S608 - as above
                for row in tables
            )
            if one.of and name == "update":
                changed = ", ".join(f"old_rows.{column}" for column in one.of)
                before = changed.replace("old_rows", "new_rows")
                values = (
                    f"SELECT {one.value.replace('{row}', 'new_rows')} FROM new_rows"  # noqa: S608 - as above
                    f" JOIN old_rows USING (id) WHERE ({changed}) IS DISTINCT FROM ({before})"
                )
            referencing = " ".join(f"{row} TABLE AS {row}_rows" for row in tables)
            yield (
                f"{one.table}_{name}",
                _function(
                    f"AFTER {name} ON {one.table} REFERENCING {referencing} FOR EACH STATEMENT",
                    f"{_raise(one.whose, one.column, values)} RETURN NULL;",
                ),
            )
    for table in _THEMSELVES:
        yield (
            f"{table}_itself",
            _function(
                f"BEFORE UPDATE ON {table} FOR EACH ROW WHEN (NEW.revision = OLD.revision)",
                "NEW.revision := OLD.revision + 1; RETURN NEW;",
            ),
        )
    yield (
        "diary_drops",
        _function(
            "AFTER UPDATE ON diary FOR EACH ROW",
            "DELETE FROM kept_feed WHERE diary_id = NEW.id; RETURN NULL;",
        ),
    )


def _function(when: str, does: str) -> tuple[str, ...]:
    return (
        f"CREATE FUNCTION {{name}}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {does} END $$",
        f"CREATE TRIGGER {{name}} {when} EXECUTE FUNCTION {{name}}()",
    )


def _after_the_tables(_target: Any, connection: Connection, **_: Any) -> None:
    make_triggers(connection)


event.listen(Base.metadata, "after_create", _after_the_tables)
for _dialect in _PRESENT:
    installation.TRIGGERS[_dialect] = (
        _PRESENT[_dialect],
        frozenset(name for name, _ in _wanted(_dialect)),
    )
