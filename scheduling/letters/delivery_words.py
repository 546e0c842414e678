"""What became of a letter, in words for whoever runs the group. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from core.outbox import MailState, OutgoingMail
from core.refusals import Reason
from groups.messages import SPECS
from scheduling.dates.wording import say_date, say_time

NOT_ACCEPTED = (MailState.REFUSED, MailState.BOUNCED, MailState.PARKED)
REASONS = {reason.value: reason for reason in Reason}
PARKED_WORDS = (
    "This message could not be sent, and trying again did not help. "
    "The people who run this site can see why."
)

#: What keeps letters here, by the name that the log has for it: what it is and what would help.
OF_OUR_OWN = {
    "Interrupted": "Alcove was stopped while it was being sent; it may have arrived.",
    "Unreadable": "It cannot be read with the key ring that is in place. Check KEY_RING.",
}
UNEXPECTED = "Something unexpected happened. The log says more under the name that follows."


def kind_words(mail: OutgoingMail) -> str:
    """Say what a letter is about."""
    spec = SPECS.get(mail.kind)
    return (spec and spec.words) or "Message"


def trouble_words(state: str, reason: str | None) -> str | None:
    """Say what stands in the way of a letter and what would help; ``None`` when nothing does."""
    if state == MailState.PARKED:
        return PARKED_WORDS
    known = REASONS.get(reason or "")
    if state in (MailState.REFUSED, MailState.BOUNCED):
        return (known or Reason.OTHER).words
    if state == MailState.DUE and known is not None:
        return Reason.TRY_LATER.words
    return None


def parked_words(reason: str | None) -> str:
    """Say to whoever runs the site why a letter was set aside, and what would help."""
    known = REASONS.get(reason or "")
    return known.words if known else OF_OUR_OWN.get(reason or "", UNEXPECTED)


def state_words(mail: OutgoingMail, *, now: datetime, zone: ZoneInfo) -> str:
    """Say what became of a letter: "Leaves at 6:10pm", "Sent on Thursday 10 December"."""
    match mail.state:
        case MailState.DUE | MailState.SENDING:
            return _waiting(mail, now, zone)
        case MailState.SENT | MailState.UNCERTAIN if mail.final_at is not None:
            local, today = mail.final_at.astimezone(zone), now.astimezone(zone).date()
            verb = "Sent" if mail.state == MailState.SENT else "Probably sent"
            return f"{verb} on {say_date(local.date(), today)} at {say_time(local.time())}"
        case MailState.BOUNCED:
            return "Came back"
        case MailState.RECALLED:
            return "Taken back before it left"
        case MailState.SUPERSEDED:
            return "Not sent, as something newer replaced it"
    return "Not accepted"


def _waiting(mail: OutgoingMail, now: datetime, zone: ZoneInfo) -> str:
    if mail.reason is not None:
        return "Waiting to be tried again"
    if mail.due_at <= now:
        return "Leaves any moment"
    return f"Leaves at {say_time(mail.due_at.astimezone(zone).time())}"
