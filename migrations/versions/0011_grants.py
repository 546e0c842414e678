"""Keep what people may do as rows: who was given which task, when, and until when.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LIVE = sa.text("withdrawn_at IS NULL")
#: The former columns of ``person``, and the tasks they stood for.
TASKS = {"opens_groups": "facilitator", "operates": "operator"}


def upgrade() -> None:
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('facilitator', 'operator')", name=op.f("ck_role_grant_role_known")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_role_grant_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"],
            ["person.id"],
            name=op.f("fk_role_grant_given_by_id_person"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index(
        "uq_role_grant_live",
        "role_grant",
        ["person_id", "role"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index(op.f("ix_role_grant_given_by_id"), "role_grant", ["given_by_id"])
    for column, role in TASKS.items():
        # When it was given is not known; not before they were added.
        op.execute(
            "INSERT INTO role_grant (person_id, role, given_at)"
            f" SELECT id, '{role}', created_at FROM person WHERE {column} ORDER BY id"
        )
    with op.batch_alter_table("person", schema=None) as batch_op:
        for column in TASKS:
            batch_op.drop_column(column)


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        for column in TASKS:
            batch_op.add_column(
                sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false())
            )
    for column, role in TASKS.items():
        op.execute(
            f"UPDATE person SET {column} = (1 = 1) WHERE id IN (SELECT person_id FROM role_grant"
            f" WHERE role = '{role}' AND withdrawn_at IS NULL)"
        )
    op.drop_table("role_grant")
