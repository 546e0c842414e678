"""Who belongs: inviting, withdrawing, sending again, removing."""

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import NotFound
from core.lookup import find
from core.moment import now
from core.transaction import transaction
from core.web import note, noting_refusals, see_other
from groups import offers
from groups.access import HERE, memberships_run_by, offers_run_by
from groups.models import Cohort, Membership, PlaceOffer
from scheduling.dates.wording import say_count
from scheduling.places import departures, inviting
from scheduling.places.offering import offer_places
from scheduling.rescheduling.apply import apply
from scheduling.rescheduling.change_plan import ChangePlan, Subject
from scheduling.web.confirm import (
    Asked,
    Checked,
    form_check_act,
    note_change,
    open_group_run,
    own_zone,
)
from scheduling.web.fields.pasted import pasted_list, person_words
from scheduling.web.home.view.titles import group_title
from scheduling.web.people.forms.people import ROLES, InviteForm
from scheduling.web.people.view.roster import called, roster

pages = Blueprint("people", __name__)
AT = "/groups/<cohort_id>/people"


@pages.route(AT)
def show(cohort_id: str) -> ResponseReturnValue:
    """Show everybody who belongs or has been offered a place."""
    cohort = open_group_run(cohort_id)
    number = request.args.get("page", 1, type=int)
    found = roster(cohort, viewer=g.viewer.person, page=number, zone=own_zone(), now=now())
    title = group_title(cohort, g.viewer.person)
    return render_template("scheduling/people/show.html", cohort=cohort, title=title, found=found)


@pages.route(f"{AT}/invite", methods=["GET", "POST"])
def invite(cohort_id: str) -> ResponseReturnValue:
    """Offer places to more people: the form, the check, and the act."""
    cohort, form = open_group_run(cohort_id), InviteForm()
    asked = Asked(
        cohort,
        "Check the invitations",
        lambda: inviting.invite(cohort, form.people.data.mailboxes, role=form.role.data, now=now()),
        checked=lambda plan, _shown: _checked(cohort, form, plan),
        post=offer_places,
        to=url_for("people.show", cohort_id=cohort_id),
    )
    return form_check_act(form, asked, lambda: _invite_page(cohort, form))


@pages.route(f"{AT}/<offer_id>/resend", methods=["POST"])
@noting_refusals("people.show")
def resend(cohort_id: str, offer_id: str) -> ResponseReturnValue:
    """Send an offer again."""
    offer, person, moment = _offer(cohort_id, offer_id), g.viewer.person, now()
    cohort = offer.cohort
    with transaction():
        plan = inviting.resend(offer, now=moment)
        change = apply(plan, by=person, now=moment, post=offer_places)
    note_change("Sent again.", change, cohort, plan.subject)
    return see_other("people.show", cohort_id=cohort_id)


@pages.route(f"{AT}/<offer_id>/withdraw", methods=["POST"])
@noting_refusals("people.show")
def withdraw(cohort_id: str, offer_id: str) -> ResponseReturnValue:
    """Take an offer back."""
    offer = _offer(cohort_id, offer_id)
    with transaction():
        may_have_left = offers.withdraw(offer, now=now())
    sent = "The link in the e-mail no longer works." if may_have_left else "Nothing was sent."
    note(f"Withdrawn. {sent}")
    return see_other("people.show", cohort_id=cohort_id)


@pages.route(f"{AT}/<membership_id>/remove", methods=["GET", "POST"])
@noting_refusals("people.show")
def remove(cohort_id: str, membership_id: str) -> ResponseReturnValue:
    """End somebody's place: the check and the act."""
    membership = _membership(cohort_id, membership_id)
    name = called(membership.person)
    if request.method != "POST":
        return render_template("scheduling/people/remove.html", cohort=membership.cohort, who=name)
    cohort, person = membership.cohort, g.viewer.person
    with transaction():
        change = departures.remove(membership, by=person, now=now())
    # No name: notes travel in a cookie, which is signed but can be read.
    note_change("Their place has ended.", change, cohort, Subject.PLACE_END)
    return see_other("people.show", cohort_id=cohort_id)


def _offer(cohort_id: str, offer_id: str) -> PlaceOffer:
    offer = find(offers_run_by(g.viewer.person), offer_id)
    if offer.cohort.public_id != open_group_run(cohort_id).public_id:
        raise NotFound
    return offer


def _membership(cohort_id: str, membership_id: str) -> Membership:
    membership = find(memberships_run_by(g.viewer.person), membership_id)
    is_own = membership.person_id == g.viewer.person.id
    elsewhere = membership.cohort.public_id != open_group_run(cohort_id).public_id
    # Whoever facilitates leaves by themselves; nobody removes themselves by a slip.
    if is_own or elsewhere or membership.state not in HERE:
        raise NotFound
    return membership


def _invite_page(cohort: Cohort, form: InviteForm) -> str:
    return render_template(
        "scheduling/people/invite.html",
        cohort=cohort,
        form=form,
        pasted=pasted_list(form.people.data),
    )


def _checked(cohort: Cohort, form: InviteForm, plan: ChangePlan) -> Checked:
    found = inviting.invited(plan)
    asked = [box for box in form.people.data.mailboxes if box.address in found]
    known = [box.address for box in form.people.data.mailboxes if box.address not in found]
    warning = inviting.too_many(cohort, len(asked))
    return Checked(
        f"Send {say_count(len(asked), 'invitation', 'invitations')}",
        rows=[{"label": "You ask them to", "words": ROLES[form.role.data]}],
        advice=[warning] if warning else [],
        readers=[person_words(box) for box in asked],
        pasted=pasted_list(form.people.data, known=known),
    )
