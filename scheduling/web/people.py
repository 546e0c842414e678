"""Who belongs: inviting, withdrawing, sending again, removing."""

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import DomainError, NotFound
from core.forms import show_problem
from core.lookup import find
from core.moment import now
from core.transaction import transaction
from core.web import note, see_other
from groups import offers
from groups.access import HERE, memberships_run_by, offers_run_by
from groups.models import Cohort, Membership, PlaceOffer
from scheduling.dates.wording import say_count
from scheduling.forms.people import ROLES, InviteForm
from scheduling.places import departures, inviting
from scheduling.places.inviting import Invited
from scheduling.showing.group_titles import group_title
from scheduling.showing.pasted import pasted_list, person_words
from scheduling.showing.roster import called, roster
from scheduling.web.changing import check_page, leaves_words, open_group_run, own_zone, rehearsed

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
    if form.validate_on_submit() and not form.back.data:
        try:
            return _invited(cohort, form) if form.is_confirmed else _check_invite(cohort, form)
        except DomainError as error:
            show_problem(form, error)
    page = render_template(
        "scheduling/people/invite.html", cohort=cohort, form=form, pasted=pasted_list(form.paste)
    )
    return page, 422 if form.is_submitted() and (form.errors or form.form_errors) else 200


@pages.route(f"{AT}/<offer_id>/resend", methods=["POST"])
def resend(cohort_id: str, offer_id: str) -> ResponseReturnValue:
    """Send an offer again."""
    offer = _offer(cohort_id, offer_id)
    try:
        with transaction():
            invited = inviting.resend(offer, now=now())
    except DomainError as error:
        note(error.words, "info")
    else:
        _note_invited("Sent again.", invited, offer.cohort)
    return see_other("people.show", cohort_id=cohort_id)


@pages.route(f"{AT}/<offer_id>/withdraw", methods=["POST"])
def withdraw(cohort_id: str, offer_id: str) -> ResponseReturnValue:
    """Take an offer back."""
    offer = _offer(cohort_id, offer_id)
    try:
        with transaction():
            offers.withdraw(offer, now=now())
    except DomainError as error:
        note(error.words, "info")
    else:
        note("Withdrawn. The link in the e-mail no longer works.")
    return see_other("people.show", cohort_id=cohort_id)


@pages.route(f"{AT}/take-back", methods=["POST"])
def take_back(cohort_id: str) -> ResponseReturnValue:
    """Take invitations back while they wait."""
    cohort = open_group_run(cohort_id)
    try:
        with transaction():
            inviting.take_back(cohort, request.form.get("parcel", ""), now=now())
    except DomainError as error:
        note(error.words, "info")
    else:
        note("Taken back. Nothing was sent.")
    return see_other("people.show", cohort_id=cohort_id)


@pages.route(f"{AT}/<membership_id>/remove", methods=["GET", "POST"])
def remove(cohort_id: str, membership_id: str) -> ResponseReturnValue:
    """End somebody's place: the check and the act."""
    membership = _membership(cohort_id, membership_id)
    name = called(membership.person)
    if request.method != "POST":
        return render_template("scheduling/people/remove.html", cohort=membership.cohort, who=name)
    try:
        with transaction():
            departures.remove(membership, now=now())
    except DomainError as error:
        note(error.words, "info")
    else:
        # No name: notes travel in a cookie, which is signed but can be read.
        note("Their place has ended.")
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


def _check_invite(cohort: Cohort, form: InviteForm) -> ResponseReturnValue:
    mailboxes, found = form.paste.mailboxes, list[Invited]()
    rehearsal = rehearsed(
        lambda: found.append(inviting.invite(cohort, mailboxes, role=form.asked_role, now=now())),
        cohort,
        own=False,
    )
    known = found[0].known
    asked = [box for box in mailboxes if box.address not in known]
    if not asked:
        raise DomainError("Everybody on this list has been invited already.", field="people")
    warning = inviting.too_many(cohort, len(asked))
    return check_page(
        form,
        cohort,
        rehearsal,
        title="Check the invitations",
        button=f"Send {say_count(len(asked), 'invitation', 'invitations')}",
        back_url=request.path,
        rows=[{"label": "You ask them to", "words": ROLES[form.role.data]}],
        advice=[warning] if warning else [],
        readers=[person_words(box) for box in asked],
        pasted=pasted_list(form.paste, known=known),
    )


def _invited(cohort: Cohort, form: InviteForm) -> ResponseReturnValue:
    with transaction():
        invited = inviting.invite(cohort, form.paste.mailboxes, role=form.asked_role, now=now())
    if invited.offers:
        _note_invited("Saved.", invited, cohort)
    return see_other("people.show", cohort_id=cohort.public_id)


def _note_invited(words: str, invited: Invited, cohort: Cohort) -> None:
    leaves = leaves_words(len(invited.offers), invited.leaves_at, own_zone())
    undo_url = url_for("people.take_back", cohort_id=cohort.public_id)
    note(f"{words} {leaves}", undo_url=undo_url, undo_fields={"parcel": invited.parcel})
