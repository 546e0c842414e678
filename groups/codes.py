"""Six-digit codes that prove an address, sent by e-mail and typed into the browser that asked.

Asking does the same work, statement by statement, whether or not anybody has the address; nobody
can tell from the answer or its time who belongs. A code is short, so it has little time, few
tries, one use and one browser, and its hash is keyed: a stolen database reveals none.
"""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select, update

from core.db import db
from core.encryption import blind_index, key_ring
from core.mail import Letter, Mailbox
from core.outbox import Lane, MailState, OutgoingMail, Promise, post, supersede_keys
from core.throttle import Limit, network_of, take
from core.tokens import digest
from groups.accounts import person_with, prove
from groups.emails import code
from groups.models import Person, SignInCode

LASTS: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5
LIMITS_OF_ADDRESS: Final = (
    Limit(3, timedelta(minutes=15)),
    Limit(10, timedelta(days=1)),
)
LIMITS_OF_NETWORK: Final = (Limit(30, timedelta(hours=1)),)


class Refusal(StrEnum):
    """Why a code proves nothing."""

    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    TOO_MANY = "too_many"


def ask_code(
    address: str, *, browser: str, network: str | None, known: bool = False, now: datetime
) -> datetime | None:
    """Send a code to an address, for one browser; older codes for both stop working.

    ``browser`` is a secret that only the asking browser holds, ``network`` its network address.
    ``known`` says that this very address has been proved in this browser before: it then counts
    apart, so that strangers who ask in somebody's name cannot keep that person out.

    Returns nothing, or the moment from which it may be asked again if it was asked too often.
    """
    index = blind_index(address)
    retry_at = take("code network", network_of(network, now), LIMITS_OF_NETWORK, now)
    if retry_at is None:
        retry_at = take("code known" if known else "code", index, LIMITS_OF_ADDRESS, now)
    if retry_at is None:
        _send(address, browser, now)
    return retry_at


def key_of(row: SignInCode) -> str:
    """Return the key of the letter that carries a code."""
    return f"code:{row.public_id}"


def known_mark(address: str) -> str:
    """Return what a browser keeps to show that this address was proved in it before."""
    return key_ring().private_token("known", blind_index(address))


def prove_code(address: str, typed: str, *, browser: str, now: datetime) -> Person | Refusal:
    """Return the person whose address this code proves, or why it does not.

    ``typed`` is six digits. The try is counted first and the code then used by one conditional
    update each, so that of any number of attempts at the same moment one can succeed.
    """
    refusal = use_code(address, typed, browser=browser, now=now)
    if refusal is not None:
        return refusal
    person = person_with(address)
    if person is None:
        return Refusal.WRONG
    prove(person, now=now)
    return person


def use_code(address: str, typed: str, *, browser: str, now: datetime) -> Refusal | None:
    """Use up the code that was sent to an address for this browser, or return why it proves
    nothing.
    """
    row = _latest(blind_index(address), digest(browser))
    if row is None:
        return Refusal.WRONG
    if not _count_try(row, now):
        return _refusal(row, now)
    return None if _use(row, typed, now) else Refusal.WRONG


def make_code(address: str, *, browser: str, now: datetime) -> tuple[SignInCode, str]:
    """Make a code for an address and one browser, and return it with its six digits; older codes
    for both stop working.
    """
    index, browser_hash = blind_index(address), digest(browser)
    db.session.execute(
        update(SignInCode)
        .where(
            SignInCode.email_index == index,
            SignInCode.browser_hash == browser_hash,
            SignInCode.expires_at > now,
        )
        .values(expires_at=now)
    )
    digits = f"{secrets.randbelow(10**6):06d}"
    row = SignInCode(
        email_index=index, browser_hash=browser_hash, asked_at=now, expires_at=now + LASTS
    )
    row.code_hash = _hash(row, digits)
    db.session.add(row)
    return row, digits


def end_codes(address: str, *, now: datetime) -> None:
    """Let no code sent to this address prove anything any more, and send none that waits."""
    rows = list(
        db.session.scalars(
            select(SignInCode).where(
                SignInCode.email_index == blind_index(address), SignInCode.expires_at > now
            )
        )
    )
    for row in rows:
        row.expires_at = now
    supersede_keys(now, [key_of(row) for row in rows])


def _send(address: str, browser: str, now: datetime) -> None:
    row, digits = make_code(address, browser=browser, now=now)
    known = person_with(address) is not None
    post_code(row, code(Mailbox("", address), digits), leaves=known, now=now)


def post_code(row: SignInCode, letter: Letter, *, leaves: bool, now: datetime) -> None:
    """Post the letter with a code, or only do the same work where none is to leave.

    It is written either way; one that is not meant to leave is settled before anything could send
    it. Both ways run the same statements.
    """
    key = key_of(row)
    kind = "code" if leaves else "noop"
    post(
        letter,
        key=key,
        kind=kind,
        promise=Promise.ONCE,
        now=now,
        useful_until=row.expires_at,
        lane=Lane.URGENT,
    )
    settled = {
        "state": MailState.DUE if leaves else MailState.SUPERSEDED,
        "final_at": None if leaves else now,
    }
    db.session.execute(update(OutgoingMail).where(OutgoingMail.key == key).values(**settled))


def _hash(row: SignInCode, digits: str) -> str:
    return key_ring().private_token("code", f"{row.public_id}:{digits}")


def _latest(index: str, browser_hash: str) -> SignInCode | None:
    return db.session.scalars(
        select(SignInCode)
        .where(SignInCode.email_index == index, SignInCode.browser_hash == browser_hash)
        .order_by(SignInCode.id.desc())
        .limit(1)
    ).one_or_none()


def _count_try(row: SignInCode, now: datetime) -> bool:
    result = db.session.execute(
        update(SignInCode)
        .where(
            SignInCode.id == row.id,
            SignInCode.used_at.is_(None),
            SignInCode.expires_at > now,
            SignInCode.tries < MOST_TRIES,
        )
        .values(tries=SignInCode.tries + 1)
    )
    return bool(getattr(result, "rowcount", 0) == 1)


def _use(row: SignInCode, typed: str, now: datetime) -> bool:
    result = db.session.execute(
        update(SignInCode)
        .where(
            SignInCode.id == row.id,
            SignInCode.used_at.is_(None),
            SignInCode.code_hash == _hash(row, typed),
        )
        .values(used_at=now)
    )
    return bool(getattr(result, "rowcount", 0) == 1)


def _refusal(row: SignInCode, now: datetime) -> Refusal:
    if row.used_at is not None:
        return Refusal.USED
    return Refusal.EXPIRED if row.expires_at <= now else Refusal.TOO_MANY
