"""Let a group outlive the account of whoever opened it.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = "fk_cohort_opened_by_id_person"


def upgrade() -> None:
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.alter_column("opened_by_id", existing_type=sa.Integer(), nullable=True)
        batch_op.drop_constraint(batch_op.f(KEY), type_="foreignkey")
        batch_op.create_foreign_key(
            batch_op.f(KEY), "person", ["opened_by_id"], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    """Raises where a group has nobody who opened it: that cannot be made up."""
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(KEY), type_="foreignkey")
        batch_op.create_foreign_key(batch_op.f(KEY), "person", ["opened_by_id"], ["id"])
        batch_op.alter_column("opened_by_id", existing_type=sa.Integer(), nullable=False)
