"""Add what calendars are told: answers that stand, own zones, changes to undo, mail read.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_mail")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_mail_digest")),
    )
    with op.batch_alter_table("calendar_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_mail_read_at"), ["read_at"], unique=False)

    op.create_table(
        "reversal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reversal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reversal_public_id")),
    )
    with op.batch_alter_table("reversal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reversal_made_at"), ["made_at"], unique=False)

    op.create_table(
        "waiting_mail",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_mail")),
    )
    op.create_table(
        "standing_answer",
        sa.Column("membership_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["membership.id"],
            name=op.f("fk_standing_answer_membership_id_membership"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("membership_id", name=op.f("pk_standing_answer")),
    )
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
    op.add_column("invitation", sa.Column("repeated_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.create_index("ix_outgoing_mail_final_at", ["final_at"], unique=False)
        batch_op.create_index(
            "ix_outgoing_mail_parked",
            ["final_at"],
            unique=False,
            sqlite_where=sa.text("state = 'parked'"),
            postgresql_where=sa.text("state = 'parked'"),
        )
        batch_op.create_index(
            "ix_outgoing_mail_words",
            ["final_at"],
            unique=False,
            sqlite_where=sa.text("body_sealed IS NOT NULL"),
            postgresql_where=sa.text("body_sealed IS NOT NULL"),
        )

    op.add_column("peer_session", sa.Column("time_zone", sa.String(), nullable=True))
    op.add_column(
        "peer_session",
        sa.Column("by_hand", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "peer_session",
        sa.Column("is_extra", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("peer_session", sa.Column("place_kind", sa.String(), nullable=True))
    op.add_column(
        "peer_session",
        sa.Column("prompts_drawn", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.add_column(
        "peer_session", sa.Column("asked_anew_at", sa.DateTime(timezone=True), nullable=True)
    )

    op.add_column(
        "reply", sa.Column("is_earlier", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("reply", sa.Column("notes", sa.JSON(), nullable=False, server_default="[]"))
    # Until now a session moved only when somebody moved it by hand.
    op.execute("UPDATE peer_session SET by_hand = (moved_from_at IS NOT NULL)")


def downgrade() -> None:
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.drop_column("notes")
        batch_op.drop_column("is_earlier")

    with op.batch_alter_table("peer_session", schema=None) as batch_op:
        batch_op.drop_column("asked_anew_at")
        batch_op.drop_column("prompts_drawn")
        batch_op.drop_column("place_kind")
        batch_op.drop_column("is_extra")
        batch_op.drop_column("by_hand")
        batch_op.drop_column("time_zone")

    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outgoing_mail_words",
            sqlite_where=sa.text("body_sealed IS NOT NULL"),
            postgresql_where=sa.text("body_sealed IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_outgoing_mail_parked",
            sqlite_where=sa.text("state = 'parked'"),
            postgresql_where=sa.text("state = 'parked'"),
        )
        batch_op.drop_index("ix_outgoing_mail_final_at")

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_column("repeated_at")

    op.drop_table("written_entry")
    op.drop_table("standing_answer")
    op.drop_table("waiting_mail")
    with op.batch_alter_table("reversal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reversal_made_at"))

    op.drop_table("reversal")
    with op.batch_alter_table("calendar_mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_mail_read_at"))

    op.drop_table("calendar_mail")
