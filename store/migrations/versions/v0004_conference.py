"""What Meet and Teams report of calls: that they were held, and who was in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "conference",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("account", _ID, nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("recurrence_at", sa.BigInteger(), nullable=True),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("start", "end", "began_at", "ended_at", "observed_at")
        ),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_conference_account"),
        sa.PrimaryKeyConstraint("id", name="pk_conference"),
        sa.UniqueConstraint("account", "provider_id", name="uq_conference_account_provider_id"),
    )
    op.create_table(
        "joining",
        sa.Column("conference", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("signed_in", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["conference"], ["conference.id"], name="fk_joining_conference"),
        sa.PrimaryKeyConstraint("conference", "number", name="pk_joining"),
        sqlite_with_rowid=False,
    )
