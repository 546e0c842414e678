"""The page that an invitation's link opens, which depends on its state and on who is looking."""

from datetime import datetime
from typing import Any

from flask import g, render_template, url_for

from core.moment import now
from core.web import way_back_to
from groups import offers
from groups.access import HERE
from groups.agreement_text import LIMITS, WHO_SEES_WHAT, summary
from groups.cohorts import clauses_of, current_agreement
from groups.memberships import can_come_back
from groups.models import Person, PlaceOffer, Role
from groups.offer_answers import said_from_letter
from groups.offers import Situation, situation
from scheduling.places.arrivals import (
    DiaryChoices,
    belongs_to,
    choices_of,
    keeps_dates,
    must_sign_in,
)
from scheduling.web.people.forms.offers import ChangedMindForm, YesForm
from scheduling.web.people.view.offered import first_names, last_day_words, offered, said_together


def viewer_person() -> Person | None:
    """Return who is signed in in this browser, if anyone is."""
    return None if g.viewer is None else g.viewer.person


def is_somebody_else(offer: PlaceOffer) -> bool:
    """Return whether someone is signed in here whom this offer was not made to."""
    person = viewer_person()
    return person is not None and not belongs_to(offer, person)


def yes_form(offer: PlaceOffer) -> YesForm:
    """Return the form for a yes, with what its person chose before; a link alone shows none."""
    person = viewer_person()
    if person is not None and belongs_to(offer, person):
        return YesForm(offer.cohort.name, choices_of(person), proved=True)
    before = None if keeps_dates(offer) else DiaryChoices()
    return YesForm(offer.cohort.name, before, proved=False)


def page_of(
    offer: PlaceOffer, token: str, form: YesForm, *, changed_mind: ChangedMindForm | None = None
) -> str:
    """Return the page for an offer's state. ``changed_mind`` is the form for taking back a no, if
    it was sent.
    """
    moment = now()
    state = situation(offer, now=moment)
    if is_somebody_else(offer):
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
        changed_mind=changed_mind or ChangedMindForm(formdata=None),
        **more,
    )


def _open_page(offer: PlaceOffer, token: str, form: YesForm, moment: datetime) -> str:
    code_first = g.viewer is None and must_sign_in(offer)
    if code_first and offer.role != Role.MEMBER:
        # Someone asked to facilitate sees nothing about the group until their mailbox is proved.
        return render_template(
            "scheduling/offers/facilitate.html",
            token=token,
            facilitators=said_together(first_names(offer.cohort)),
            last_day=last_day_words(offer, now=moment),
        )
    group = offered(offer, now=moment)
    return render_template(
        "scheduling/offers/open.html",
        group=group,
        form=form,
        token=token,
        agreed=summary(group.first_names),
        clauses=clauses_of(current_agreement(offer.cohort)),
        limits=LIMITS,
        who_sees_what=WHO_SEES_WHAT,
        code_first=code_first,
    )


def _accepted(offer: PlaceOffer, moment: datetime) -> dict[str, Any]:
    """Return what to say about a place that was taken: most to the person who took it."""
    membership = offer.membership
    person = viewer_person()
    home = url_for("home.show", cohort_id=offer.cohort.public_id)
    if person is None and said_from_letter(offer):
        return {"place": "from_letter"}
    if membership is None or person is None or membership.person_id != person.id:
        return {"place": "unknown", "sign_in_url": url_for("sign_in.ask", **way_back_to(home))}
    here = membership.state in HERE
    place = "kept" if here else "left" if can_come_back(membership, now=moment) else "gone"
    return {"place": place, "cohort_id": offer.cohort.public_id}
