"""Every page that a letter or a calendar entry leads to, and nowhere else: names of pages in mail.

Each is an absolute link under ``BASE_URL``. What stands in one that is a secret is named ``token``.
"""

from core.web import link
from groups.models import Cohort


def sign_in_letter(token: str) -> str:
    """The page that signs in the browser that asked for a code."""
    return link("sign_in.letter", token=token)


def address_not_mine(token: str) -> str:
    """The page for somebody who did not change their address."""
    return link("disowning.show", token=token)


def help_page() -> str:
    """Help and numbers; it can be read without an account."""
    return link("public.help")


def calendar_page() -> str:
    """How dates reach somebody's diary."""
    return link("calendar.show")


def stop_reminders(token: str) -> str:
    """The switch that turns one person's reminders off."""
    return link("calendar.stop", token=token)


def offer_page(token: str) -> str:
    """An invitation, to be answered."""
    return link("offers.show", token=token)


def stop_offers(token: str) -> str:
    """The page on which an invited person asks never to be written to again."""
    return link("offers.stop", token=token)


def answer_page(token: str) -> str:
    """The page on which a letter's reader answers for one date without signing in."""
    return link("answering.show", token=token)


def group_page(cohort: Cohort) -> str:
    """A group's page, for its members."""
    return link("home.show", cohort_id=cohort.public_id)


def session_page(cohort: Cohort, session_id: str) -> str:
    """The page of one session of a group, for its members."""
    return link("home.session", cohort_id=cohort.public_id, session_id=session_id)


def session_run_page(cohort: Cohort, session_id: str) -> str:
    """The page of one session, for those who facilitate."""
    return link("sessions.show", cohort_id=cohort.public_id, session_id=session_id)


def status_page() -> str:
    """How the system is doing, for the operator."""
    return link("operating.show")
