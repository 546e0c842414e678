"""Fetching a feed: which addresses there are, what is shown of them, and when we give up."""

import ssl
import time
from pathlib import Path

import pytest

from scheduling.feed_check import requests
from scheduling.feed_check.requests import MOST_BYTES, NotFetched, ask, follow, read_address
from tests.core.mail_servers import free_port, self_signed
from tests.scheduling.odd_feeds import GOOD, PATH, SECRET, Asked, serving


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"https://alcove.example{PATH}", "https://alcove.example/cal/…/calendar.ics"),
        (f" WEBCAL://Alcove.example{PATH}\n", "https://alcove.example/cal/…/calendar.ics"),
        ("https://a.example/cal/short/a.ics", "https://a.example/cal/…/a.ics"),
        ("https://a.example/short/a.ics", "https://a.example/…/a.ics"),
        ("https://a.example/short.ics", "https://a.example/…"),
        (f"https://a.example/{SECRET}/b/{SECRET}.ics", "https://a.example/…/…/…"),
        ("http://a.example:8000/x/y/a.ics?key=1", "http://a.example:8000/x/…/a.ics?…"),
        ("https://[::1]:8000", "https://[::1]:8000/…"),
    ],
)
def test_an_address_is_shown_without_what_may_be_a_secret(text: str, shown: str) -> None:
    address = read_address(text)

    assert address.shown == shown
    assert SECRET not in repr(address)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "An address begins with https://, webcal:// or http://."),
        ("alcove.example/cal/x/calendar.ics", "An address begins with https://, webcal:// or http://."),
        ("file:///etc/passwd", "An address begins with https://, webcal:// or http://."),
        ("https:///calendar.ics", "An address begins with https://, webcal:// or http://."),
        ("https://a.example/a b", "That is not an address: it is too long, or has a blank in it."),
        ("https://a.example/" + "a" * 2000,
         "That is not an address: it is too long, or has a blank in it."),
        ("https://a.example:port/", "That is not an address a calendar could use."),
        ("https://[::1/", "That is not an address a calendar could use."),
        ("https://me:word@a.example/",
         "The address has a name or password in it; calendars can’t use that."),
    ],
)  # fmt: skip
def test_what_is_no_address_is_said_in_words(text: str, words: str) -> None:
    with pytest.raises(NotFetched) as caught:
        read_address(text)

    assert caught.value.words == words


def test_a_made_up_secret_is_as_long_and_another() -> None:
    stranger = read_address(f"https://alcove.example{PATH}").with_made_up_secret()

    assert stranger.path == f"/cal/{'x' * len(SECRET)}/calendar.ics"


def test_redirects_are_followed_five_times_and_no_more() -> None:
    def hop(asked: Asked) -> bool:
        left = int(asked.path.rsplit("-", 1)[1])
        if left:
            asked.say(308, {"Location": f"/hop-{left - 1}"})
        else:
            asked.calendar()
        return True

    with serving(hop) as site:
        redirects, last = follow(read_address(f"{site.origin}/hop-5"))
        with pytest.raises(NotFetched, match="More than 5 redirects"):
            follow(read_address(f"{site.origin}/hop-6"))

    assert ([hop.status for hop in redirects], last.body) == ([308] * 5, GOOD)


@pytest.mark.parametrize("location", ["mailto:a@b.example", "https://[::1/", "ftp://b.example/"])
def test_a_redirect_to_no_address_is_said_in_words(location: str) -> None:
    def behave(asked: Asked) -> bool:
        asked.say(302, {"Location": location})
        return True

    with serving(behave) as site, pytest.raises(NotFetched) as caught:
        follow(read_address(site.url))

    assert caught.value.words == (
        f"{site.origin} redirects to something that is no address of a calendar."
    )


def test_a_feed_that_is_too_large_is_not_read_to_its_end() -> None:
    def behave(asked: Asked) -> bool:
        asked.calendar(b"x" * (MOST_BYTES + 1))
        return True

    with serving(behave) as site, pytest.raises(NotFetched, match="larger than 5 MB"):
        ask(read_address(site.url))


def test_a_feed_that_drips_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def drip(asked: Asked) -> bool:
        asked.say(200, {"Content-Length": "1000"})
        for _ in range(20):
            asked.wfile.write(b"x")
            time.sleep(0.05)
        return True

    monkeypatch.setattr(requests, "PATIENCE", 0.3)

    with serving(drip) as site, pytest.raises(NotFetched, match="did not answer in 0 seconds"):
        ask(read_address(site.url))


def test_nobody_there_is_said_in_words_without_the_secret() -> None:
    port = free_port()

    with pytest.raises(NotFetched) as caught:
        ask(read_address(f"http://127.0.0.1:{port}{PATH}"))

    assert caught.value.words == (
        f"http://127.0.0.1:{port} gave no answer of HTTP (ConnectionRefusedError)."
    )


def test_a_certificate_that_nobody_vouches_for_ends_it(tmp_path: Path) -> None:
    with serving() as site:
        site.socket = self_signed(tmp_path).wrap_socket(site.socket, server_side=True)
        with pytest.raises(NotFetched) as caught:
            ask(read_address(site.url.replace("http:", "https:")))

    assert "is not to be trusted" in caught.value.words
    assert site.asked == []


def trusting(monkeypatch: pytest.MonkeyPatch, folder: Path) -> ssl.SSLContext:
    """Return a server's context whose certificate is trusted for this test."""
    context = self_signed(folder)
    client = ssl.create_default_context(cafile=str(folder / "server.pem"))
    monkeypatch.setattr(ssl, "create_default_context", lambda: client)
    return context


def test_a_way_out_of_encryption_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with serving() as plain:

        def behave(asked: Asked) -> bool:
            asked.say(302, {"Location": plain.url})
            return True

        with serving(behave) as site:
            context = trusting(monkeypatch, tmp_path)
            site.socket = context.wrap_socket(site.socket, server_side=True)
            with pytest.raises(NotFetched) as caught:
                follow(read_address(site.url.replace("http:", "https:")))

    assert caught.value.words == (
        f"{site.origin.replace('http:', 'https:')} redirects to {plain.origin}, without encryption."
        " Calendars don’t follow that."
    )
    assert plain.asked == []
