"""What is worth knowing before a session is moved. It is said, and never stands in the way."""

from datetime import time
from zoneinfo import ZoneInfo

from groups.models import Person
from scheduling.changing.sessions import Span
from scheduling.dates.closures import LeaveOuts
from scheduling.dates.terms import court_vacation
from scheduling.dates.wording import say_shift
from scheduling.models import PeerSession
from scheduling.runs.conflicts import Asked, conflicts


def move_advice(session: PeerSession, span: Span, starts: time, *, by: Person) -> list[str]:
    """Return what speaks against a new time, in sentences.

    That is a bank holiday or August where the run leaves them out, a vacation of the courts,
    another group of this facilitator, and an hour that the clocks leave out or show twice.
    """
    begins = span.starts_at.astimezone(ZoneInfo(session.zone_name))
    day = begins.date()
    leave_outs = LeaveOuts.from_json(session.series.leave_outs if session.series else {})
    reason, vacation = leave_outs.reason(day), court_vacation(day)
    remarks = [f"That day is left out of this run: {reason}."] if reason else []
    if vacation:
        remarks.append(f"That day is in the {vacation}.")
    remarks += [
        f"You have {name} at that time."
        for name in conflicts(by, [Asked(span.starts_at, span.ends_at, session.id)])[0]
    ]
    shift = say_shift(span.shift, starts, begins.time())
    return [*remarks, shift] if shift else remarks
