"""Apps that are made once for each process of a test run, and lent to one test after another.

Making an app is little next to what it learns: SQLAlchemy turns each statement into SQL once for an
engine, Jinja reads each template once for an environment. So the app stays, and a test gets it as
it was when it was made, on a database of its own.
"""

from collections import OrderedDict
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

from flask import Flask
from jinja2 import BytecodeCache
from sqlalchemy import QueuePool, event, make_url

from app import create_app
from core.config import Config
from core.db import db

#: Few settings come up again and again; those of one test alone soon make room for others.
KEPT = 8
#: What tests listen for. An engine to which one still listens is not lent again.
EVENTS = (
    "before_execute",
    "after_execute",
    "before_cursor_execute",
    "after_cursor_execute",
    "begin",
    "commit",
    "rollback",
)


@dataclass(frozen=True)
class _Held:
    """A value and, for a container, what was in it, so that the same object can be filled anew."""

    value: Any
    content: Any

    @classmethod
    def of(cls, value: Any) -> Self:
        """Look at a value, and at everything inside of it."""
        if isinstance(value, dict):
            return cls(value, {key: cls.of(one) for key, one in value.items()})
        if isinstance(value, list):
            return cls(value, [cls.of(one) for one in value])
        return cls(value, set(value) if isinstance(value, set) else None)

    def put_back(self) -> Any:
        """Return the value with everything in it as it was."""
        if isinstance(self.value, dict):
            held = {key: one.put_back() for key, one in self.content.items()}
            self.value.clear()
            self.value.update(held)
        elif isinstance(self.value, list):
            self.value[:] = [one.put_back() for one in self.content]
        elif isinstance(self.value, set):
            self.value.clear()
            self.value.update(self.content)
        return self.value


class _LentApp:
    """One app, and how it was before any test had it."""

    def __init__(self, settings: Config, bytecode: BytecodeCache) -> None:
        # An object of our own: whoever keeps it sees each test's database and folder.
        self._settings = replace(settings)
        self.app = create_app(self._settings)
        self.app.config["WTF_CSRF_ENABLED"] = False
        self.app.jinja_env.bytecode_cache = bytecode
        self._held = _Held.of(vars(self.app))
        with self.app.app_context():
            self.engine = db.engine
        self._marks = self._marked()
        event.listen(self.engine, "do_connect", self._to_the_database_of_now)

    def unchanged(self) -> bool:
        """Return whether nothing was changed that cannot be put back."""
        return self._marked() == self._marks

    def lend(self, settings: Config) -> Flask:
        """Return the app as it was when it was made, with the folder and database of these."""
        self._held.put_back()
        for one in fields(settings):
            object.__setattr__(self._settings, one.name, getattr(settings, one.name))
        settings.instance.mkdir(parents=True, exist_ok=True)
        self.app.instance_path = str(settings.instance.resolve())
        self.app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
        self.engine.url = make_url(settings.database_url)
        return self.app

    def take_back(self) -> None:
        """Close every connection to the file of the test that had it. Those to a server stay, as
        the next test has the same database there, unless one is still held by somebody.
        """
        pool = self.engine.pool
        held = not isinstance(pool, QueuePool) or pool.checkedout() > 0
        if held or self.engine.dialect.name == "sqlite":
            self.engine.dispose()

    def _marked(self) -> tuple[int, ...]:
        listeners = (getattr(self.engine.dispatch, name).listeners for name in EVENTS)
        routes = sum(1 for _ in self.app.url_map.iter_rules())
        return (routes, *(len(some) for some in listeners))

    def _to_the_database_of_now(
        self, dialect: Any, _record: Any, arguments: list[Any], named: dict[str, Any]
    ) -> None:
        arguments[:], where = dialect.create_connect_args(self.engine.url)
        named.update(where)


class Apps:
    """The apps of this process, by their settings."""

    def __init__(self, bytecode: BytecodeCache) -> None:
        self.bytecode = bytecode
        self._kept: OrderedDict[Config, _LentApp] = OrderedDict()
        self._lent: list[_LentApp] = []

    def __len__(self) -> int:
        """Return how many are kept for tests to come."""
        return len(self._kept)

    def lend(self, settings: Config, *, fresh: bool = False) -> Flask:
        """Return an app with these settings until ``take_back``: one that no test has had if it
        has to be fresh, or runs a clock of its own, or a test wants a second one like it.
        """
        kind = replace(settings, instance=Path(), database_url=_kind_of(settings.database_url))
        known = self._kept.pop(kind, None)
        if known is None or fresh or settings.clock or known in self._lent or not known.unchanged():
            known = _LentApp(settings, self.bytecode)
        if not fresh and not settings.clock:
            self._kept[kind] = known
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._lent.append(known)
        return known.lend(settings)

    def take_back(self) -> None:
        """End what a test borrowed."""
        while self._lent:
            self._lent.pop().take_back()


def _kind_of(database_url: str) -> str:
    """Return which database it is, wherever it is."""
    return make_url(database_url).get_backend_name()
