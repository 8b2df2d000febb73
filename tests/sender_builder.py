"""Senders at the servers of the tests, and what then lies in the mailboxes there."""

from __future__ import annotations

from ingest.client import Session
from ingest.exchange_access import Login, account
from ingest.exchange_client import ExchangeClient
from ingest.exchange_sender import ExchangeSender
from ingest.gmail_sender import GmailSender
from ingest.graph_client import GraphClient
from ingest.graph_sender import GraphSender
from ingest.imap_client import ImapClient
from ingest.retry import Retry
from tests.dovecot import Mailbox
from tests.ews_builder import BASIC
from tests.ews_fake import Ews
from tests.google_builder import FixedAccess
from tests.graph_builder import Tokens
from tests.graph_fake import Graph
from tests.imap_builder import Clock
from tests.sending import REP


def gmail_sender(
    url: str,
    *,
    access: FixedAccess | None = None,
    pauses: list[float] | None = None,
    headers_only: bool = False,
) -> GmailSender:
    """Sends to the server at ``url``; ``pauses`` remembers what it would wait."""
    slept = [] if pauses is None else pauses
    retry = Retry(sleep=slept.append, random=lambda: 0.0)
    session = Session(timeout_seconds=5)
    return GmailSender(
        session, access or FixedAccess(), retry, endpoint=url, headers_only=headers_only
    )


def graph_sender(
    fake: Graph,
    *,
    tokens: Tokens | None = None,
    pauses: list[float] | None = None,
    headers_only: bool = False,
) -> GraphSender:
    """Sends; ``pauses`` remembers what it would wait."""
    slept = [] if pauses is None else pauses
    retry = Retry(sleep=slept.append, random=lambda: 0.0)
    client = GraphClient(Session(timeout_seconds=5), tokens or Tokens(), retry, endpoint=fake.url)
    return GraphSender(client, retry, headers_only=headers_only)


def exchange_sender(
    fake: Ews, *, login: Login = BASIC, pauses: list[float] | None = None
) -> ExchangeSender:
    """Sends; ``pauses`` remembers what it would wait."""
    slept = [] if pauses is None else pauses
    retry = Retry(sleep=slept.append, random=lambda: 0.0)
    made = account(REP, fake.url, login, Session(timeout_seconds=5))
    return ExchangeSender(ExchangeClient(made, retry), retry)


def lying_in(fake: Ews | Graph, folder: str) -> list[bytes]:
    """The mails in a folder."""
    place = fake.mailbox.special[folder]
    return [one.raw for one in fake.mailbox.messages.values() if one.folder == place]


def imap_client(mailbox: Mailbox, *, port: int = 0, clock: Clock | None = None) -> ImapClient:
    """Somebody signed in to it."""
    server = mailbox.dovecot.server(port=port or mailbox.dovecot.port)
    return ImapClient(server, mailbox.login, (clock or Clock()).retry())


def imap_drafts(mailbox: Mailbox, folder: str = "Drafts") -> list[bytes]:
    """The mails in the folder of drafts, each marked as one."""
    if not mailbox.client.folder_exists(folder):
        return []
    mailbox.client.select_folder(folder, readonly=True)
    found = mailbox.client.fetch(mailbox.client.search("ALL"), ["BODY.PEEK[]", "FLAGS"])
    mailbox.client.close_folder()
    assert all(b"\\Draft" in one[b"FLAGS"] for one in found.values())
    return [one[b"BODY[]"] for one in found.values()]
