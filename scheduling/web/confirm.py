"""What every change of a group goes through: the form, the page that checks it, the act, and undo.

A page says what is asked for (``Asked``); the rest is the same for moving a date, for another
place, for the end of a group and for inviting people.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from flask import abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import config
from core.errors import DomainError, NotFound
from core.forms import page_with, problems_shown
from core.lookup import find
from core.moment import now
from core.transaction import prepared, transaction
from core.web import note, noting_refusals, seconds_until, see_other
from groups.access import cohorts_facilitated_by
from groups.models import Cohort, CohortState
from scheduling.access import sessions_run_by
from scheduling.dates.wording import say_count, say_time
from scheduling.models import PeerSession, Series, SessionState
from scheduling.rescheduling.apply import (
    AS_IT_IS,
    Change,
    ChangedSince,
    Post,
    PreparedChange,
    apply,
    tell_of_dates,
)
from scheduling.rescheduling.change_plan import ChangePlan, Scope, Subject
from scheduling.rescheduling.preview import Preview, look_again_at, preview
from scheduling.rescheduling.session_plans import concerned, conflicts_with
from scheduling.runs.to_come import is_over
from scheduling.web.fields.checked import CheckedForm
from scheduling.web.fields.pasted import PastedList
from scheduling.web.plan_words import (
    PlanWords,
    Reader,
    button_words,
    done_words,
    impact_words,
    letters_words,
    names_of,
    plan_words,
)


@dataclass(frozen=True)
class Checked:
    """What the page that checks a change says of it. ``rows`` and ``words`` say what it does,
    ``advice`` warns of it, ``readers`` are those who hear of it, and ``button`` is the act.
    """

    button: str
    rows: list[dict[str, str]] = field(default_factory=list)
    words: PlanWords | None = None
    impact: str | None = None
    advice: list[str] = field(default_factory=list)
    readers: list[str] | None = None
    pasted: PastedList | None = None


@dataclass(frozen=True)
class Asked:
    """What somebody asks for: the group, how its plan is made, and the session it began with.

    ``title`` heads the page that checks it. ``plan`` raises ``DomainError`` for what cannot be.
    ``which`` words the sessions on offer where there is no form to choose them in, ``checked`` says
    what is not about dates, and ``post`` writes the messages; ``home_url`` is where it leads to.
    """

    cohort: Cohort
    title: str
    plan: Callable[[], ChangePlan]
    session: PeerSession | None = None
    series: Series | None = None
    which: Mapping[Scope, str] | None = None
    checked: Callable[[ChangePlan, Preview], Checked] | None = None
    post: Post = tell_of_dates
    quiet: bool = False
    to: str | None = None

    @property
    def home_url(self) -> str:
        """Where this began, and where it leads to once it is done."""
        if self.to is not None:
            return self.to
        if self.session is None or "which" in request.args:
            return url_for("running.show", cohort_id=self.cohort.public_id)
        return self.session_url

    @property
    def session_url(self) -> str:
        """The page of the session with which it began, or that of the group."""
        if self.session is None:
            return url_for("running.show", cohort_id=self.cohort.public_id)
        cohort_id, session_id = self.cohort.public_id, self.session.public_id
        return url_for("sessions.show", cohort_id=cohort_id, session_id=session_id)


def form_check_act(form: CheckedForm, asked: Asked, page: Callable[[], str]) -> ResponseReturnValue:
    """Show the form (``page``), then what it would mean, then do it. What was typed stays."""
    if form.validate_on_submit() and not form.back.data:
        with problems_shown(form):
            return act(form, asked) if form.is_confirmed else check(form, asked)
    return page_with(form, page())


@noting_refusals(lambda asked: redirect(asked.home_url, code=303))
def check_or_act(asked: Asked) -> ResponseReturnValue:
    """Show what a change would mean that needs no typing, or do it."""
    form = CheckedForm()
    return act(form, asked) if form.validate_on_submit() else check(form, asked)


def act(form: CheckedForm, asked: Asked) -> ResponseReturnValue:
    """Make the change, and tell what was done; raises ``DomainError`` for what cannot be."""
    plans: list[ChangePlan] = []

    def work() -> PreparedChange:
        plan = _plan(asked)
        if form.seen.data and form.seen.data != plan.digest:
            raise ChangedSince
        plans.append(plan)
        quiet = asked.quiet or (form.is_quiet and not plan.matters)
        by, moment = g.viewer.person, now()
        return PreparedChange(plan, by=by, now=moment, tell=not quiet, post=asked.post, ahead=True)

    change = prepared(work)
    plan = plans[-1]
    words, one = done_words(plan, reader()), plan.changed_count == 1
    note_change(words, change, asked.cohort, plan.subject)
    return redirect(asked.session_url if one and asked.to is None else asked.home_url, code=303)


def check(form: CheckedForm, asked: Asked) -> str:
    """Return the page that says what a change means; raises ``DomainError`` for what cannot be."""
    plan = _plan(asked)
    shown = previewed(plan, asked)
    checked = (asked.checked or _checked_dates(asked))(plan, shown)
    may_be_quiet = plan.subject is Subject.DATES and not plan.matters
    return render_template(
        "scheduling/sessions/check.html",
        form=form,
        cohort=asked.cohort,
        title=asked.title,
        checked=checked,
        which=_which_links(asked),
        back_url=asked.home_url,
        preview=shown,
        letters_words=say_count(shown.letters, "message", "messages"),
        readers=names_of(asked.cohort) if checked.readers is None else checked.readers,
        fields={**form.typed, "seen": plan.digest},
        can_change=bool(form.typed),
        may_be_quiet=may_be_quiet,
        pause=int(config.current().pause.total_seconds() // 60),
    )


def previewed(plan: ChangePlan, asked: Asked) -> Preview:
    """Return what a change would send, with the message to whoever is asking if there is one; who
    sends a form too often is asked to wait.
    """
    if request.method == "POST":
        _refuse_too_often()
    person, moment = g.viewer.person, now()
    own = None if plan.subject is Subject.INVITATIONS else person.email
    return preview(
        lambda: apply(plan, by=person, now=moment, tell=not asked.quiet, post=asked.post),
        asked.cohort,
        own=own,
    )


def _refuse_too_often() -> None:
    """Count one more look at a change. A plain GET is not counted, as it may write nothing."""
    moment = now()
    with transaction():
        retry_at = look_again_at(g.viewer.person, now=moment)
    if retry_at is not None:
        abort(429, retry_after=seconds_until(retry_at, moment))


def _plan(asked: Asked) -> ChangePlan:
    plan = asked.plan()
    if plan.is_empty:
        raise DomainError(AS_IT_IS)
    return plan


def _checked_dates(asked: Asked) -> Callable[[ChangePlan, Preview], Checked]:
    def checked(plan: ChangePlan, shown: Preview) -> Checked:
        names, series = names_of(asked.cohort), asked.series
        if asked.session is not None:
            series = asked.session.series
        words = plan_words(plan, people=len(names), reader=reader())
        impact, one = words.impact, asked.session
        only = [*plan.seen, *plan.cancelled]
        if one is not None and [each.session_id for each in only] == [one.public_id]:
            impact = f"{impact_words(one, now=now())} {impact}"
        return Checked(
            button_words(plan, letters=shown.letters),
            words=words,
            impact=impact,
            advice=[*conflicts_with(plan, series, g.viewer.person), *words.shifts],
            readers=names,
        )

    return checked


def note_change(words: str, change: Change, cohort: Cohort, subject: Subject) -> None:
    """Show what was done and when its messages leave, with a way to undo it."""
    if change.leaves_at is not None:
        at = say_time(change.leaves_at.astimezone(own_zone()).time())
        words = f"{words} {letters_words(subject, change.letters)} at {at}."
    elif subject in (Subject.OPENING, Subject.INVITATIONS):
        # Without messages there is nothing to take back.
        note(f"{words} Nobody has been written to yet: invite people when you are ready.")
        return
    undo_url = url_for("running.undo", cohort_id=cohort.public_id)
    note(words, undo_url=undo_url, undo_fields={"undo_token": change.undo_token})


def own_zone() -> ZoneInfo:
    """Return the zone of whoever looks, in which it is said when messages leave and arrive."""
    return ZoneInfo(g.viewer.person.time_zone)


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


def _which_links(asked: Asked) -> list[dict[str, str | bool]]:
    """Return a link to the same page for other sessions, where nothing was typed to choose it."""
    if not asked.which or len(asked.which) == 1:
        return []
    chosen = which_asked(asked.which)
    return [
        {"words": words, "url": f"{request.path}?which={scope.value}", "chosen": scope == chosen}
        for scope, words in asked.which.items()
    ]


def group_run(cohort_id: str) -> Cohort:
    """Return a group that whoever is asking facilitates; raises ``NotFound``."""
    return find(cohorts_facilitated_by(g.viewer.person), cohort_id)


def open_group_run(cohort_id: str) -> Cohort:
    """Return the same, but no draft: that is changed where it is set up."""
    cohort = group_run(cohort_id)
    if cohort.state == CohortState.DRAFT:
        raise NotFound
    return cohort


def session_run(cohort_id: str, session_id: str) -> PeerSession:
    """Return a session of this group that whoever is asking facilitates; raises ``NotFound``."""
    session = find(sessions_run_by(g.viewer.person), session_id)
    if session.cohort.public_id != cohort_id:
        raise NotFound
    return session


def open_session_run(cohort_id: str, session_id: str) -> PeerSession:
    """Return the same, but of no draft."""
    open_group_run(cohort_id)
    return session_run(cohort_id, session_id)


def changeable_run(cohort_id: str) -> Cohort:
    """Return a group whose dates can change; of a draft or an ended one, go where it is shown."""
    cohort = group_run(cohort_id)
    if cohort.state == CohortState.DRAFT:
        abort(see_other("setting_up.check", cohort_id=cohort_id))
    if cohort.state == CohortState.ENDED:
        note("This group has ended, so its dates stay as they are.", "info")
        abort(see_other("running.show", cohort_id=cohort_id))
    return cohort


def changeable_session(cohort_id: str, session_id: str) -> PeerSession:
    """Return a session that can change; of one that has begun or is over, go to its page."""
    session = session_run(cohort_id, session_id)
    changeable_run(cohort_id)
    if is_over(session, now()):
        note("This session has begun or is over, so it can no longer be changed.", "info")
        abort(see_other("sessions.show", cohort_id=cohort_id, session_id=session_id))
    return session
