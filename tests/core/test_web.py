"""What every page owes, whoever asks and whatever comes of it."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from flask import Flask, abort
from flask.testing import FlaskClient

from core.errors import NotFound
from core.web import SECURITY_HEADERS, content_security_policy, is_public, link
from tests.build import a_person
from tests.page import PageClient

pytestmark = pytest.mark.usefixtures("clock")

SignedIn = Callable[..., PageClient]

#: Whoever opens a page adds it here, after thinking about what strangers can learn from it.
OPEN = {
    "answering.answer",
    "answering.show",
    "calendar.stop",
    "disowning.act",
    "disowning.show",
    "feeds.show",
    "offers.accept",
    "offers.go_on",
    "offers.take_back",
    "offers.decline",
    "offers.reconsider",
    "offers.show",
    "offers.stop",
    "public.accessibility",
    "public.alive",
    "public.confidentiality",
    "public.door",
    "public.help",
    "public.privacy",
    "public.robots",
    "public.safety",
    "public.security",
    "sign_in.again",
    "sign_in.ask",
    "sign_in.code",
    "sign_in.forget",
    "sign_in.leave",
    "sign_in.letter",
    "sign_in.out",
    "static",
}
WEATHER = "https://www.bbc.co.uk/weather"


def _rules(app: Flask) -> list[tuple[str, str, set[str]]]:
    """Every page as its endpoint, a path with made-up ids, and its methods."""
    adapter = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        methods = set(rule.methods or ()) & {"GET", "POST"}
        values = dict.fromkeys(rule.arguments, "made-up")
        found.append((rule.endpoint, adapter.build(rule.endpoint, values), methods))
    return found


def test_pages_are_closed_but_for_those_on_the_list(app: Flask) -> None:
    assert {endpoint for endpoint in app.view_functions if is_public(app, endpoint)} == OPEN


def test_closed_pages_send_strangers_to_sign_in(app: Flask, client: FlaskClient) -> None:
    answers = {}
    for endpoint, path, methods in _rules(app):
        if is_public(app, endpoint):
            continue
        for method in methods:
            response = client.open(path, method=method)
            where = response.headers.get("Location", "").partition("?")[0]
            answers[endpoint, method] = (response.status_code, where)

    assert len(answers) > 5
    assert set(answers.values()) == {(303, "/sign-in")}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/account", 303),
        ("/no-such-page", 404),
        ("/leave", 405),
        ("/health", 200),
        ("/static/app.css", 200),
        ("/static/no-such-file", 404),
    ],
)
def test_every_answer_has_the_strict_headers(client: FlaskClient, path: str, status: int) -> None:
    response = client.get(path, buffered=True)

    assert response.status_code == status
    policy = response.headers["Content-Security-Policy"]
    assert policy == content_security_policy(WEATHER)
    assert {name: response.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("status", [400, 410, 413, 429, 500])
def test_error_pages_have_the_strict_headers(app: Flask, client: FlaskClient, status: int) -> None:
    @app.get("/help/trouble")
    def trouble() -> str:
        abort(status)

    trouble.is_public = True  # type: ignore[attr-defined]  # what @public does
    response = client.get("/help/trouble")

    assert response.status_code == status
    assert response.headers["Content-Security-Policy"] == content_security_policy(WEATHER)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers.get("Retry-After") == ("60" if status == 429 else None)


def test_pages_are_kept_nowhere_and_hashed_files_for_a_year(client: FlaskClient) -> None:
    page = client.get("/").headers["Cache-Control"]
    hashed = client.get("/static/app.css?v=1", buffered=True).headers["Cache-Control"]
    plain = client.get("/static/app.css", buffered=True).headers["Cache-Control"]

    assert page == "private, no-store"
    assert hashed == "public, max-age=31536000, immutable"
    assert plain == "no-cache"


def test_https_is_remembered_where_people_reach_us_over_it(make_app: Callable[..., Flask]) -> None:
    secure = make_app(base_url="https://alcove.example").test_client()

    response = secure.get("/", base_url="https://alcove.example")

    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_http_says_nothing_about_https(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers


@pytest.mark.parametrize(
    ("leave_url", "sources"),
    [
        (WEATHER, "'self' https://www.bbc.co.uk"),
        ("http://news.example:8080/today?x=1", "'self' http://news.example:8080"),
        ("/", "'self'"),
    ],
)
def test_forms_lead_to_us_and_to_where_leave_goes(leave_url: str, sources: str) -> None:
    assert f"; form-action {sources};" in content_security_policy(leave_url)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "alcove.example.evil.example",
        "evil.example:80",
        "127.0.0.1",
        "alcove.example@evil.example",
    ],
)
def test_foreign_hosts_are_refused(client: FlaskClient, host: str) -> None:
    assert client.get("/help", headers={"Host": host}).status_code == 400


def test_forwarded_hosts_are_ignored_without_a_proxy(client: FlaskClient) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}

    response = client.get("/account", headers=headers)

    assert response.headers["Location"].startswith("/sign-in?")


def test_link_always_begins_with_our_own_address(app: Flask) -> None:
    with app.test_request_context("/", headers={"Host": "evil.example"}):
        assert link("public.help") == "http://alcove.example/help"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/sign-in", "/leave", "/sign-out", "/account"])
def test_forms_from_elsewhere_are_refused(
    signed_in: SignedIn, app: Flask, path: str, site: str
) -> None:
    browser = signed_in(a_person())

    response = browser.post(path, headers={"Sec-Fetch-Site": site})

    assert response.status_code == 400
    assert browser.get("/account").status_code == 200


def test_forms_need_their_token(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    typed = {"address": "amina@people.example"}

    without_cookie = client.post("/sign-in", data=typed)
    client.get("/sign-in")
    with_cookie = client.post("/sign-in", data=typed)

    assert (without_cookie.status_code, with_cookie.status_code) == (400, 400)
    assert "This site needs a cookie" in without_cookie.text
    assert "This page was open for a long time" in with_cookie.text


def test_of_two_tabs_opened_before_the_first_cookie_both_work(
    app: Flask, client: FlaskClient
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    first = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    client.delete_cookie("s", domain="alcove.example")
    client.get("/sign-in")
    typed = {"address": "amina@people.example", "csrf_token": first[1] if first else ""}

    plain = client.post("/sign-in", data=typed)
    from_here = client.post("/sign-in", data=typed, headers={"Sec-Fetch-Site": "same-origin"})

    assert (plain.status_code, from_here.status_code) == (400, 303)


def test_a_token_of_another_tab_is_not_taken_from_somebody_who_is_signed_in(
    app: Flask, signed_in: SignedIn
) -> None:
    person = a_person()
    browser = signed_in(person)
    app.config["WTF_CSRF_ENABLED"] = True
    browser.get("/account")

    answer = browser.post(
        "/account", data={"name": "Somebody"}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert answer.status_code == 400


def test_out_of_reach_looks_exactly_like_absent(app: Flask, client: FlaskClient) -> None:
    @app.get("/help/absent")
    def absent() -> str:
        raise NotFound

    absent.is_public = True  # type: ignore[attr-defined]  # what @public does

    hidden, missing = client.get("/help/absent"), client.get("/help/nothing-here")

    assert hidden.status_code == missing.status_code == 404
    assert hidden.text == missing.text


def test_notes_show_once(signed_in: SignedIn, app: Flask) -> None:
    browser = signed_in(a_person())
    with time_machine.travel(datetime.fromisoformat("2026-11-21T09:00:00+00:00"), tick=False):
        browser.post(
            "/account", data={"name": "Mina", "theme": "dark", "time_zone": "Europe/London"}
        )
        first, second = browser.get("/account").text, browser.get("/account").text

    assert first.count('role="status"') == 1
    assert second.count('role="status"') == 0


def test_a_fault_is_logged_without_the_secret_of_its_link_or_its_words(
    app: Flask,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def break_down(token: str) -> str:
        raise ValueError(token)

    app.testing = False
    monkeypatch.setitem(app.view_functions, "offers.show", break_down)
    monkeypatch.setattr(break_down, "is_public", True, raising=False)

    response = client.get("/i/qzsecret")

    assert response.status_code == 500
    assert "ValueError at GET /i/<token>" in caplog.text
    assert "break_down" in caplog.text
    assert "qzsecret" not in caplog.text
