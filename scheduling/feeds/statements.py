"""The two statements behind a feed: one for what its tag is made of, one for all of it.

They are made from the same rules of access as every other, written out once and then only run.
"""

import re
from typing import Any, Final

from sqlalchemy import Dialect, Select, String, case, cast, func, literal, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from groups.models import Cohort, Membership
from scheduling.access import held_in_diary
from scheduling.models import Detail, Diary, Feed, PeerSession, SessionState, WrittenEntry

#: Stands between the lines that one column brings; none of them holds it.
BETWEEN: Final = "\n"
PARAMETERS: Final = ("token_hash", "since", "cancelled_since", "until")


def statements(dialect: Dialect) -> dict[str, str]:
    """Return both, for ``rows.State`` and ``rows.Content``; every column is a text.

    Their parameters are numbered in the order of ``PARAMETERS``; moments are as the database keeps
    them.
    """
    return {name: _written(statement, dialect) for name, statement in _made(dialect.name).items()}


def _written(statement: Any, dialect: Dialect) -> str:
    """Write a statement with every value in it but those that are ``_given`` each time."""
    sql = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    mark = "?" if dialect.name == "sqlite" else "$"
    return re.sub(r"'<(\w+)>'", lambda found: f"{mark}{PARAMETERS.index(found[1]) + 1}", sql)


def _made(dialect_name: str) -> dict[str, Any]:
    def moment(column: Any) -> ColumnElement[str]:
        """Write a moment as ``contents.written`` does: SQLite keeps it so, and PostgreSQL writes
        it in the zone of the connection.
        """
        if dialect_name == "sqlite":
            return type_coerce(column, String)
        return func.to_char(column, "YYYY-MM-DD HH24:MI:SS.US", type_=String)

    def in_hex(column: Any) -> ColumnElement[str]:
        if dialect_name == "sqlite":
            return func.hex(column, type_=String)
        return func.encode(column, "hex", type_=String)

    busy = case((Diary.busy, "1"), else_="0")
    about = Diary.public_id + Diary.detail + busy + moment(Diary.changed_at)
    read_on = cast(Feed.last_read_on, String)
    state = [read_on, about, _lines(moment, whole=False)]
    content = [
        read_on,
        about,
        _lines(moment, whole=True),
        *(Diary.public_id, Diary.detail, busy),
        *(in_hex(Diary.words_sealed), in_hex(Diary.entry_key_sealed)),
        moment(Diary.changed_at),
        moment(Feed.created_at),
        *_comings_and_goings(moment),
        case((Diary.detail == Detail.FULL, _words(in_hex))),
    ]
    of_the_link = (Feed.token_hash == _given("token_hash"), Feed.revoked_at.is_(None))
    return {
        "state": select(*state).join(Diary).where(*of_the_link),
        "content": select(*content).join(Diary).where(*of_the_link),
    }


def _given(name: str) -> Any:
    return literal(f"<{name}>")


def _held(wanted: Select[Any]) -> Select[Any]:
    return held_in_diary(
        wanted,
        Diary.person_id,
        since=_given("since"),
        cancelled_since=_given("cancelled_since"),
        until=_given("until"),
    )


def _lines(moment: Any, *, whole: bool) -> Any:
    """Select the lines of ``contents.line_of``, in no order; whole ones begin with start,
    end and whether the session was cancelled.
    """
    full = case((Diary.detail == Detail.FULL, moment(PeerSession.details_changed_at)), else_="")
    line = moment(PeerSession.dates_changed_at) + full + PeerSession.public_id
    if whole:
        cancelled = case((PeerSession.state == SessionState.CANCELLED, "1"), else_="0")
        line = moment(PeerSession.starts_at) + moment(PeerSession.ends_at) + cancelled + line
    return _held(select(func.aggregate_strings(line, BETWEEN))).correlate(Diary).scalar_subquery()


def _words(in_hex: Any) -> Any:
    """Select a line for each session that has words written down (``Words``), in no order."""
    line = PeerSession.public_id + " " + WrittenEntry.public_id + " "
    line = line + in_hex(WrittenEntry.words_sealed) + " " + WrittenEntry.made_of
    kept = select(func.aggregate_strings(line, BETWEEN)).select_from(PeerSession).join(WrittenEntry)
    return _held(kept).correlate(Diary).scalar_subquery()


def _comings_and_goings(moment: Any) -> list[Any]:
    """Select the moments of ``scheduling.feeds.contents`` at which entries came or went."""
    changes = (Membership.left_at, Membership.changed_at, Cohort.opened_at)
    line: Any = moment(Membership.joined_at)
    for change in changes:
        line = line + BETWEEN + func.coalesce(moment(change), "")
    own = Membership.person_id == Diary.person_id
    places = select(func.aggregate_strings(line, BETWEEN)).join(Cohort).where(own)
    is_cancelled = PeerSession.state == SessionState.CANCELLED
    held = _last_ended(moment, _given("since")).where(own, ~is_cancelled)
    cancelled = _last_ended(moment, _given("cancelled_since")).where(own, is_cancelled)
    return [query.correlate(Diary).scalar_subquery() for query in (places, held, cancelled)]


def _last_ended(moment: Any, until: Any) -> Select[Any]:
    return (
        select(func.max(moment(PeerSession.ends_at)))
        .join(Membership, Membership.cohort_id == PeerSession.cohort_id)
        # What has ended has begun as well, and for the beginning there is an index.
        .where(PeerSession.ends_at <= until, PeerSession.starts_at < until)
    )
