"""The letters that offer places."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from core.mail import Letter, Mailbox
from core.outbox import Posting, post_many
from groups.links import offer_page, stop_offers
from groups.messages import Act, MessageKind, about_group, message
from groups.models import Cohort, DoNotWrite, PlaceOffer
from groups.offers import token_of
from scheduling.dates.wording import ONE_BY_ONE, say_count, say_date, say_pattern
from scheduling.letters.emails import letter_of
from scheduling.letters.posting import coming, when_of
from scheduling.models import PeerSession
from scheduling.rescheduling.apply import Messages, Postings
from scheduling.rescheduling.rows import Rows
from scheduling.runs.laying_out import rule_of

NO_DATES = "There is no date to come, so there is nothing to invite people to yet."


def sessions_to_come(cohort: Cohort, now: datetime) -> Sequence[PeerSession]:
    """Return the dates that are offered, earliest first; raises ``DomainError`` without one."""
    sessions = db.session.scalars(coming(cohort.id, now)).all()
    if not sessions:
        raise DomainError(NO_DATES)
    return sessions


def offer_places(rows: Rows, act: Act) -> Messages:
    """Write the letters about the places that a change offers."""
    found = [rows.find(one) for one in rows.plan.rows if one.table == "offer"]
    letters = letters_to(rows.cohort, [offer for offer in found if offer is not None], act)
    return Postings(lambda: post_many(letters, act.now))


def letters_to(cohort: Cohort, offers: Iterable[PlaceOffer], act: Act) -> list[Posting]:
    """Return a letter for each of these offers of one group, which can be answered.

    Whoever asked never to be written to gets nothing, and whoever offers sees no difference: the
    letter waits with the others and lapses when it would leave.
    """
    told = list(offers)
    if not told:
        return []
    sessions = sessions_to_come(cohort, act.now)
    indexes = [offer.email_index for offer in told]
    silent = set(
        db.session.scalars(
            select(DoNotWrite.email_index).where(DoNotWrite.email_index.in_(indexes))
        )
    )
    kind, leaves_at = MessageKind.OFFER, act.due_at or act.now
    name = act.parcel or f"{act.now:%Y%m%dT%H%M%SZ}"
    return [
        message(
            kind,
            _letter_to(offer, sessions, act.now),
            about_group(cohort, offer),
            replace(act, due_at=leaves_at),
            key=f"{kind}:{offer.public_id}:{name}",
            useful_until=leaves_at if offer.email_index in silent else offer.expires_at,
        )
        for offer in told
    ]


def _letter_to(offer: PlaceOffer, sessions: Sequence[PeerSession], now: datetime) -> Letter:
    token = token_of(offer)
    return letter_about(
        offer,
        sessions,
        link=offer_page(token),
        stop_link=stop_offers(token),
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
    return letter_of(
        MessageKind.OFFER,
        Mailbox("", offer.email),
        link=link,
        unsubscribe_url=stop_link,
        first=when_of(first, now),
        pattern_words=say_pattern(rule.pattern, rule.first_on) if rule else ONE_BY_ONE,
        count_words="" if rule and rule.goes_on else say_count(len(sessions), "date", "dates"),
        last_day_words=say_date(ends_at.astimezone(zone).date(), now.astimezone(zone).date()),
    )
