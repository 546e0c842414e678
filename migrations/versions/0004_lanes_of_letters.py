"""Let letters that somebody waits for pass others, and pace what was due before a long stop.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DUE = sa.text("state = 'due'")


def upgrade() -> None:
    op.add_column(
        "outgoing_mail", sa.Column("lane", sa.String(), nullable=False, server_default="usual")
    )
    op.create_index(
        "ix_outgoing_mail_lane",
        "outgoing_mail",
        ["lane", "due_at"],
        sqlite_where=DUE,
        postgresql_where=DUE,
    )
    op.create_table(
        "mail_backlog",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_backlog")),
    )
    # Leases are counted in another time from now on; whoever had one was stopped for this.
    op.execute(
        "UPDATE outgoing_mail SET leased_until = '1970-01-01 00:00:00.000000'"
        " WHERE state = 'sending'"
    )


def downgrade() -> None:
    op.drop_table("mail_backlog")
    op.drop_index(
        "ix_outgoing_mail_lane",
        "outgoing_mail",
        sqlite_where=DUE,
        postgresql_where=DUE,
    )
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.drop_column("lane")
