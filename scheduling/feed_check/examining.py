"""Examining a feed from outside, as its readers would: ``check`` is the whole of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from scheduling.feed_check.conditional_requests import asking_findings, silence_findings
from scheduling.feed_check.content import (
    change_findings,
    content_findings,
    entries_in,
    is_calendar,
)
from scheduling.feed_check.headers import (
    address_findings,
    caching_findings,
    kind_findings,
    marker_findings,
    privacy_findings,
    redirect_findings,
    wall_findings,
)
from scheduling.feed_check.report import Finding, Report
from scheduling.feed_check.requests import (
    MOST_SILENCES,
    Address,
    Answer,
    NotFetched,
    Question,
    Visit,
    read_address,
    visit,
)


def check(text: str, *, now: datetime) -> Report:
    """Examine the feed at an address; it takes some twenty requests and some seconds.

    Raises NotFetched, with words for the operator, where there is nothing to examine.
    """
    asked = read_address(text)
    seen = visit(asked)
    status = seen.first.status
    if status in (404, 410) or status >= 500:
        raise NotFetched(f"{seen.first.address.origin} answers {status}: {_meaning(status)}")
    found = [*address_findings(asked), *redirect_findings(seen.redirects, seen.first)]
    found += wall_findings(seen.first) if status != 200 else feed_findings(seen, now)
    unique = sorted(dict.fromkeys(found), key=lambda finding: finding.order)
    return Report(asked.shown, unique, list(_remarks(text, asked, seen)))


def _meaning(status: int) -> str:
    if status < 500:
        return "there is no calendar, or its link was ended."
    return "something is wrong over there. Calendars keep what they have."


def feed_findings(seen: Visit, now: datetime) -> Iterator[Finding]:
    """Say what is wrong with a feed that answered 200."""
    yield from content_findings(seen.first)
    again = seen.answers.get(Question.AGAIN)
    if again is not None and again.status == 200:
        yield from change_findings(seen.first.content, again.content)
    yield from kind_findings(seen.first)
    yield from marker_findings(seen.first, now)
    yield from caching_findings(seen.first)
    yield from privacy_findings(seen.first)
    yield from asking_findings(seen)
    yield from silence_findings(seen)


def _remarks(text: str, asked: Address, seen: Visit) -> Iterator[str]:
    if text.strip().lower().startswith("webcal"):
        yield f"It was asked for as {asked.origin}: most programs read webcal as https."
    if asked.is_here:
        yield "It was read on this machine; a proxy in front may have been passed by."
    yield from _ways(seen.redirects)
    if len(seen.silences) == MOST_SILENCES:
        yield f"After {MOST_SILENCES} questions without an answer no other was asked."
    if is_calendar(seen.first.content):
        count = entries_in(seen.first.content)
        entries = "1 entry" if count == 1 else f"{count or 'no'} entries"
        yield f"It holds {entries} in {len(seen.first.content)} bytes."


def _ways(redirects: Sequence[Answer]) -> Iterator[str]:
    if redirects:
        count = "a redirect" if len(redirects) == 1 else f"{len(redirects)} redirects"
        yield f"The calendar stood behind {count}."
