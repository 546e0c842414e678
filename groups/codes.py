"""Codes that prove an address, sent by e-mail and typed into a browser that asked.

A code belongs to an address. While it is unused, asking again lengthens its life and sends
nothing, and every browser that asks may type it, with its own tries: so a stranger who asks in
someone's name only keeps a code alive in their mailbox, and locks nobody out. The limits slow the
browser and the network that ask; when more tries are possible, codes get longer.

Asking does the same work, statement by statement, whether or not anyone has the address, and the
answer never depends on what others did; so nobody can tell from the answer or its timing who
belongs. A code works once, and its hash is keyed: a stolen database reveals none.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, select, update

from core.db import db, public_id
from core.encryption import blind_index, key_ring
from core.letters import written
from core.mail import Letter, Mailbox
from core.outbox import MailState, OutgoingMail, supersede_keys
from core.text import readable
from core.throttle import Limit, hold, network_of, take
from core.tokens import digest
from groups.accounts import person_with
from groups.code_limits import DAY, HOUR, Cause, cause_for, length_after
from groups.codes_under_way import (
    LASTS,
    Asker,
    Purpose,
    Recent,
    asked_in_vain,
    code_to_share,
    hollow_to_share,
    is_under_way,
    key_of,
    network_mark,
    network_may_try,
    past_of,
    recent_codes,
)
from groups.links import sign_in_letter
from groups.messages import NOBODY_IN_PARTICULAR, Act, MessageKind, message, post_message
from groups.models import CodeBrowser, SignInCode

#: How often unknown browsers on one network may ask, for all addresses together.
LIMITS_OF_NETWORK: Final = (Limit(30, timedelta(minutes=10)),)
#: Letters that one browser can cause to an address that was proved in it.
LIMITS_OF_KNOWN: Final = (Limit(6, HOUR), Limit(20, DAY))

#: Given the digits and the link's secret: the letter, and whether to send it.
Write = Callable[[str, str], tuple[Letter, bool]]


def ask_code(
    address: str,
    *,
    browser: str,
    network: str | None,
    known_as: str | None = None,
    now: datetime,
) -> datetime | None:
    """Let a browser type the code for an address, and send one if none is under way.

    It goes to the address as its account has it, however it was typed; see ``Asker`` for the rest.
    Returns nothing, or when this network may ask again if it asked too often: a known browser
    never has to wait for others.
    """
    if known_as is None:
        retry_at = take("code network", network_of(network, now), LIMITS_OF_NETWORK, now)
        if retry_at is not None:
            return retry_at

    def write(digits: str, token: str) -> tuple[Letter, bool]:
        person = person_with(address)
        to = Mailbox("", (person and readable(person.email)) or address)
        letter = written("code", to, code=in_halves(digits), link=sign_in_letter(token))
        return letter, person is not None

    asker = Asker(browser, network, known_as)
    request_code(address, Purpose.SIGN_IN, asker, write, now=now)
    return None


def in_halves(digits: str) -> str:
    """Return a code as letters show it, in two halves."""
    half = len(digits) // 2
    return f"{digits[:half]} {digits[half:]}"


def request_code(
    address: str, purpose: Purpose, asker: Asker, write: Write, *, now: datetime
) -> None:
    """Do what ``ask_code`` does, for any purpose: one code of each is under way at a time.

    A letter is written each time, and one that must not be sent is settled before anything could
    send it, so that asking takes equally long for everyone.
    """
    index = blind_index(address)
    hold("code", index, now)
    recent = recent_codes(index, asker, now)
    row = code_to_share([one for one in recent if one.row.purpose == purpose], asker, now)
    if row is None:
        cause = _cause(recent, index, purpose, asker, now)
        row = hollow_to_share(recent, purpose, now) if cause == Cause.NONE else None
    if row is None:
        row = _make(index, purpose, cause, recent, asker, write, now)
    else:
        letter, _ = write("0" * row.digits, _token(row))
        _post(f"code-again:{public_id()}", letter, row.expires_at, leaves=False, now=now)
    take_seat(row, asker, now)


def end_codes(address: str, *, now: datetime) -> None:
    """Let no code sent to this address prove anything any more, and send none that waits."""
    end_where(SignInCode.email_index == blind_index(address), now=now)


def end_where(*which: ColumnElement[bool], now: datetime) -> None:
    """Make sure none of these codes proves anything any more, and send none that is waiting."""
    rows = list(
        db.session.scalars(
            select(SignInCode).where(
                *which, SignInCode.used_at.is_(None), SignInCode.expires_at > now
            )
        )
    )
    for row in rows:
        row.expires_at = now
    supersede_keys(now, [key_of(row) for row in rows])


def hash_of(row: SignInCode, digits: str) -> str:
    """Return what we store of a code: a keyed hash that fits only this row."""
    return key_ring().private_token("code", f"{row.public_id}:{digits}")


def _cause(
    recent: Sequence[Recent], index: str, purpose: Purpose, asker: Asker, now: datetime
) -> Cause:
    """Return why a new letter may be sent for this browser, or that it may not."""
    if asker.known_as is not None:
        name = f"{asker.known_as}:{index}"
        return Cause.NONE if take("code known", name, LIMITS_OF_KNOWN, now) else Cause.KNOWN
    spent = any(
        one.tries is not None and one.row.cause != Cause.NONE and is_under_way(one, now)
        for one in recent
        if one.row.purpose == purpose
    )
    if spent:
        # Asking again gives no tries back.
        return Cause.NONE
    in_vain = asked_in_vain(index, asker, now)
    cause = cause_for(past_of(recent), asked_in_vain=in_vain, now=now)
    if cause != Cause.NONE and not network_may_try(index, asker, now):
        return Cause.NONE
    return cause


def _make(
    index: str,
    purpose: Purpose,
    cause: Cause,
    recent: Sequence[Recent],
    asker: Asker,
    write: Write,
    now: datetime,
) -> SignInCode:
    length = length_after(past_of(recent))
    row = SignInCode(
        email_index=index,
        purpose=purpose,
        digits=length.digits,
        cause=cause,
        asked_at=now,
        expires_at=now + LASTS,
        browsers=0,
        strangers=0,
        tries=0,
    )
    digits, token = f"{secrets.randbelow(10**length.digits):0{length.digits}d}", _token(row)
    row.code_hash = "" if cause == Cause.NONE else hash_of(row, digits)
    row.link_hash = digest(token)
    db.session.add(row)
    db.session.flush()
    letter, leaves = write(digits, token)
    leaves = leaves and cause != Cause.NONE
    _post(key_of(row), letter, row.expires_at, leaves=leaves, now=now)
    return row


def _token(row: SignInCode) -> str:
    return key_ring().private_token("code link", row.public_id)


def take_seat(row: SignInCode, asker: Asker, now: datetime) -> None:
    """Note that a browser asked, so it may type this code."""
    mine = db.session.scalars(
        select(CodeBrowser).where(
            CodeBrowser.code_id == row.id, CodeBrowser.browser_hash == digest(asker.browser)
        )
    ).one_or_none()
    if mine is None:
        mine = CodeBrowser(code_id=row.id, browser_hash=digest(asker.browser), tries=0)
        mine.network = network_mark(asker, now) if asker.known_as is None else None
        db.session.add(mine)
        row.browsers += 1
        row.strangers += asker.known_as is None
    mine.asked_at = now


def _post(key: str, letter: Letter, until: datetime, *, leaves: bool, now: datetime) -> None:
    kind = MessageKind.CODE if leaves else MessageKind.NOOP
    made = message(kind, letter, NOBODY_IN_PARTICULAR, Act(now), key=key, useful_until=until)
    post_message(made, now)
    settled = {
        "state": MailState.DUE if leaves else MailState.SUPERSEDED,
        "final_at": None if leaves else now,
    }
    db.session.execute(update(OutgoingMail).where(OutgoingMail.key == key).values(**settled))
