"""What stands in a feed around its entries: the frame, the name, how often to ask, the zones.

Pure. It is read twice: by our own eyes, which forgive nothing, and by a library that programs use.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from zoneinfo import available_timezones

from icalendar import Calendar, Component

from scheduling.feed_check.finding import Finding
from scheduling.feed_check.lines import Block, Line

LONGEST_REFRESH: Final = timedelta(days=1)
_DURATION: Final = re.compile(
    r"P(?:(\d{1,6})W|(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?)",
    re.ASCII,
)
_UNITS: Final = ("weeks", "days", "hours", "minutes", "seconds")
_NOT_A_FRAME: Final = "Strict programs refuse the whole calendar."


def frame_findings(blocks: list[Block]) -> Iterator[Finding]:
    """Say what is wrong with the outermost frame (F1); ``blocks`` are the outermost ones."""
    calendars = [block for block in blocks if block.name == "VCALENDAR"]
    if len(calendars) != 1 or len(blocks) != 1:
        effect = "Programs read only the first, or none."
        yield Finding("F1", "It is not exactly one calendar.", effect)
    for calendar in calendars[:1]:
        yield from _opening_findings(calendar)


def _opening_findings(calendar: Block) -> Iterator[Finding]:
    first = {line.name for line in calendar.lines[:2]}
    if first != {"VERSION", "PRODID"} or calendar.value("VERSION") != "2.0":
        found = "It does not begin with VERSION:2.0 and PRODID."
        yield Finding("F1", found, _NOT_A_FRAME)
    if calendar.value("CALSCALE").upper() != "GREGORIAN":
        yield Finding("F1", "CALSCALE:GREGORIAN is not there.", "Some older programs ask for it.")
    if calendar.one("METHOD"):
        effect = "Outlook takes it for an invitation and imports it once, or refuses it."
        yield Finding("F1", "It has a METHOD.", effect)


def calendar_findings(calendar: Block) -> Iterator[Finding]:
    """Say what is wrong with everything in a calendar but its entries (F3 to F5, T1)."""
    yield from _name_findings(calendar)
    yield from _refresh_findings(calendar)
    if not calendar.blocks:
        effect = "Several programs show an error instead of an empty calendar."
        yield Finding("F5", "It holds neither an entry nor a time zone.", effect)
    for zone in calendar.inside("VTIMEZONE"):
        yield from _zone_findings(zone)


def _name_findings(calendar: Block) -> Iterator[Finding]:
    names = [calendar.value("NAME"), calendar.value("X-WR-CALNAME")]
    if not all(names):
        found = "NAME or X-WR-CALNAME is not there."
        yield Finding("F3", found, "Some programs make up a name from the address.")
    elif names[0] != names[1]:
        effect = "Programs call the calendar different names."
        yield Finding("F3", "NAME and X-WR-CALNAME differ.", effect)
    if calendar.value("X-WR-TIMEZONE") not in available_timezones():
        effect = "Proton and Google may show hours of another zone."
        yield Finding("F3", "X-WR-TIMEZONE names no known time zone.", effect)
    if calendar.value("COLOR").startswith("#"):
        yield Finding("F4", "COLOR is a number, not a name.", "Programs leave the colour out.")


def _refresh_findings(calendar: Block) -> Iterator[Finding]:
    refresh, published = calendar.one("REFRESH-INTERVAL"), calendar.one("X-PUBLISHED-TTL")
    if refresh is None or published is None:
        found = "REFRESH-INTERVAL or X-PUBLISHED-TTL is not there."
        yield Finding("F4", found, "Nextcloud then asks once a week.")
    if refresh and refresh.parameters.get("VALUE", "").upper() != "DURATION":
        found = "REFRESH-INTERVAL has no VALUE=DURATION."
        yield Finding("F4", found, "Programs that go by RFC 7986 don’t read it.")
    lengths = {_duration(line) for line in (refresh, published) if line}
    if None in lengths:
        found = "How often to ask cannot be read; PT4H would be right."
        yield Finding("F4", found, "Programs ask as seldom as they please.")
    elif len(lengths) > 1:
        found = "REFRESH-INTERVAL and X-PUBLISHED-TTL differ."
        yield Finding("F4", found, "Programs ask at different times.")
    elif any(length and length > LONGEST_REFRESH for length in lengths):
        found = "It asks to be read less than once a day."
        yield Finding("F4", found, "A change takes days to arrive.")


def _duration(line: Line) -> timedelta | None:
    found = _DURATION.fullmatch(line.value.strip().upper())
    if found is None:
        return None
    amounts = {unit: int(text or 0) for unit, text in zip(_UNITS, found.groups(), strict=True)}
    return timedelta(**amounts) or None


def _zone_findings(zone: Block) -> Iterator[Finding]:
    halves = [block.name for block in zone.blocks]
    if sorted(halves) not in (["DAYLIGHT", "STANDARD"], ["STANDARD"]):
        found = f"The time zone on line {zone.number} does not have one STANDARD and one DAYLIGHT."
        yield Finding("T1", found, "Outlook and others show winter or summer an hour off.")
    if any(half.one("RDATE") for half in zone.blocks):
        found = f"The time zone on line {zone.number} is a list of dates (RDATE)."
        yield Finding("T1", found, "Outlook ignores it and shows wrong hours.")


def library_findings(body: bytes, entries: int) -> Iterator[Finding]:
    """Say whether the library ``icalendar`` reads the same number of entries out of it (F1)."""
    try:
        read = Calendar.from_ical(body, multiple=True)
        found = [event for calendar in read for event in calendar.walk("VEVENT")]
    except Exception:  # noqa: BLE001 - it fails on strange files in strange ways, all of them news
        effect = "Programs built on such libraries keep what they had, or show nothing."
        yield Finding("F1", "A common calendar library cannot read it.", effect)
        return
    spoilt = [event for event in found if _errors(event)]
    if len(found) != entries or spoilt:
        odd = len(spoilt) or abs(entries - len(found))
        what = f"A common calendar library reads {odd} of {entries} entries only in part or not."
        yield Finding("F1", what, "Programs built on such libraries leave them out.")


def _errors(component: Component) -> bool:
    return bool(component.errors)
