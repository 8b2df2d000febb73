"""Deleting all that was read through one account."""

from __future__ import annotations

from sqlalchemy import Connection, Table, select

from store import schema


def forget_account(connection: Connection, account: int) -> None:
    """Delete the account and every row that came through it, names that nobody uses included."""
    streams = select(schema.stream.c.id).where(schema.stream.c.account == account)
    messages = select(schema.message.c.id).where(schema.message.c.account == account)
    events = select(schema.event.c.id).where(schema.event.c.account == account)
    for table in schema.metadata.sorted_tables[::-1]:
        for column, owner in (("message", messages), ("event", events), ("stream", streams)):
            if column in table.c and table is not schema.message:
                connection.execute(table.delete().where(table.c[column].in_(owner)))
        if "account" in table.c:
            connection.execute(table.delete().where(table.c.account == account))
    connection.execute(schema.account.delete().where(schema.account.c.id == account))
    _unused(connection, schema.mailbox, schema.participant)


def _unused(connection: Connection, table: Table, users: Table) -> None:
    used = select(users.c.mailbox)
    connection.execute(table.delete().where(table.c.id.not_in(used)))
