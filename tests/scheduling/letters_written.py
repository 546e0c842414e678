"""One letter of every kind, in both levels of detail, with words that do not change."""

from collections.abc import Callable
from datetime import UTC, datetime

from core import config
from core.letters import written
from core.mail import Letter, Mailbox
from groups.messages import MessageKind
from scheduling.calendars.ical import Method
from scheduling.dates.when import When, when
from scheduling.letters.emails import CalendarPart, Details, letter_of

TO = Mailbox("", "amina@people.example")
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DECEMBER = when(
    datetime(2026, 12, 10, 18, 0, tzinfo=UTC),
    datetime(2026, 12, 10, 19, 30, tzinfo=UTC),
    "Europe/London",
    NOW,
)
JANUARY = when(
    datetime(2027, 1, 14, 18, 0, tzinfo=UTC),
    datetime(2027, 1, 14, 19, 30, tzinfo=UTC),
    "Europe/London",
    NOW,
)
#: As somebody in New York reads it, where the clocks have gone forward and ours have not.
FAR = when(
    datetime(2027, 3, 18, 18, 0, tzinfo=UTC),
    datetime(2027, 3, 18, 19, 30, tzinfo=UTC),
    "Europe/London",
    datetime(2027, 3, 11, 9, 0, tzinfo=UTC),
    "America/New_York",
)
#: In the hour that the clocks leave out.
MARCH: When = when(
    datetime(2027, 3, 28, 1, 0, tzinfo=UTC),
    datetime(2027, 3, 28, 2, 30, tzinfo=UTC),
    "Europe/London",
    datetime(2027, 3, 26, 9, 0, tzinfo=UTC),
)
PAGE = "https://alcove.example/g/1/s/2"
HELP = "https://alcove.example/help"
ANSWER = "https://alcove.example/r/token"
UPDATE = CalendarPart(b"BEGIN:VCALENDAR\r\n", Method.REQUEST)
CANCELLATION = CalendarPart(b"BEGIN:VCALENDAR\r\n", Method.CANCEL)
DETAILS = Details("Thursday evenings", "Room 4", ("What helped?", "What stayed with you?"))
WRITTEN: dict[str, Callable[[], Letter]] = {
    "place_offered": lambda: letter_of(
        MessageKind.OFFER,
        TO,
        link="https://alcove.example/i/token",
        unsubscribe_url="https://alcove.example/i/token/stop",
        first=JANUARY,
        pattern_words="Second Thursday of each month",
        count_words="twelve dates",
        last_day_words="Saturday 5 December",
    ),
    "was_it_you": lambda: letter_of(
        MessageKind.WAS_IT_YOU, TO, when=DECEMBER, link="https://alcove.example/i/token"
    ),
    "dates": lambda: letter_of(
        MessageKind.DATES,
        TO,
        sender=config.current().mail_from,
        whens=[DECEMBER, JANUARY],
        link="https://alcove.example/g/1",
        calendar_link="https://alcove.example/calendar",
        by_invitation=True,
    ),
    "dates-full": lambda: letter_of(
        MessageKind.DATES,
        TO,
        sender=config.current().mail_from,
        whens=[DECEMBER, JANUARY],
        link="https://alcove.example/g/1",
        calendar_link="https://alcove.example/calendar",
        by_invitation=False,
        details=Details("Thursday evenings"),
    ),
    "moved": lambda: letter_of(
        MessageKind.MOVED, TO, when=JANUARY, old=DECEMBER, link=PAGE, answer_link=ANSWER
    ),
    "moved-full": lambda: letter_of(
        MessageKind.MOVED,
        TO,
        when=JANUARY,
        old=None,
        link=PAGE,
        answer_link=ANSWER,
        details=DETAILS,
    ),
    "new_dates": lambda: letter_of(
        MessageKind.NEW_DATES,
        TO,
        moved=[(JANUARY, DECEMBER)],
        cancelled=[DECEMBER],
        reinstated=[],
        added=[JANUARY],
        link="https://alcove.example/g/1",
        has_calendar=True,
        by_invitation=True,
    ),
    "new_dates-full": lambda: letter_of(
        MessageKind.NEW_DATES,
        TO,
        moved=[(JANUARY, None)],
        cancelled=[],
        reinstated=[DECEMBER],
        added=[],
        link="https://alcove.example/g/1",
        has_calendar=False,
        by_invitation=False,
        details=Details("Thursday evenings"),
    ),
    "cancelled": lambda: letter_of(
        MessageKind.CANCELLED, TO, known=None, when=JANUARY, link=PAGE, help_link=HELP
    ),
    "cancelled-full": lambda: letter_of(
        MessageKind.CANCELLED,
        TO,
        when=JANUARY,
        known=DECEMBER,
        link=PAGE,
        help_link=HELP,
        details=DETAILS,
    ),
    "reinstated": lambda: letter_of(
        MessageKind.REINSTATED, TO, when=JANUARY, link=PAGE, answer_link=ANSWER
    ),
    "place_changed": lambda: letter_of(MessageKind.VENUE, TO, when=JANUARY, link=PAGE),
    "place_changed-full": lambda: letter_of(
        MessageKind.VENUE, TO, when=JANUARY, link=PAGE, details=DETAILS
    ),
    "reminder": lambda: letter_of(
        MessageKind.REMINDER,
        TO,
        when=DECEMBER,
        link=PAGE,
        answer_link=ANSWER,
        unsubscribe_url="https://alcove.example/stop/t",
        help_link=HELP,
    ),
    "reminder-full": lambda: letter_of(
        MessageKind.REMINDER,
        TO,
        when=DECEMBER,
        link=PAGE,
        answer_link=ANSWER,
        unsubscribe_url="https://alcove.example/stop/t",
        help_link=HELP,
        details=DETAILS,
    ),
    "ended": lambda: letter_of(
        MessageKind.ENDED,
        TO,
        because="group_ended",
        dates=[DECEMBER, JANUARY],
        has_calendar=False,
        link=HELP,
    ),
    "ended-full": lambda: letter_of(
        MessageKind.ENDED,
        TO,
        because="removed",
        dates=[DECEMBER, JANUARY],
        has_calendar=True,
        link=HELP,
        details=Details(group="Thursday evenings"),
    ),
    "ended-paused": lambda: letter_of(
        MessageKind.ENDED, TO, because="paused", dates=[JANUARY], has_calendar=True, link=HELP
    ),
    "ended-left": lambda: letter_of(
        MessageKind.ENDED, TO, because="left", dates=[JANUARY], has_calendar=True, link=HELP
    ),
    "other_time": lambda: letter_of(MessageKind.OTHER_TIME, TO, when=DECEMBER, link=PAGE),
    "invitation": lambda: letter_of(
        MessageKind.INVITATION,
        TO,
        replies_arrive=False,
        when=DECEMBER,
        link=PAGE,
        answer_link=ANSWER,
        calendar=UPDATE,
    ),
    "invitation-full": lambda: letter_of(
        MessageKind.INVITATION,
        TO,
        replies_arrive=False,
        when=DECEMBER,
        link=PAGE,
        answer_link=ANSWER,
        calendar=UPDATE,
        details=DETAILS,
    ),
    "rewritten": lambda: letter_of(
        MessageKind.REFRESHED, TO, when=DECEMBER, link=PAGE, calendar=UPDATE
    ),
    "rewritten-full": lambda: letter_of(
        MessageKind.REFRESHED, TO, when=DECEMBER, link=PAGE, calendar=UPDATE, details=DETAILS
    ),
    "new_address": lambda: written("new_address", TO, code="123 456"),
    "address_taken": lambda: written("address_taken", TO),
    "address_changed": lambda: written(
        "address_changed",
        TO,
        contact=config.current().public_contact,
        not_me_link="https://alcove.example/not-me/token",
        help_link=HELP,
    ),
    "moved-elsewhere": lambda: letter_of(
        MessageKind.MOVED,
        TO,
        when=FAR,
        old=DECEMBER,
        link=PAGE,
        answer_link=ANSWER,
        calendar=UPDATE,
    ),
    "reminder-clocks": lambda: letter_of(
        MessageKind.REMINDER,
        TO,
        when=MARCH,
        link=PAGE,
        answer_link=ANSWER,
        unsubscribe_url="https://alcove.example/stop/t",
        help_link=HELP,
    ),
    "cancelled-calendar": lambda: letter_of(
        MessageKind.CANCELLED,
        TO,
        known=None,
        when=JANUARY,
        link=PAGE,
        help_link=HELP,
        calendar=CANCELLATION,
    ),
    "reinstated-full": lambda: letter_of(
        MessageKind.REINSTATED,
        TO,
        when=JANUARY,
        link=PAGE,
        answer_link=ANSWER,
        details=DETAILS,
        calendar=UPDATE,
    ),
    "withdrawn": lambda: letter_of(
        MessageKind.WITHDRAWN,
        TO,
        when=JANUARY,
        link="https://alcove.example/calendar",
        calendar=CANCELLATION,
    ),
    "code": lambda: written(
        "code", TO, code="123 456", link="https://alcove.example/sign-in/letter/token"
    ),
    "test": lambda: written("test", TO),
    "alert": lambda: letter_of(
        MessageKind.ALERT,
        TO,
        troubles=["deliver: We couldn’t reach the mail server."],
        link="https://alcove.example/operating",
    ),
}
