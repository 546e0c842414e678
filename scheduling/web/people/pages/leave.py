"""Pausing, leaving and coming back, with equal weight and no reason; and the agreement."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from core.lookup import find
from core.moment import now
from core.transaction import transaction
from core.web import note, noting_refusals, see_other
from groups.access import HERE, cohorts_seen_by
from groups.agreement_text import LIMITS, WHO_SEES_WHAT
from groups.cohorts import clauses_of, current_agreement
from groups.memberships import (
    ONLY_FACILITATOR,
    can_come_back,
    comes_back_until,
    holds_alone,
    place_of,
)
from groups.models import Membership, MembershipState
from scheduling.dates.wording import say_date
from scheduling.places import departures
from scheduling.web.home.view.member import membership_in
from scheduling.web.people.view.offered import first_names, said_together

pages = Blueprint("leaving", __name__)

DATES_AGAIN: Final = "Your dates are on their way to you by e-mail."


@pages.get("/g/<cohort_id>/agreement")
def agreement(cohort_id: str) -> ResponseReturnValue:
    """The whole agreement, when this person agreed to it, and who sees what."""
    cohort = find(cohorts_seen_by(g.viewer.person), cohort_id)
    membership = membership_in(cohort, g.viewer.person)
    version = current_agreement(cohort)
    return render_template(
        "scheduling/leaving/agreement.html",
        cohort=cohort,
        version=version,
        clauses=clauses_of(version),
        limits=LIMITS,
        who_sees_what=WHO_SEES_WHAT,
        agreed_version=membership.agreed_version,
        agreed_words=_day_words(membership.agreed_at),
        since_words=_day_words(version.created_at),
    )


@pages.get("/g/<cohort_id>/leave")
def leave(cohort_id: str) -> ResponseReturnValue:
    """Pause or leave; or, for somebody who has left, come back."""
    moment = now()
    membership = place_of(g.viewer.person, cohort_id, now=moment)
    page = _here_page if membership.state in HERE else _gone_page
    return page(membership, moment)


@pages.post("/g/<cohort_id>/leave")
@noting_refusals("leaving.leave")
def depart(cohort_id: str) -> ResponseReturnValue:
    """Leave. The page that follows says until when one can come back."""
    _act(cohort_id, departures.depart)
    return see_other("leaving.leave", cohort_id=cohort_id)


@pages.post("/g/<cohort_id>/pause")
def pause(cohort_id: str) -> ResponseReturnValue:
    """Pause: the place is kept and no dates arrive."""
    return _home_after(cohort_id, departures.pause, "Paused. Your place is kept.")


@pages.post("/g/<cohort_id>/resume")
def resume(cohort_id: str) -> ResponseReturnValue:
    """Get the dates again."""
    return _home_after(cohort_id, departures.resume, DATES_AGAIN)


@pages.post("/g/<cohort_id>/come-back")
def come_back(cohort_id: str) -> ResponseReturnValue:
    """Take up the place again, while it is free."""
    return _home_after(cohort_id, departures.return_to, f"Your place is yours again. {DATES_AGAIN}")


def _act(cohort_id: str, verb: Callable[..., None]) -> None:
    """Do something with the viewer's own place; raises ``DomainError`` for what cannot be."""
    moment = now()
    with transaction():
        verb(place_of(g.viewer.person, cohort_id, now=moment), now=moment)


@noting_refusals("leaving.leave")
def _home_after(cohort_id: str, verb: Callable[..., None], words: str) -> ResponseReturnValue:
    _act(cohort_id, verb)
    note(words)
    return see_other("home.show", cohort_id=cohort_id)


def _here_page(membership: Membership, moment: datetime) -> str:
    return render_template(
        "scheduling/leaving/leave.html",
        membership=membership,
        paused=membership.state == MembershipState.PAUSED,
        needed=ONLY_FACILITATOR if holds_alone(membership) else None,
        **_who_knows(membership),
    )


def _gone_page(membership: Membership, moment: datetime) -> str:
    until = comes_back_until(membership)
    return render_template(
        "scheduling/leaving/left.html",
        membership=membership,
        free=can_come_back(membership, now=moment),
        until_words=_day_words(until),
        **_who_knows(membership),
    )


def _who_knows(membership: Membership) -> dict[str, Any]:
    """Return who learns of it, with the verb that fits their number."""
    names = list(first_names(membership.cohort))
    own = (membership.person.name or "").partition(" ")[0]
    if membership.facilitates and own in names:
        names.remove(own)
    return {"facilitators": said_together(names), "many": len(names) > 1}


def _day_words(moment: datetime | None) -> str:
    """Say a day as it is where this person lives."""
    if moment is None:
        return ""
    zone = ZoneInfo(g.viewer.person.time_zone)
    return say_date(moment.astimezone(zone).date(), now().astimezone(zone).date())
