"""One person's account: what they are called, how pages look, where they are signed in."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.forms import page_with
from core.lookup import all_in, find
from core.moment import now
from core.transaction import transaction
from core.web import RETURN, note, see_other
from groups.access import sign_ins_of
from groups.accounts import change, end_others, end_sign_in
from groups.models import SignIn
from groups.own_data import own_data
from groups.web.account.forms import AccountForm
from groups.web.viewer import sign_in_first, sign_out_here

pages = Blueprint("account", __name__, url_prefix="/account")

HOLDS_ALL: Final = "The file holds everything that is held about you here."
_DATA_HEADERS: Final = {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Disposition": 'attachment; filename="my-data.json"',
}


@dataclass(frozen=True)
class Place:
    """One line of the list of sign-ins."""

    public_id: str
    device: str
    words: str
    here: bool


@pages.get("")
def show() -> ResponseReturnValue:
    """Everything about the account on one page."""
    return _page(AccountForm(obj=g.viewer.person))


@pages.post("")
def save() -> ResponseReturnValue:
    """Change name, look and time zone."""
    form = AccountForm(obj=g.viewer.person)
    if not form.validate_on_submit():
        return page_with(form, _page(form))
    with transaction():
        change(
            g.viewer.person,
            name=str(form.name.data),
            theme=str(form.theme.data),
            time_zone=str(form.time_zone.data),
        )
    note("Saved.")
    return see_other("account.show")


@pages.post("/sign-ins/<sign_in_id>/end")
def end(sign_in_id: str) -> ResponseReturnValue:
    """Sign out in one other browser."""
    moment = now()
    with transaction():
        end_sign_in(find(sign_ins_of(g.viewer.person), sign_in_id), moment)
    note("Signed out there.")
    return see_other("account.show")


@pages.post("/sign-ins/end-others")
def end_all_others() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    moment = now()
    with transaction():
        end_others(all_in(sign_ins_of(g.viewer.person)), g.viewer.sign_in, moment)
    note("You are signed in only here now.")
    return see_other("account.show")


@pages.get("/my-data.json")
def download() -> ResponseReturnValue:
    """Everything held about this person, put together on the spot and kept nowhere."""
    page = url_for("account.show")
    first = sign_in_first(HOLDS_ALL, then=page, otherwise=("Back to your account", page))
    if first is not None:
        return first
    return json.dumps(own_data(g.viewer.person), ensure_ascii=False, indent=2), 200, _DATA_HEADERS


@pages.post("/sign-in-again")
def sign_in_again() -> ResponseReturnValue:
    """Sign out, and come back after signing in to where this was asked for."""
    with transaction():
        sign_out_here(now())
    # Only a path that we have signed is followed then, so it need not be read here.
    return see_other("sign_in.ask", **{RETURN: request.args.get(RETURN, "")})


def _page(form: AccountForm) -> str:
    moment = now()
    sign_ins = [row for row in all_in(sign_ins_of(g.viewer.person)) if row.ends_at > moment]
    places = [_place(sign_in, moment) for sign_in in sign_ins]
    return render_template(
        "groups/account.html", form=form, email=g.viewer.person.email, places=places
    )


def _place(sign_in: SignIn, moment: datetime) -> Place:
    zone = ZoneInfo(g.viewer.person.time_zone)
    started = sign_in.started_at.astimezone(zone)
    today = started.date() == moment.astimezone(zone).date()
    clock = f"{started.hour % 12 or 12}:{started.minute:02}{'am' if started.hour < 12 else 'pm'}"
    return Place(
        public_id=sign_in.public_id,
        device=sign_in.device or "A browser",
        words=f"since {clock}{'' if today else ' yesterday'}",
        here=sign_in.id == g.viewer.sign_in.id,
    )
