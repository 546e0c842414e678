"""What was typed into a form that could not be acted on, because its sign-in had ended.

It is kept for an hour, sealed, for the account (or the browser, before signing in) that was shown
the form, and stands in the form again once that account has signed in. It is shown and never acted
on: people press the button themselves. Nothing of it is in a cookie, in an address or in the
browser's storage. Codes are never kept.
"""

import json
from datetime import datetime, timedelta
from typing import Any, Final

from flask import g, request, session  # noqa: TID251 - its token says which browser this is
from flask_wtf.csrf import generate_csrf
from sqlalchemy import UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import MultiDict

from core.db import Base, Belongs, Technical, db
from core.encryption import Sealed, Unreadable, key_ring
from core.moment import now
from core.retention import Rule
from core.text import readable
from core.throttle import hold
from core.tokens import digest
from core.web import TYPED, Note, page_for

LASTS: Final = timedelta(hours=1)
#: In bytes. A pasted list of 400 people is about 20,000.
MOST: Final = 64 * 1024
#: What proves or confirms something rather than says it.
_NEVER: Final = frozenset(
    {"csrf_token", "form_key", "shown_to", "code", "confirmed", "back", "seen", "undo"}
)
HERE_AGAIN: Final = "What you typed is here again. Nothing has been sent or changed yet."


class TypedText(Base):
    """The fields of one form, for one account or browser; a later one takes its place."""

    __tablename__ = "typed_text"
    __table_args__ = (UniqueConstraint("owner_hash", "path_hash"),)

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    #: Keyed hashes of whose it is, and of the page on which it is shown again.
    owner_hash: Mapped[Belongs[str]]
    path_hash: Mapped[Technical[str]]
    fields_sealed: Mapped[Belongs[bytes]]
    fields = Sealed()
    typed_at: Mapped[Technical[datetime]] = mapped_column(index=True)


def account(identity: str) -> str:
    """Return the owner that an account is; ``identity`` is its public id."""
    return f"account:{identity}"


def owner_here() -> str:
    """Return whom a page is shown to: an account, or a browser in which nobody is signed in."""
    if g.get("viewer") is not None:
        return account(g.viewer.identity)
    if "csrf_token" not in session:
        g.pop("csrf_token", None)
        generate_csrf()
    return f"browser:{digest(session['csrf_token'])}"


def keep_typed(owner: str) -> str:
    """Keep what this request brought, for its owner; return the path at which it is shown again.

    Belongs inside a transaction. What is too long for anything our forms take is not kept.
    """
    page, fields = page_for(request.path), _said()
    content = json.dumps(fields, ensure_ascii=False)
    if fields and len(content.encode()) <= MOST:
        which = _hashes(owner, page)
        # One after another, so that a form sent twice at once is kept once.
        hold("typed", which["owner_hash"], now())
        db.session.execute(delete(TypedText).filter_by(**which))
        db.session.add(TypedText(**which, fields=content, typed_at=now()))
        db.session.flush()
    return f"{page}?{TYPED}=y"


def has_typed() -> bool:
    """Return whether this request brought anything that could be kept."""
    return bool(_said())


def _said() -> list[tuple[str, str]]:
    return [pair for pair in request.form.items(multi=True) if pair[0] not in _NEVER]


def typed_into(names: set[str]) -> MultiDict[str, str] | None:
    """Return what whoever is asking typed on this page before, if it fits a form with these fields
    and they have come to see it again.
    """
    if request.method != "GET" or TYPED not in request.args:
        return None
    kept = _kept()
    if not kept or not set(kept) <= names:
        return None
    g.own_notes = [Note(HERE_AGAIN, "info")]
    return kept


def typed_by(identity: str) -> list[dict[str, str]]:
    """Return what is kept for an account, for itself."""
    owner = key_ring().private_token("typed by", account(identity))
    rows = db.session.scalars(select(TypedText).where(TypedText.owner_hash == owner))
    return [dict(json.loads(readable(row.fields) or "[]")) for row in rows]


def forget_typed(identity: str) -> None:
    """Forget all that is kept for an account."""
    owner = key_ring().private_token("typed by", account(identity))
    db.session.execute(delete(TypedText).where(TypedText.owner_hash == owner))


def _hashes(owner: str, page: str) -> dict[str, str]:
    ring = key_ring()
    return {
        "owner_hash": ring.private_token("typed by", owner),
        "path_hash": ring.private_token("typed at", page),
    }


def _kept() -> MultiDict[str, str]:
    which = _hashes(owner_here(), request.path)
    wanted = select(TypedText).filter_by(**which).where(TypedText.typed_at > now() - LASTS)
    row = db.session.scalars(wanted).one_or_none()
    try:
        found: list[Any] = json.loads((row and readable(row.fields)) or "[]")
    except Unreadable:
        return MultiDict()
    return MultiDict((str(name), str(value)) for name, value in found)


def _forget(ids: list[int]) -> None:
    db.session.execute(delete(TypedText).where(TypedText.id.in_(ids)))


RULE: Final = Rule(
    "typed text",
    "What was typed when a sign-in had ended: an hour",
    lambda now: select(TypedText.id).where(TypedText.typed_at <= now - LASTS),
    _forget,
)
