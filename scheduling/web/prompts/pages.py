"""The library of prompts, and the prompts of a session."""

from collections.abc import Callable

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from core.errors import NotFound
from core.forms import page_with, problems_shown
from core.moment import now
from core.transaction import transaction
from core.web import note, noting_refusals, see_other
from groups.agreement_text import LIMITS
from groups.cohorts import menu_of
from groups.models import Cohort
from scheduling.dates.when import when
from scheduling.dates.wording import say_date
from scheduling.models import PeerSession
from scheduling.reflection import prompts, themes
from scheduling.reflection.drawing import prompts_of
from scheduling.runs.series import series_of
from scheduling.web.confirm import group_run, session_run
from scheduling.web.home.view.group import theme_title
from scheduling.web.home.view.titles import group_title
from scheduling.web.prompts.forms import DaysForm, PromptForm, ThemeForm
from scheduling.web.prompts.view import prompt_plan

pages = Blueprint("prompts", __name__)
AT = "/groups/<cohort_id>/sessions/<session_id>/prompts"

#: The theme that makes people speak of their own and others' errors at work.
MISTAKES = "mistakes"
#: What professional rules oblige people to report, which such a conversation can touch.
DUTY_TO_REPORT = LIMITS[4:]


@pages.route("/prompts")
def library() -> ResponseReturnValue:
    """Show every theme with its prompts to people who set up or run groups."""
    person = g.viewer.person
    if not person.opens_groups and not menu_of(person)[0]:
        raise NotFound
    return render_template("scheduling/prompts/library.html", themes=themes.library())


@pages.route("/groups/<cohort_id>/prompts", methods=["GET", "POST"])
def plan(cohort_id: str) -> ResponseReturnValue:
    """Show the prompts of the whole run, and change from when they can be seen."""
    cohort = group_run(cohort_id)
    series = series_of(cohort)
    form = DaysForm(data={"days": series.prompt_days})
    if form.validate_on_submit():
        with transaction():
            prompts.set_prompt_days(series, form.days.data)
        note("Saved. Prompts that can be seen already stay visible.")
        return see_other("prompts.plan", cohort_id=cohort_id)
    page = render_template(
        "scheduling/prompts/plan.html",
        cohort=cohort,
        title=group_title(cohort, g.viewer.person),
        form=form,
        lines=prompt_plan(series, now=now()),
    )
    return page_with(form, page)


@pages.route(AT, methods=["GET", "POST"])
def session(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Show the prompts of one session, and add one in the facilitator's own words."""
    row, form = session_run(cohort_id, session_id), PromptForm()
    if form.validate_on_submit():
        with problems_shown(form):
            with transaction():
                prompts.add_prompt(row, form.words.data or "", now=now())
            _note_saved(form.words.data or "")
            return _to(row)
    return page_with(form, _page(row, form))


@pages.route(f"{AT}/theme", methods=["POST"])
def theme(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Choose the theme of one session."""
    row, form = session_run(cohort_id, session_id), ThemeForm()
    if not form.validate():
        return page_with(form, _page(row, PromptForm(formdata=None)))
    return _do(row, lambda: prompts.choose_theme(row, form.theme.data or None, now=now()))


@pages.route(f"{AT}/use", methods=["POST"])
def use(cohort_id: str, session_id: str) -> ResponseReturnValue:
    """Add a prompt of the library."""
    row, key = session_run(cohort_id, session_id), request.form.get("key", "")
    return _do(row, lambda: prompts.add_from_library(row, key, now=now()))


@pages.route(f"{AT}/<prompt_id>/move", methods=["POST"])
def move(cohort_id: str, session_id: str, prompt_id: str) -> ResponseReturnValue:
    """Move one prompt a place up or down."""
    row, is_up = session_run(cohort_id, session_id), request.form.get("way") == "up"
    return _do(row, lambda: prompts.move_prompt(row, prompt_id, up=is_up, now=now()))


@pages.route(f"{AT}/<prompt_id>/remove", methods=["POST"])
def remove(cohort_id: str, session_id: str, prompt_id: str) -> ResponseReturnValue:
    """Remove one prompt."""
    row = session_run(cohort_id, session_id)
    return _do(row, lambda: prompts.remove_prompt(row, prompt_id, now=now()))


@noting_refusals("prompts.session")
def _do(row: PeerSession, act: Callable[[], object]) -> ResponseReturnValue:
    with transaction():
        act()
    note("Saved.")
    return _to(row)


def _page(row: PeerSession, form: PromptForm) -> str:
    said = when(row.starts_at, row.ends_at, row.zone_name, now())
    shown_at = prompts.shown_from(row)
    return render_template(
        "scheduling/prompts/session.html",
        session=row,
        prompts=prompts_of(row),
        cohort=row.cohort,
        said=said,
        form=form,
        theme_form=ThemeForm(formdata=None, data={"theme": row.theme or ""}),
        theme_title=theme_title(row.theme),
        offered=_offered(row),
        duty_to_report=DUTY_TO_REPORT if row.theme == MISTAKES else (),
        shown_words=say_date(shown_at.date(), now().astimezone(shown_at.tzinfo).date()),
        is_over=row.starts_at <= now(),
    )


def _offered(row: PeerSession) -> list[themes.Prompt]:
    """Return the prompts of the session's theme that it does not hold yet."""
    held = {prompt.key for prompt in prompts_of(row)}
    found = [known for known in themes.library() if known.key == row.theme]
    return [prompt for known in found for prompt in known.prompts if prompt.key not in held]


def _note_saved(words: str) -> None:
    remark = prompts.naming_note(words)
    note(f"Saved. {remark}" if remark else "Saved.", "info" if remark else "done")


def _to(row: PeerSession) -> ResponseReturnValue:
    cohort: Cohort = row.cohort
    return see_other("prompts.session", cohort_id=cohort.public_id, session_id=row.public_id)
