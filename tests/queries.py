"""How often a page reads from the database."""

from flask.testing import FlaskClient
from sqlalchemy import event

from core.db import db


def queries(client: FlaskClient, url: str) -> int:
    """Return how many times the page at ``url`` reads from the database."""
    statements: list[str] = []

    def note(*call: object) -> None:
        statements.append(str(call[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert client.get(url).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len([statement for statement in statements if statement.startswith("SELECT")])
