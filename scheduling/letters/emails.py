"""Every letter about dates: one function each, from words its caller has put together.

Letters are discreet: date, time and a link. Only somebody whose diary shows full detail also gets
the ``Details``. Who gets a letter is decided in ``scheduling.letters.announcing``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core import config
from core.letters import written
from core.mail import Letter, Mailbox
from scheduling.calendars.ical import Method
from scheduling.dates.when import When


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


def place_offered(
    offer_to: Mailbox,
    *,
    link: str,
    stop_link: str,
    first: When,
    pattern_words: str,
    count_words: str,
    last_day_words: str,
) -> Letter:
    """Return the letter that offers a place.

    ``pattern_words`` say how often ("Second Thursday of each month"), ``count_words`` how many
    dates ("twelve dates"), ``last_day_words`` until when the link works. ``stop_link`` opens the
    page on which the person asks never to be written to again.
    """
    return written(
        "place_offered",
        offer_to,
        unsubscribe_url=stop_link,
        link=link,
        first=first,
        pattern_words=pattern_words,
        count_words=count_words,
        last_day_words=last_day_words,
    )


def was_it_you(to: Mailbox, *, when: When, link: str) -> Letter:
    """Return the question whether a yes from a letter was meant. ``when`` is the next date,
    ``link`` the invitation's page, where the yes can be taken back.
    """
    return written("was_it_you", to, when=when, link=link)


def dates(
    to: Mailbox,
    *,
    whens: Sequence[When],
    link: str,
    calendar_link: str,
    by_invitation: bool,
    details: Details | None = None,
) -> Letter:
    """Return the welcome: all dates known so far, and how they reach the diary.

    ``by_invitation`` says that calendar invitations follow by e-mail.
    """
    return written(
        "dates",
        to,
        whens=whens,
        link=link,
        calendar_link=calendar_link,
        by_invitation=by_invitation,
        sender=config.current().mail_from,
        details=details,
    )


def invitation(
    to: Mailbox,
    *,
    when: When,
    link: str,
    answer_link: str,
    calendar: CalendarPart,
    details: Details | None = None,
) -> Letter:
    """Return the letter that brings one date into a calendar; ``answer_link`` opens a page on
    which its reader answers for this date without signing in.
    """
    words = {"answer_link": answer_link, "replies_arrive": config.current().imap is not None}
    return _about_a_date("invitation", to, when, link, details, calendar, **words)


def rewritten(
    to: Mailbox,
    *,
    when: When,
    link: str,
    calendar: CalendarPart,
    details: Details | None = None,
) -> Letter:
    """Return the letter that writes an entry anew after its owner chose other words for it."""
    return _about_a_date("rewritten", to, when, link, details, calendar)


def moved(
    to: Mailbox,
    *,
    when: When,
    old: When | None,
    link: str,
    answer_link: str,
    details: Details | None = None,
    calendar: CalendarPart | None = None,
) -> Letter:
    """Return the news that a date has moved; ``old`` is where the person knew it to be.

    ``answer_link`` opens a page on which its reader answers without signing in.
    """
    words = {"old": old, "answer_link": answer_link}
    return _about_a_date("moved", to, when, link, details, calendar, **words)


def new_dates(
    to: Mailbox,
    *,
    moved: Sequence[tuple[When, When | None]],
    cancelled: Sequence[When],
    reinstated: Sequence[When],
    added: Sequence[When],
    link: str,
    has_calendar: bool,
    by_invitation: bool,
    details: Details | None = None,
) -> Letter:
    """Return the news that several dates have changed at once.

    A date that ``moved`` comes with where the person knew it to be, if they did.
    ``has_calendar`` says that updates for their calendar follow, each by itself.
    """
    return written(
        "new_dates",
        to,
        moved=moved,
        cancelled=cancelled,
        reinstated=reinstated,
        added=added,
        link=link,
        has_calendar=has_calendar,
        by_invitation=by_invitation,
        details=details,
    )


def cancelled(
    to: Mailbox,
    *,
    when: When,
    link: str,
    help_link: str,
    known: When | None = None,
    details: Details | None = None,
    calendar: CalendarPart | None = None,
) -> Letter:
    """Return the news that a date will not take place; ``known`` is where the person knew it to
    be, if the letter about its last move never reached them.
    """
    words = {"known": known, "help_link": help_link}
    return _about_a_date("cancelled", to, when, link, details, calendar, **words)


def reinstated(
    to: Mailbox,
    *,
    when: When,
    link: str,
    answer_link: str,
    details: Details | None = None,
    calendar: CalendarPart | None = None,
) -> Letter:
    """Return the news that a cancelled date takes place after all."""
    words = {"answer_link": answer_link}
    return _about_a_date("reinstated", to, when, link, details, calendar, **words)


def place_changed(
    to: Mailbox,
    *,
    when: When,
    link: str,
    details: Details | None = None,
    calendar: CalendarPart | None = None,
) -> Letter:
    """Return the news of another place or room; without details only that there is news."""
    return _about_a_date("place_changed", to, when, link, details, calendar)


def withdrawn(
    to: Mailbox, *, when: When, link: str, calendar: CalendarPart, details: None = None
) -> Letter:
    """Return the letter that takes a date out of the calendar of somebody who has gone."""
    return _about_a_date("withdrawn", to, when, link, details, calendar)


def ended(
    to: Mailbox,
    *,
    because: str,
    dates: Sequence[When],
    has_calendar: bool,
    link: str,
    details: Details | None = None,
) -> Letter:
    """Return the word that all of somebody's dates in one group go, and why: a value of
    ``scheduling.letters.changes.Because``. ``has_calendar`` says that updates for their calendar
    come with it, one for each date it holds.
    """
    return written(
        "ended",
        to,
        because=because,
        dates=dates,
        has_calendar=has_calendar,
        link=link,
        details=details,
    )


def other_time(to: Mailbox, *, when: When, link: str) -> Letter:
    """Return the word to whoever looks after a date that one person proposes another time.

    ``link`` opens the page that says who; the letter never does.
    """
    return written("other_time", to, when=when, link=link)


def reminder(
    to: Mailbox,
    *,
    when: When,
    link: str,
    answer_link: str,
    stop_link: str,
    help_link: str,
    details: Details | None = None,
) -> Letter:
    """Return the reminder of a date; ``stop_link`` opens the switch that turns reminders off,
    ``answer_link`` a page on which its reader answers without signing in.
    """
    return written(
        "reminder",
        to,
        unsubscribe_url=stop_link,
        when=when,
        link=link,
        answer_link=answer_link,
        help_link=help_link,
        details=details,
    )


def alert(to: Mailbox, *, troubles: Sequence[str], link: str) -> Letter:
    """Return the daily word to the operator that something needs them."""
    return written("alert", to, troubles=troubles, link=link)


def _about_a_date(
    name: str,
    to: Mailbox,
    when: When,
    link: str,
    details: Details | None,
    calendar: CalendarPart | None,
    **words: Any,
) -> Letter:
    return written(
        name,
        to,
        calendar=None if calendar is None else calendar.content,
        calendar_method=None if calendar is None else calendar.method.value,
        has_calendar=calendar is not None,
        when=when,
        link=link,
        details=details,
        **words,
    )
