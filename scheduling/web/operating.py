"""The operator's page: is everything running?"""

from collections.abc import Callable

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from core.errors import NotFound
from core.lookup import find
from core.moment import now
from core.outbox import OutgoingMail
from core.transaction import transaction
from core.web import note, noting_refusals, see_other
from scheduling.operating import drop as drop_letter
from scheduling.operating import parked_seen_by, running
from scheduling.operating import retry as retry_letter

pages = Blueprint("operating", __name__)


@pages.before_request
def _operators_only() -> None:
    if g.viewer is not None and not g.viewer.person.operates:
        raise NotFound


@pages.route("/operating")
def show() -> ResponseReturnValue:
    """Show how the system runs, to who keeps it running."""
    seen = running(g.viewer.person, now=now())
    return render_template("scheduling/operating/show.html", running=seen)


@pages.route("/operating/letters/<mail_id>/retry", methods=["POST"])
def retry(mail_id: str) -> ResponseReturnValue:
    """Try a letter again that was set aside."""
    return _settle(mail_id, retry_letter, "It is tried again within a minute.")


@pages.route("/operating/letters/<mail_id>/drop", methods=["POST"])
def drop(mail_id: str) -> ResponseReturnValue:
    """Give up a letter that was set aside."""
    return _settle(mail_id, drop_letter, "Given up. It is not sent.")


@noting_refusals("operating.show")
def _settle(mail_id: str, act: Callable[..., None], words: str) -> ResponseReturnValue:
    mail: OutgoingMail = find(parked_seen_by(g.viewer.person), mail_id)
    with transaction():
        act(mail, now=now())
    note(words)
    return see_other("operating.show")
