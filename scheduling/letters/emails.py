"""Every letter about dates, by its kind, from words its caller has put together.

Letters are discreet: date, time and a link. Only somebody whose diary shows full detail also gets
the ``Details``. Who gets a letter is decided in ``scheduling.letters.announcing``.
"""

from dataclasses import dataclass
from typing import Any

from core.letters import written
from core.mail import Letter, Mailbox
from groups.messages import SPECS, MessageKind
from scheduling.calendars.ical import Method


@dataclass(frozen=True)
class Details:
    """What only a full-detail letter says: the group's name, the place, the prompts shown."""

    group: str
    place: str = ""
    prompts: tuple[str, ...] = ()


@dataclass(frozen=True)
class CalendarPart:
    """The iCalendar stream that travels with a letter, and its METHOD (RFC 5546)."""

    content: bytes
    method: Method


def letter_of(
    kind: MessageKind,
    to: Mailbox,
    *,
    calendar: CalendarPart | None = None,
    details: Details | None = None,
    unsubscribe_url: str | None = None,
    **words: Any,
) -> Letter:
    """Return a letter of this kind, from the words that its template needs.

    ``unsubscribe_url`` opens the page that stops letters of its kind. Letters about one date take
    ``when`` (a ``When``) and ``link``, the page where more stands; besides that:

    * ``INVITATION``, ``MOVED``, ``REINSTATED`` and ``REMINDER``: ``answer_link``, a page on which
      the reader answers without signing in. ``INVITATION``: whether ``replies_arrive`` by e-mail.
    * ``MOVED``: ``old``, where the reader knew it to be. ``CANCELLED``: ``known``, the same if the
      letter about its last move never reached them, and ``help_link``, as ``REMINDER`` has it.
    * ``NEW_DATES``: what ``moved`` (pairs of where a date is and where it was known to be), was
      ``cancelled``, ``reinstated`` or ``added``, whether updates for a calendar follow each by
      itself (``has_calendar``), and whether dates are kept ``by_invitation``.
    * ``ENDED``: ``because``, a value of ``Because``; ``dates``; and whether updates for a calendar
      come with it (``has_calendar``).
    * ``DATES``: ``whens``, ``calendar_link``, ``by_invitation`` and the ``sender`` of those.
    * ``OFFER``: ``first``, ``pattern_words`` ("Second Thursday of each month"), ``count_words``
      ("twelve dates"), and until when the link works (``last_day_words``).
    * ``WAS_IT_YOU``: ``link``, the page where the yes can be taken back. ``OTHER_TIME``: ``link``,
      the page that says who proposes it; the letter never does. ``ALERT``: ``troubles``.

    Raises ``UndefinedError`` when one of them is missing.
    """
    return written(
        SPECS[kind].templates[0],
        to,
        calendar=None if calendar is None else calendar.content,
        calendar_method=None if calendar is None else calendar.method.value,
        unsubscribe_url=unsubscribe_url,
        **{"details": details, "has_calendar": calendar is not None, **words},
    )
