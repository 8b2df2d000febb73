"""The fake Exchange before a client that others wrote: DavMail shows what lies in it."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.contract import raw_message, subject
from tests.davmail import davmail
from tests.ews_fake import PASSWORD, USER, Ews, ews


@pytest.fixture
def fake() -> Iterator[Ews]:
    """A server with mail in two folders, which takes passwords."""
    with ews() as server:
        for name in ("ann", "bea"):
            server.mailbox.receive(raw_message(name))
        server.mailbox.receive(raw_message("cleo"), "sentitems")
        yield server


def subjects(client: imaplib.IMAP4, folder: str) -> set[str]:
    """Subjects of all mails in a folder, each fetched whole."""
    client.select(folder, readonly=True)
    _, (numbers,) = client.uid("SEARCH", "ALL")
    found = set()
    for number in numbers.split():
        _, told = client.uid("FETCH", number.decode(), "(BODY.PEEK[])")
        raw = next(part[1] for part in told if isinstance(part, tuple))
        found.add(str(message_from_bytes(raw)["Subject"]))
    return found


def test_davmail_shows_the_folders_and_the_mail_of_the_fake(fake: Ews, tmp_path: Path) -> None:
    """It signs in, reads versions, folders, lists and raw mail, as from a real server."""
    with davmail(fake.url, tmp_path) as port, imaplib.IMAP4("127.0.0.1", port) as client:
        client.login(USER.replace("\\", "\\\\"), PASSWORD)
        _, listed = client.list()
        names = {
            line.rpartition(b' "')[2].strip(b'"') for line in listed if isinstance(line, bytes)
        }
        assert {b"INBOX", b"Sent", b"Drafts", b"Trash", b"Junk"} <= names
        assert subjects(client, "INBOX") == {subject("ann"), subject("bea")}
        assert subjects(client, "Sent") == {subject("cleo")}
    assert {"GetFolder", "GetItem", "FindFolder", "ConvertId"} <= set(fake.requests)
