"""What the first screen shows of a draft that is changed, or of an earlier group."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from core.mail import Mailbox
from groups.models import Cohort
from scheduling.dates.recurrence import ChosenDates, EveryWeeks, pattern_of
from scheduling.runs.set_up import SetUp
from scheduling.web.set_up.forms.set_up import NO_BANK_HOLIDAYS


def values_of(cohort: Cohort, set_up: SetUp, mailboxes: Iterable[Mailbox]) -> dict[str, Any]:
    """Return what ``SetUpForm`` shows of a draft, field by field."""
    return {
        **values_like(cohort, set_up, mailboxes),
        "name": cohort.name,
        "first_on": set_up.first_on,
        "dates": _later_dates(set_up),
    }


def values_like(cohort: Cohort, set_up: SetUp, mailboxes: Iterable[Mailbox]) -> dict[str, Any]:
    """Return the same of an earlier group, without its name and its dates."""
    leave_outs = set_up.leave_outs
    return {
        "starts": set_up.starts,
        "ends": set_up.ends,
        "sessions": set_up.sessions or 12,
        "goes_on": set_up.goes_on,
        "how_often": _how_often(set_up),
        "weeks": set_up.pattern.weeks if isinstance(set_up.pattern, EveryWeeks) else 4,
        "bank_holidays": leave_outs.bank_holidays or NO_BANK_HOLIDAYS,
        "august": leave_outs.august,
        "court_vacations": leave_outs.court_vacations,
        "place_kind": set_up.place_kind,
        "place": set_up.place,
        "room": set_up.room,
        "pqe_most": cohort.pqe_most,
        "places": cohort.places,
        "people": "\n".join(_line(mailbox) for mailbox in mailboxes),
    }


def _how_often(set_up: SetUp) -> str:
    if isinstance(set_up.pattern, ChosenDates):
        return "chosen"
    if isinstance(set_up.pattern, EveryWeeks):
        return "weeks"
    return "monthly" if set_up.pattern == pattern_of(set_up.first_on) else "last"


def _later_dates(set_up: SetUp) -> list[date]:
    if not isinstance(set_up.pattern, ChosenDates):
        return []
    return [day for day in set_up.pattern.dates if day != set_up.first_on]


def _line(mailbox: Mailbox) -> str:
    # Quotation marks keep a comma in a name from being read as the end of a column.
    return f'"{mailbox.name}" <{mailbox.address}>' if mailbox.name else mailbox.address
