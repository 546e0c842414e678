"""The constant table of what runs, and how often. Each job finds what is due and calls a verb."""

from datetime import datetime, timedelta

import groups.retention
import scheduling.retention
from core.db import shorten_log
from core.delivery import deliver_others, deliver_urgent
from core.outbox_queue import Line
from core.outbox_upkeep import put_right_due
from core.retention import Rule, purge
from core.senders import MOST
from core.worker import Job
from scheduling.alerts import alert_due
from scheduling.letters.asking_back import ask_back_due
from scheduling.letters.bulk_invitations import issue_due
from scheduling.letters.refresh import refresh_due
from scheduling.letters.reminders import remind_due
from scheduling.reflection.drawing import draw_due
from scheduling.reflection.prompts import reveal_due
from scheduling.replies.collecting import collect_due
from scheduling.runs.rolling import roll_forward_due

RULES: tuple[Rule, ...] = (*groups.retention.RULES, *scheduling.retention.RULES)

MINUTE = timedelta(minutes=1)


def forget_due(now: datetime) -> int:
    """Apply every rule about how long things are kept (a job); returns how many rows it met."""
    return sum(purge(RULES, now).values())


def shorten_log_due(_now: datetime) -> int:
    """Empty the database's write-ahead log once it is long (a job); returns 1 if it was."""
    return shorten_log()


def alert_operator_due(now: datetime) -> int:
    """Write to the operator if something needs a person (a job); returns how many letters."""
    return alert_due(now, JOBS)


#: What plans comes before what sends, so that one round of all jobs leaves nothing waiting.
JOBS: tuple[Job, ...] = (
    Job("replies", "messages from calendars dealt with", 2 * MINUTE, collect_due),
    Job("roll-forward", "sessions added to runs", timedelta(hours=1), roll_forward_due),
    Job("draw", "sessions whose prompts were drawn", timedelta(hours=1), draw_due),
    Job("reveal", "sessions whose prompts became visible", MINUTE, reveal_due),
    Job("invite", "calendar invitations issued", MINUTE, issue_due),
    Job("rewrite", "calendar entries written anew", MINUTE, refresh_due),
    Job("remind", "reminders written", MINUTE, remind_due),
    Job("ask-back", "questions sent about a yes", timedelta(hours=1), ask_back_due),
    Job("put-right", "message times corrected after a wrong clock", MINUTE, put_right_due),
    Job(
        "deliver-urgent",
        "messages sent that someone is waiting for",
        timedelta(seconds=0.5),
        deliver_urgent,
        at_once=MOST[Line.URGENT],
    ),
    Job(
        "deliver",
        "other messages sent",
        timedelta(seconds=5),
        deliver_others,
        at_once=MOST[Line.OTHERS],
    ),
    Job("log", "times the database's log was emptied", timedelta(minutes=5), shorten_log_due),
    Job("forget", "rows deleted or blanked on time", timedelta(days=1), forget_due),
    # The last one, so that it finds what the others have noted in the same round.
    Job("alert", "alerts to the operator", timedelta(minutes=5), alert_operator_due),
)
