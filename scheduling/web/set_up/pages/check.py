"""What the second screen of setting up shows, put together from a draft."""

from dataclasses import asdict
from typing import Any

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from core import config
from core.errors import DomainError
from core.moment import now
from core.web import link, note, see_other
from groups.models import Cohort, PlaceOffer
from groups.offers import LASTS
from scheduling.dates.recurrence import ChosenDates
from scheduling.dates.wording import (
    is_either_way,
    say_count,
    say_pattern,
    say_times,
    say_zone,
)
from scheduling.models import PeerSession
from scheduling.places.drafts import drafted_offers, open_group
from scheduling.places.offering import letter_about, offer_places
from scheduling.runs.series import series_of, set_up_of
from scheduling.web.confirm import Asked
from scheduling.web.fields.pasted import counted_words
from scheduling.web.session_card import year_cells
from scheduling.web.set_up.forms.set_up import SetUpForm
from scheduling.web.set_up.view.checking import DateRow, date_rows, sessions_of, skip_rows
from scheduling.web.set_up.view.words import run_note

#: Stands where each reader finds a link that is theirs alone.
NO_TOKEN = "a-link-of-their-own"  # noqa: S105 - it says that there is none


def after_saving(cohort: Cohort, form: SetUpForm) -> ResponseReturnValue:
    """Say what became of the list of people, and go on to where the button said."""
    said = [*_about_people(form, kept=len(drafted_offers(cohort))), *_about_dates(form)]
    if said:
        note(" ".join(said), "info")
    if form.later.data:
        note("Saved as a draft. Nothing has been sent.")
        return see_other("groups.show")
    return see_other("setting_up.check", cohort_id=cohort.public_id)


def _about_people(form: SetUpForm, *, kept: int) -> list[str]:
    # Numbers only: what was typed stays out of notes, which travel in a cookie.
    said = []
    if kept:
        said.append(f"{counted_words(form.people.data)}. Each is listed under “Who gets it”.")
    if form.people.data.merged:
        times = len(form.people.data.merged)
        words = "1 address" if times == 1 else f"{times} addresses"
        said.append(f"You entered {words} more than once. We’ll send each one invitation.")
    if kept < len(form.people.data.mailboxes):
        said.append("We left out your own address because you’re already in the group.")
    return said


def _about_dates(form: SetUpForm) -> list[str]:
    typed = [form.first_on.typed]
    if form.how_often.data == "chosen":
        typed += form.dates.typed.splitlines()
    if not any(map(is_either_way, typed)):
        return []
    return ["We read dates in figures with the day first, then the month. Check each one."]


def opening(cohort: Cohort) -> Asked:
    """Return what is asked for by the one button of the second screen."""
    return Asked(cohort, "Check and send", lambda: open_group(cohort, now=now()), post=offer_places)


def check_page(cohort: Cohort) -> str:
    """Return the second screen of a draft."""
    series, person = series_of(cohort), g.viewer.person
    sessions, offers = sessions_of(series), drafted_offers(cohort)
    rows = date_rows(series, sessions, person, now=now())
    return render_template(
        "scheduling/setting_up/check.html",
        cohort=cohort,
        heading=_heading(cohort, len(rows)),
        rhythm=_rhythm(cohort),
        clock_note=run_note(series, sessions, now=now()),
        rows=[linked(cohort, row) for row in rows],
        skips=[linked(cohort, row) for row in skip_rows(series, sessions, now=now())],
        cells=year_cells(sessions, now=now()),
        offers=offers,
        letter=_letter(offers, sessions),
        people_words=say_count(len(offers), "person", "people"),
        send_words=_send_words(len(offers)),
        fields=_seen(cohort),
        pause=int(config.current().pause.total_seconds() // 60),
    )


def _seen(cohort: Cohort) -> dict[str, str]:
    """Return what is sent on, so that the group is opened as it was looked at. Where it cannot be
    opened, the button says why.
    """
    try:
        return {"seen": open_group(cohort, now=now()).digest}
    except DomainError:
        return {}


def _letter(offers: list[PlaceOffer], sessions: list[PeerSession]) -> dict[str, Any] | None:
    """Return the e-mail as the component shows it; nothing while nobody is invited."""
    if not offers:
        return None
    # The real link opens the place, and is for its reader alone.
    shown = letter_about(
        offers[0],
        sessions,
        link=link("offers.show", token=NO_TOKEN),
        stop_link=link("offers.stop", token=NO_TOKEN),
        ends_at=now() + LASTS,
        now=now(),
    )
    return {
        "sender": config.current().site_name,
        "subject": shown.subject,
        "paragraphs": [line for line in shown.text.splitlines() if line.strip()],
    }


def _heading(cohort: Cohort, count: int) -> str:
    set_up = set_up_of(series_of(cohort))
    dates = say_count(count, "date", "dates").capitalize()
    hours = say_times(set_up.starts, set_up.ends)
    return f"{dates}, {hours}, {say_zone(set_up.time_zone)}"


def _rhythm(cohort: Cohort) -> str:
    """Say how the dates come about; nothing where somebody chose each of them."""
    set_up = set_up_of(series_of(cohort))
    if isinstance(set_up.pattern, ChosenDates):
        return "Dates chosen one by one."
    goes_on = " It keeps going until you end it." if set_up.goes_on else ""
    return f"{say_pattern(set_up.pattern, set_up.first_on)}.{goes_on}"


def _send_words(count: int) -> str:
    return f"Send {count} invitation{'s' if count > 1 else ''}" if count else "Open the group"


def linked(cohort: Cohort, row: DateRow) -> dict[str, Any]:
    """Return a row with the ways to change it."""
    planned_on = row.planned_on.isoformat()
    change_url = url_for("setting_up.one_date", cohort_id=cohort.public_id, planned_on=planned_on)
    label = f"Move to {row.better_words}" if row.number else f"Use {row.better_words} instead"
    return {
        **asdict(row),
        "date_words": f"{row.number}. {row.date_words}" if row.number else row.date_words,
        "change_url": change_url,
        "move_label": label if row.better_on else None,
        "move_url": change_url,
        "move_fields": {"held_on": row.better_on},
        "put_back_url": url_for(
            "setting_up.restore_date", cohort_id=cohort.public_id, planned_on=planned_on
        ),
    }
