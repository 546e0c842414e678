"""One answer for one form: a form that is sent twice acts once, and both get the same answer.

A form carries a key of its own, which the macro ``hidden`` writes when it is told where the form
goes. The first ``transaction()`` of the request that brings it claims the key, in the same unit of
work as the act: both stay or neither does. Whoever comes second with the same key and content waits
for the first, and is then led to where the first answer led. A form that was refused claims
nothing and can be sent again; one that comes again with something else in it is another act.

A key is signed for one account (or one browser, before signing in) and one path, and holds for a
day. Of a form that was answered we store keyed hashes, where the answer led and its undo, sealed;
nothing that was typed, and nothing that says whose it was.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError, validate_csrf
from sqlalchemy import bindparam, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import HTTPException
from wtforms.validators import ValidationError

from core.db import Base, Belongs, Technical, UTCDateTime, db, public_id
from core.encryption import Sealed, key_ring
from core.error_pages import error_page
from core.errors import NotFound
from core.moment import now
from core.retention import Rule
from core.text import readable
from core.tokens import secret, sign, unsign
from core.transaction import Claim, transaction
from core.typed_text import account, has_typed, keep_typed, owner_here
from core.web import note, page_for

#: The field of a form that holds its key; and that of a form which only proves whose it is.
FIELD: Final = "form_key"
PROOF: Final = "shown_to"
LASTS: Final = timedelta(days=1)
#: What is said to whoever sent a form twice, and of a form that is not for this person or moment.
ONCE: Final = "That was sent twice. We did it once."
TOO_OLD: Final = "That page had been open for more than a day, so nothing was done. Send it again."
SOMEBODY_ELSES: Final = (
    "That page was opened by someone else who was signed in here. Nothing was done with it."
)
KEPT: Final = "What you typed is kept for an hour. Sign in with the same address to see it again."
#: What makes no difference between two forms that are sent.
_NOT_CONTENT: Final = frozenset({FIELD, PROOF, "csrf_token"})
_PURPOSE: Final = "form"


class AnsweredForm(Base):
    """A form that was sent and acted on, and where its answer led. Forgotten after a day."""

    __tablename__ = "answered_form"

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    #: The keyed hash of the form's key.
    key_hash: Mapped[Technical[str]] = mapped_column(unique=True)
    #: The keyed hash of what was sent with it, which tells a second click from a second thought.
    content_hash: Mapped[Technical[str]]
    #: The path to which the first answer led and its undo, as JSON.
    answer_sealed: Mapped[Belongs[bytes | None]]
    answer = Sealed()
    answered_at: Mapped[Technical[datetime]] = mapped_column(index=True)


_ADDED: Final = text(
    "INSERT INTO answered_form (public_id, key_hash, content_hash, answered_at) "
    "VALUES (:public_id, :key_hash, :content_hash, :answered_at) ON CONFLICT (key_hash) DO NOTHING"
).bindparams(bindparam("answered_at", type_=UTCDateTime()))


class AlreadyAnswered(Exception):
    """This form has been acted on before; ``answer`` is what was kept of its first answer."""

    def __init__(self, answer: str | None) -> None:
        super().__init__()
        self.answer = answer


class SentForm(Claim):
    """The form that this request brought, by its key and its content."""

    def __init__(self, key: str) -> None:
        fields = request.form.items(multi=True)
        content = sorted(pair for pair in fields if pair[0] not in _NOT_CONTENT)
        sent = json.dumps([request.query_string.decode("latin-1"), content])
        self.key_hash = key_ring().private_token("form key", key)
        self.content_hash = key_ring().private_token("form content", sent)

    def claim(self) -> None:
        """Take the key in this transaction; whoever comes second waits here for the first.

        Raises ``AlreadyAnswered`` if the same was sent before.
        """
        values = {"key_hash": self.key_hash, "content_hash": self.content_hash}
        made = db.session.execute(
            _ADDED, {**values, "public_id": public_id(), "answered_at": now()}
        )
        if getattr(made, "rowcount", 0) == 1:
            return
        self.refuse_if_answered()
        row = self._row()
        if row is not None:
            row.content_hash, row.answer, row.answered_at = self.content_hash, None, now()

    def refuse_if_answered(self) -> None:
        """Raise ``AlreadyAnswered`` if the same was sent before."""
        row = self._row()
        if row is not None and row.content_hash == self.content_hash:
            raise AlreadyAnswered(row.answer)

    def keep(self, answer: str | None) -> None:
        """Note the first answer, or let the key go where nothing was done that could be led to."""
        row = self._row()
        if row is not None and answer is not None:
            row.answer = answer
        elif row is not None:
            db.session.execute(delete(AnsweredForm).where(AnsweredForm.id == row.id))

    def _row(self) -> AnsweredForm | None:
        which = select(AnsweredForm).where(AnsweredForm.key_hash == self.key_hash)
        return db.session.scalars(which.execution_options(populate_existing=True)).one_or_none()


def init_form_keys(app: Flask) -> None:
    """Let every form that carries a key be answered once; belongs after all pages are there."""
    app.jinja_env.globals["form_key"] = form_key
    app.register_error_handler(CSRFError, _stale)
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            app.view_functions[rule.endpoint] = _answered_once(app.view_functions[rule.endpoint])


def form_key(to: str) -> str:
    """Return a new key for a form that goes to this address; an empty one is that of this page."""
    path = urlsplit(to).path or request.path
    return sign(_PURPOSE, f"{owner_here()} {path} {secret()}")


def _shown_to() -> str | None:
    """Return whom the form that came was shown to within a day, if it says so and came to where it
    was to go; it can say so without being one that is answered once.
    """
    key = request.form.get(FIELD) or request.form.get(PROOF, "")
    try:
        owner, path, _ = unsign(_PURPOSE, key, LASTS).rsplit(" ", 2)
    except (NotFound, ValueError):
        return None
    return owner if path == request.path else None


def keep_form(lapsed: Callable[[], str | None]) -> str:
    """Keep what was typed into a form that came after its sign-in had ended, for the account that
    was shown it, and return the path to come back to; ``lapsed`` names the account whose sign-in
    this browser still holds. A form that cannot prove that it is ours is not kept.
    """
    owner, identity = _shown_to(), lapsed()
    if owner is None and identity is not None and _has_token():
        owner = account(identity)
    if owner is None:
        return page_for(request.path)
    with transaction():
        back = keep_typed(owner)
    if has_typed():
        note(KEPT, "info")
    return back


def _has_token() -> bool:
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def _show_again(owner: str | None) -> ResponseReturnValue:
    """Answer a form that was shown to somebody else, or too long ago, without acting on it."""
    here = owner_here()
    with transaction():
        back = keep_typed(owner or here)
    is_mine = owner in (None, here)
    note(TOO_OLD if is_mine else SOMEBODY_ELSES, "info")
    return redirect(back if is_mine else "/", code=303)


def _stale(_: CSRFError) -> ResponseReturnValue:
    """Answer a form whose token is not this browser's: it was shown before someone signed in, or
    out, in another tab; or the browser keeps no cookies.
    """
    owner = _shown_to()
    if owner is not None and g.get("viewer") is not None:
        return _show_again(owner)
    has_cookie = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    return error_page("csrf" if has_cookie else "no_cookies", 400)


class FormProtection(CSRFProtect):  # type: ignore[misc]  # the library has no types
    """Tokens against forged forms, as the library has them, but for one case: where nobody is
    signed in, and the browser itself says that the form came from a page of ours. Then the token
    may be that of another tab, opened before the first cookie was there.
    """

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse a forged form with ``CSRFError``."""
        try:
            super().protect(apply_exemptions)
        except CSRFError:
            from_here = request.headers.get("Sec-Fetch-Site") == "same-origin"
            has_cookie = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
            if g.get("viewer") is not None or not (from_here and has_cookie):
                raise
            g.csrf_valid = True


