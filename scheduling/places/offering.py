"""Sending the letter that offers a place."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from core.db import db
from core.errors import DomainError
from core.mail import Letter, Mailbox
from core.outbox import under_way
from core.web import link
from groups.messages import Act, MessageKind, about_group, message, post_message
from groups.models import PlaceOffer
from groups.offers import mark_sent, may_write, token_of
from scheduling.dates.wording import ONE_BY_ONE, say_count, say_date, say_pattern
from scheduling.letters.emails import place_offered
from scheduling.letters.posting import coming, when_of
from scheduling.models import PeerSession
from scheduling.runs.laying_out import rule_of


def send_offer(
    offer: PlaceOffer,
    *,
    now: datetime,
    due_at: datetime | None = None,
    parcel: str | None = None,
) -> bool:
    """Post the letter that offers a place, also again; returns whether one was posted: not while
    an earlier one is still on its way.

    Whoever asked never to be written to gets nothing, and whoever offers sees no difference: the
    letter waits with the others and lapses when it would leave. Raises ``DomainError`` if there
    is no date to come, or the offer has been answered or withdrawn.
    """
    if under_way(addressee=offer.public_id):
        return False
    sessions = list(db.session.scalars(coming(offer.cohort_id, now)))
    if not sessions:
        raise DomainError("There is no date to come, so there is nothing to offer yet.")
    mark_sent(offer, now=now)
    letter = _letter_to(offer, sessions, now)
    kind, leaves_at = MessageKind.OFFER, due_at or now
    made = message(
        kind,
        letter,
        about_group(offer.cohort, offer),
        Act(now, leaves_at, parcel),
        key=f"{kind}:{offer.public_id}:{parcel or f'{now:%Y%m%dT%H%M%SZ}'}",
        useful_until=offer.expires_at if may_write(offer) else leaves_at,
    )
    return post_message(made, now)


def _letter_to(offer: PlaceOffer, sessions: Sequence[PeerSession], now: datetime) -> Letter:
    token = token_of(offer)
    return letter_about(
        offer,
        sessions,
        link=link("offers.show", token=token),
        stop_link=link("offers.stop", token=token),
        ends_at=offer.expires_at or now,
        now=now,
    )


def letter_about(
    offer: PlaceOffer,
    sessions: Sequence[PeerSession],
    *,
    link: str,
    stop_link: str,
    ends_at: datetime,
    now: datetime,
) -> Letter:
    """Return the letter that offers a place in these sessions, earliest first; it can be answered
    until ``ends_at``. A run that goes on until it is ended has no number of dates.
    """
    first = sessions[0]
    zone = ZoneInfo(first.series.time_zone if first.series else first.zone_name)
    rule = rule_of(first.series) if first.series else None
    return place_offered(
        Mailbox("", offer.email),
        link=link,
        stop_link=stop_link,
        first=when_of(first, now),
        pattern_words=say_pattern(rule.pattern, rule.first_on) if rule else ONE_BY_ONE,
        count_words="" if rule and rule.goes_on else say_count(len(sessions), "date", "dates"),
        last_day_words=say_date(ends_at.astimezone(zone).date(), now.astimezone(zone).date()),
    )
