"""How the database goes about a statement."""

from typing import Any

from sqlalchemy import Executable
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

from core.db import db


class _Explained(Executable, ClauseElement):
    """A statement that is explained and not run."""

    inherit_cache = False

    def __init__(self, statement: Any) -> None:
        self.statement = statement


@compiles(_Explained)
def _explain(element: Any, compiler: SQLCompiler, **given: Any) -> str:
    words = "EXPLAIN QUERY PLAN" if compiler.dialect.name == "sqlite" else "EXPLAIN"
    return f"{words} {compiler.process(element.statement, **given)}"


def steps_of(statement: Any) -> list[str]:
    """Return the steps of the plan for a statement, whose values are passed as they are in use.

    PostgreSQL would rather read a table of a few rows as a whole, and so is told to use indexes.
    """
    connection = db.session.connection()
    if db.engine.dialect.name == "postgresql":
        for way in ("seqscan", "hashjoin", "mergejoin", "bitmapscan", "sort"):
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    # As the driver has it: the columns of the statement are not those of its plan.
    rows = connection.execute(_Explained(statement)).cursor.fetchall()
    return [str(row[-1]).strip() for row in rows]
