"""Telling the operator, at most once a day, that something needs a person."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from core import config
from core.db import db
from core.mail import Mailbox
from core.outbox import MailState, OutgoingMail
from core.outbox_statements import in_state
from core.pulse import Pulse, beats
from core.transaction import transaction
from core.worker import Job, forget_damaged, heartbeats
from groups.links import status_page
from groups.messages import NOBODY_IN_PARTICULAR, Act, MessageKind, message, post_message
from scheduling.dates.wording import say_count
from scheduling.letters.emails import letter_of
from scheduling.replies.collecting import waiting_for_a_person

#: Trouble that passes by itself within this time is not worth a letter.
PATIENCE = timedelta(minutes=15)
USEFUL = timedelta(days=1)
#: The name of this job itself.
OWN_JOB = "alert"
OUT_OF_TIME = {
    Pulse.NEVER: "it has never run properly.",
    Pulse.LATE: "it hasn’t run properly for too long.",
    Pulse.AHEAD: "it last ran at a time in the future. "
    "The machine’s clock was set back, or was ahead.",
}


def alert_due(now: datetime, jobs: Sequence[Job]) -> int:
    """Write to the operator if letters are parked, a message in the mailbox waits for a person,
    stored text can't be read, or one of these jobs keeps meeting trouble or does not run in time
    (a job); returns how many letters were posted. The words name no person and no group.
    """
    forget_damaged(now)
    address = config.current().operator_address
    troubles = [
        *_parked(),
        *_in_the_mailbox(),
        *_jobs_in_trouble(now),
        *_jobs_out_of_time(jobs, now),
    ]
    if not address or not troubles:
        return 0
    with transaction():
        to, link = Mailbox("", address), status_page()
        letter = letter_of(MessageKind.ALERT, to, troubles=troubles, link=link)
        return int(
            post_message(
                message(
                    MessageKind.ALERT,
                    letter,
                    NOBODY_IN_PARTICULAR,
                    Act(now),
                    key=f"{MessageKind.ALERT}:{now:%Y-%m-%d}",
                    useful_until=now + USEFUL,
                ),
                now,
            )
        )


def _parked() -> list[str]:
    parked = db.session.scalar(
        select(func.count())
        .select_from(OutgoingMail)
        .where(in_state(MailState.PARKED), OutgoingMail.body_sealed.is_not(None))
    )
    if not parked:
        return []
    return [f"Could not be sent, and waiting for you: {say_count(parked, 'message', 'messages')}"]


def _in_the_mailbox() -> list[str]:
    messages = waiting_for_a_person()
    if not messages:
        return []
    return [f"In the mailbox, and waiting for you: {say_count(messages, 'message', 'messages')}"]


def _jobs_in_trouble(now: datetime) -> list[str]:
    return [
        f"{run.name}: {run.trouble}"
        for run in heartbeats().values()
        if run.trouble and (run.finished_at is None or run.finished_at < now - PATIENCE)
    ]


def _jobs_out_of_time(jobs: Sequence[Job], now: datetime) -> list[str]:
    own = heartbeats().get(OWN_JOB)
    if own is None or own.finished_at is None or now - own.finished_at > PATIENCE:
        # They have all just started again, and each is about to have its turn.
        return []
    return [
        f"{beat.job.name}: {OUT_OF_TIME[beat.pulse]}"
        for beat in beats(jobs, now)
        if beat.pulse in OUT_OF_TIME and beat.job.name != OWN_JOB
    ]
