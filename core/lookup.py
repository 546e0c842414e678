"""The one door to every object: load and authorise in one call."""

from typing import Any, TypeVar

from sqlalchemy import Select

from core.db import db
from core.errors import NotFound

Row = TypeVar("Row")


def find(scope: Select[Row], public_id: str) -> Row:
    """Return the row with this id if the scope reaches it.

    Raises ``NotFound`` both when it does not exist and when it is out of reach.
    """
    entity: Any = scope.column_descriptions[0]["entity"]
    row = db.session.scalars(scope.where(entity.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound
    return row


def all_in(scope: Select[Row]) -> list[Row]:
    """Return every row of a scope, in the scope's order."""
    return list(db.session.scalars(scope))
