"""Keep apart that an address was reached and that it was proved.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("place_offer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))

    # Whoever has an account keeps it as it is: docs/decisions/0017-reached-and-proved.md says why.
    op.execute("UPDATE person SET reached_at = proved_at")
    # A yes used to sign in the browser it came from, at the very moment of the yes. Those end.
    op.execute(
        "UPDATE sign_in SET ended_at = started_at WHERE ended_at IS NULL AND EXISTS ("
        "SELECT 1 FROM membership WHERE membership.person_id = sign_in.person_id"
        " AND membership.agreed_at = sign_in.started_at)"
    )


def downgrade() -> None:
    with op.batch_alter_table("place_offer", schema=None) as batch_op:
        batch_op.drop_column("asked_at")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("reached_at")
