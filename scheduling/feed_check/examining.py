"""Examining a feed from outside, as its readers would: ``check`` is the whole of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from scheduling.feed_check.asking import asking_findings, silence_findings
from scheduling.feed_check.calendar import calendar_findings, frame_findings, library_findings
from scheduling.feed_check.entries import entry_findings
from scheduling.feed_check.fetching import Address, Answer, NotFetched, read_address
from scheduling.feed_check.finding import Finding
from scheduling.feed_check.first_answer import (
    address_findings,
    caching_findings,
    kind_findings,
    marker_findings,
    privacy_findings,
    redirect_findings,
    wall_findings,
)
from scheduling.feed_check.lines import Block, line_findings, read_blocks
from scheduling.feed_check.visit import MOST_SILENCES, Question, Visit, visit
from scheduling.feed_check.words import word_findings

_BEGINS = b"BEGIN:VCALENDAR"
_STAMP = re.compile(rb"^DTSTAMP[;:].*?$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Report:
    """What was found at ``address``, which is shown without its secret, in the order of rules.

    ``remarks`` are sentences about what is not wrong.
    """

    address: str
    findings: list[Finding]
    remarks: list[str]


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
    yield from content_findings(seen.first, now)
    again = seen.answers.get(Question.AGAIN)
    if again is not None and again.status == 200:
        yield from change_findings(seen.first.content, again.content)
    yield from kind_findings(seen.first)
    yield from marker_findings(seen.first, now)
    yield from caching_findings(seen.first)
    yield from privacy_findings(seen.first)
    yield from asking_findings(seen)
    yield from silence_findings(seen)


def content_findings(first: Answer, now: datetime) -> Iterator[Finding]:
    """Say what is wrong with the calendar itself, as it arrived."""
    body = first.content
    if not first.whole:
        effect = "Programs drop what is missing."
        yield Finding("F19", "Fewer bytes arrive than were announced.", effect)
    if _BEGINS not in body.upper():
        found = "What arrives is no calendar, perhaps a page for people."
        yield Finding("F1", found, "Programs show an error and keep what they had.")
        return
    yield from line_findings(body)
    blocks, findings = read_blocks(body)
    yield from findings
    yield from frame_findings(blocks)
    for calendar in [block for block in blocks if block.name == "VCALENDAR"][:1]:
        entries = calendar.inside("VEVENT")
        yield from calendar_findings(calendar)
        yield from entry_findings(entries, now)
        yield from word_findings(calendar, entries)
        yield from library_findings(body, len(entries))


def change_findings(before: bytes, after: bytes) -> Iterator[Finding]:
    """Say what changed between two readings a moment apart (F6, F9, F10)."""
    if before == after or _BEGINS not in before.upper():
        return
    if _STAMP.sub(b"", before) == _STAMP.sub(b"", after):
        effect = "Nextcloud takes every entry for changed at every reading."
        yield Finding("F9", "DTSTAMP is the time of the request.", effect)
        return
    identities, later = _identities(before), _identities(after)
    if identities and set(identities).isdisjoint(later):
        effect = "Programs drop and add every entry at every reading."
        yield Finding("F6", "The UIDs change from reading to reading.", effect)
    elif identities != later and sorted(identities) == sorted(later):
        effect = "Programs fetch everything each time."
        yield Finding("F10", "The order of entries changes from reading to reading.", effect)
    else:
        effect = "Unless somebody changed something just now, programs fetch everything each time."
        yield Finding("F10", "Two readings a moment apart differ.", effect)


def _identities(body: bytes) -> list[str]:
    return [entry.value("UID") for entry in _entries(body)]


def _entries(body: bytes) -> list[Block]:
    calendars = [block for block in read_blocks(body)[0] if block.name == "VCALENDAR"]
    return [entry for calendar in calendars for entry in calendar.inside("VEVENT")]


def _remarks(text: str, asked: Address, seen: Visit) -> Iterator[str]:
    if text.strip().lower().startswith("webcal"):
        yield f"It was asked for as {asked.origin}: most programs read webcal as https."
    if asked.is_here:
        yield "It was read on this machine; a proxy in front may have been passed by."
    yield from _ways(seen.redirects)
    if len(seen.silences) == MOST_SILENCES:
        yield f"After {MOST_SILENCES} questions without an answer no other was asked."
    if _BEGINS in seen.first.content.upper():
        count = len(_entries(seen.first.content))
        entries = "1 entry" if count == 1 else f"{count or 'no'} entries"
        yield f"It holds {entries} in {len(seen.first.content)} bytes."


def _ways(redirects: Sequence[Answer]) -> Iterator[str]:
    if redirects:
        count = "a redirect" if len(redirects) == 1 else f"{len(redirects)} redirects"
        yield f"The calendar stood behind {count}."
