"""Deleting one's own account: a page that says what goes, and the button."""

from typing import Final

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue

from core.errors import DomainError
from core.moment import now
from core.transaction import transaction
from core.web import note, see_other
from groups.erasure import needed_by
from groups.web.viewer import forget_here, sign_in_first
from scheduling.erasure import erase as erase_account
from scheduling.erasure import refusal

pages = Blueprint("erasing", __name__, url_prefix="/account/delete")

FOR_GOOD: Final = "An account that is deleted cannot be brought back."


@pages.get("")
def show() -> ResponseReturnValue:
    """What goes and what stays; or what stands against it, with the way to mend it."""
    return _sign_in_first() or _page()


@pages.post("")
def erase() -> ResponseReturnValue:
    """Delete the account, and let this browser forget it."""
    moment, first = now(), _sign_in_first()
    if first is not None:
        return first
    try:
        with transaction():
            erase_account(g.viewer.person, now=moment)
    except DomainError:
        # The page says why.
        return _page(), 422
    forget_here()
    note("Your account is deleted.")
    return see_other("public.door")


def _sign_in_first() -> str | None:
    keep = ("Keep my account", url_for("account.show"))
    return sign_in_first(FOR_GOOD, then=url_for("erasing.show"), otherwise=keep)


def _page() -> str:
    return render_template(
        "scheduling/erasing/show.html",
        needed=refusal(g.viewer.person),
        groups=needed_by(g.viewer.person),
    )
