"""Parts of entries as the fast path writes them: from columns, which are texts, to lines.

What is remembered here between requests is how single moments and words are written.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from werkzeug.http import http_date

from scheduling.calendars import ical
from scheduling.feeds.contents import UID_BYTES, sequence_at, written

_NO, YES = FLAGS = ("0", "1")
#: Where start and end stand in a pair of moments, and the second in a moment.
STARTS, ENDS, SECOND = slice(0, 26), slice(26, 52), slice(0, 19)
_REMEMBERED: Final = 8192
_END: Final = "END:VEVENT\r\n"


class NotSure(Exception):  # noqa: N818 - it names the fact, as every error here does
    """The plain path has to answer."""


def uid_digits(keyed: blake2b, names: list[str]) -> list[str]:
    """Return the digits of the UID of each session, by the key of one diary."""
    digits = []
    for name in names:
        named = keyed.copy()
        named.update(name.encode())
        digits.append(named.hexdigest())
    return digits


def uid_end(host: str) -> str:
    """Return what follows a UID's digits, folded where the line would be too long."""
    digits = "0" * 2 * UID_BYTES
    return ical.uid_line(f"{digits}@{host}").decode().removeprefix(f"UID:{digits}")


@lru_cache(maxsize=2)
def day(days: int) -> str:
    """Return the day so many days after the first of 1970."""
    return str(date(1970, 1, 1) + timedelta(days=days))


def read(moment: str) -> datetime:
    """Return the moment that ``contents.written`` wrote, or its second."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


@lru_cache(maxsize=_REMEMBERED)
def shifted(moment: str, by: timedelta) -> str:
    """Return a moment as much later."""
    return written(read(moment) + by)


@lru_cache(maxsize=_REMEMBERED)
def date_header(second: str) -> str:
    """Write a moment as a header of HTTP does."""
    return http_date(read(second))


@lru_cache(maxsize=_REMEMBERED)
def stamp_lines(moment: str) -> str:
    """Write when an entry last changed."""
    sequence, at = sequence_at(read(moment[SECOND])), _compact(moment)
    return f"DTSTAMP:{at}\r\nLAST-MODIFIED:{at}\r\nSEQUENCE:{sequence}\r\n"


@lru_cache(maxsize=_REMEMBERED)
def time_lines(times: str) -> str:
    """Write start and end. Raises NotSure for a session that ends before it starts."""
    starts, ends = times[STARTS], times[ENDS]
    if ends[SECOND] <= starts[SECOND]:
        raise NotSure
    return f"DTSTART:{_compact(starts)}\r\nDTEND:{_compact(ends)}\r\n"


@lru_cache(maxsize=_REMEMBERED)
def own_words(words: str, cancelled: str) -> str:
    """Write what an entry says that holds nothing but its owner's words."""
    return ical.words_lines(words, cancelled=cancelled == YES).decode()


@lru_cache(maxsize=4)
def ending(busy: str, cancelled: str) -> str:
    """Write what comes after the words of an entry."""
    return ical.state_lines(busy=busy == YES, cancelled=cancelled == YES).decode() + _END


def _compact(moment: str) -> str:
    return f"{moment[SECOND].replace('-', '').replace(':', '').replace(' ', 'T')}Z"
