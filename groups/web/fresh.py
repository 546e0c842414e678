"""Asking for a code once more before what cannot be taken back, in case a browser was left open."""

from datetime import timedelta

from flask import g, render_template, url_for

from core.moment import now
from core.transaction import transaction
from core.typed_text import keep_typed, owner_here
from core.web import way_back_to
from groups.accounts import FRESH, is_fresh


def sign_in_first(why: str, *, then: str | None, otherwise: tuple[str, str]) -> str | None:
    """Return the page that asks somebody to sign in again, or nothing if they have just done so.

    ``why`` is a sentence, ``then`` the path to which signing in leads back (nothing: to the form
    that was sent, as it was typed), and ``otherwise`` the words and the path of the way out.
    """
    if is_fresh(g.viewer.sign_in, now()):
        return None
    if then is None:
        with transaction():
            then = keep_typed(owner_here())
    return render_template(
        "groups/sign_in_again.html",
        why=why,
        minutes=FRESH // timedelta(minutes=1),
        again_url=url_for("account.sign_in_again", **way_back_to(then)),
        otherwise=otherwise,
    )
