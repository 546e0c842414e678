"""What has become of a calendar on its way: cut short, rewritten, or read by no program (F1–F19).

Pure. What our own feeds say is tested where they are written; here is what a proxy or a host can
do to it. What stands in an entry is somebody's secret, so no finding repeats any of it.
"""

import re
from collections.abc import Iterator
from typing import Final

import vobject
from icalendar import Calendar

from scheduling.feed_check.report import Finding
from scheduling.feed_check.requests import Answer

_BEGINS: Final = re.compile(rb"^BEGIN:VCALENDAR\s*$", re.MULTILINE | re.IGNORECASE)
_ENTRY: Final = re.compile(rb"^BEGIN:VEVENT\s*$", re.MULTILINE | re.IGNORECASE)
_END: Final = b"END:VCALENDAR"
_BOM: Final = b"\xef\xbb\xbf"


def is_calendar(body: bytes) -> bool:
    """Return whether a calendar begins anywhere in what arrived."""
    return b"BEGIN:VCALENDAR" in body.upper()


def entries_in(body: bytes) -> int:
    """Return how many entries begin there."""
    return len(_ENTRY.findall(body))


def content_findings(first: Answer) -> Iterator[Finding]:
    """Say what is wrong with the calendar itself, as it arrived."""
    body = first.content
    if not first.whole:
        effect = "Programs drop what is missing."
        yield Finding("F19", "Fewer bytes arrive than were announced.", effect)
    if not is_calendar(body):
        found = "What arrives is no calendar, perhaps a page for people."
        yield Finding("F1", found, "Programs show an error and keep what they had.")
        return
    if len(_BEGINS.findall(body.removeprefix(_BOM))) != 1:
        effect = "Programs read only the first, or none."
        yield Finding("F1", "It is not exactly one calendar.", effect)
    if not body.rstrip().upper().endswith(_END):
        effect = "Programs drop what is missing, or refuse the calendar."
        yield Finding("F19", "It does not end where a calendar ends.", effect)
    yield from _line_findings(body)
    yield from _reader_findings(body)


def _line_findings(body: bytes) -> Iterator[Finding]:
    if body.startswith(_BOM):
        effect = "Some programs then don’t find the calendar’s beginning."
        yield Finding("F2", "It begins with a byte order mark.", effect)
    alone = len(re.findall(rb"(?<!\r)\n", body))
    if alone:
        effect = "Outlook and Google may ignore the whole calendar."
        found = "Some lines end" if b"\r\n" in body else "Lines end"
        yield Finding("F2", f"{found} in LF only.", effect)
    try:
        re.sub(rb"\r?\n[ \t]", b"", body).decode()
    except UnicodeDecodeError:
        effect = "Accented letters arrive wrong, or the calendar is refused."
        yield Finding("F2", "It is not in UTF-8.", effect)


def _reader_findings(body: bytes) -> Iterator[Finding]:
    """Say whether libraries that programs are built on read as many entries as there are (F1)."""
    for name, read in (("icalendar", _read_by_icalendar), ("vobject", _read_by_vobject)):
        there = entries_in(body)
        try:
            missing = there - read(body)
        except Exception:  # noqa: BLE001 - they fail on strange files in strange ways, all of them news
            effect = "Programs built on such libraries keep what they had, or show nothing."
            yield Finding("F1", f"The calendar library {name} cannot read it.", effect)
            continue
        if missing:
            found = f"The calendar library {name} reads {there - missing} of {there} entries."
            yield Finding("F1", found, "Programs built on such libraries leave them out.")


def _read_by_icalendar(body: bytes) -> int:
    read = Calendar.from_ical(body, multiple=True)
    return sum(not event.errors for one in read for event in one.walk("VEVENT"))


def _read_by_vobject(body: bytes) -> int:
    read = vobject.readComponents(body.decode())
    return sum(len(calendar.contents.get("vevent", [])) for calendar in read)


def change_findings(before: bytes, after: bytes) -> Iterator[Finding]:
    """Say whether two readings a moment apart differ (F10)."""
    if before != after and is_calendar(before):
        effect = "Unless somebody changed something just now, programs fetch everything each time."
        yield Finding("F10", "Two readings a moment apart differ.", effect)
