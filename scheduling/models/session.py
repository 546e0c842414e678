"""One dated meeting of a group, and its prompts."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Belongs, Technical
from core.encryption import Sealed
from groups.models import Cohort
from scheduling.models.series import INVITATIONS_AHEAD, PROMPT_DAYS, PlaceKind, Series


class SessionState(StrEnum):
    """A session is planned until it is cancelled; that it is over follows from the clock."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class PeerSession(Base):
    """What people call a session; the longer name because Flask and SQLAlchemy own the word."""

    __tablename__ = "peer_session"
    __table_args__ = (
        UniqueConstraint("series_id", "planned_on"),
        CheckConstraint(
            "series_id IS NOT NULL OR (time_zone IS NOT NULL AND place_kind IS NOT NULL)",
            name="whole_without_series",
        ),
        Index("ix_peer_session_cohort_id_starts_at", "cohort_id", "starts_at"),
        Index("ix_peer_session_starts_at", "starts_at"),
    )

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]] = mapped_column(unique=True)
    cohort_id: Mapped[Technical[int]] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    cohort: Mapped[Cohort] = relationship()
    #: The run it comes from; ``None`` for one that was arranged on its own, which then says itself
    #: what the others leave to their run.
    series_id: Mapped[Technical[int | None]] = mapped_column(
        ForeignKey("series.id", ondelete="CASCADE")
    )
    series: Mapped[Series | None] = relationship()
    #: The day the pattern gives: planning twice finds the row by it. It changes with the pattern.
    planned_on: Mapped[Technical[date]]
    #: "Session 3 of 12".
    number: Mapped[Technical[int]]
    starts_at: Mapped[Technical[datetime]]
    ends_at: Mapped[Technical[datetime]]
    #: The IANA zone its hours are said in; ``None`` is that of its series.
    time_zone: Mapped[Technical[str | None]]
    #: Whether somebody chose its date or hours on its own: a change of the pattern keeps them.
    by_hand: Mapped[Technical[bool]] = mapped_column(default=False)
    #: Beside the pattern, which goes on as if it were not there: added on its own, or, when it is
    #: cancelled, dropped from the pattern. One that is cancelled counts no more.
    is_extra: Mapped[Technical[bool]] = mapped_column(default=False)
    #: Where it stood before it was last moved, for "moved from".
    moved_from_at: Mapped[Technical[datetime | None]]
    state: Mapped[Technical[str]] = mapped_column(default=SessionState.PLANNED)
    #: The key of a theme in the library (``scheduling.reflection.themes``).
    theme: Mapped[Technical[str | None]]
    #: Only where this session differs from its series, if it has one.
    place_kind: Mapped[Technical[str | None]]
    place_sealed: Mapped[Belongs[bytes | None]]
    place = Sealed()
    room_sealed: Mapped[Belongs[bytes | None]]
    room = Sealed()
    #: Whether its first prompts have been drawn from the library. Where a run is rolled forward,
    #: that waits until the session is near.
    prompts_drawn: Mapped[Technical[bool]] = mapped_column(default=True)
    #: When the prompts became visible to members; ``None`` while they are not.
    prompts_shown_at: Mapped[Technical[datetime | None]]
    #: When its time last changed, so that everybody is asked anew: what was said before was about
    #: another time. ``None`` while it has kept the time people were first told.
    asked_anew_at: Mapped[Technical[datetime | None]]
    #: When anything last changed that every diary shows: start, end, state. Whole seconds,
    #: strictly rising. Feeds derive LAST-MODIFIED and SEQUENCE from it.
    dates_changed_at: Mapped[Technical[datetime]]
    #: The same for what only full-detail diaries show: name, place, theme, prompts.
    details_changed_at: Mapped[Technical[datetime]]
    #: How many came. A number and nothing else.
    came: Mapped[Technical[int | None]]
    reminded_at: Mapped[Technical[datetime | None]]

    prompts: Mapped[list["SessionPrompt"]] = relationship(
        back_populates="session",
        cascade="all, delete-orphan",
        order_by="SessionPrompt.position",
    )

    @property
    def zone_name(self) -> str:
        """The IANA zone in which the hours of this session are said."""
        return self.time_zone or (self.series.time_zone if self.series else "UTC")

    @property
    def meets(self) -> PlaceKind:
        """Whether this session is on line or in person: its own kind, or that of its series."""
        own = self.place_kind or (self.series.place_kind if self.series else PlaceKind.ONLINE)
        return PlaceKind(own)

    @property
    def where(self) -> str | None:
        """Where it is in words: its own place, or that of its series."""
        words: str | None = self.place
        return self.series.place if words is None and self.series else words

    @property
    def room_link(self) -> str | None:
        """The link of its room, or that of its series; none where people meet behind a door."""
        if self.meets is not PlaceKind.ONLINE:
            return None
        own: str | None = self.room
        return (self.series.room if own is None and self.series else own) or None

    @property
    def prompt_days(self) -> int:
        """How many days before it its prompts can be seen."""
        return self.series.prompt_days if self.series else PROMPT_DAYS

    @property
    def invitations_ahead(self) -> int:
        """For how many coming sessions of its group invitations are out while it is among them."""
        return self.series.invitations_ahead if self.series else INVITATIONS_AHEAD

    @property
    def together(self) -> Series | Cohort:
        """What it is counted and ordered with: its series, or the group's others without one."""
        return self.series or self.cohort

    @classmethod
    def among(cls, together: Series | Cohort) -> ColumnElement[bool]:
        """Return the condition for the sessions of a series, or those of a group without one."""
        if isinstance(together, Series):
            return cls.series_id == together.id
        return (cls.cohort_id == together.id) & cls.series_id.is_(None)


class SessionPrompt(Base):
    """One prompt of one session. There is no answer to it anywhere."""

    __tablename__ = "session_prompt"
    __table_args__ = (UniqueConstraint("session_id", "public_id"),)

    id: Mapped[Technical[int]] = mapped_column(primary_key=True)
    public_id: Mapped[Technical[str]]
    session_id: Mapped[Technical[int]] = mapped_column(
        ForeignKey("peer_session.id", ondelete="CASCADE"), index=True
    )
    session: Mapped[PeerSession] = relationship(back_populates="prompts")
    position: Mapped[Technical[int]]
    #: The key of a prompt in the library, or ``None`` for the facilitator's own words.
    key: Mapped[Technical[str | None]]
    words_sealed: Mapped[Belongs[bytes]]
    words = Sealed()
