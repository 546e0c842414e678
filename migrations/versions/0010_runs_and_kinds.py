"""Let a group have several runs, one after another, and say what kind of group it is.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KNOWN = "kind IN ('group', 'pairing', 'circle')"


def upgrade() -> None:
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_series_cohort_id"), type_="unique")
        batch_op.create_index(batch_op.f("ix_series_cohort_id"), ["cohort_id"])
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(), nullable=False, server_default="group")
        )
        batch_op.create_check_constraint(op.f("ck_cohort_kind_known"), KNOWN)


def downgrade() -> None:
    # Fails, and so changes nothing, where a group has several runs.
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_cohort_kind_known"), type_="check")
        batch_op.drop_column("kind")
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_series_cohort_id"))
        batch_op.create_unique_constraint(op.f("uq_series_cohort_id"), ["cohort_id"])
