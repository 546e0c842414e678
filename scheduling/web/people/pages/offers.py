"""What an invited person does. Opening a page changes nothing: mail scanners open links too, and
some press the first button they find.

A link alone takes a place or gives it back, with a tick and a button. It signs nobody in: to go on
in this browser, people type a code that we send to the invitation's address.
"""

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.forms import page_with, problems_shown
from core.lookup import find
from core.moment import now
from core.throttle import wait_words
from core.transaction import transaction
from core.web import RETURN, note, noting_refusals, public, see_other, way_back_to
from groups import offer_answers
from groups.access import cohorts_seen_by
from groups.accounts import change
from groups.models import Membership, OfferState, Person, PlaceOffer
from groups.offer_answers import said_from_letter
from groups.offers import Situation, may_write, offer_with, situation
from groups.web.sign_in.pages import send_code
from scheduling.places import arrivals
from scheduling.places.arrivals import SignInFirst
from scheduling.web.fields.by_letter import NO, chosen, is_one_click, stop_offers_form
from scheduling.web.people.forms.offers import (
    ChangedMindForm,
    NameForm,
    NoForm,
    TakeBackForm,
    YesForm,
)
from scheduling.web.people.pages.offer_page import (
    is_somebody_else,
    page_of,
    viewer_person,
    yes_form,
)

pages = Blueprint("offers", __name__)


