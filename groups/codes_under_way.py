"""The codes under way for an address, and which of them a browser may share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import literal, select, update

from core.db import db
from core.encryption import key_ring
from core.outbox import MailState, OutgoingMail
from core.throttle import Limit, network_of, take
from core.tokens import digest
from groups.code_limits import DAY, HOUR, MOST_TRIES, Cause, Past, seats_for
from groups.messages import MessageKind
from groups.models import CodeBrowser, SignInCode

#: A code lasts this long after it was asked for, first or again.
LASTS: Final = timedelta(minutes=10)
#: But no longer than this after its letter was sent.
LONGEST: Final = timedelta(minutes=30)
#: How many unknown browsers on one network may try the codes for one address.
LIMITS_OF_BROWSERS: Final = (Limit(6, HOUR), Limit(20, DAY))

_LOST: Final = (
    MailState.REFUSED,
    MailState.BOUNCED,
    MailState.PARKED,
    MailState.RECALLED,
    MailState.SUPERSEDED,
)


class Purpose(StrEnum):
    """What a code proves an address for; it opens nothing else."""

    SIGN_IN = "sign_in"
    NEW_ADDRESS = "new_address"


@dataclass(frozen=True)
class Asker:
    """A browser that asks for a code.

    ``browser`` is a secret that only this browser holds, ``network`` its network address.
    ``known_as`` is what it is known by if this very address was proved in it, else nothing.
    """

    browser: str
    network: str | None
    known_as: str | None = None


@dataclass(frozen=True)
class Recent:
    """A code of the last day: when its letter was sent, whether it is lost, and this browser's
    tries at it, if it asked.
    """

    row: SignInCode
    left_at: datetime | None
    lost: bool
    tries: int | None


def recent_codes(index: str, asker: Asker, now: datetime) -> list[Recent]:
    """Return the codes of the last day for an address and any purpose, newest first."""
    mail, mine = OutgoingMail, CodeBrowser
    found = db.session.execute(
        select(SignInCode, mail.state, mail.kind, mail.final_at, mine.tries)
        .outerjoin(mail, mail.key == literal("code:") + SignInCode.public_id)
        .outerjoin(
            mine,
            (mine.code_id == SignInCode.id) & (mine.browser_hash == digest(asker.browser)),
        )
        .where(SignInCode.email_index == index, SignInCode.asked_at > now - DAY)
        .order_by(SignInCode.id.desc())
        .execution_options(populate_existing=True)
    ).all()
    return [_read(*row) for row in found]


def _read(
    row: SignInCode,
    state: str | None,
    kind: str | None,
    final_at: datetime | None,
    tries: int | None,
) -> Recent:
    lost = kind == MessageKind.CODE and state in _LOST
    return Recent(row, None if lost else final_at, lost, tries)


def is_under_way(one: Recent, now: datetime) -> bool:
    """Return whether this code can still be used, as far as we can know."""
    return one.row.used_at is None and one.row.expires_at > now and not one.lost


def code_to_share(recent: Sequence[Recent], asker: Asker, now: datetime) -> SignInCode | None:
    """Return the code under way that this browser may type too, and lengthen its life."""
    for one in recent:
        if one.row.cause == Cause.NONE or not is_under_way(one, now):
            continue
        if _may_try(one, asker) and _takes_a_seat(one, asker, now):
            _lengthen(one.row, one.left_at, now)
            return one.row
    return None


def _may_try(one: Recent, asker: Asker) -> bool:
    if one.tries is not None:
        return one.tries < MOST_TRIES
    return asker.known_as is not None or one.row.strangers < seats_for(one.row.digits)


def _takes_a_seat(one: Recent, asker: Asker, now: datetime) -> bool:
    if one.tries is not None or asker.known_as is not None:
        return True
    return network_may_try(one.row.email_index, asker, now)


def network_may_try(index: str, asker: Asker, now: datetime) -> bool:
    """Count one more browser on this network for an address, or return that there are too many."""
    name = f"{network_of(asker.network, now)}:{index}"
    return take("code browsers", name, LIMITS_OF_BROWSERS, now) is None


def _lengthen(row: SignInCode, left_at: datetime | None, now: datetime) -> None:
    until = min(now + LASTS, (left_at or now) + LONGEST)
    row.expires_at = max(row.expires_at, until)
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.key == key_of(row), OutgoingMail.state == MailState.DUE)
        .values(useful_until=row.expires_at)
    )


def hollow_to_share(recent: Sequence[Recent], purpose: Purpose, now: datetime) -> SignInCode | None:
    """Return the row under way for browsers that may cause no letter, if there is one."""
    for one in recent:
        row = one.row
        if row.cause == Cause.NONE and row.purpose == purpose and is_under_way(one, now):
            _lengthen(row, one.left_at, now)
            return row
    return None


def past_of(recent: Sequence[Recent]) -> list[Past]:
    """Return what the limits need to know of the codes of the last day."""
    rows = [one.row for one in recent]
    return [
        Past(row.asked_at, row.cause, row.used_at is not None, row.browsers, row.tries)
        for row in rows
    ]


def network_mark(asker: Asker, now: datetime) -> str:
    """Return what we store of a browser's network on the day of ``now``."""
    return key_ring().private_token("code from", network_of(asker.network, now))


def asked_in_vain(index: str, asker: Asker, now: datetime) -> bool:
    """Return whether this network asked for an address within a day and has used no code."""
    marks = [network_mark(asker, day) for day in (now, now - DAY)]
    seats = (
        select(CodeBrowser.id)
        .join(CodeBrowser.code)
        .where(
            SignInCode.email_index == index,
            SignInCode.used_at.is_(None),
            CodeBrowser.network.in_(marks),
            CodeBrowser.asked_at > now - DAY,
        )
    )
    return bool(db.session.scalar(select(seats.exists())))


def key_of(row: SignInCode) -> str:
    """Return the key of the letter that carries a code."""
    return f"code:{row.public_id}"
