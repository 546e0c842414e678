"""How long what belongs to accounts is kept. One line for each table."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, or_, select

from core import form_keys, throttle, typed_text
from core.db import db
from core.retention import Rule
from groups.models import (
    Cohort,
    Grant,
    Membership,
    OfferState,
    Person,
    PlaceOffer,
    SignIn,
    SignInCode,
)

#: Somebody who was added and never proved their address is forgotten after this long.
UNPROVED = timedelta(days=14)
DAY = timedelta(days=1)
#: For so long facilitators can see who was asked, and ask again.
KEPT_OFFER = timedelta(days=30)
#: For so long it can be looked up who could set up groups or run the system.
KEPT_GRANT = timedelta(days=365)
NOT_TAKEN = (OfferState.OPEN, OfferState.DECLINED, OfferState.WITHDRAWN)


def _deletes(table: type[Any]) -> Callable[[list[int]], None]:
    def forget(ids: list[int]) -> None:
        db.session.execute(delete(table).where(table.id.in_(ids)))

    return forget


def _unproved(now: datetime) -> Select[int]:
    # Whoever belongs to something, or was given a task, was added on purpose and stays.
    return select(Person.id).where(
        Person.proved_at.is_(None),
        Person.created_at <= now - UNPROVED,
        Person.id.not_in(select(Grant.person_id).where(Grant.withdrawn_at.is_(None))),
        Person.id.not_in(select(Membership.person_id)),
        # One empty value in the list would make "not in" true of nobody.
        Person.id.not_in(select(Cohort.opened_by_id).where(Cohort.opened_by_id.is_not(None))),
    )


RULES: tuple[Rule, ...] = (
    Rule(
        "codes",
        "Sign-in codes: until a day after they run out",
        lambda now: select(SignInCode.id).where(SignInCode.expires_at <= now - DAY),
        _deletes(SignInCode),
    ),
    Rule(
        "sign-ins",
        "Sign-ins: until a day after they end",
        lambda now: select(SignIn.id).where(
            or_(SignIn.ended_at <= now - DAY, SignIn.ends_at <= now - DAY)
        ),
        _deletes(SignIn),
    ),
    Rule(
        "unproved people",
        "People who were added and never signed in: 14 days",
        _unproved,
        _deletes(Person),
    ),
    Rule(
        "unanswered offers",
        "Offers of a place that came to nothing: 30 days after they ran out",
        lambda now: select(PlaceOffer.id).where(
            PlaceOffer.state.in_(NOT_TAKEN), PlaceOffer.expires_at <= now - KEPT_OFFER
        ),
        _deletes(PlaceOffer),
    ),
    Rule(
        "tasks taken away",
        "Tasks that were taken away: a year",
        lambda now: select(Grant.id).where(Grant.withdrawn_at <= now - KEPT_GRANT),
        _deletes(Grant),
    ),
    throttle.RULE,
    form_keys.RULE,
    typed_text.RULE,
)
