"""The facilitator's groups, and what needs them this week."""

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from core.moment import now
from scheduling.web.home.view.overview import overview

pages = Blueprint("groups", __name__)


@pages.route("/groups")
def show() -> ResponseReturnValue:
    """The groups of whoever is asking by next date, and drafts to finish."""
    person = g.viewer.person
    page = request.args.get("page", 1, type=int)
    groups = overview(person, page=page, now=now())
    return render_template("scheduling/groups/show.html", groups=groups, opens=person.opens_groups)
