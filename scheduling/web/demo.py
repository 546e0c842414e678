"""Only in demo mode: be somebody, read the mail."""

from datetime import timedelta
from math import ceil

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.lookup import find
from core.moment import now
from core.transaction import transaction
from core.web import note, noting_refusals, public, see_other
from groups.web.viewer import sign_in_here
from scheduling.demo import mail as demo_mail
from scheduling.demo import world as demo
from scheduling.demo.data import ON_SHOW

pages = Blueprint("demo", __name__)

ON_PAGE = 30
STALE = timedelta(days=2)
#: Letters bring their own styles, and nothing else of them is to have an effect.
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-top-navigation"


@pages.route("/demo")
@public
def show() -> ResponseReturnValue:
    """Offer everybody who can be tried."""
    by_name = {one["name"]: one for one in demo.people() if one["roles"]}
    on_show = [(by_name.pop(name), words) for name, _, words in ON_SHOW if name in by_name]
    return render_template(
        "scheduling/demo/show.html",
        on_show=on_show,
        others=list(by_name.values()),
        stale=demo.age(now()) > STALE,
    )


@pages.route("/demo/enter/<person_id>")
@public
def enter(person_id: str) -> ResponseReturnValue:
    """Be one of the made-up people. A plain link may do this here, although a GET changes nothing
    anywhere else: nobody in this data exists, and the demo listens on this machine only.
    """
    person = find(demo.made_up_people(), person_id)
    with transaction():
        sign_in_here(person, now=now())
    return see_other("home.start" if not person.operates else "operating.show")


@pages.route("/demo/mail")
@public
def mail() -> ResponseReturnValue:
    """List every letter, newest first; those to one address when one is asked for."""
    recipient = request.args.get("to") or None
    letters = demo_mail.mailbox(recipient)
    of = max(1, ceil(len(letters) / ON_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), of)
    return render_template(
        "scheduling/demo/mail.html",
        letters=letters[(page - 1) * ON_PAGE : page * ON_PAGE],
        number=len(letters),
        recipient=recipient,
        page=page,
        of=of,
        page_url=url_for("demo.mail", to=recipient) + ("&" if recipient else "?") + "page={page}",
        now=now(),
    )


@pages.route("/demo/mail/<mail_id>")
@public
def letter(mail_id: str) -> ResponseReturnValue:
    """Show one letter: headers, words, links, and calendar parts."""
    item = demo_mail.letter(mail_id)
    reading = demo_mail.read(item.raw, now=now())
    return render_template("scheduling/demo/letter.html", letter=item, reading=reading, now=now())


@pages.route("/demo/mail/<mail_id>/html")
@public
def html(mail_id: str) -> ResponseReturnValue:
    """Show the HTML part of a letter on a page of its own, with its styles and nothing else."""
    reading = demo_mail.read(demo_mail.letter(mail_id).raw, now=now())
    return Response(
        reading.html, mimetype="text/html", headers={"Content-Security-Policy": LETTER_POLICY}
    )


@pages.route("/demo/mail/<mail_id>/letter.eml")
@public
def original(mail_id: str) -> ResponseReturnValue:
    """Hand over the bytes of a letter, to be opened in a mail program."""
    raw = demo_mail.letter(mail_id).raw
    disposition = {"Content-Disposition": "attachment; filename=letter.eml"}
    return Response(raw, mimetype="message/rfc822", headers=disposition)


@pages.route("/demo/mail/<mail_id>/send", methods=["POST"])
@public
@noting_refusals("demo.letter")
def send(mail_id: str) -> ResponseReturnValue:
    """Let a letter that waits leave now. Nothing leaves this machine."""
    with transaction():
        demo_mail.send_now(mail_id, now=now())
    demo_mail.deliver(now())
    note("It would have left now.")
    return see_other("demo.letter", mail_id=mail_id)
