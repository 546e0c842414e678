"""One letter of every kind, in both levels of detail, with words that do not change."""

from collections.abc import Callable
from datetime import UTC, datetime

from core.letters import written
from core.mail import Letter, Mailbox
from groups import emails as account_emails
from scheduling.calendars.ical import Method
from scheduling.dates.when import When, when
from scheduling.letters import emails

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
UPDATE = emails.CalendarPart(b"BEGIN:VCALENDAR\r\n", Method.REQUEST)
CANCELLATION = emails.CalendarPart(b"BEGIN:VCALENDAR\r\n", Method.CANCEL)
DETAILS = emails.Details("Thursday evenings", "Room 4", ("What helped?", "What stayed with you?"))
WRITTEN: dict[str, Callable[[], Letter]] = {
    "place_offered": lambda: emails.place_offered(
        TO,
        link="https://alcove.example/i/token",
        stop_link="https://alcove.example/i/token/stop",
        first=JANUARY,
        pattern_words="Second Thursday of each month",
        count_words="twelve dates",
        last_day_words="Saturday 5 December",
    ),
    "was_it_you": lambda: emails.was_it_you(
        TO, when=DECEMBER, link="https://alcove.example/i/token"
    ),
    "dates": lambda: emails.dates(
        TO,
        whens=[DECEMBER, JANUARY],
        link="https://alcove.example/g/1",
        calendar_link="https://alcove.example/calendar",
        by_invitation=True,
    ),
    "dates-full": lambda: emails.dates(
        TO,
        whens=[DECEMBER, JANUARY],
        link="https://alcove.example/g/1",
        calendar_link="https://alcove.example/calendar",
        by_invitation=False,
        details=emails.Details("Thursday evenings"),
    ),
    "moved": lambda: emails.moved(TO, when=JANUARY, old=DECEMBER, link=PAGE, answer_link=ANSWER),
    "moved-full": lambda: emails.moved(
        TO, when=JANUARY, old=None, link=PAGE, answer_link=ANSWER, details=DETAILS
    ),
    "new_dates": lambda: emails.new_dates(
        TO,
        moved=[(JANUARY, DECEMBER)],
        cancelled=[DECEMBER],
        reinstated=[],
        added=[JANUARY],
        link="https://alcove.example/g/1",
        has_calendar=True,
        by_invitation=True,
    ),
    "new_dates-full": lambda: emails.new_dates(
        TO,
        moved=[(JANUARY, None)],
        cancelled=[],
        reinstated=[DECEMBER],
        added=[],
        link="https://alcove.example/g/1",
        has_calendar=False,
        by_invitation=False,
        details=emails.Details("Thursday evenings"),
    ),
    "cancelled": lambda: emails.cancelled(TO, when=JANUARY, link=PAGE, help_link=HELP),
    "cancelled-full": lambda: emails.cancelled(
        TO, when=JANUARY, known=DECEMBER, link=PAGE, help_link=HELP, details=DETAILS
    ),
    "reinstated": lambda: emails.reinstated(TO, when=JANUARY, link=PAGE, answer_link=ANSWER),
    "place_changed": lambda: emails.place_changed(TO, when=JANUARY, link=PAGE),
    "place_changed-full": lambda: emails.place_changed(
        TO, when=JANUARY, link=PAGE, details=DETAILS
    ),
    "reminder": lambda: emails.reminder(
        TO,
        when=DECEMBER,
        link=PAGE,
        answer_link=ANSWER,
        stop_link="https://alcove.example/stop/t",
        help_link=HELP,
    ),
    "reminder-full": lambda: emails.reminder(
        TO,
        when=DECEMBER,
        link=PAGE,
        answer_link=ANSWER,
        stop_link="https://alcove.example/stop/t",
        help_link=HELP,
        details=DETAILS,
    ),
    "ended": lambda: emails.ended(
        TO, because="group_ended", dates=[DECEMBER, JANUARY], has_calendar=False, link=HELP
    ),
    "ended-full": lambda: emails.ended(
        TO,
        because="removed",
        dates=[DECEMBER, JANUARY],
        has_calendar=True,
        link=HELP,
        details=emails.Details(group="Thursday evenings"),
    ),
    "ended-paused": lambda: emails.ended(
        TO, because="paused", dates=[JANUARY], has_calendar=True, link=HELP
    ),
    "ended-left": lambda: emails.ended(
        TO, because="left", dates=[JANUARY], has_calendar=True, link=HELP
    ),
    "other_time": lambda: emails.other_time(TO, when=DECEMBER, link=PAGE),
    "invitation": lambda: emails.invitation(
        TO, when=DECEMBER, link=PAGE, answer_link=ANSWER, calendar=UPDATE
    ),
    "invitation-full": lambda: emails.invitation(
        TO, when=DECEMBER, link=PAGE, answer_link=ANSWER, calendar=UPDATE, details=DETAILS
    ),
    "rewritten": lambda: emails.rewritten(TO, when=DECEMBER, link=PAGE, calendar=UPDATE),
    "rewritten-full": lambda: emails.rewritten(
        TO, when=DECEMBER, link=PAGE, calendar=UPDATE, details=DETAILS
    ),
    "new_address": lambda: account_emails.new_address(TO, "123456"),
    "address_taken": lambda: account_emails.address_taken(TO),
    "address_changed": lambda: account_emails.address_changed(
        TO, not_me_link="https://alcove.example/not-me/token", help_link=HELP
    ),
    "moved-elsewhere": lambda: emails.moved(
        TO, when=FAR, old=DECEMBER, link=PAGE, answer_link=ANSWER, calendar=UPDATE
    ),
    "reminder-clocks": lambda: emails.reminder(
        TO,
        when=MARCH,
        link=PAGE,
        answer_link=ANSWER,
        stop_link="https://alcove.example/stop/t",
        help_link=HELP,
    ),
    "cancelled-calendar": lambda: emails.cancelled(
        TO, when=JANUARY, link=PAGE, help_link=HELP, calendar=CANCELLATION
    ),
    "reinstated-full": lambda: emails.reinstated(
        TO, when=JANUARY, link=PAGE, answer_link=ANSWER, details=DETAILS, calendar=UPDATE
    ),
    "withdrawn": lambda: emails.withdrawn(
        TO, when=JANUARY, link="https://alcove.example/calendar", calendar=CANCELLATION
    ),
    "code": lambda: account_emails.code(
        TO, "123456", "https://alcove.example/sign-in/letter/token"
    ),
    "test": lambda: written("test", TO),
    "alert": lambda: emails.alert(
        TO,
        troubles=["deliver: We couldn’t reach the mail server."],
        link="https://alcove.example/operating",
    ),
}
