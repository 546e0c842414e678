"""Apps that are lent to one test after another: each test finds its app as good as new."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from core import config
from core.config import Config
from core.db import db
from groups.models import Person
from tests.apps import KEPT, Apps
from tests.build import a_person
from tests.conftest import settings
from tests.page import PageClient

MakeSettings = Callable[..., Config]
URL = "http://alcove.example/privacy"


@pytest.fixture
def shelf(apps: Apps) -> Iterator[Apps]:
    """Apps of this test alone."""
    made = Apps(apps.bytecode)
    yield made
    made.take_back()


@pytest.fixture
def told(tmp_path: Path, key_ring_file: Path, empty_database: Path) -> MakeSettings:
    """Return a function that gives settings with a folder and an empty database of their own."""

    def made(name: str, **changes: object) -> Config:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "alcove.db").write_bytes(empty_database.read_bytes())
        return settings(folder, key_ring_file, f"sqlite:///{folder / 'alcove.db'}", **changes)

    return made


def test_the_next_test_has_the_same_app_on_another_database(
    shelf: Apps, told: MakeSettings
) -> None:
    first = shelf.lend(told("first"))
    with first.app_context():
        a_person("Amina")
    shelf.take_back()

    second = shelf.lend(told("second"))

    assert second is first
    with second.app_context():
        assert db.session.query(Person).count() == 0
        assert Path(str(db.engine.url.database)).parent.name == "second"
        assert config.current().instance.name == "second"
        assert Path(second.instance_path).name == "second"


def test_what_a_test_did_to_its_app_is_put_back(shelf: Apps, told: MakeSettings) -> None:
    app = shelf.lend(told("first"))
    before = (app.test_client_class, app.wsgi_app, set(app.view_functions), dict(app.config))
    app.test_client_class = PageClient
    app.wsgi_app = lambda _environ, _start: [b"of one test"]  # type: ignore[method-assign, assignment]  # as an app is wrapped
    app.config["WTF_CSRF_ENABLED"] = True
    app.config["OF_ONE_TEST"] = True
    app.extensions["of one test"] = object()
    app.before_request_funcs.setdefault(None, []).append(lambda: "of one test")
    app.view_functions["home.show"] = lambda: "of one test"
    object.__setattr__(app.extensions[config.EXTENSION], "base_url", "http://elsewhere.example")
    shelf.take_back()

    again = shelf.lend(told("first again"))

    after = (again.test_client_class, again.wsgi_app, set(again.view_functions))
    assert after == before[:3]
    kept = {**before[3], "SQLALCHEMY_DATABASE_URI": again.config["SQLALCHEMY_DATABASE_URI"]}
    assert dict(again.config) == kept
    assert "of one test" not in again.extensions
    assert b"of one test" not in again.test_client().get(URL).data


def test_what_cannot_be_put_back_is_not_lent_again(shelf: Apps, told: MakeSettings) -> None:
    routed = shelf.lend(told("routed"))
    routed.add_url_rule("/of-one-test", "of_one_test", lambda: "of one test")
    shelf.take_back()
    listened = shelf.lend(told("listened"))
    with listened.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *_call: None)
    shelf.take_back()

    last = shelf.lend(told("last"))

    assert len({id(routed), id(listened), id(last)}) == 3
    assert last.test_client().get("http://alcove.example/of-one-test").status_code == 404


def test_other_settings_or_a_second_one_are_another_app(shelf: Apps, told: MakeSettings) -> None:
    lent = [
        shelf.lend(told("plain")),
        shelf.lend(told("beside it")),
        shelf.lend(told("proxied", proxies=1)),
        shelf.lend(told("new"), fresh=True),
    ]

    assert len({id(app) for app in lent}) == 4
    assert [app.extensions[config.EXTENSION].proxies for app in lent] == [0, 0, 1, 0]


def test_apps_with_settings_of_one_test_do_not_pile_up(shelf: Apps, told: MakeSettings) -> None:
    for number in range(KEPT + 3):
        shelf.lend(told(f"named {number}", site_name=f"Site {number}"))
        shelf.take_back()

    assert len(shelf) == KEPT
