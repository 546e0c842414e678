"""Answer a form once that is sent twice.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answered_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answered_form")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_answered_form_key_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_answered_form_public_id")),
    )
    with op.batch_alter_table("answered_form") as batch:
        batch.create_index(op.f("ix_answered_form_answered_at"), ["answered_at"])


def downgrade() -> None:
    op.drop_table("answered_form")
