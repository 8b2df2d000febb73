"""The tables, portable between SQLite and PostgreSQL.

Times are microseconds since 1970 in UTC. ``message.kind`` and ``participant.role`` hold the
position of the word in ``store.model.KINDS`` and ``ROLES``: those may grow at their end, never
change. ``provider_id`` is what the source calls a record; with the account it is the key that makes
saving the same thing twice change nothing. No table has an index beyond its keys: every analysis
reads whole tables, and each index would slow every import.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

#: Number of the newest migration in ``store/migrations/versions``; also ``PRAGMA user_version``.
VERSION: Final = 5

#: SQLite makes only a plain INTEGER key the row id itself.
ID: Final = BigInteger().with_variant(Integer, "sqlite")

#: Names of constraints must be equal in both databases, so that later migrations can name them.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", ID, primary_key=True, autoincrement=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _time(name: str, *, known: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=not known)


def _to(name: str, target: str) -> Column[int]:
    return Column(name, ID, ForeignKey(f"{target}.id"), nullable=False)


account = Table(
    "account",
    metadata,
    _id(),
    _text("kind"),
    _text("name"),
    _text("zone"),
    UniqueConstraint("kind", "name"),
)

own_address = Table(
    "own_address",
    metadata,
    _to("account", "account"),
    _text("address"),
    PrimaryKeyConstraint("account", "address"),
    sqlite_with_rowid=False,
)

# One listing of records within an account: a mailbox, a folder, a calendar, a file.
stream = Table(
    "stream",
    metadata,
    _id(),
    _to("account", "account"),
    _text("name"),
    UniqueConstraint("account", "name"),
)

# How far a stream has been read. ``resync``: a full listing after a lost cursor is under way.
# ``position`` of ``size`` were done at the last batch; ``ended``: it was once read to its end.
cursor = Table(
    "cursor",
    metadata,
    Column("stream", ID, ForeignKey("stream.id"), primary_key=True, autoincrement=False),
    _text("cursor"),
    Column("resync", Boolean, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("ended", Boolean, nullable=False),
    _time("checked_at", known=True),
)

mailbox = Table(
    "mailbox",
    metadata,
    _id(),
    _text("address"),
    _text("name"),
    _text("domain"),
    UniqueConstraint("address", "name"),
)

# ``stream``: where the message was seen last, the only stream whose word on its removal counts.
message = Table(
    "message",
    metadata,
    _id(),
    _to("account", "account"),
    _to("stream", "stream"),
    _text("provider_id"),
    _text("message_id"),
    _text("in_reply_to"),
    _text("references"),
    _text("thread_hint"),
    _time("sent_at"),
    _time("received_at"),
    _time("observed_at", known=True),
    _time("removed_at"),
    Column("offset_minutes", Integer),
    Column("kind", SmallInteger, nullable=False),
    _text("subject"),
    _text("subject_key"),
    Column("words", Integer, nullable=False),
    Column("text_digest", BigInteger, nullable=False),
    _text("attachments"),
    _text("labels"),
    Column("sequence_tool", Boolean, nullable=False),
    _text("language"),
    UniqueConstraint("account", "provider_id"),
)

# The author's new text, apart from the message: facts are read without it, and it may expire.
message_text = Table(
    "message_text",
    metadata,
    Column("message", ID, ForeignKey("message.id"), primary_key=True, autoincrement=False),
    _text("text"),
)

participant = Table(
    "participant",
    metadata,
    _to("message", "message"),
    _to("mailbox", "mailbox"),
    Column("role", SmallInteger, nullable=False),
    PrimaryKeyConstraint("message", "mailbox", "role"),
    sqlite_with_rowid=False,
)

# Where connected accounts keep a message, with the labels that it has there. A message with places
# is removed when its last one is gone, and has the labels of all of them. ``web_link``: where the
# provider says that it is shown on the web, "" where it does not.
place = Table(
    "place",
    metadata,
    _to("stream", "stream"),
    _text("source_key"),
    _to("message", "message"),
    _text("labels"),
    _text("web_link"),
    PrimaryKeyConstraint("stream", "source_key"),
    UniqueConstraint("message", "stream", "source_key"),
    sqlite_with_rowid=False,
)

# What a full listing under way that will be compared with the store has named so far: source keys,
# else provider ids; empty otherwise.
listing = Table(
    "listing",
    metadata,
    _to("stream", "stream"),
    _text("name"),
    PrimaryKeyConstraint("stream", "name"),
    sqlite_with_rowid=False,
)

# What the newest labeller said about a message.
intent = Table(
    "intent",
    metadata,
    _to("message", "message"),
    _text("intent"),
    Column("probability", Float(53), nullable=False),
    _text("words"),
    _text("version"),
    PrimaryKeyConstraint("message", "intent"),
    sqlite_with_rowid=False,
)

# Append-only. The carrying message is named, not referenced: it may come later, or be left out.
event = Table(
    "event",
    metadata,
    _id(),
    _to("account", "account"),
    _text("provider_id"),
    _text("message_provider_id"),
    _text("uid"),
    _time("recurrence_at"),
    Column("sequence", BigInteger, nullable=False),
    _time("dtstamp"),
    _text("learned_from"),
    _text("method"),
    _text("organizer"),
    _text("organizer_name"),
    _text("sent_by"),
    _text("actor"),
    _time("start"),
    _time("end"),
    _text("zone"),
    Column("all_day", Boolean, nullable=False),
    Column("floating", Boolean, nullable=False),
    _text("status"),
    _text("rrule"),
    _text("rdate"),
    _text("exdate"),
    _text("summary"),
    _text("comment"),
    _time("occurred_at"),
    _time("observed_at", known=True),
    UniqueConstraint("account", "provider_id"),
)

# What the entries of connected calendars show now: their newest revisions. ``identity``: of what
# was told last (``store.revision``), "" where the entry is gone.
entry = Table(
    "entry",
    metadata,
    _to("stream", "stream"),
    _text("source_key"),
    _to("event", "event"),
    _text("identity"),
    PrimaryKeyConstraint("stream", "source_key", "event"),
    sqlite_with_rowid=False,
)

attendance = Table(
    "attendance",
    metadata,
    _to("event", "event"),
    _text("address"),
    _text("name"),
    _text("role"),
    _text("partstat"),
    _text("comment"),
    PrimaryKeyConstraint("event", "address", "name"),
    sqlite_with_rowid=False,
)

# Calls that the provider reported (Meet, Teams), under the meeting that they were held for.
# ``in_person``: that meeting had a place besides, where people may have sat who were in no call.
conference = Table(
    "conference",
    metadata,
    _id(),
    _to("account", "account"),
    _text("provider_id"),
    _text("service"),
    _text("uid"),
    _time("recurrence_at"),
    _time("start", known=True),
    _time("end", known=True),
    _time("began_at", known=True),
    _time("ended_at", known=True),
    _time("observed_at", known=True),
    Column("in_person", Boolean, nullable=False),
    UniqueConstraint("account", "provider_id"),
)

# Who was in a call, one row for each stay.
joining = Table(
    "joining",
    metadata,
    _to("conference", "conference"),
    Column("number", Integer, nullable=False),
    _text("name"),
    _text("address"),
    Column("signed_in", Boolean, nullable=False),
    _time("joined_at", known=True),
    _time("left_at"),
    PrimaryKeyConstraint("conference", "number"),
    sqlite_with_rowid=False,
)

mark = Table(
    "mark",
    metadata,
    _id(),
    _text("kind"),
    _text("target"),
    _text("value"),
    _time("occurred_at", known=True),
    _time("observed_at", known=True),
    UniqueConstraint("kind", "target", "value", "occurred_at"),
)

deal = Table(
    "deal",
    metadata,
    _id(),
    _to("account", "account"),
    _text("provider_id"),
    _text("contact"),
    _text("topic"),
    _text("stage"),
    Column("value", Float(53)),
    _text("currency"),
    _text("owner"),
    _time("close_at"),
    _text("outcome"),
    _time("observed_at", known=True),
    UniqueConstraint("account", "provider_id"),
)

# Items in quarantine.
failure = Table(
    "failure",
    metadata,
    _id(),
    _to("stream", "stream"),
    _text("item"),
    _text("why"),
    _time("observed_at", known=True),
    UniqueConstraint("stream", "item", "why"),
)

# How many items were left out by rule since the stream was last read from its beginning.
left_out = Table(
    "left_out",
    metadata,
    _to("stream", "stream"),
    _text("why"),
    Column("count", BigInteger, nullable=False),
    PrimaryKeyConstraint("stream", "why"),
    sqlite_with_rowid=False,
)

# What was sent to the rep, or was about to be: ``key`` is the ISO week or the day that it is about.
# ``content``: the mail as it was sent, empty where there is none.
delivery = Table(
    "delivery",
    metadata,
    _text("kind"),
    _text("key"),
    _text("recipient"),
    _text("message_id"),
    _text("via"),
    _text("state"),
    _text("why"),
    _time("began_at", known=True),
    _time("changed_at", known=True),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("kind", "key", "recipient"),
)

# What this store alone has: its own id, keys and salts. Made once, never changed.
own = Table(
    "own",
    metadata,
    Column("name", Text, primary_key=True),
    _text("value"),
)

# Salted hashes of the addresses of people who are forgotten, so that no sync brings them back.
forgotten = Table(
    "forgotten",
    metadata,
    Column("hash", Text, primary_key=True),
    _time("at", known=True),
)
