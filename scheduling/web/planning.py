"""What every change of a run goes through: the form, the page that checks it, and the act."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import DomainError
from core.forms import show_problem
from core.moment import now
from core.transaction import transaction
from core.web import note, see_other
from groups.models import Cohort
from scheduling.changing.applying import apply, clashes_with, must_tell
from scheduling.changing.parcels import Change
from scheduling.changing.reshaping import concerned
from scheduling.changing.run_plan import RunPlan, Scope
from scheduling.dates.wording import say_count
from scheduling.forms.sessions import CheckedForm
from scheduling.models import PeerSession, SessionState
from scheduling.showing.group_page import impact_words
from scheduling.showing.plan_words import Reader, button_words, done_words, plan_words
from scheduling.showing.roster import names_of
from scheduling.web.changing import Look, check_page, note_change, rehearsed

AS_IT_IS = "That is how it is already."
CHANGED_SINCE = "These dates have changed since you looked at them. Check them again."


@dataclass(frozen=True)
class Asked:
    """What somebody asks for: the group, how its plan is made, and the session it began with.

    ``title`` heads the page that checks it. ``plan`` raises ``DomainError`` for what cannot be.
    ``which`` words the sessions on offer where there is no form to choose them in.
    """

    cohort: Cohort
    title: str
    plan: Callable[[], RunPlan]
    session: PeerSession | None = None
    which: Mapping[Scope, str] | None = None

    @property
    def home_url(self) -> str:
        """Where this began, and where it leads to once it is done."""
        if self.session is None or "which" in request.args:
            return url_for("running.show", cohort_id=self.cohort.public_id)
        cohort_id, session_id = self.cohort.public_id, self.session.public_id
        return url_for("sessions.show", cohort_id=cohort_id, session_id=session_id)


def form_check_act(form: CheckedForm, asked: Asked, page: Callable[[], str]) -> ResponseReturnValue:
    """Show the form (``page``), then what it would mean, then do it. What was typed stays."""
    if form.validate_on_submit() and not form.back.data:
        try:
            return act(form, asked) if form.is_confirmed else check(form, asked)
        except DomainError as error:
            show_problem(form, error)
    problems = form.errors or form.form_errors
    return page(), 422 if form.is_submitted() and problems else 200


def check_or_act(asked: Asked) -> ResponseReturnValue:
    """Show what a change would mean that needs no typing, or do it."""
    form = CheckedForm()
    try:
        return act(form, asked) if form.validate_on_submit() else check(form, asked)
    except DomainError as error:
        note(error.words, "info")
        return redirect(asked.home_url, code=303)


def act(form: CheckedForm, asked: Asked) -> ResponseReturnValue:
    """Change the run, and tell what was done; raises ``DomainError`` for what cannot be."""
    with transaction():
        plan = _plan(asked)
        _refuse_if_other(plan, form)
        words, one = done_words(plan, reader()), plan.changed_count == 1
        change = _apply(plan, tell=must_tell(plan) or not form.is_quiet)
    note_change(words, change, asked.cohort)
    if one and asked.session is not None:
        cohort_id, session_id = asked.cohort.public_id, asked.session.public_id
        return see_other("sessions.show", cohort_id=cohort_id, session_id=session_id)
    return see_other("running.show", cohort_id=asked.cohort.public_id)


def check(form: CheckedForm, asked: Asked) -> str:
    """Return the page that says what a change means; raises ``DomainError`` for what cannot be."""
    plan = _plan(asked)
    names = names_of(asked.cohort)
    words = plan_words(plan, people=len(names), reader=reader())
    advice = [*clashes_with(plan, g.viewer.person), *words.shifts]
    look = Look(words, may_be_quiet=not must_tell(plan), which=_which_links(asked))
    impact = words.impact
    only = [*(one.session for one in plan.seen), *plan.dropped]
    if plan.changed_count == len(only) == 1:
        impact = f"{impact_words(only[0], now=now())} {impact}"
    # The plan is made anew inside: a rehearsal begins by letting go of what was read before.
    rehearsal = rehearsed(lambda: _apply(_plan(asked), tell=True), asked.cohort)
    return check_page(
        form,
        asked.cohort,
        rehearsal,
        title=asked.title,
        button=button_words(plan, letters=rehearsal.letters),
        back_url=asked.home_url,
        rows=[],
        impact=impact,
        advice=advice,
        readers=names,
        can_change=asked.which is None,
        look=look,
    )


def reader() -> Reader:
    """Return who reads this page, and when."""
    return Reader(now(), g.viewer.person.time_zone)


def which_words(
    session: PeerSession, state: SessionState = SessionState.PLANNED
) -> dict[Scope, str]:
    """Word the sessions a change of this one can take along; only what makes a difference.

    Only sessions of this ``state`` count: what is cancelled can be put back and nothing else.
    """
    every = [one for one in concerned(session, Scope.ALL, now=now()) if one.state == state]
    later = sum(one.starts_at >= session.starts_at and one is not session for one in every)
    words = {Scope.ONE: "This one"} if session.state == state else {}
    if later:
        after = say_count(later, "session", "sessions")
        words[Scope.FOLLOWING] = f"{'This one and the' if words else 'The'} {after} after it"
    if len(every) > later + (session.state == state):
        words[Scope.ALL] = f"Every session to come ({len(every)})"
    return words or {Scope.ONE: "This one"}


def which_asked(words: Mapping[Scope, str]) -> Scope:
    """Return which sessions the address of this page names, or the fewest on offer."""
    named = request.args.get("which", "")
    # Where this session is the next one, all that follow it are all there are.
    wanted = (named, Scope.FOLLOWING.value if named == Scope.ALL.value else "")
    found = (scope for value in wanted for scope in words if scope.value == value)
    return next(found, next(iter(words), Scope.ONE))


def _plan(asked: Asked) -> RunPlan:
    plan = asked.plan()
    if plan.is_empty:
        raise DomainError(AS_IT_IS)
    return plan


def _refuse_if_other(plan: RunPlan, form: CheckedForm) -> None:
    """Refuse what is not what was looked at: a button that was pressed twice would move dates
    twice, and somebody else may have changed them meanwhile.
    """
    if form.seen.data and form.seen.data != plan_words(plan, people=0, reader=reader()).digest:
        raise DomainError(CHANGED_SINCE)


def _apply(plan: RunPlan, *, tell: bool) -> Change:
    return apply(plan, tell=tell, by=g.viewer.person, now=now())


def _which_links(asked: Asked) -> list[dict[str, str | bool]]:
    """Return a link to the same page for other sessions, where nothing was typed to choose it."""
    if not asked.which or len(asked.which) == 1:
        return []
    chosen = which_asked(asked.which)
    return [
        {"words": words, "url": f"{request.path}?which={scope.value}", "chosen": scope == chosen}
        for scope, words in asked.which.items()
    ]
