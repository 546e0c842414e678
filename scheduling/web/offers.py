"""The page of an invited person. Opening it changes nothing: mail scanners open links too."""

from datetime import datetime
from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue

from core.errors import DomainError
from core.forms import show_problem
from core.lookup import find
from core.moment import now
from core.transaction import transaction
from core.web import note, public, see_other, way_back_to
from groups import offers
from groups.access import HERE, cohorts_seen_by
from groups.accounts import change
from groups.agreement_text import LIMITS, WHO_SEES_WHAT, summary
from groups.agreements import clauses_of, current_agreement
from groups.memberships import can_come_back
from groups.models import Membership, OfferState, Person, PlaceOffer
from groups.offers import Situation, offer_with, situation
from groups.web.viewer import sign_in_here
from scheduling.forms.by_letter import NO, stop_offers_form
from scheduling.forms.offers import NameForm, YesForm
from scheduling.places.arrivals import (
    DiaryChoices,
    SignInFirst,
    arrive,
    belongs_to,
    choices_of,
    has_account,
)
from scheduling.showing.offered import first_names, last_day_words, offered, said_together
from scheduling.web.by_letter import chosen, is_one_click

pages = Blueprint("offers", __name__)


@pages.get("/i/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    """What the group is, and a yes and a no of equal weight."""
    offer = offer_with(token)
    return _page(offer, token, _yes_form(offer))


@pages.post("/i/<token>/accept")
@public
def accept(token: str) -> ResponseReturnValue:
    """Take the place. Somebody new gets an account and is signed in here."""
    offer = offer_with(token)
    form = _yes_form(offer)
    if _is_somebody_else(offer):
        return _page(offer, token, form), 403
    if not form.validate_on_submit():
        return _page(offer, token, form), 422
    try:
        membership = _arrive(offer, form.choices())
    except SignInFirst:
        note("This address already has an account. Sign in to take the place.", "info")
        return see_other("sign_in.ask", **way_back_to(url_for("offers.show", token=token)))
    except DomainError as error:
        show_problem(form, error)
        return _page(offer, token, form), 422
    return _welcome(membership)


@pages.post("/i/<token>/decline")
@public
def decline(token: str) -> ResponseReturnValue:
    """Say no. Nobody asks for a reason."""
    return _say_no(token, never_again=False)


@pages.route("/i/<token>/stop", methods=["GET", "POST"])
@public
def stop(token: str) -> ResponseReturnValue:
    """Say no to this and to every later offer, if that is chosen. Only the one-click button of a
    mail program acts without a choice (RFC 8058).
    """
    if is_one_click():
        _say_no(token, never_again=True)
        # RFC 8058 section 3.1: mail programs do not follow redirects.
        return "", 204
    offer, form = offer_with(token), stop_offers_form()
    answer, stopped = chosen(form), not offers.may_write(offer)
    if answer == NO:
        return _say_no(token, never_again=True)
    if answer and stopped:
        return reconsider(token)
    if answer or offer.state == OfferState.ACCEPTED:
        return see_other("offers.show", token=token)
    page = render_template("scheduling/offers/stop.html", form=form, stopped=stopped, token=token)
    return page, 422 if form.errors else 200


@pages.post("/i/<token>/change-mind")
@public
def reconsider(token: str) -> ResponseReturnValue:
    """Take a no back: the question is open again."""
    offer = offer_with(token)
    if _is_somebody_else(offer):
        return _page(offer, token, _yes_form(offer)), 403
    with transaction():
        offers.reconsider(offer)
    return see_other("offers.show", token=token)


@pages.route("/g/<cohort_id>/name", methods=["GET", "POST"])
def name(cohort_id: str) -> ResponseReturnValue:
    """Ask somebody new what others should call them; they need not say."""
    person: Person = g.viewer.person
    cohort = find(cohorts_seen_by(person), cohort_id)
    form = NameForm(obj=person)
    if not form.validate_on_submit():
        page = render_template("scheduling/offers/name.html", form=form, cohort_id=cohort_id)
        return page, 422 if form.is_submitted() else 200
    if form.name.data:
        with transaction():
            change(person, name=form.name.data, theme=person.theme, time_zone=person.time_zone)
    return see_other("home.show", cohort_id=cohort.public_id)


def _yes_form(offer: PlaceOffer) -> YesForm:
    person = _viewer_person()
    mine = person is not None and belongs_to(offer, person)
    return YesForm(offer.cohort.name, choices_of(person) if mine and person else DiaryChoices())


def _viewer_person() -> Person | None:
    return None if g.viewer is None else g.viewer.person


def _is_somebody_else(offer: PlaceOffer) -> bool:
    person = _viewer_person()
    return person is not None and not belongs_to(offer, person)


def _arrive(offer: PlaceOffer, choices: DiaryChoices) -> Membership:
    moment = now()
    with transaction():
        membership = arrive(offer, _viewer_person(), choices, now=moment)
        if g.viewer is None:
            sign_in_here(membership.person, now=moment)
    return membership


def _welcome(membership: Membership) -> ResponseReturnValue:
    note("You have a place. The dates are below, and on their way to you by e-mail.")
    page = "home.show" if membership.person.name else "offers.name"
    return see_other(page, cohort_id=membership.cohort.public_id)


def _say_no(token: str, *, never_again: bool) -> ResponseReturnValue:
    offer = offer_with(token)
    if _is_somebody_else(offer):
        return _page(offer, token, _yes_form(offer)), 403
    with transaction():
        offers.decline(offer, now=now(), never_again=never_again)
    if never_again and offer.state != OfferState.ACCEPTED:
        undo = url_for("offers.reconsider", token=token)
        note("We won’t offer you a place by e-mail again.", undo_url=undo)
    return see_other("offers.show", token=token)


def _page(offer: PlaceOffer, token: str, form: YesForm) -> str:
    """Return the page for what has become of an offer."""
    moment = now()
    state = situation(offer, now=moment)
    if _is_somebody_else(offer):
        return render_template("scheduling/offers/somebody_else.html")
    if state == Situation.OPEN:
        return _open_page(offer, token, form, moment)
    more = _accepted(offer, moment) if state == Situation.ACCEPTED else {}
    return render_template(
        f"scheduling/offers/{state}.html",
        token=token,
        last_day=last_day_words(offer, now=moment),
        may_write=offers.may_write(offer),
        facilitators=said_together(first_names(offer.cohort)),
        **more,
    )


def _open_page(offer: PlaceOffer, token: str, form: YesForm, moment: datetime) -> str:
    group = offered(offer, now=moment)
    sign_in_first = g.viewer is None and has_account(offer)
    path = url_for("offers.show", token=token)
    return render_template(
        "scheduling/offers/open.html",
        group=group,
        form=form,
        token=token,
        agreed=summary(group.first_names),
        clauses=clauses_of(current_agreement(offer.cohort)),
        limits=LIMITS,
        who_sees_what=WHO_SEES_WHAT,
        sign_in_url=url_for("sign_in.ask", **way_back_to(path)) if sign_in_first else None,
    )


def _accepted(offer: PlaceOffer, moment: datetime) -> dict[str, Any]:
    """Return what only the person who took the place is told about it."""
    membership = offer.membership
    person = _viewer_person()
    home = url_for("home.show", cohort_id=offer.cohort.public_id)
    if membership is None or person is None or membership.person_id != person.id:
        return {"place": "unknown", "sign_in_url": url_for("sign_in.ask", **way_back_to(home))}
    here = membership.state in HERE
    place = "kept" if here else "left" if can_come_back(membership, now=moment) else "gone"
    return {"place": place, "cohort_id": offer.cohort.public_id}
