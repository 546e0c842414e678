"""Addresses whose owners asked us never to write to them; only a keyed index of each is kept."""

from sqlalchemy import select

from core.db import db
from groups.models import DoNotWrite


def asked_not_to_write(email_index: str) -> DoNotWrite | None:
    """Return the wish never to be written to of the address with this index, if there is one."""
    return db.session.scalars(
        select(DoNotWrite).where(DoNotWrite.email_index == email_index)
    ).one_or_none()
