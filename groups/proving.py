"""Proving an address: by the code from a letter, or by its link in a browser that asked.

A try is counted first, and the code is then used by one conditional update, so that only one of
any number of simultaneous attempts in any browsers can succeed. The answer depends only on what
this browser did itself: otherwise a stranger who asks with someone's address could tell from a
"used" code that they belong.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update

from core.db import db
from core.encryption import blind_index
from core.throttle import hold
from core.tokens import digest
from groups.accounts import person_at, prove
from groups.code_limits import MOST_TRIES, Cause, seats_for
from groups.codes import end_where, hash_of, take_seat
from groups.codes_under_way import LASTS, Asker, Purpose
from groups.models import CodeBrowser, Person, SignInCode

#: A browser may type any of its latest codes, since one letter can overtake another.
_MOST_CODES = 3


class Refusal(StrEnum):
    """Why a code proves nothing, as far as this browser may know."""

    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    TOO_MANY = "too_many"


def prove_code(address: str, typed: str, *, browser: str, now: datetime) -> Person | Refusal:
    """Return the person whose address this code proves, or why it does not.

    ``typed`` is digits only; ``browser`` the secret of the browser, as when it asked; ``now`` is an
    aware date-time in UTC.
    """
    index = blind_index(address)
    refusal = _use_code(index, typed, Purpose.SIGN_IN, browser, now)
    return _proved(index, now) if refusal is None else refusal


def use_code(
    address: str, typed: str, purpose: Purpose, *, browser: str, now: datetime
) -> Refusal | None:
    """Use up the code that was sent to an address, or return why it proves nothing."""
    return _use_code(blind_index(address), typed, purpose, browser, now)


def asked_for(token: str, *, browser: str) -> bool:
    """Return whether this browser asked for the code in the letter with this link."""
    return _seat_of(token, browser) is not None


def prove_link(token: str, *, browser: str, now: datetime) -> Person | Refusal:
    """Return the person whose address a letter's link proves in a browser that asked for it, or why
    it does not. In any other browser the link alone proves nothing.
    """
    mine = _seat_of(token, browser)
    if mine is None:
        return Refusal.WRONG
    if not _use(mine, mine.code.code_hash, now):
        return _refusal([mine], now)
    return _proved(mine.code.email_index, now)


def prove_letter(token: str, typed: str, asker: Asker, *, now: datetime) -> Person | Refusal:
    """Return the person whose address a letter proves if this browser has both its link and its
    code: having both counts as asking for it here.
    """
    row = _row_of(token)
    if row is None:
        return Refusal.WRONG
    # One after another, so that a form sent twice at once takes one seat.
    hold("code", row.email_index, now)
    db.session.refresh(row)
    if not asked_for(token, browser=asker.browser):
        if row.strangers >= seats_for(row.digits):
            return Refusal.WRONG
        take_seat(row, asker, now)
    refusal = _use_code(row.email_index, typed, Purpose.SIGN_IN, asker.browser, now)
    return _proved(row.email_index, now) if refusal is None else refusal


def _proved(index: str, now: datetime) -> Person | Refusal:
    person = person_at(index)
    if person is None:
        return Refusal.WRONG
    prove(person, now=now)
    return person


def _row_of(token: str) -> SignInCode | None:
    return db.session.scalars(
        select(SignInCode).where(
            SignInCode.link_hash == digest(token), SignInCode.purpose == Purpose.SIGN_IN
        )
    ).one_or_none()


def _seat_of(token: str, browser: str) -> CodeBrowser | None:
    row = _row_of(token)
    if row is None:
        return None
    return db.session.scalars(
        select(CodeBrowser).where(
            CodeBrowser.code_id == row.id, CodeBrowser.browser_hash == digest(browser)
        )
    ).one_or_none()


def _use_code(
    index: str, typed: str, purpose: Purpose, browser: str, now: datetime
) -> Refusal | None:
    seats = db.session.scalars(
        select(CodeBrowser)
        .join(CodeBrowser.code)
        .where(
            SignInCode.email_index == index,
            SignInCode.purpose == purpose,
            CodeBrowser.browser_hash == digest(browser),
        )
        .order_by(CodeBrowser.asked_at.desc(), CodeBrowser.id.desc())
        .limit(_MOST_CODES)
    ).all()
    tried = [seat for seat in seats if _count_try(seat, now)]
    if any(_use(seat, hash_of(seat.code, typed), now) for seat in tried):
        return None
    return _refusal(seats, now, tried=bool(tried))


def _refusal(seats: Sequence[CodeBrowser], now: datetime, *, tried: bool = True) -> Refusal:
    """Return what this browser may know: only what it did itself, and when."""
    if any(seat.used_at is not None for seat in seats):
        return Refusal.USED
    if seats and not tried:
        return Refusal.TOO_MANY
    if seats and seats[0].asked_at + LASTS <= now:
        return Refusal.EXPIRED
    return Refusal.WRONG


def _count_try(seat: CodeBrowser, now: datetime) -> bool:
    counted = db.session.execute(
        update(CodeBrowser)
        .where(CodeBrowser.id == seat.id, CodeBrowser.tries < MOST_TRIES)
        .values(tries=CodeBrowser.tries + 1)
    )
    if getattr(counted, "rowcount", 0) != 1:
        return False
    db.session.execute(
        update(SignInCode)
        .where(
            SignInCode.id == seat.code_id,
            SignInCode.used_at.is_(None),
            SignInCode.expires_at > now,
        )
        .values(tries=SignInCode.tries + 1)
    )
    return True


def _use(seat: CodeBrowser, code_hash: str, now: datetime) -> bool:
    """Use up a code for everyone, in this browser, if its hash is this one. Every other code for
    its address then ends, and its network no longer counts as having asked in vain.
    """
    row = seat.code
    used = db.session.execute(
        update(SignInCode)
        .where(
            SignInCode.id == row.id,
            SignInCode.used_at.is_(None),
            SignInCode.expires_at > now,
            SignInCode.cause != Cause.NONE,
            SignInCode.code_hash == code_hash,
        )
        .values(used_at=now)
    )
    if getattr(used, "rowcount", 0) != 1:
        return False
    seat.used_at = now
    same = (SignInCode.email_index == row.email_index, SignInCode.purpose == row.purpose)
    end_where(*same, SignInCode.id != row.id, now=now)
    theirs = select(SignInCode.id).where(SignInCode.email_index == row.email_index)
    db.session.execute(
        update(CodeBrowser)
        .where(CodeBrowser.code_id.in_(theirs), CodeBrowser.network == seat.network)
        .values(network=None)
    )
    return True