def _answered_once(view: Any) -> Any:
    """Wrap a view so that a form with a key is answered once."""

    @wraps(view)
    def answered(**values: Any) -> Any:
        key = request.form.get(FIELD) if request.method == "POST" else None
        if key is None:
            return view(**values)
        owner = _shown_to()
        if owner != owner_here():
            return _show_again(owner)
        form = g.claim = SentForm(key)
        g.undo = None
        try:
            form.refuse_if_answered()
            return _act(form, view, values)
        except AlreadyAnswered as first:
            return _second_answer(readable(first.answer) or None)
        finally:
            del g.claim

    return answered


def _act(form: SentForm, view: Any, values: dict[str, Any]) -> Response:
    try:
        response = make_response(view(**values))
    except (NotFound, HTTPException):
        # The first one may have taken away what the second came for.
        form.drop()
        form.refuse_if_answered()
        raise
    except BaseException:
        form.drop()
        raise
    if form.is_held:
        form.keep(_kept(response))
        form.settle()
    elif form.is_settled:
        with transaction():
            form.keep(_kept(response))
    else:
        form.drop()
        form.refuse_if_answered()
    return response


def _kept(response: Response) -> str | None:
    """Return what is kept of an answer: where it leads, and the undo it offers."""
    if response.location is None:
        return None
    return json.dumps({"to": response.location, "undo": g.get("undo")})


def _second_answer(kept: str | None) -> Any:
    first: dict[str, Any] = {} if kept is None else json.loads(kept)
    note(ONCE, **(first.get("undo") or {}))
    return redirect(first.get("to") or page_for(request.path), code=303)


def _forget(ids: list[int]) -> None:
    db.session.execute(delete(AnsweredForm).where(AnsweredForm.id.in_(ids)))


RULE: Final = Rule(
    "answered forms",
    "That a form was sent, without what was in it: a day",
    lambda now: select(AnsweredForm.id).where(AnsweredForm.answered_at <= now - LASTS),
    _forget,
)
