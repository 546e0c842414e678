"""What stands on the member's pages, put together from what was read: groups and their people
in sentences.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for

from groups.agreement_text import summary
from groups.models import Cohort, Membership, MembershipState
from scheduling.access import room_of
from scheduling.dates.wording import NUMBERS, say_count, say_month, say_pattern
from scheduling.models import PeerSession, SessionState
from scheduling.runs.set_up import pattern_from_json
from scheduling.web.home.view.member import DatesView, GroupView
from scheduling.web.session_card import (
    SessionCard,
    card,
    change_lines,
    prompt_card,
    year_cells,
)


@dataclass(frozen=True)
class DateRow:
    """One session in the list of all dates."""

    session: PeerSession
    cohort: Cohort
    card: SessionCard
    answer_url: str | None
    paused: bool


def group_words(view: GroupView, now: datetime) -> dict[str, Any]:
    """Return the words of a group's page."""
    following, series = view.next_session, view.series
    zone = view.membership.person.time_zone
    shown = following and card(
        following, now=now, answered=view.said, places=view.active, reader_zone=zone
    )
    pattern = ""
    if series is not None:
        pattern = f"{say_pattern(pattern_from_json(series.pattern), series.first_on)}."
    return {
        "cohort": view.cohort,
        "view": view,
        "card": shown,
        "session_url": following and session_url(following),
        "alerts": _alerts(view, now),
        "room_open": bool(following and room_of(following, view.membership, now)),
        "prompts": following and prompt_card(following),
        "answer_url": following and answer_url(following, view.membership, now, "home"),
        "readers": say_readers(view.facilitators),
        "intro": f"{pattern} {say_facilitators(view.facilitators)}".strip(),
        "cells": year_cells(view.strip, now=now),
        "changes": change_lines(view.strip, now=now),
        "agreed": summary(view.facilitators),
        "members": say_members(view.members, view.cohort.pqe_most),
    }


def _alerts(view: GroupView, now: datetime) -> list[str]:
    """Say which sessions that would have come before the next one are cancelled."""
    following = view.next_session
    earlier = [
        session
        for session in view.strip
        if session.state == SessionState.CANCELLED
        and (following is None or session.starts_at < following.starts_at)
    ]
    return change_lines(earlier, now=now)


def session_url(session: PeerSession) -> str:
    """Return the page of one session."""
    return url_for("home.session", cohort_id=session.cohort.public_id, session_id=session.public_id)


def answer_url(
    session: PeerSession, membership: Membership, now: datetime, back: str, page: int | None = None
) -> str | None:
    """Return where an answer goes, while there is something to answer; ``back`` is where from."""
    if membership.state != MembershipState.ACTIVE or session.starts_at <= now:
        return None
    return url_for(
        "home.answer",
        cohort_id=session.cohort.public_id,
        session_id=session.public_id,
        back=back,
        page=page,
    )


def months_of(view: DatesView, now: datetime) -> list[tuple[str, list[DateRow]]]:
    """Return one page of dates under the months they fall in."""
    rows = [_row(session, view, now) for session in view.sessions]
    return [(month, list(found)) for month, found in groupby(rows, key=_month)]


def _month(row: DateRow) -> str:
    zone = ZoneInfo(row.session.zone_name)
    return say_month(row.session.starts_at.astimezone(zone).date())


def _row(session: PeerSession, view: DatesView, now: datetime) -> DateRow:
    membership = view.memberships[session.cohort_id]
    active = membership.state == MembershipState.ACTIVE
    shown = card(
        session,
        now=now,
        answered=view.said[session.id],
        places=active,
        lead_words=session.cohort.name,
        reader_zone=membership.person.time_zone,
    )
    url = answer_url(session, membership, now, "dates", view.page)
    return DateRow(session, session.cohort, shown, url, paused=not active)


def joined(names: Sequence[str]) -> str:
    """Join names as they are said: "Amara", "Amara and Tom", "Amara, Tom and Rhys"."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def say_facilitators(names: Sequence[str]) -> str:
    """Say who holds the frame: "Amara and Tom facilitate."; nothing while no name is known."""
    if not names:
        return ""
    return f"{joined(names)} {'facilitates' if len(names) == 1 else 'facilitate'}."


def say_readers(names: Sequence[str]) -> str:
    """Say who sees an answer: "Only Amara and Tom see your answer"."""
    who = joined(names) if names else "facilitators"
    return f"Only {who} {'sees' if len(names) == 1 else 'see'} your answer"


def say_members(members: int, pqe_most: int | None) -> str:
    """Say how large a group is: "Seven members, all within ten years of qualifying."

    ``pqe_most`` is how many years after qualifying somebody can be, or None for no limit.
    """
    counted = say_count(members, "member", "members")
    counted = counted[0].upper() + counted[1:]
    if pqe_most is None or members == 0:
        return f"{counted}{' yet' if members == 0 else ''}."
    years = NUMBERS[pqe_most] if 0 < pqe_most < len(NUMBERS) else str(pqe_most)
    every = ", all" if members > 1 else ","
    return f"{counted}{every} within {years} {'year' if pqe_most == 1 else 'years'} of qualifying."
