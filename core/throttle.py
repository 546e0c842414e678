"""Throttles: how often something may be done, counted in the database for every process at once.

Counting belongs to the caller's transaction, so what is refused is refused everywhere. Keys are
stored as keyed hashes: neither an address nor a network can be read from the table.
"""

import ipaddress
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import JSON, bindparam, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Technical, UTCDateTime, db
from core.encryption import key_ring
from core.retention import Rule


class Throttle(Base):
    """The moments at which one thing was done of late, as seconds since 1970 in UTC."""

    __tablename__ = "throttle"

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    key: Mapped[Technical[str]] = mapped_column(unique=True)
    moments: Mapped[Technical[list[float]]] = mapped_column(JSON)
    forget_at: Mapped[Technical[datetime]] = mapped_column(index=True)


#: How far apart the clocks of 2 machines may be.
_AHEAD = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` times within any stretch of time this long."""

    most: int
    within: timedelta


def take(purpose: str, key: str, limits: Sequence[Limit], now: datetime) -> datetime | None:
    """Count one more and return nothing, or count nothing and return when to try again.

    The window slides: no stretch of time, wherever it begins, holds more than its limit.
    """
    longest = max(limit.within for limit in limits)
    row = _locked(key_ring().private_token("throttle", f"{purpose}:{key}"), now)
    if any(moment > (now + _AHEAD).timestamp() for moment in row.moments):
        # Counted while the machine's clock ran ahead: they now count from the present.
        row.moments = [min(moment, now.timestamp()) for moment in row.moments]
        row.forget_at = now + longest
    moments = [moment for moment in row.moments if moment > (now - longest).timestamp()]
    waits = [wait for limit in limits if (wait := _free_at(limit, moments, now)) is not None]
    if waits:
        return max(waits)
    row.moments = [*moments, now.timestamp()]
    row.forget_at = now + longest
    return None


def hold(purpose: str, key: str, now: datetime) -> None:
    """Make others who do this for the same key wait until the caller's transaction ends.

    Nothing is counted. ``now`` is an aware date-time in UTC.
    """
    row = _locked(key_ring().private_token("throttle", f"{purpose}:{key}"), now)
    row.forget_at = now + timedelta(days=1)


def network_of(address: str | None, now: datetime) -> str:
    """Return a name for the network a request came from, which is another one tomorrow.

    One household or office has a whole /64 of IPv6 addresses, so those count as one.
    """
    return f"{now.astimezone(UTC):%Y-%m-%d}/{_network(address or '')}"


def wait_words(until: datetime, now: datetime) -> str:
    """Return how long it is until a moment: "in 12 minutes", "in 3 hours"."""
    minutes = max(1, math.ceil((until - now) / timedelta(minutes=1)))
    if minutes < 60:
        return f"in {minutes} minute{'s' if minutes > 1 else ''}"
    hours = math.ceil(minutes / 60)
    return f"in {hours} hour{'s' if hours > 1 else ''}"


def _free_at(limit: Limit, moments: Sequence[float], now: datetime) -> datetime | None:
    recent = [moment for moment in moments if moment > (now - limit.within).timestamp()]
    if len(recent) < limit.most:
        return None
    return datetime.fromtimestamp(recent[-limit.most], UTC) + limit.within


def _locked(key: str, now: datetime) -> Throttle:
    # Made first and locked then, so that two processes on PostgreSQL count one after another;
    # on SQLite the transaction has the write lock already.
    db.session.execute(
        text(
            "INSERT INTO throttle (key, moments, forget_at) VALUES (:key, '[]', :forget_at) "
            "ON CONFLICT (key) DO NOTHING"
        ).bindparams(bindparam("forget_at", type_=UTCDateTime())),
        {"key": key, "forget_at": now},
    )
    locked = select(Throttle).where(Throttle.key == key).with_for_update()
    return db.session.scalars(locked.execution_options(populate_existing=True)).one()


def _network(address: str) -> str:
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if read.version == 4:
        return str(read)
    return str(ipaddress.ip_network((read, 64), strict=False))


def _forget(ids: list[int]) -> None:
    db.session.execute(delete(Throttle).where(Throttle.id.in_(ids)))


RULE = Rule(
    "throttles",
    "How often a code was asked for: until it no longer counts, a day at most",
    lambda now: select(Throttle.id).where(Throttle.forget_at <= now),
    _forget,
)
