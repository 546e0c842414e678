"""Let a session stand without a series, and forget a moment that nothing reads.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WHOLE = "series_id IS NOT NULL OR (time_zone IS NOT NULL AND place_kind IS NOT NULL)"


def upgrade() -> None:
    with op.batch_alter_table("peer_session", schema=None) as batch_op:
        batch_op.alter_column("series_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_check_constraint(op.f("ck_peer_session_whole_without_series"), WHOLE)
        batch_op.drop_column("invited_at")


def downgrade() -> None:
    # Fails, and so changes nothing, where there is a session that the tables of before cannot hold.
    with op.batch_alter_table("peer_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(op.f("ck_peer_session_whole_without_series"), type_="check")
        batch_op.alter_column("series_id", existing_type=sa.Integer(), nullable=False)
