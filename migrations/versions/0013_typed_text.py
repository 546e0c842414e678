"""Keep what was typed when a sign-in had ended.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "typed_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("owner_hash", sa.String(), nullable=False),
        sa.Column("path_hash", sa.String(), nullable=False),
        sa.Column("fields_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typed_text")),
        sa.UniqueConstraint(
            "owner_hash", "path_hash", name=op.f("uq_typed_text_owner_hash_path_hash")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_typed_text_public_id")),
    )
    with op.batch_alter_table("typed_text") as batch:
        batch.create_index(op.f("ix_typed_text_typed_at"), ["typed_at"])


def downgrade() -> None:
    op.drop_table("typed_text")
