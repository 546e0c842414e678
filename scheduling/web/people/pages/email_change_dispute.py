"""The page for somebody whose address was changed and who did not do it.

It is reached from a letter that somebody else may read by now, so it shows nothing of the account,
not even whether there is one.
"""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.forms import page_with
from core.moment import now
from core.transaction import transaction
from core.web import cookieless
from groups.new_address import disowned
from scheduling.places.disowning import close_everything
from scheduling.web.fields.by_letter import NO, ChoiceForm, chosen, not_me_form

pages = Blueprint("disowning", __name__, url_prefix="/not-me")


@pages.get("/<token>")
@cookieless
def show(token: str) -> ResponseReturnValue:
    """Ask who changed the address; opening the page changes nothing."""
    disowned(token)
    return _page(token, not_me_form())


@pages.post("/<token>")
@cookieless
def act(token: str) -> ResponseReturnValue:
    """End every sign-in and private link of the account if that was chosen, and say whom to tell;
    without a choice, do nothing.
    """
    person, form = disowned(token), not_me_form()
    answer = chosen(form)
    if answer == NO:
        with transaction():
            close_everything(person, now=now())
    return page_with(form, _page(token, form, answer))


def _page(token: str, form: ChoiceForm, answer: str = "") -> str:
    return render_template(
        "scheduling/disowning/show.html",
        token=token,
        form=form,
        answer=answer,
    )
