"""Count changes, keep what feeds give, and let their stamps lie before the change.

Revision ID: 0009
Revises: 0008
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cohort", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("diary", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("diary", sa.Column("stamps_apart_since", sa.DateTime(timezone=True)))
    op.drop_table("written_entry")
    op.create_table(
        "kept_feed",
        sa.Column("diary_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("made_of", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("last_modified", sa.String(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["diary_id"],
            ["diary.id"],
            name=op.f("fk_kept_feed_diary_id_diary"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("diary_id", name=op.f("pk_kept_feed")),
        sa.UniqueConstraint("public_id", name=op.f("uq_kept_feed_public_id")),
    )
    _note_since()


def _note_since() -> None:
    """Note when the moments themselves were last told; several changes in one second can have been
    told as if the later ones lay a little ahead.
    """
    diary = sa.table("diary", *_moments("changed_at", "stamps_apart_since"))
    session = sa.table("peer_session", *_moments("dates_changed_at", "details_changed_at"))
    connection = op.get_bind()
    told = [
        connection.execute(sa.select(sa.func.max(column))).scalar()
        for column in (diary.c.changed_at, session.c.dates_changed_at, session.c.details_changed_at)
    ]
    now = datetime.now(UTC)
    aware = [one if one.tzinfo else one.replace(tzinfo=UTC) for one in told if one]
    since = max([now, *aware]).astimezone(UTC).replace(microsecond=0)
    if connection.dialect.name == "sqlite":
        since = since.replace(tzinfo=None)
    connection.execute(diary.update().values(stamps_apart_since=since))


def _moments(*names: str) -> list[sa.Column[datetime]]:
    return [sa.column(name, sa.DateTime(timezone=True)) for name in names]


def downgrade() -> None:
    op.drop_table("kept_feed")
    op.create_table(
        "written_entry",
        sa.Column("session_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("made_of", sa.String(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["peer_session.id"],
            name=op.f("fk_written_entry_session_id_peer_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_written_entry")),
        sa.UniqueConstraint("public_id", name=op.f("uq_written_entry_public_id")),
    )
    op.drop_column("diary", "stamps_apart_since")
    op.drop_column("diary", "revision")
    op.drop_column("cohort", "revision")