@pages.get("/i/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    """What the group is, and a yes and a no of equal weight."""
    offer = offer_with(token)
    return page_of(offer, token, yes_form(offer))


@pages.post("/i/<token>/accept")
@public
def accept(token: str) -> ResponseReturnValue:
    """Take the place. Someone signed in with this address goes on to the group."""
    offer = offer_with(token)
    form = yes_form(offer)
    if is_somebody_else(offer):
        return page_of(offer, token, form), 403
    if form.validate_on_submit():
        with problems_shown(form):
            return _take(offer, token, form)
    return page_with(form, page_of(offer, token, form))


def _take(offer: PlaceOffer, token: str, form: YesForm) -> ResponseReturnValue:
    try:
        with transaction():
            membership = arrivals.arrive(offer, viewer_person(), form.choices(), now=now())
    except SignInFirst:
        note("Get a code first, so that we know the mailbox is yours.", "info")
        return see_other("offers.show", token=token)
    return see_other("offers.show", token=token) if g.viewer is None else _welcome(membership)


@pages.post("/i/<token>/go-on")
@public
def go_on(token: str) -> ResponseReturnValue:
    """Send a code to the invitation's address, and go on to the page where it is typed."""
    offer = offer_with(token)
    if is_somebody_else(offer):
        return page_of(offer, token, yes_form(offer)), 403
    state = situation(offer, now=now())
    if g.viewer is not None or state not in (Situation.OPEN, Situation.ACCEPTED):
        return see_other("offers.show", token=token)
    with transaction():
        arrivals.expect(offer, now=now())
    way_on = way_back_to(_way_on(offer, token))[RETURN]
    retry_at = send_code(offer.email, way_on, hidden=True)
    if retry_at is None:
        return see_other("sign_in.code")
    wait = wait_words(retry_at, now())
    note(f"A code was asked for several times. Try again {wait}.", "info")
    return see_other("offers.show", token=token)


@pages.route("/i/<token>/take-back", methods=["GET", "POST"])
@public
@noting_refusals("offers.show")
def take_back(token: str) -> ResponseReturnValue:
    """Take a yes from the letter back: the page, and the act that needs a tick."""
    offer = offer_with(token)
    if is_somebody_else(offer):
        return page_of(offer, token, yes_form(offer)), 403
    if not said_from_letter(offer):
        return see_other("offers.show", token=token)
    form = TakeBackForm()
    if not form.validate_on_submit():
        page = render_template("scheduling/offers/take_back.html", token=token, form=form)
        return page_with(form, page)
    with transaction():
        arrivals.take_back(offer, now=now())
    return see_other("offers.show", token=token)


@pages.route("/i/<token>/decline", methods=["GET", "POST"])
@public
def decline(token: str) -> ResponseReturnValue:
    """Say no: the page, and the act. Nobody asks for a reason."""
    offer = offer_with(token)
    form = NoForm()
    if request.method == "POST":
        return _say_no(offer, token, never_again=bool(form.never_again.data))
    if situation(offer, now=now()) != Situation.OPEN or is_somebody_else(offer):
        return see_other("offers.show", token=token)
    return render_template("scheduling/offers/no.html", token=token, form=form)


@pages.route("/i/<token>/stop", methods=["GET", "POST"])
@public
def stop(token: str) -> ResponseReturnValue:
    """Say no to this and to every later offer, if that is chosen. Only the one-click button of a
    mail program acts without a choice (RFC 8058).
    """
    offer = offer_with(token)
    if is_one_click():
        _say_no(offer, token, never_again=True)
        # RFC 8058 section 3.1: mail programs do not follow redirects.
        return "", 204
    form = stop_offers_form()
    answer, stopped = chosen(form), not may_write(offer)
    if answer == NO:
        return _say_no(offer, token, never_again=True)
    if answer and stopped:
        return _reopen(offer, token)
    if answer or offer.state == OfferState.ACCEPTED:
        return see_other("offers.show", token=token)
    page = render_template("scheduling/offers/stop.html", form=form, stopped=stopped, token=token)
    return page_with(form, page)


@pages.post("/i/<token>/change-mind")
@public
def reconsider(token: str) -> ResponseReturnValue:
    """Take a no back: the question is open again. It takes a tick, so that no program does it."""
    offer = offer_with(token)
    form = ChangedMindForm()
    is_no = offer.state == OfferState.DECLINED and not is_somebody_else(offer)
    if is_no and not form.validate_on_submit():
        return page_with(form, page_of(offer, token, yes_form(offer), changed_mind=form))
    return _reopen(offer, token)


@pages.route("/g/<cohort_id>/name", methods=["GET", "POST"])
def name(cohort_id: str) -> ResponseReturnValue:
    """Ask somebody new what others should call them; they need not say."""
    person: Person = g.viewer.person
    cohort = find(cohorts_seen_by(person), cohort_id)
    form = NameForm(obj=person)
    if not form.validate_on_submit():
        page = render_template("scheduling/offers/name.html", form=form, cohort_id=cohort_id)
        return page_with(form, page)
    if form.name.data:
        with transaction():
            change(person, name=form.name.data, theme=person.theme, time_zone=person.time_zone)
    return see_other("home.show", cohort_id=cohort.public_id)


def _way_on(offer: PlaceOffer, token: str) -> str:
    """Return where to go once the code has been typed: to the group, if they have a place."""
    place = offer.membership
    if place is None or not said_from_letter(offer):
        return url_for("offers.show", token=token)
    page = "home.show" if place.person.name else "offers.name"
    return url_for(page, cohort_id=offer.cohort.public_id)


def _welcome(membership: Membership) -> ResponseReturnValue:
    note("You have a place. The dates are below, and on their way to you by e-mail.")
    page = "home.show" if membership.person.name else "offers.name"
    return see_other(page, cohort_id=membership.cohort.public_id)


def _say_no(offer: PlaceOffer, token: str, *, never_again: bool) -> ResponseReturnValue:
    if is_somebody_else(offer):
        return page_of(offer, token, yes_form(offer)), 403
    with transaction():
        offer_answers.decline(offer, now=now(), never_again=never_again)
    if never_again and offer.state != OfferState.ACCEPTED:
        undo = url_for("offers.reconsider", token=token)
        words = "We won’t offer you a place by e-mail again."
        note(words, undo_url=undo, undo_fields={"sure": "y"})
    return see_other("offers.show", token=token)


def _reopen(offer: PlaceOffer, token: str) -> ResponseReturnValue:
    if is_somebody_else(offer):
        return page_of(offer, token, yes_form(offer)), 403
    with transaction():
        offer_answers.reconsider(offer)
    return see_other("offers.show", token=token)
