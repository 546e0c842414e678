"""Which addresses were proved in this browser, in its own cookie that outlasts the sign-in.

It holds a mark for each of up to 5 addresses: a keyed hash of the address, this browser's own
secret and the day. Without the key ring nobody can read an address from a mark or test addresses on
it, and a mark copied beside another browser's secret is worthless. A mark signs nobody in: it says
that a code can safely be asked for here. It means nothing for an address that nobody has any more.
"""

import hmac
import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import Response, after_this_request, current_app, request

from core.encryption import blind_index, key_ring

#: How long an address stays known here after it was last proved.
LASTS: Final = timedelta(days=90)
MOST: Final = 5
_LONGEST: Final = 1_000
_DAY: Final = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True)
class Known:
    """What a browser keeps: its secret, and (day, mark) pairs, the latest first. Days are counted
    from 1970 in UTC.
    """

    browser: str
    marks: tuple[tuple[int, str], ...] = ()

    def has(self, address: str, now: datetime) -> bool:
        """Return whether this address was proved here within 90 days."""
        return any(
            _is_recent(day, now) and hmac.compare_digest(mark, _mark(self.browser, day, address))
            for day, mark in self.marks
        )

    def written(self) -> str:
        """Return the value of the cookie."""
        return ".".join([self.browser, *(f"{day}.{mark}" for day, mark in self.marks)])


def known_as(address: str, now: datetime) -> str | None:
    """Return what this browser is known by if this address was proved in it, else nothing.

    ``now`` is an aware date-time in UTC.
    """
    kept = _kept()
    return kept.browser if kept is not None and kept.has(address, now) else None


def know_here(address: str, now: datetime) -> None:
    """Remember in this browser that this address has just been proved in it."""
    kept = _kept() or Known(secrets.token_urlsafe(16))
    today = _day(now)
    others = [
        (day, mark)
        for day, mark in kept.marks
        if _is_recent(day, now) and not Known(kept.browser, ((day, mark),)).has(address, now)
    ]
    marks = [(today, _mark(kept.browser, today, address)), *others]
    _keep(replace(kept, marks=tuple(marks[:MOST])))


def knows_anybody() -> bool:
    """Return whether any address is known here."""
    return _kept() is not None


def forget_all() -> None:
    """Let this browser forget which addresses were proved in it."""

    @after_this_request
    def _forget(response: Response) -> Response:
        response.delete_cookie(_name(), secure=_secure(), httponly=True, samesite="Lax")
        return response


def _keep(known: Known) -> None:
    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            _name(),
            known.written(),
            max_age=LASTS,
            secure=_secure(),
            httponly=True,
            samesite="Lax",
        )
        return response


def _kept() -> Known | None:
    browser, *rest = request.cookies.get(_name(), "")[:_LONGEST].split(".")
    days, marks = rest[::2], rest[1::2]
    if not browser or len(days) != len(marks):
        return None
    pairs = zip(days, marks, strict=True)
    read = [(int(day), mark) for day, mark in pairs if _DAY.fullmatch(day) and mark.isascii()]
    return Known(browser, tuple(read[:MOST]))


def _mark(browser: str, day: int, address: str) -> str:
    return key_ring().private_token("known", f"{browser}:{day}:{blind_index(address)}")


def _is_recent(day: int, now: datetime) -> bool:
    return timedelta(0) <= timedelta(days=_day(now) - day) < LASTS


def _day(now: datetime) -> int:
    return int(now.astimezone(UTC).timestamp() // timedelta(days=1).total_seconds())


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _name() -> str:
    # Like the session's, it does not reveal what the site is.
    return "__Host-b" if _secure() else "b"
