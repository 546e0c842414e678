"""Signing in with a code or the button of its letter, and leaving."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from typing import Final

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import config
from core.errors import NotFound
from core.forms import page_with
from core.moment import now
from core.throttle import wait_words
from core.tokens import unsign
from core.transaction import AWAY, transaction
from core.web import RETURN, always, note, public, retry_after, see_other
from groups.codes import ask_code
from groups.codes_under_way import Asker
from groups.models import Person
from groups.proving import Refusal, asked_for, prove_code, prove_letter, prove_link
from groups.web.known_browsers import forget_all, know_here, known_as, knows_anybody
from groups.web.sign_in.asking import Asking, asking_here, browser_here
from groups.web.sign_in.forms import REFUSALS, AddressForm, CodeForm
from groups.web.viewer import forget_here, sign_in_here, sign_out_here, signed_out_words

log = logging.getLogger(__name__)

pages = Blueprint("sign_in", __name__)

#: A code can be asked for again after this long.
RESEND_AFTER: Final = timedelta(seconds=30)
#: A signed way back is followed for this long.
_WAY_BACK_LASTS: Final = timedelta(days=1)
_CLEAR: Final = '"cache", "storage"'


@pages.route("/sign-in", methods=["GET", "POST"])
@public
def ask() -> ResponseReturnValue:
    """Ask for a code. The answer is the same for every address."""
    if g.viewer is not None:
        return see_other("home.start")
    form = AddressForm()
    if not form.validate_on_submit():
        return page_with(form, _ask_page(form))
    retry_at = send_code(form.read, request.args.get(RETURN, ""))
    if retry_at is None:
        return see_other("sign_in.code")
    form.address.errors = [_later_words(retry_at)]
    return _ask_page(form), 429, retry_after(retry_at, now())


@pages.route("/sign-in/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """Type the code, in the browser that asked for it."""
    if g.viewer is not None:
        return see_other("home.start")
    asked = asking_here()
    if asked is None:
        return see_other("sign_in.ask")
    form = CodeForm()
    if not form.validate_on_submit():
        return page_with(form, _code_page(form, asked))
    refusal = _sign_in(partial(prove_code, asked.address, form.read, browser=asked.browser), now())
    if refusal is None:
        return redirect(_way_on(asked.way_back), code=303)
    form.code.errors = [REFUSALS[refusal]]
    return page_with(form, _code_page(form, asked))


@pages.route("/sign-in/again", methods=["POST"])
@public
def again() -> ResponseReturnValue:
    """Send another code to the same address."""
    asked = asking_here()
    if asked is None:
        return see_other("sign_in.ask")
    wait = asked.asked_at + RESEND_AFTER - now()
    if wait > timedelta(0):
        seconds = ceil(wait.total_seconds())
        note(f"A code was sent a moment ago. You can get another in {seconds} seconds.", "info")
        return see_other("sign_in.code")
    retry_at = send_code(asked.address, asked.way_back, hidden=asked.hidden)
    words = "A code you haven’t used yet now works for longer. Otherwise, a new one is coming."
    note(*((words, "done") if retry_at is None else (_later_words(retry_at), "info")))
    return see_other("sign_in.code")


@pages.route("/sign-in/letter/<token>", methods=["GET", "POST"])
@public
def letter(token: str) -> ResponseReturnValue:
    """The page of the link in a letter with a code. In the browser that asked, its button signs in;
    in any other the code has to be typed. Opening it changes nothing.
    """
    if g.viewer is not None:
        return see_other("home.start")
    asked, form = asking_here(), CodeForm()
    here = asked is not None and asked_for(token, browser=asked.browser)
    if request.method != "POST" or not (here or form.validate_on_submit()):
        return page_with(form, _letter_page(form, token, here))
    browser = browser_here()
    if here:
        prove = partial(prove_link, token, browser=browser)
    else:
        prove = partial(prove_letter, token, form.read, Asker(browser, request.remote_addr))
    refusal = _sign_in(prove, now())
    if refusal is None:
        return redirect(_way_on(asked.way_back if here and asked is not None else ""), code=303)
    form.code.errors = [REFUSALS[refusal]]
    return page_with(form, _letter_page(form, token, here))


@pages.route("/leave", methods=["POST"])
@always
def leave() -> ResponseReturnValue:
    """Sign out, forget who was known here, and go somewhere harmless. A script sends this in the
    background and goes there itself, so it gets no answer. It works while the database is down:
    then this browser forgets who was signed in, and the sign-in ends by itself.
    """
    try:
        with transaction():
            sign_out_here(now())
    except AWAY:
        forget_here()
    forget_all()
    if request.headers.get("Sec-Fetch-Dest") == "empty":
        response = make_response("", 204)
    else:
        response = make_response(redirect(config.current().leave_url, code=303))
    response.headers["Clear-Site-Data"] = _CLEAR
    return response


@pages.route("/sign-out", methods=["POST"])
@public
def out() -> ResponseReturnValue:
    """Sign out and go to the door."""
    with transaction():
        sign_out_here(now())
    response = make_response(see_other("public.door"))
    response.headers["Clear-Site-Data"] = _CLEAR
    return response


@pages.route("/sign-in/forget", methods=["POST"])
@public
def forget() -> ResponseReturnValue:
    """Sign out if someone is signed in, and forget the addresses proved in this browser."""
    with transaction():
        sign_out_here(now())
    forget_all()
    note("We’ve forgotten this browser. Nothing in it shows who signed in here.")
    response = make_response(see_other("sign_in.ask"))
    response.headers["Clear-Site-Data"] = _CLEAR
    return response


def send_code(address: str, way_back: str, *, hidden: bool = False) -> datetime | None:
    """Send a code to this address and remember in this browser that it was asked for.

    If ``hidden`` is true, the page for the code does not show the address: the person asking did
    not type it and need not know it.

    The page that asks then goes on to ``sign_in.code``. ``way_back`` is the signed path to follow
    once the code has been typed, as in ``core.web.way_back_to``; empty leads to the start. Returns
    nothing, or the moment from which this network may ask again if it asked too often. Opens its
    own transaction.
    """
    browser, moment = browser_here(), now()
    with transaction():
        retry_at = ask_code(
            address,
            browser=browser,
            network=request.remote_addr,
            known_as=known_as(address, moment),
            now=moment,
        )
    if retry_at is None:
        Asking(browser, address, moment, way_back, hidden).keep()
    else:
        log.info("a code was asked for too often")
    return retry_at


def _sign_in(prove: Callable[..., Person | Refusal], moment: datetime) -> Refusal | None:
    """Sign in here whoever ``prove`` proves, or return why it proves nobody."""
    with transaction():
        # A wrong try is counted, so it must not be rolled back.
        proved = prove(now=moment)
        if not isinstance(proved, Refusal):
            sign_in_here(proved, now=moment)
            know_here(proved.email, moment)
            return None
    log.info("a code was not accepted: %s", proved)
    return proved


def _way_on(token: str) -> str:
    try:
        path = unsign(RETURN, token, _WAY_BACK_LASTS)
    except NotFound:
        return url_for("home.start")
    # Signed or not, a path with two slashes in front would name another host.
    return path if path.startswith("/") and path[1:2] not in {"/", "\\"} else url_for("home.start")


def _ask_page(form: AddressForm) -> str:
    return render_template(
        "groups/sign_in.html", form=form, signed_out=signed_out_words(), known=knows_anybody()
    )


def _code_page(form: CodeForm, asked: Asking) -> str:
    address = None if asked.hidden else asked.address
    return render_template("groups/code.html", form=form, address=address)


def _letter_page(form: CodeForm, token: str, here: bool) -> str:
    return render_template("groups/letter.html", form=form, token=token, here=here)


def _later_words(retry_at: datetime) -> str:
    wait = wait_words(retry_at, now())
    return f"Too many codes were asked for from your network. Try again {wait}."
