"""Changing one's own address: give it, prove it, and everything moves over."""

from datetime import datetime, timedelta
from typing import Final

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import DomainError
from core.forms import page_with, problems_shown
from core.moment import now
from core.throttle import wait_words
from core.transaction import transaction
from core.web import note, retry_after, see_other
from groups import new_address
from groups.proving import Refusal
from groups.web.known_browsers import know_here
from groups.web.sign_in.asking import Asking, asking_here, browser_here
from groups.web.sign_in.forms import REFUSALS, NewAddressCodeForm, NewAddressForm
from groups.web.viewer import sign_in_first, sign_in_here
from scheduling.places.readdressing import change_address

pages = Blueprint("readdressing", __name__, url_prefix="/account/address")

#: Under this name the browser keeps which address was asked for.
HERE = "moving to"
TAKES_IT_ALONG: Final = "Whoever changes your address takes your account with them."


@pages.route("", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """Ask for the new address, and send it a code. The answer is the same for every address."""
    first = _sign_in_first()
    if first is not None:
        return first
    form = NewAddressForm()
    if form.validate_on_submit():
        with problems_shown(form):
            return _send_code(form)
    return page_with(form, _ask_page(form))


@pages.route("/code", methods=["GET", "POST"])
def code() -> ResponseReturnValue:
    """Type the code from the new address; with it everything moves over."""
    asked = asking_here(HERE)
    if asked is None or asked.asked_at + timedelta(hours=1) < now():
        return see_other("readdressing.ask")
    form = NewAddressCodeForm()
    if form.validate_on_submit():
        with problems_shown(form):
            refusal = _move(asked, form)
            if refusal is not None:
                raise DomainError(REFUSALS[refusal], field="code")
            note("Your address is changed. Sign-ins in other browsers have ended.")
            return see_other("account.show")
    return page_with(form, _code_page(form, asked))


def _sign_in_first() -> str | None:
    keep = ("Keep the old address", url_for("account.show"))
    return sign_in_first(TAKES_IT_ALONG, then=url_for("readdressing.ask"), otherwise=keep)


def _send_code(form: NewAddressForm) -> ResponseReturnValue:
    browser, moment = browser_here(HERE), now()
    network = request.remote_addr
    with transaction():
        retry_at = new_address.ask(
            g.viewer.person, form.read, browser=browser, network=network, now=moment
        )
    if retry_at is not None:
        return _later(form, retry_at)
    Asking(browser, form.read, moment, "").keep(HERE)
    return see_other("readdressing.code")


def _move(asked: Asking, form: NewAddressCodeForm) -> Refusal | None:
    moment, person = now(), g.viewer.person
    with transaction():
        # A wrong try is counted, so it must not be rolled back.
        refusal = new_address.prove(asked.address, form.read, browser=asked.browser, now=moment)
        if refusal is None:
            change_address(person, asked.address, tell_former=not form.quiet.data, now=moment)
            sign_in_here(person, now=moment)
            know_here(person.email, moment)
    return refusal


def _later(form: NewAddressForm, retry_at: datetime) -> ResponseReturnValue:
    form.address.errors = [f"That was asked for several times. Try again {_wait(retry_at)}."]
    return _ask_page(form), 429, retry_after(retry_at, now())


def _wait(retry_at: datetime) -> str:
    return wait_words(retry_at, now())


def _ask_page(form: NewAddressForm) -> str:
    return render_template("groups/address.html", form=form, email=g.viewer.person.email)


def _code_page(form: NewAddressCodeForm, asked: Asking) -> str:
    return render_template("groups/address_code.html", form=form, address=asked.address)
