"""Somebody's dates as a file that is read once, for calendars that can read no private link."""

from dataclasses import replace
from datetime import datetime

from scheduling.calendars import ical
from scheduling.feeds.contents import entries
from scheduling.models import Diary


def dates_file(diary: Diary | None, *, now: datetime) -> bytes:
    """Return what this person's calendar holds now; somebody without a diary has no dates.

    Its entries have UIDs of their own: some programs refuse an entry whose UID stands in another
    of their calendars. A later file brings the entries of an earlier one up to date.
    """
    found = entries(diary, now=now) if diary else []
    return ical.copy([replace(entry, uid=f"copy-{entry.uid}") for entry in found])
