"""Letters from their template triples ``templates/emails/<name>.{subject,txt,html}``.

A letter is written when it is posted, from words its caller has already put together; nothing is
looked up while it is rendered.
"""

from functools import lru_cache
from typing import Any

from flask import current_app
from jinja2 import Environment

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
    environment = current_app.jinja_env
    _prepare(environment)
    return environment.get_template(f"emails/{name}.{part}").render(context)


@lru_cache(maxsize=4)
def _prepare(environment: Environment) -> None:
    """Copy what all templates share into each template of a letter: it is looked through whenever
    one is rendered, and the chain of dictionaries it comes in makes that the dearest part.
    """
    for name in environment.list_templates(filter_func=lambda name: name.startswith("emails/")):
        template = environment.get_template(name)
        template.globals = dict(template.globals)
