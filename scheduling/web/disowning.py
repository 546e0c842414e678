"""The page for somebody whose address was changed and who did not do it.

It is reached from a letter that somebody else may read by now, so it shows nothing of the account,
not even whether there is one.
"""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.moment import now
from core.transaction import transaction
from core.web import cookieless
from groups.emails import contact
from groups.new_address import disowned
from scheduling.places.disowning import close_everything

pages = Blueprint("disowning", __name__, url_prefix="/not-me")


@pages.get("/<token>")
@cookieless
def show(token: str) -> ResponseReturnValue:
    """Say what the button does; opening the page changes nothing."""
    disowned(token)
    return _page(token, done=False)


@pages.post("/<token>")
@cookieless
def act(token: str) -> ResponseReturnValue:
    """End every sign-in and private link of the account, and say whom to write to."""
    with transaction():
        close_everything(disowned(token), now=now())
    return _page(token, done=True)


def _page(token: str, *, done: bool) -> str:
    return render_template(
        "scheduling/disowning/show.html", token=token, done=done, contact=contact()
    )
