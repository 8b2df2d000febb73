"""Where a message is shown on the web; whether people may have met in a room, beside a call.

Of what was stored before nobody knows: no link is shown, and no report of a call proves that
somebody stayed away.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version: made anew, since SQLite adds columns with a default."""
    before = [_renamed(name) for name in ("place", "joining", "conference")]
    _create_place()
    _create_conference()
    _create_joining()
    _copy("place", "stream", "source_key", "message", "labels", web_link="''")
    _copy("conference", *_CONFERENCE, in_person="1")
    _copy("joining", "conference", "number", "name", "address", "signed_in", "joined_at", "left_at")
    for name in before:
        op.drop_table(name)


_TIMES = ("start", "end", "began_at", "ended_at", "observed_at")
_CONFERENCE = ("id", "account", "provider_id", "service", "uid", "recurrence_at", *_TIMES)


def _renamed(name: str) -> str:
    op.rename_table(name, f"{name}_before")
    return f"{name}_before"


def _copy(table: str, *columns: str, **values: str) -> None:
    old = ", ".join(f'"{name}"' for name in columns)
    new = ", ".join([old, *(f'"{name}"' for name in values)])
    said = ", ".join([old, *values.values()])
    op.execute(f'INSERT INTO "{table}" ({new}) SELECT {said} FROM "{table}_before"')  # noqa: S608 - names of ours


def _create_place() -> None:
    op.create_table(
        "place",
        sa.Column("stream", _ID, nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("message", _ID, nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("web_link", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["stream"], ["stream.id"], name="fk_place_stream"),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_place_message"),
        sa.PrimaryKeyConstraint("stream", "source_key", name="pk_place"),
        sa.UniqueConstraint(
            "message", "stream", "source_key", name="uq_place_message_stream_source_key"
        ),
        sqlite_with_rowid=False,
    )


def _create_conference() -> None:
    op.create_table(
        "conference",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("account", _ID, nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("recurrence_at", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _TIMES),
        sa.Column("in_person", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_conference_account"),
        sa.PrimaryKeyConstraint("id", name="pk_conference"),
        sa.UniqueConstraint("account", "provider_id", name="uq_conference_account_provider_id"),
    )


def _create_joining() -> None:
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
