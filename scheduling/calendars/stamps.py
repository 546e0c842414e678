"""When an entry of one person's calendar is said to have changed. Pure.

Everybody in a group is shown the same change, so its moment to the second would tell whoever sees
two calendars that their owners meet. In feeds it therefore lies up to an hour earlier, by an amount
that only this calendar's key can make. It rises with every change, and is never in the future.
"""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final

#: How much earlier at least, so that several changes within a second still lie in the past, and
#: the end of what is possible.
LEAST: Final = timedelta(minutes=10)
MOST: Final = timedelta(hours=1)
#: How far two changes lie apart at least: within ``_SETTLING`` a second could stand still.
APART: Final = timedelta(seconds=2)
#: Before and after a calendar's stamps began to differ from its changes, a straight line leads from
#: the old rule to the new one.
_SETTLING: Final = 2 * MOST
_SECOND: Final = timedelta(seconds=1)
_THEN: Final = datetime(2000, 1, 1, tzinfo=UTC)


def lead(key: bytes, calendar: str, session: str = "") -> timedelta:
    """Return how much earlier than it happened a change is said to have happened, in whole seconds.

    The calendar's own key makes it (BLAKE2, RFC 7693, keyed) from the names of the calendar and of
    the session; without a session it is that of the calendar as a whole.
    """
    named = f"{calendar}:{session}".encode()
    made = blake2b(named, key=key, digest_size=8, person=b"stamp").digest()
    return LEAST + timedelta(seconds=int.from_bytes(made) % ((MOST - LEAST) // _SECOND))


def stamp(changed_at: datetime, by: timedelta, since: datetime | None) -> datetime:
    """Return the stamp of a change, aware, in UTC and to the second; ``by`` is from ``lead``.

    ``since`` is when a calendar that had told the moments themselves stopped doing so: none of its
    stamps falls then, and none is later than ``since`` or the change, whichever comes last.
    """
    change, earlier = (changed_at - _THEN) // _SECOND, by // _SECOND
    if since is not None:
        most, settling = MOST // _SECOND, _SETTLING // _SECOND
        after = change - (since - _THEN) // _SECOND
        if after <= 0:
            # The old stamp is out already, so the new one lies up to an hour after it.
            earlier = -((most - earlier) * min(-after, settling) // settling)
        else:
            earlier = -(-earlier * min(after, settling) // settling)
    return _THEN + (change - earlier) * _SECOND
