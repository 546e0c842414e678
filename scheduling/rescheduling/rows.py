"""The rows of one group that a change is about, and what is to be written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any, Final

from sqlalchemy import delete, inspect, select, update
from sqlalchemy.orm.attributes import set_committed_value

from core.db import Base, db, insert_many
from core.encryption import SealedBytes
from core.transaction import writes
from groups.models import Cohort, CohortState, Membership, Person, PlaceOffer
from scheduling.access import active_memberships
from scheduling.keeping.changes import newest_diary_change, next_change
from scheduling.letters.announcing import ChangeKind, SessionChange
from scheduling.models import Diary, PeerSession, Series, SessionPrompt, StandingAnswer
from scheduling.reflection.prompts import plan_themes
from scheduling.rescheduling.change_plan import ChangePlan, RowChange, Slot, SlotChange
from scheduling.runs.numbering import free_day, numbered

MODELS: Final[dict[str, type[Any]]] = {
    "session": PeerSession,
    "series": Series,
    "cohort": Cohort,
    "offer": PlaceOffer,
    "place": Membership,
    "usual": StandingAnswer,
}
ONE_DAY: Final = timedelta(days=1)


@dataclass
class Sheet:
    """What is to be written: columns by row, rows that are new, and rows that go.

    Rows in memory show it at once, and nothing of it is written before ``write`` is called.
    """

    columns: dict[type[Base], dict[int, dict[str, Any]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    new: list[Base] = field(default_factory=list)
    gone: list[tuple[type[Base], Any]] = field(default_factory=list)

    def set(self, row: Any, values: Mapping[str, Any]) -> None:
        """Give some columns of a row these values, sealed ones by their plain name."""
        for name, value in values.items():
            if getattr(row, name) == value:
                continue
            sealed, column = getattr(type(row), name), name
            if isinstance(sealed, SealedBytes):
                column = sealed.column
                value = None if value is None else sealed.seal(value.encode(), row.public_id)
            set_committed_value(row, column, value)
            if row.id is not None:
                self.columns[type(row)][row.id][column] = value

    def write(self) -> None:
        """Write it, in a statement for each set of columns."""
        for model, key in self.gone:
            [column] = inspect(model).primary_key
            db.session.execute(delete(model).where(column == key))
        for model, rows in self.columns.items():
            values = [{"id": key, **columns} for key, columns in rows.items()]
            for _, alike in groupby(sorted(values, key=sorted), key=sorted):
                db.session.execute(update(model), list(alike))
        for model, some in groupby(self.new, key=type):
            insert_many(model, [columns_said(row) for row in some])
        self.columns.clear()
        self.new, self.gone = [], []


def columns_said(row: Base) -> dict[str, Any]:
    """Return what a row that is not there yet says of its columns; defaults are filled in."""
    held = type(row).metadata.tables[type(row).__tablename__].columns.keys()
    said = vars(row)
    return {name: said[name] for name in held if name in said}


class Rows:
    """The rows of one group that a plan names, read anew; in a transaction that writes, the group
    is locked first.
    """

    def __init__(self, plan: ChangePlan) -> None:
        self.plan = plan
        found = select(Cohort).where(Cohort.public_id == plan.cohort_id)
        if writes():
            found = found.with_for_update()
        self.cohort = db.session.scalars(_anew(found)).one()
        self.sheet = Sheet()
        self._days_left: dict[int, date] = {}

    @cached_property
    def series(self) -> dict[str, Series]:
        """The runs of the group, by public id."""
        found = _anew(select(Series).where(Series.cohort_id == self.cohort.id))
        return {one.public_id: one for one in db.session.scalars(found)}

    @cached_property
    def sessions(self) -> dict[str, PeerSession]:
        """Every session of the group, by public id, in the order of their dates."""
        self.series  # noqa: B018 - read first, so that none has to ask for its own
        found = select(PeerSession).where(PeerSession.cohort_id == self.cohort.id)
        ordered = _anew(found.order_by(PeerSession.starts_at, PeerSession.id))
        return {one.public_id: one for one in db.session.scalars(ordered)}

    @cached_property
    def offers(self) -> dict[str, PlaceOffer]:
        """The places the group has offered, by public id."""
        found = _anew(select(PlaceOffer).where(PlaceOffer.cohort_id == self.cohort.id))
        return {one.public_id: one for one in db.session.scalars(found)}

    @cached_property
    def places(self) -> dict[str, Membership]:
        """The places people hold or held in the group, by public id."""
        found = _anew(select(Membership).where(Membership.cohort_id == self.cohort.id))
        return {one.public_id: one for one in db.session.scalars(found)}

    @cached_property
    def readers(self) -> Sequence[Any]:
        """Who is written to about the group, and what letters to them go by. Whoever has no diary
        yet has no ``revision``.
        """
        who = (Membership.id, Person.email_index, Person.time_zone, Diary.revision)
        found = active_memberships(self.cohort).join(Person, Person.id == Membership.person_id)
        read = found.outerjoin(Diary, Diary.person_id == Person.id).with_only_columns(*who)
        return db.session.execute(read).all()

    @cached_property
    def usual(self) -> dict[str, StandingAnswer]:
        """What members said once for all, by the public id of their place."""
        ids = {place.id: key for key, place in self.places.items()}
        found = _anew(select(StandingAnswer).where(StandingAnswer.membership_id.in_(ids)))
        return {ids[one.membership_id]: one for one in db.session.scalars(found)}

    def _held(self, table: str) -> dict[str, Any]:
        match table:
            case "session":
                return self.sessions
            case "series":
                return self.series
            case "place":
                return self.places
            case "usual":
                return self.usual
        return self.offers if table == "offer" else {}

    def find(self, one: RowChange) -> Any:
        """Return the row a change is about; ``None`` where it is not there."""
        return self.cohort if one.table == "cohort" else self._held(one.table).get(one.public_id)

    @property
    def holds(self) -> bool:
        """Whether everything stands as the plan expects to find it, in a group that is open or of
        which the plan says what it is.
        """
        plan = self.plan
        is_open = self.cohort.state == CohortState.OPEN
        if not is_open and all(one.table != "cohort" for one in plan.rows):
            return False
        slots = all(self._slot(one.session_id) == one.was for one in plan.slots)
        return slots and all(map(self._stands, plan.rows)) and self._are_stamped()

    def _slot(self, session_id: str) -> Slot | None:
        session = self.sessions.get(session_id)
        return None if session is None else Slot.of(session)

    def _stands(self, one: RowChange) -> bool:
        row = self.find(one)
        if one.before is None:
            return row is None and self._has_no_offer(one.after or {})
        if row is None:
            return False
        return all(getattr(row, name) == value for name, value in one.before.items())

    def _has_no_offer(self, wanted: Mapping[str, Any]) -> bool:
        """Return whether an address has no offer but one that goes."""
        gone = {one.public_id for one in self.plan.rows if one.after is None}
        return all(
            one.email_index != wanted.get("email_index") or key in gone
            for key, one in self.offers.items()
        )

    def _are_stamped(self) -> bool:
        stamps = self.plan.stamps
        return not stamps or all(
            key in self.sessions and self.sessions[key].dates_changed_at == at
            for key, at in stamps.items()
        )

    def make(self, now: datetime) -> None:
        """Let every row be what the plan says, in memory; ``sheet`` has what is to be written."""
        plan = self.plan
        venues = self._venues()
        for one in plan.rows:
            self._make_row(one, now)
        if plan.slots:
            self._make_slots(now)
        self._stamp(venues, now)

    def _make_row(self, one: RowChange, now: datetime) -> None:
        row = self.find(one)
        if one.after is None:
            gone = self._held(one.table).pop(one.public_id)
            self.sheet.gone.append((type(gone), inspect(gone).identity[0]))
        elif row is None and one.table == "usual":
            place = self.places[one.public_id]
            self.sheet.new.append(StandingAnswer(membership_id=place.id, **one.after))
        elif row is None:
            made = MODELS[one.table](public_id=one.public_id, cohort_id=self.cohort.id, **one.after)
            set_committed_value(made, "cohort", self.cohort)
            self.offers[one.public_id] = made
            self.sheet.new.append(made)
        else:
            # That somebody came or went is a change of their calendar, also when it is undone.
            moved = {"changed_at": now} if one.table == "place" else {}
            self.sheet.set(row, {**one.after, **moved})

    def _make_slots(self, now: datetime) -> None:
        changed = {one.session_id for one in self.plan.slots}
        taken = defaultdict[int | None, set[date]](set)
        for key, row in self.sessions.items():
            if key not in changed:
                taken[row.series_id].add(row.planned_on)
        for one in self.plan.slots:
            if one.becomes is None:
                continue
            # Where a run was rolled forward meanwhile, a former day can be somebody else's.
            day, of_run = one.becomes.slot_on, taken[self._series_id(one)]
            if one.was is None or day != one.was.slot_on:
                day = free_day(day, of_run)
            of_run.add(day)
            columns = {**one.becomes.columns, "planned_on": day}
            if one.was is None:
                self._add(one.session_id, columns)
            else:
                self.sheet.set(self.sessions[one.session_id], columns)
        self._number(now)

    def _series_id(self, one: SlotChange) -> int | None:
        if one.was is None:
            return self.series[self.plan.series_id or ""].id
        return self.sessions[one.session_id].series_id

    def _add(self, session_id: str, columns: Mapping[str, Any]) -> None:
        series = self.series[self.plan.series_id or ""]
        made = PeerSession(
            public_id=session_id, cohort_id=self.cohort.id, series_id=series.id, number=0, **columns
        )
        set_committed_value(made, "series", series)
        set_committed_value(made, "cohort", self.cohort)
        self.sessions[session_id] = made
        self.sheet.new.append(made)

    def _number(self, now: datetime) -> None:
        removed = {one.session_id for one in self.plan.removed}
        left = [row for key, row in self.sessions.items() if key not in removed]
        for series_id in {row.series_id for row in left}:
            own = [row for row in left if row.series_id == series_id]
            for row, number in numbered(own, now=now):
                self.sheet.set(row, {"number": number})

    def _venues(self) -> dict[str, str | None]:
        """Return where sessions meet, in words, if that changes for some of them."""
        tables = {one.table for one in self.plan.rows if "place" in (one.after or {})}
        if not tables & {"session", "series"}:
            return {}
        return {key: row.where for key, row in self.sessions.items()}

    def _stamp(self, venues: Mapping[str, str | None], now: datetime) -> None:
        """Note when sessions changed: dates for every diary, details for those that show them."""
        shown = [one.session_id for one in self.plan.slots if one.becomes and _is_shown(one)]
        elsewhere = [
            key
            for key, place in venues.items()
            if self.sessions[key].ends_at > now and self.sessions[key].where != place
        ]
        if not shown and not elsewhere:
            return
        by_diary = newest_diary_change(self.cohort.id)
        stamps = [("dates_changed_at", shown), ("details_changed_at", elsewhere)]
        for name, keys in stamps:
            for row in (self.sessions[key] for key in keys):
                self.sheet.set(row, {name: _next(row, by_diary, now)})
                if row.id is None:
                    row.details_changed_at = row.dates_changed_at

    def write(self, now: datetime) -> None:
        """Write what was made, but for sessions that go: see ``remove``."""
        self._make_way()
        self.sheet.write()
        if self.plan.added:
            run = select(Series).where(Series.public_id == self.plan.series_id)
            plan_themes(db.session.scalars(run).one(), now=now)

    def _make_way(self) -> None:
        """Two sessions never answer to the same day, not even for a moment while they trade
        places; nor to that of one which is still to go.
        """
        written = self.sheet.columns.get(PeerSession, {})
        days = {key: one["planned_on"] for key, one in written.items() if "planned_on" in one}
        before = {one.was.slot_on for one in self.plan.slots if one.was is not None}
        if before.isdisjoint(days.values()):
            return
        self._set_days({key: date.min + key * ONE_DAY for key in days})
        if self.plan.removed:
            self._days_left = {key: written[key].pop("planned_on") for key in days}

    def _set_days(self, days: Mapping[int, date]) -> None:
        if days:
            moved = [{"id": key, "planned_on": day} for key, day in days.items()]
            db.session.execute(update(PeerSession), moved)

    def remove(self, now: datetime) -> None:
        """Delete sessions that were added; nothing about them has left for those who were here."""
        gone = [self.sessions.pop(one.session_id) for one in self.plan.removed]
        if not gone:
            return
        ids = [session.id for session in gone]
        for session in gone:
            db.session.expunge(session)
        db.session.execute(delete(SessionPrompt).where(SessionPrompt.session_id.in_(ids)))
        db.session.execute(delete(PeerSession).where(PeerSession.id.in_(ids)))
        self._set_days(self._days_left)
        for membership in db.session.scalars(active_memberships(self.cohort)):
            # An entry that is gone leaves no trace by which a calendar could tell; this is one.
            membership.changed_at = max(now, membership.changed_at or now)

    @property
    def changed(self) -> list[PeerSession]:
        """The sessions whose calendars are concerned."""
        keys = [one.session_id for one in self.plan.slots] + list(self.plan.elsewhere)
        return [self.sessions[key] for key in dict.fromkeys(keys) if key in self.sessions]

    @property
    def asked_anew(self) -> list[int]:
        """The sessions of which everybody is asked anew, by their ids."""
        moved = [one.session_id for one in self.plan.slots if one.changes_times]
        return [self.sessions[key].id for key in moved if key in self.sessions]

    @property
    def stamps(self) -> dict[str, datetime]:
        """When the dates of the sessions that change changed last, by their public ids."""
        dated = (one.session_id for one in self.plan.slots if one.becomes is not None)
        return {key: self.sessions[key].dates_changed_at for key in dated}

    @property
    def news(self) -> list[SessionChange]:
        """What there is to tell of each session, in the order of their dates."""
        plan = self.plan
        kinds: list[tuple[ChangeKind, Iterable[SlotChange]]] = [
            (ChangeKind.MOVED, plan.seen),
            (ChangeKind.CANCELLED, plan.cancelled),
            (ChangeKind.REINSTATED, plan.reinstated),
            (ChangeKind.ADDED, plan.added),
        ]
        news = [
            SessionChange(self.sessions[one.session_id], kind, _stood(one))
            for kind, some in kinds
            for one in some
            if one.session_id not in plan.untold
        ]
        news += [SessionChange(self.sessions[key], ChangeKind.VENUE) for key in plan.elsewhere]
        return sorted(news, key=lambda one: (one.session.starts_at, one.session.id or 0))


def _anew(statement: Any) -> Any:
    return statement.execution_options(populate_existing=True)


def _is_shown(one: SlotChange) -> bool:
    """Return whether a diary shows what changes: start, end or state."""
    return one.was is None or one.changes_times or one.is_cancelled or one.is_reinstated


def _next(session: PeerSession, by_diary: datetime | None, now: datetime) -> datetime:
    moments = (session.dates_changed_at, session.details_changed_at, by_diary)
    newest = max((moment for moment in moments if moment is not None), default=None)
    return next_change(newest, now)


def _stood(one: SlotChange) -> tuple[datetime, datetime, str] | None:
    return None if one.was is None or not one.is_seen else (*one.was.times, one.was.zone_name)
