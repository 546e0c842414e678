"""Seal the identifiers of invitations and letters, beside a keyed index of each.

Those that are out stay as they are. An invitation also knows which choices of its diary it shows.

Revision ID: 0012
Revises: 0011
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from core.db import public_ids
from core.encryption import key_ring

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TOGETHER = 500
CALENDAR = "invitation:"


def upgrade() -> None:
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("uid_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("uid_index", sa.String(), nullable=True))
        batch_op.add_column(
            sa.Column("diary_changed_at", sa.DateTime(timezone=True), nullable=True)
        )
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.add_column(sa.Column("message_id_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("message_index", sa.String(), nullable=True))
    seal_invitations()
    seal_letters()
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.alter_column("public_id", existing_type=sa.String(), nullable=False)
        batch_op.alter_column("uid_sealed", existing_type=sa.LargeBinary(), nullable=False)
        batch_op.alter_column("uid_index", existing_type=sa.String(), nullable=False)
        batch_op.alter_column(
            "diary_changed_at", existing_type=sa.DateTime(timezone=True), nullable=False
        )
        batch_op.drop_constraint(op.f("uq_invitation_uid"), type_="unique")
        batch_op.drop_column("uid")
        batch_op.create_unique_constraint(op.f("uq_invitation_public_id"), ["public_id"])
        batch_op.create_unique_constraint(op.f("uq_invitation_uid_index"), ["uid_index"])
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.alter_column("message_id_sealed", existing_type=sa.LargeBinary(), nullable=False)
        batch_op.alter_column("message_index", existing_type=sa.String(), nullable=False)
        batch_op.drop_column("message_id")
        batch_op.create_index(
            op.f("ix_outgoing_mail_message_index"), ["message_index"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("uid", sa.String(), nullable=True))
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.add_column(sa.Column("message_id", sa.String(), nullable=True))
        batch_op.drop_index(op.f("ix_outgoing_mail_message_index"))
    open_letters(open_invitations())
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.alter_column("uid", existing_type=sa.String(), nullable=False)
        batch_op.drop_constraint(op.f("uq_invitation_public_id"), type_="unique")
        batch_op.drop_constraint(op.f("uq_invitation_uid_index"), type_="unique")
        for column in ("public_id", "uid_sealed", "uid_index", "diary_changed_at"):
            batch_op.drop_column(column)
        batch_op.create_unique_constraint(op.f("uq_invitation_uid"), ["uid"])
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.alter_column("message_id", existing_type=sa.String(), nullable=False)
        batch_op.drop_column("message_id_sealed")
        batch_op.drop_column("message_index")


def seal_invitations() -> None:
    def sealed(identifier: int, uid: str) -> dict[str, Any]:
        [name] = public_ids(1)
        place = f"invitation.uid_sealed:{name}"
        return {
            "row": identifier,
            "public_id": name,
            "uid_sealed": key_ring().seal(uid.encode(), place),
            "uid_index": key_ring().index_of(uid),
        }

    change("SELECT id, uid FROM invitation WHERE id > :after ORDER BY id LIMIT :most", sealed,
           "UPDATE invitation SET public_id = :public_id, uid_sealed = :uid_sealed, "
           "uid_index = :uid_index, diary_changed_at = stamped_at WHERE id = :row")


def seal_letters() -> None:
    def sealed(identifier: int, name: str, key: str, message_id: str) -> dict[str, Any]:
        place = f"outgoing_mail.message_id_sealed:{name}"
        return {
            "row": identifier,
            "key": rekeyed(key, key_ring().index_of),
            "sealed": key_ring().seal(message_id.encode(), place),
            "found": key_ring().index_of(message_id),
        }

    change("SELECT id, public_id, key, message_id FROM outgoing_mail WHERE id > :after "
           "ORDER BY id LIMIT :most", sealed,
           "UPDATE outgoing_mail SET key = :key, message_id_sealed = :sealed, "
           "message_index = :found WHERE id = :row")


def open_invitations() -> dict[str, str]:
    """Write the identifiers as they were; returns each by its index."""
    uids = dict[str, str]()

    def opened(identifier: int, name: str, sealed: bytes, index: str) -> dict[str, Any]:
        uids[index] = key_ring().unseal(bytes(sealed), f"invitation.uid_sealed:{name}").decode()
        return {"row": identifier, "uid": uids[index]}

    change("SELECT id, public_id, uid_sealed, uid_index FROM invitation WHERE id > :after "
           "ORDER BY id LIMIT :most", opened, "UPDATE invitation SET uid = :uid WHERE id = :row")
    return uids


def open_letters(uids: dict[str, str]) -> None:
    def opened(identifier: int, name: str, key: str, sealed: bytes) -> dict[str, Any]:
        place = f"outgoing_mail.message_id_sealed:{name}"
        return {
            "row": identifier,
            "key": rekeyed(key, lambda index: uids.get(index, index)),
            "message_id": key_ring().unseal(bytes(sealed), place).decode(),
        }

    change("SELECT id, public_id, key, message_id_sealed FROM outgoing_mail WHERE id > :after "
           "ORDER BY id LIMIT :most", opened,
           "UPDATE outgoing_mail SET key = :key, message_id = :message_id WHERE id = :row")


def rekeyed(key: str, named: Callable[[str], str]) -> str:
    """Return the key of a letter with a calendar part under another name of its event."""
    if not key.startswith(CALENDAR):
        return key
    uid, *version = key.removeprefix(CALENDAR).rsplit(":", 2)
    return ":".join((CALENDAR[:-1], named(uid), *version))


def change(asked: str, made: Callable[..., dict[str, Any]], written: str) -> None:
    """Change every row of a table, some hundreds at a time."""
    for rows in batches(asked):
        op.get_bind().execute(sa.text(written), [made(*row) for row in rows])


def batches(asked: str) -> Iterator[Sequence[Any]]:
    after = 0
    while rows := op.get_bind().execute(sa.text(asked), {"after": after, "most": TOGETHER}).all():
        yield rows
        after = rows[-1][0]
