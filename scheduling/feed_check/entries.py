"""The entries of a feed: what each must hold, and what it must not (rules F6 to F17).

Pure. What stands in an entry is somebody's secret, so a finding says on which line one begins and
never what is in it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scheduling.feed_check.finding import Finding, places
from scheduling.feed_check.lines import Block, Line

MOST_ENTRIES: Final = 500
BACK: Final = timedelta(days=61)
AHEAD: Final = timedelta(days=550)
CANCELLED_BACK: Final = timedelta(days=8)
LONGEST_UID: Final = 190
#: Clocks of two machines differ a little.
A_LITTLE: Final = timedelta(minutes=5)

_NEEDED: Final = (
    "SUMMARY",
    "STATUS",
    "TRANSP",
    "SEQUENCE",
    "LAST-MODIFIED",
    "DTSTAMP",
    "CLASS",
)
_UNWANTED: Final = ("ATTENDEE", "ORGANIZER", "ATTACH", "REQUEST-STATUS", "CONTACT", "COMMENT")
_REPEATING: Final = ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")
_MOMENT: Final = re.compile(r"\d{8}T\d{6}Z?", re.ASCII)
_STATES: Final = {("OPAQUE", "BUSY"), ("TRANSPARENT", "FREE")}

Test = Callable[[Block], bool]


def entry_findings(entries: Sequence[Block], now: datetime) -> Iterator[Finding]:
    """Say what is wrong with the entries of a calendar, read at this moment."""
    yield from _identity_findings(entries)
    for rule, what, effect, is_wrong in (*_TIMES, *_CONTENT, *_STATE):
        yield from _found(entries, rule, what, effect, is_wrong)
    yield from _needed_findings(entries)
    yield from _window_findings(entries, now)


def moment_of(line: Line | None) -> datetime | None:
    """Return the time on a line as an aware one, or nothing where it cannot be told."""
    if line is None or not _MOMENT.fullmatch(line.value):
        return None
    try:
        found = datetime.strptime(line.value.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - its zone follows
        if line.value.endswith("Z"):
            return found.replace(tzinfo=UTC)
        return found.replace(tzinfo=ZoneInfo(line.parameters["TZID"])).astimezone(UTC)
    except (ValueError, KeyError, OSError, OverflowError, ZoneInfoNotFoundError):
        return None


def _found(
    entries: Sequence[Block], rule: str, what: str, effect: str, is_wrong: Test
) -> Iterator[Finding]:
    numbers = [entry.number for entry in entries if is_wrong(entry)]
    if numbers:
        yield Finding(rule, f"{what}: {places(numbers, 'the entry on line')}.", effect)


def _identity_findings(entries: Sequence[Block]) -> Iterator[Finding]:
    counts = Counter(entry.value("UID") for entry in entries)
    for what, effect, is_wrong in (
        ("No UID", "Programs refuse it, or add it anew at every reading.", _has_no_uid),
        ("A UID that is too long", "Proton refuses the entry.", _has_long_uid),
    ):
        yield from _found(entries, "F6", what, effect, is_wrong)
    yield from _found(
        entries,
        "F6",
        "A UID that others have as well",
        "Google shows only the last of them.",
        lambda entry: counts[entry.value("UID")] > 1 and bool(entry.value("UID")),
    )


def _has_no_uid(entry: Block) -> bool:
    return not entry.value("UID").strip()


def _has_long_uid(entry: Block) -> bool:
    return len(entry.value("UID")) > LONGEST_UID


def _needed_findings(entries: Sequence[Block]) -> Iterator[Finding]:
    for name in _NEEDED:
        found = [entry.number for entry in entries if len(entry.all(name)) != 1]
        if found:
            what = f"{name} is not there exactly once: {places(found, 'the entry on line')}."
            yield Finding("F8", what, "Programs disagree about what to show, or miss changes.")


def _window_findings(entries: Sequence[Block], now: datetime) -> Iterator[Finding]:
    if len(entries) > MOST_ENTRIES:
        effect = "Some programs stop reading, or time out."
        yield Finding("F16", f"It holds {len(entries)} entries.", effect)
    for what, is_wrong in (
        ("Over for more than 60 days", lambda end, start: end < now - BACK),
        ("Further ahead than 18 months", lambda end, start: start > now + AHEAD),
    ):
        yield from _found(
            entries, "F16", what, "The calendar grows for ever.", _when_timed(is_wrong)
        )
    yield from _found(
        entries,
        "F14",
        "Cancelled and over for more than a week",
        "It stays in diaries although nothing happens.",
        lambda entry: _is_cancelled(entry) and _ended_before(entry, now - CANCELLED_BACK),
    )
    yield from _found(
        entries,
        "F10",
        "Changed in the future",
        "Later changes are taken for older ones and left out.",
        lambda entry: (moment_of(entry.one("LAST-MODIFIED")) or now) > now + A_LITTLE,
    )


def _when_timed(is_wrong: Callable[[datetime, datetime], bool]) -> Test:
    def test(entry: Block) -> bool:
        start, end = moment_of(entry.one("DTSTART")), moment_of(entry.one("DTEND"))
        return start is not None and end is not None and is_wrong(end, start)

    return test


def _ended_before(entry: Block, moment: datetime) -> bool:
    return (moment_of(entry.one("DTEND")) or moment) < moment


def _is_cancelled(entry: Block) -> bool:
    return entry.value("STATUS").upper() == "CANCELLED"


def _lacks_an_end(entry: Block) -> bool:
    return not (entry.one("DTSTART") and entry.one("DTEND"))


def _is_untold(entry: Block) -> bool:
    lines = [*entry.all("DTSTART"), *entry.all("DTEND")]
    return any(moment_of(line) is None for line in lines)


def _ends_too_soon(entry: Block) -> bool:
    return _when_timed(lambda end, start: end <= start)(entry)


def _has_any(*names: str) -> Test:
    return lambda entry: any(entry.one(name) for name in names)


def _has_odd_stamp(entry: Block) -> bool:
    lines = [entry.one("DTSTAMP"), entry.one("LAST-MODIFIED")]
    return any(line and not (line.value.endswith("Z") and moment_of(line)) for line in lines)


def _has_other_stamp(entry: Block) -> bool:
    stamp, changed = entry.one("DTSTAMP"), entry.one("LAST-MODIFIED")
    return bool(stamp and changed) and moment_of(stamp) != moment_of(changed)


def _has_odd_sequence(entry: Block) -> bool:
    line = entry.one("SEQUENCE")
    # As many digits as a whole number of 32 bits has.
    return line is not None and not re.fullmatch(r"\d{1,10}", line.value, re.ASCII)


def _has_odd_class(entry: Block) -> bool:
    line = entry.one("CLASS")
    return line is not None and line.value.upper() != "PRIVATE"


def _has_odd_status(entry: Block) -> bool:
    line = entry.one("STATUS")
    return line is not None and line.value.upper() not in ("CONFIRMED", "CANCELLED", "TENTATIVE")


def _state(entry: Block) -> tuple[str, str]:
    busy = entry.value("X-MICROSOFT-CDO-BUSYSTATUS").upper()
    return entry.value("TRANSP").upper(), busy


def _is_half_busy(entry: Block) -> bool:
    return not _is_cancelled(entry) and _state(entry) not in _STATES


def _still_blocks(entry: Block) -> bool:
    return _is_cancelled(entry) and _state(entry) != ("TRANSPARENT", "FREE")


def _looks_alive(entry: Block) -> bool:
    title = entry.value("SUMMARY").casefold()
    return _is_cancelled(entry) and not title.startswith("cancelled: ")


def _has_odd_conference(entry: Block) -> bool:
    lines = entry.all("CONFERENCE")
    return any(line.parameters.get("VALUE", "").upper() != "URI" for line in lines)


_Rule = tuple[str, str, str, Test]
_TIMES: Final[tuple[_Rule, ...]] = (
    ("F7", "No DTSTART or no DTEND", "Proton and others refuse the entry.", _lacks_an_end),
    ("F7", "A time that belongs to no zone", "Proton refuses it; others shift it.", _is_untold),
    ("F7", "It ends before it has begun", "Some programs refuse everything.", _ends_too_soon),
    ("F7", "DURATION instead of an end", "Proton does not know it.", _has_any("DURATION")),
    ("F9", "A stamp that is not in UTC", "Changes are missed or repeated.", _has_odd_stamp),
    ("F9", "DTSTAMP is not LAST-MODIFIED", "Changes are missed or repeated.", _has_other_stamp),
    ("F6", "It repeats", "Programs disagree about the dates.", _has_any(*_REPEATING)),
)
_CONTENT: Final[tuple[_Rule, ...]] = (
    ("F8", "CLASS is not PRIVATE", "Colleagues who share a diary read it.", _has_odd_class),
    ("F8", "An unknown STATUS", "Programs refuse or ignore the entry.", _has_odd_status),
    ("F10", "SEQUENCE is no number", "Google keeps the old entry.", _has_odd_sequence),
    ("F12", "People or files in it", "Whoever sees the diary sees them.", _has_any(*_UNWANTED)),
    (
        "F12",
        "An alarm",
        "Most programs strip it; a few ring everywhere.",
        lambda entry: bool(entry.inside("VALARM")),
    ),
    ("F17", "CONFERENCE without VALUE=URI", "Strict programs refuse it.", _has_odd_conference),
)
_STATE: Final[tuple[_Rule, ...]] = (
    (
        "F13",
        "TRANSP and Outlook’s BUSYSTATUS do not agree",
        "Outlook and others differ in whether the time is taken.",
        _is_half_busy,
    ),
    ("F14", "Cancelled, but still takes the time", "Outlook shows it as busy.", _still_blocks),
    ("F14", "Cancelled, but its title does not say so", "In Outlook it looks alive.", _looks_alive),
)
