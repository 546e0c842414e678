"""Letters from their template triples ``templates/emails/<name>.{subject,txt,html}``.

A letter is written when it is posted, from words its caller has already put together; nothing is
looked up while it is rendered.
"""

from typing import Any

from flask import current_app

from core import config
from core.mail import Letter, Mailbox


def written(
    name: str,
    to: Mailbox,
    *,
    calendar: bytes | None = None,
    calendar_method: str | None = None,
    unsubscribe_url: str | None = None,
    **words: Any,
) -> Letter:
    """Return the letter called ``name`` to one person, with a calendar part where one is given.

    Templates see ``site_name`` and the words passed in, and raise if one of them is missing.
    """
    context = {"site_name": config.current().site_name, "stop_link": unsubscribe_url, **words}
    return Letter(
        to=to,
        subject=_render(name, "subject", context).strip(),
        text=_render(name, "txt", context).strip() + "\n",
        html=_render(name, "html", context),
        calendar=calendar,
        calendar_method=calendar_method,
        unsubscribe_url=unsubscribe_url,
    )


def _render(name: str, part: str, context: dict[str, Any]) -> str:
    return current_app.jinja_env.get_template(f"emails/{name}.{part}").render(context)
