"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    _accounts()
    _streams()
    _messages()
    _of_messages()
    _events()
    _told()


def _id(name: str = "id") -> sa.Column[int]:
    return sa.Column(name, _ID, nullable=False, autoincrement=False)


def _to(name: str) -> sa.Column[int]:
    return sa.Column(name, _ID, sa.ForeignKey(f"{name}.id"), nullable=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _accounts() -> None:
    op.create_table(
        "account",
        _id(),
        *_texts("kind", "name", "zone"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "name"),
    )
    op.create_table(
        "own_address",
        _to("account"),
        _text("address"),
        sa.PrimaryKeyConstraint("account", "address"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mailbox",
        _id(),
        *_texts("address", "name", "domain"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("address", "name"),
    )


def _streams() -> None:
    op.create_table(
        "stream",
        _id(),
        _to("account"),
        _text("name"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account", "name"),
    )
    op.create_table(
        "cursor",
        sa.Column("stream", _ID, sa.ForeignKey("stream.id"), autoincrement=False, nullable=False),
        _text("cursor"),
        _flag("resync"),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        _flag("ended"),
        _time("checked_at", nullable=False),
        sa.PrimaryKeyConstraint("stream"),
    )
    op.create_table(
        "failure",
        _id(),
        _to("stream"),
        *_texts("item", "why"),
        _time("observed_at", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("stream", "item", "why"),
    )
    op.create_table(
        "left_out",
        _to("stream"),
        _text("why"),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "why"),
        sqlite_with_rowid=False,
    )


def _messages() -> None:
    op.create_table(
        "message",
        _id(),
        _to("account"),
        _to("stream"),
        *_texts("provider_id", "message_id", "in_reply_to", "references", "thread_hint"),
        _time("sent_at"),
        _time("received_at"),
        _time("observed_at", nullable=False),
        _time("removed_at"),
        sa.Column("offset_minutes", sa.Integer(), nullable=True),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        *_texts("subject", "subject_key"),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("text_digest", sa.BigInteger(), nullable=False),
        *_texts("attachments", "labels"),
        _flag("sequence_tool"),
        _text("language"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account", "provider_id"),
    )


def _of_messages() -> None:
    op.create_table(
        "message_text",
        sa.Column("message", _ID, sa.ForeignKey("message.id"), autoincrement=False, nullable=False),
        _text("text"),
        sa.PrimaryKeyConstraint("message"),
    )
    op.create_table(
        "participant",
        _to("message"),
        _to("mailbox"),
        sa.Column("role", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message", "mailbox", "role"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "place",
        _to("stream"),
        _text("source_key"),
        _to("message"),
        _text("labels"),
        sa.PrimaryKeyConstraint("stream", "source_key"),
        sa.UniqueConstraint("message", "stream", "source_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "listing",
        _to("stream"),
        _text("name"),
        sa.PrimaryKeyConstraint("stream", "name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "intent",
        _to("message"),
        _text("intent"),
        sa.Column("probability", sa.Float(53), nullable=False),
        *_texts("words", "version"),
        sa.PrimaryKeyConstraint("message", "intent"),
        sqlite_with_rowid=False,
    )


def _events() -> None:
    op.create_table(
        "event",
        _id(),
        _to("account"),
        *_texts("provider_id", "message_provider_id", "uid"),
        _time("recurrence_at"),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        _time("dtstamp"),
        *_texts("learned_from", "method", "organizer", "organizer_name", "sent_by", "actor"),
        _time("start"),
        _time("end"),
        _text("zone"),
        _flag("all_day"),
        _flag("floating"),
        *_texts("status", "rrule", "rdate", "exdate", "summary", "comment"),
        _time("occurred_at"),
        _time("observed_at", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account", "provider_id"),
    )
    op.create_table(
        "entry",
        _to("stream"),
        _text("source_key"),
        _to("event"),
        _text("identity"),
        sa.PrimaryKeyConstraint("stream", "source_key", "event"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attendance",
        _to("event"),
        *_texts("address", "name", "role", "partstat", "comment"),
        sa.PrimaryKeyConstraint("event", "address", "name"),
        sqlite_with_rowid=False,
    )


def _told() -> None:
    op.create_table(
        "mark",
        _id(),
        *_texts("kind", "target", "value"),
        _time("occurred_at", nullable=False),
        _time("observed_at", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "target", "value", "occurred_at"),
    )
    op.create_table(
        "deal",
        _id(),
        _to("account"),
        *_texts("provider_id", "contact", "topic", "stage"),
        sa.Column("value", sa.Float(53), nullable=True),
        *_texts("currency", "owner"),
        _time("close_at"),
        _text("outcome"),
        _time("observed_at", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account", "provider_id"),
    )
